"""The base serializer: ids and briefs for relations, strict input, hidden fields, and what a record allows next.

It only translates between JSON and values. Rules live in the models; services write.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.utils.model_meta import RelationInfo

from fmm_portal.api.fields import (
    Brief,
    Briefs,
    Choice,
    MultilingualField,
    PartialDateField,
    RelatedId,
    SourcesField,
    brief_columns,
    no_such_field,
    principal_of,
    related_ids,
)
from fmm_portal.api.permissions import has_scope
from fmm_portal.api.reading import Reader, Slot
from fmm_portal.api.resources import absolute, resource_name, resource_path
from fmm_portal.core import multilingual, partial_dates, sources
from fmm_portal.core.policies import Policy, policy_for
from fmm_portal.core.workflow import AvailableTransition, Workflow, workflow_for

FIRST_FIELDS = ("id", "url")
VERSION_HELP = "In PATCH: the version that you read. 412 when the record is not in it any more."
LAST_FIELDS = ("version", "created_at", "updated_at", "available_actions")


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses what it does not know, instead of dropping it in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            self.refuse_unknown(data)
        return super().to_internal_value(data)

    def refuse_unknown(self, data: Mapping[str, Any]) -> None:
        writable = [name for name, field in self.fields.items() if not field.read_only]
        errors = {}
        for name in data:
            if name not in self.fields:
                errors[name] = serializers.ErrorDetail(no_such_field(writable), code="unknown_field")
            elif self.fields[name].read_only:
                errors[name] = serializers.ErrorDetail(self.read_only_message(name), code="read_only")
        if errors:
            raise serializers.ValidationError({name: [error] for name, error in errors.items()})

    def read_only_message(self, name: str) -> str:
        for other in (f"{name}_id", f"{singular(name)}_ids"):
            if other in self.fields and not self.fields[other].read_only:
                return _("This field is read-only; set %(other)s instead.") % {"other": other}
        return _("This field is read-only.")


class BlockerSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    can_be_overridden = serializers.BooleanField()


class AvailableActionSerializer(serializers.Serializer[Any]):
    """A step that starts from the present state: whether it can be taken now and, when not, all that is missing."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField()
    allowed = serializers.BooleanField()
    primary = serializers.BooleanField()
    blockers = BlockerSerializer(many=True)
    warnings = serializers.ListField(child=serializers.CharField())
    needs_reason = serializers.BooleanField()
    can_override = serializers.BooleanField()
    fields_taken = serializers.ListField(child=serializers.CharField())
    url = serializers.URLField()


class AvailableActionsField(serializers.Field[Any, Any, Any, Any]):
    """What the caller may do with the record next."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "source": "*", "read_only": True})

    def to_representation(self, record: Any) -> list[dict[str, Any]]:
        principal = principal_of(self)
        workflow = workflow_for(record)
        name = resource_name(type(record))
        if workflow is None or name is None or not has_scope(principal, name, "act"):
            return []
        base = absolute(self.context.get("request"), resource_path(type(record), record.pk)) or ""
        serializer: Any = self.parent
        return [_step(step, serializer, base) for step in workflow.available(record, principal)]


def _step(step: AvailableTransition, serializer: "ResourceSerializer", base: str) -> dict[str, Any]:
    return {
        "name": step.name,
        "label": step.label,
        "target": step.target,
        "allowed": step.allowed,
        "primary": step.primary,
        "blockers": [
            {"code": b.code, "message": b.message, "can_be_overridden": b.overridable} for b in step.blockers
        ],
        "warnings": list(step.warnings),
        "needs_reason": step.needs_reason,
        "can_override": step.can_override,
        "fields_taken": [serializer.api_field_name(name) for name in step.fields],
        "url": f"{base}{step.name}/",
    }


def singular(plural: str) -> str:
    """The word before `_ids`: countries -> country, themes -> theme."""
    return f"{plural[:-3]}y" if plural.endswith("ies") else plural.removesuffix("s")


def relation_of(model: type[models.Model], name: str) -> models.Field[Any, Any] | None:
    """The forward relation called `name`, None for a plain field or something that is no field."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    if isinstance(field, models.ForeignKey | models.ManyToManyField) and field.name == name:
        return field
    return None


class RecordList(serializers.ListSerializer[Any]):
    """Fetches what all rows show of others at once."""

    def to_representation(self, data: Any) -> list[Any]:
        records = list(data.all() if hasattr(data, "all") else data)
        serializer: Any = self.child
        serializer.reader.load(records)
        return [serializer.to_representation(record) for record in records]


class ResourceSerializer(StrictSerializer, serializers.ModelSerializer[Any]):
    """A record as JSON. `Meta.fields` names the model's fields; a relation `x` becomes `x_id` and `x`,
    a many-to-many relation `xs` becomes `x_ids` and `xs`.

    `Meta.step_fields` are read here and written by steps of the workflow only.
    `Meta.detail_fields` appear only where one record is shown, besides personal fields and `available_actions`,
    which never appear in lists. `only` names the fields to show, where not all are wanted.
    """

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        partial_dates.PartialDateField: PartialDateField,
        multilingual.MultilingualField: MultilingualField,
        sources.SourcesField: SourcesField,
    }
    serializer_choice_field = Choice

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.in_list: bool = kwargs.pop("in_list", False)
        self.only: Collection[str] | None = kwargs.pop("only", None)
        super().__init__(*args, **kwargs)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "Meta" in cls.__dict__:
            cls.Meta.list_serializer_class = RecordList

    # --- which fields ---

    @classmethod
    def model(cls) -> type[Any]:
        return cls.Meta.model

    @classmethod
    def detail_only(cls) -> set[str]:
        """Names left out of lists: what costs queries, and personal data."""
        restricted: frozenset[str] = cls.model().restricted_fields
        return {
            "available_actions",
            *getattr(cls.Meta, "detail_fields", ()),
            *restricted,
            *(f"{name}_id" for name in restricted),
        }

    def get_field_names(self, declared_fields: Mapping[str, Any], info: Any) -> list[str]:
        model = self.model()
        names: list[str] = list(FIRST_FIELDS)
        if any(field.name == "reference" for field in model._meta.fields):
            names.append("reference")
        workflow = workflow_for(model)
        if workflow is not None:
            names.append(workflow.field)
        for name in self.Meta.fields:
            relation = relation_of(model, name) if name not in declared_fields else None
            if relation is None:
                names.append(name)
            elif relation.many_to_many:
                names += [f"{singular(name)}_ids", name]
            else:
                names += [f"{name}_id", name]
        names += [name for name in LAST_FIELDS if name != "available_actions" or workflow is not None]
        names = list(dict.fromkeys(names))
        if self.in_list:
            hidden = self.detail_only()
            names = [name for name in names if name not in hidden]
        if self.only is not None:
            names = [name for name in names if name in self.only]
        return names

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        for name in getattr(self.Meta, "step_fields", ()):
            if name in fields:
                fields[name].read_only = True
        return fields

    # --- what is fetched for them ---

    @classmethod
    def slots(cls, names: Collection[str]) -> list[Slot]:
        """The relations shown whose briefs are fetched for all rows at once: those written from a few columns."""
        found = []
        for name in cls.Meta.fields:
            if name not in names and f"{singular(name)}_ids" not in names:
                continue
            declared = cls._declared_fields.get(name)
            relation = relation_of(cls.model(), name) if declared is None else None
            if relation is not None:
                target: Any = relation.remote_field.model  # type: ignore[union-attr]
                key = "" if relation.many_to_many else relation.attname
                if brief_columns(target) and not (key and name in cls.joined_for(names)):
                    found.append(Slot(name, name, target, key))
            elif isinstance(declared, Briefs):
                paths = getattr(cls.Meta, "prefetch", {}).get(name, ())
                if len(paths) == 1 and brief_columns(declared.related_model):
                    found.append(Slot(name, paths[0], declared.related_model))
        return found

    @classmethod
    def joined_for(cls, names: Collection[str]) -> set[str]:
        """Single relations that fields worked out of them read, so that the record must hold them."""
        return {path.partition("__")[0] for path in cls._paths_read(names) if _is_single(cls.model(), path)}

    @classmethod
    def _paths_read(cls, names: Collection[str]) -> list[str]:
        at_once = {name for name, field in cls._declared_fields.items() if isinstance(field, Briefs)}
        known: dict[str, tuple[str, ...]] = getattr(cls.Meta, "prefetch", {})
        read = [
            path for name, paths in known.items() if name in names and name not in at_once for path in paths
        ]
        return [*read, *getattr(cls.Meta, "reads", ())]

    @classmethod
    def paths_shown(cls, names: Collection[str]) -> list[str]:
        """The ways to all other records of which something is shown; `Meta.shows` names those that no field tells."""
        found: list[str] = list(getattr(cls.Meta, "shows", ()))
        for name in cls.Meta.fields:
            is_shown = bool({name, f"{name}_id", f"{singular(name)}_ids"} & set(names))
            if is_shown and name not in cls._declared_fields and relation_of(cls.model(), name) is not None:
                found.append(name)
        known: dict[str, tuple[str, ...]] = getattr(cls.Meta, "prefetch", {})
        return [*found, *(path for name, paths in known.items() if name in names for path in paths)]

    @classmethod
    def relations(cls, names: Collection[str]) -> tuple[list[str], list[Any]]:
        """What to join and what to prefetch for the fields shown, so that no field costs a query a row.

        What computed fields read stands in `Meta.prefetch`, what policies read in
        `Meta.reads`. What is shown as a brief only is fetched by the reader.
        """
        slots = {slot.name for slot in cls.slots(names)}
        joined: list[str] = []
        fetched: list[Any] = []
        for name in cls.Meta.fields:
            relation = relation_of(cls.model(), name)
            if relation is not None and name not in cls._declared_fields and name not in slots:
                if relation.many_to_many:
                    fetched += [name] if {name, f"{singular(name)}_ids"} & set(names) else []
                else:
                    joined += [name] if name in names else []
        for path in cls._paths_read(names):
            (joined if _is_single(cls.model(), path) else fetched).append(path)
        return list(dict.fromkeys(joined)), list(dict.fromkeys(fetched))

    @classmethod
    def reads_only_columns(cls) -> bool:
        """Whether what is shown of a record depends on nothing but the columns of the fields shown."""
        hidden_fields = type(policy_for(cls.model())).hidden_fields
        return (
            cls.to_representation is ResourceSerializer.to_representation
            and hidden_fields is Policy.hidden_fields
        )

    @classmethod
    def names(cls, *, in_list: bool) -> list[str]:
        """The names of all fields shown in a list, or of one record."""
        with cls.reading({}, in_list=in_list) as serializer:
            return [name for name, field in serializer.fields.items() if not field.write_only]

    @classmethod
    @contextmanager
    def reading(
        cls, context: Mapping[str, Any], *, in_list: bool, only: Collection[str] | None = None
    ) -> Iterator["ResourceSerializer"]:
        """A serializer to read with. Making its fields costs as much as reading many rows: they are kept for the next.

        One that is lent out is nobody else's meanwhile.
        """
        shelf = _shelves.setdefault((cls, in_list), [])
        whole = only is None
        serializer = shelf.pop() if whole and shelf else cls(in_list=in_list, only=only)
        serializer._context = dict(context)
        try:
            yield serializer
        finally:
            serializer.reader.forget()
            serializer._context = {}
            if whole:
                shelf.append(serializer)

    def read(self, records: Iterable[Any]) -> list[dict[str, Any]]:
        """These records as JSON values, in their order."""
        records = list(records)
        self.reader.load(records)
        return [self.to_representation(record) for record in records]

    @cached_property
    def reader(self) -> Reader:
        return Reader(self)

    # --- how each is built ---

    def build_field(
        self, field_name: str, info: Any, model_class: Any, nested_depth: int
    ) -> tuple[Any, dict[str, Any]]:
        if field_name == "url":
            return RecordUrl, {}
        if field_name == "available_actions":
            return AvailableActionsField, {}
        if field_name == "version":
            return serializers.IntegerField, {"required": False, "min_value": 1, "help_text": VERSION_HELP}
        workflow = workflow_for(model_class)
        if workflow is not None and field_name == workflow.field:
            choices = model_class._meta.get_field(field_name).flatchoices
            return Choice, {"choices": choices, "read_only": True}
        relation = relation_of(model_class, field_name)
        if relation is not None:
            remote: Any = relation.remote_field
            target = remote.model
            if relation.many_to_many:
                return Briefs, {"model": target}
            return Brief, {"model": target, "allow_null": relation.null}
        if field_name.endswith("_id") and (
            relation := relation_of(model_class, field_name.removesuffix("_id"))
        ):
            return RelatedId, self._related_options(relation)
        if field_name.endswith("_ids"):
            for candidate in model_class._meta.many_to_many:
                if singular(candidate.name) == field_name.removesuffix("_ids"):
                    return related_ids, self._related_options(candidate)
        built: tuple[Any, dict[str, Any]] = super().build_field(field_name, info, model_class, nested_depth)
        return built

    def _related_options(self, relation: Any) -> dict[str, Any]:
        options: dict[str, Any] = {"model": relation.remote_field.model, "source": relation.name}
        if not relation.editable or relation.name in getattr(self.Meta, "read_only_fields", ()):
            return {**options, "read_only": True, **({"allow_null": True} if relation.null else {})}
        if relation.many_to_many:
            return {**options, "required": not relation.blank, "allow_empty": relation.blank}
        return {**options, "required": not (relation.null or relation.blank), "allow_null": relation.null}

    def build_standard_field(self, field_name: str, model_field: Any) -> tuple[Any, dict[str, Any]]:
        """As DRF does, without its own uniqueness checks: the model's rules answer, in the same words everywhere."""
        field_class, options = super().build_standard_field(field_name, model_field)
        if issubclass(field_class, MultilingualField | PartialDateField):
            read_only = not model_field.editable
            options = (
                {"read_only": True}
                if read_only
                else {"required": not model_field.blank and not model_field.null}
            )
            if issubclass(field_class, MultilingualField):
                options |= {} if read_only else {"allow_empty": model_field.blank}
            else:
                options |= {"allow_null": model_field.null}
            return field_class, options
        options["validators"] = [v for v in options.get("validators", []) if not hasattr(v, "queryset")]
        if not options["validators"]:
            del options["validators"]
        return field_class, options

    def build_relational_field(
        self, field_name: str, relation_info: RelationInfo
    ) -> tuple[Any, dict[str, Any]]:
        raise TypeError(f"{type(self).__name__}: {field_name} is a reverse relation; declare a field for it.")

    def get_uniqueness_extra_kwargs(self, field_names: Any, declared_fields: Any, extra_kwargs: Any) -> Any:
        return extra_kwargs, {}

    def get_validators(self) -> list[Any]:
        return []

    # --- both ways ---

    def api_field_name(self, name: str) -> str:
        """What the API calls a field of the model: errors and actions speak of `country_id`, not of `country`."""
        for candidate in (f"{name}_id", f"{singular(name)}_ids"):
            if candidate in self.fields:
                return candidate
        return name

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown = self.reader.read(instance)
        policy = policy_for(instance)
        if type(policy).hidden_fields is Policy.hidden_fields:
            return shown
        for name in policy.hidden_fields(principal_of(self), instance):
            for part in (name, f"{name}_id", f"{singular(name)}_ids"):
                if part in shown:
                    shown[part] = None
        return shown

    def refuse_unknown(self, data: Mapping[str, Any]) -> None:
        super().refuse_unknown(data)
        if self.instance is None:
            return
        hidden = policy_for(self.instance).hidden_fields(principal_of(self), self.instance)
        errors = {
            name: [serializers.ErrorDetail(_("You may not see or change this field."), code="hidden")]
            for name in data
            if name in hidden or self.fields[name].source in hidden
        }
        if errors:
            raise serializers.ValidationError(errors)

    def create(self, validated_data: Any) -> Any:
        raise TypeError("Records are written by services, not by serializers.")

    def update(self, instance: Any, validated_data: Any) -> Any:
        raise TypeError("Records are written by services, not by serializers.")


_shelves: dict[tuple[type[ResourceSerializer], bool], list[ResourceSerializer]] = {}


def _is_single(model: type[models.Model], path: str) -> bool:
    """Whether a path leads to one record at most, so that it can be joined."""
    for name in path.split("__"):
        try:
            field: Any = model._meta.get_field(name)
        except FieldDoesNotExist:
            return False
        if not isinstance(field, models.ForeignKey):
            return False
        model = field.remote_field.model
    return True


class RecordUrl(serializers.Field[Any, Any, Any, Any]):
    """The record's address in the API."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "source": "*", "read_only": True})

    def to_representation(self, record: models.Model) -> str | None:
        return absolute(self.context.get("request"), resource_path(type(record), record.pk))


class TransitionRequest(StrictSerializer):
    """What every step takes; steps with data of their own add their fields."""

    reason = serializers.CharField(required=False, allow_blank=True)
    override = serializers.BooleanField(required=False)
    version = serializers.IntegerField(required=False)


def transition_request(
    workflow: Workflow, name: str, resource: type[ResourceSerializer]
) -> type[TransitionRequest]:
    """The body of one step, with the fields it takes as the resource itself has them."""
    fields: dict[str, Any] = {}
    own = resource()
    for field_name in workflow.get(name).fields:
        api_name = own.api_field_name(field_name)
        field = deepcopy(own.fields[api_name])
        field.required = False
        fields[api_name] = field
    title = "".join(word.capitalize() for word in name.split("_"))
    # Not "…Request": the body that makes an action plan is called ActionPlanRequest.
    return type(f"{workflow.model.__name__}{title}Step", (TransitionRequest,), fields)


class ReasonRequest(StrictSerializer):
    """The body of an action that takes nothing but a reason and a version."""

    reason = serializers.CharField(required=False, allow_blank=True)
    version = serializers.IntegerField(required=False)


class IdsSerializer(serializers.Serializer[Any]):
    ids = serializers.ListField(child=serializers.IntegerField())


class CountsSerializer(serializers.Serializer[Any]):
    """`counts` has every word of the group, also those with no record."""

    total = serializers.IntegerField()
    by = serializers.CharField(allow_null=True, help_text="Null where the resource has no closed list.")
    counts = serializers.DictField(child=serializers.IntegerField())


def count_groups(serializer_class: type[ResourceSerializer]) -> dict[str, list[str]]:
    """The fields with closed lists that records are counted by, with their words; the status first."""
    with serializer_class.reading({}, in_list=True) as serializer:
        columns = {field.name: field for field in serializer_class.model()._meta.concrete_fields}
        return {
            name: [str(word) for word, _label in columns[name].flatchoices]
            for name, field in serializer.fields.items()
            if isinstance(field, Choice) and name in columns and field.source == name
        }


class HistorySubjectSerializer(serializers.Serializer[Any]):
    resource = serializers.CharField(allow_null=True)
    id = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    url = serializers.URLField(allow_null=True)


class HistoryChangeSerializer(serializers.Serializer[Any]):
    """One field; personal data is named without its values."""

    field = serializers.CharField()
    # Any value that JSON has, null included.
    before = serializers.JSONField()
    after = serializers.JSONField()
    is_restricted = serializers.BooleanField()


class HistoryEntrySerializer(serializers.Serializer[Any]):
    """Who did what when, before and after."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    verb = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    subject = HistorySubjectSerializer()
    changes = HistoryChangeSerializer(many=True)


class ProblemErrorSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(
        help_text="The path of the field, such as legs.0.country_id; empty for the whole record."
    )
    code = serializers.CharField()
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """Every error (RFC 9457). `code` is stable; `title`, `detail` and the messages are in the language asked for."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = ProblemErrorSerializer(many=True)  # type: ignore[assignment]
