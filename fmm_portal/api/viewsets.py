"""The base of every resource: rows by policy, writes by services, steps by the workflow, history, entity tags."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from fmm_portal.api.actions import on_rows
from fmm_portal.api.bulk import answer_with, create_rows, update_rows
from fmm_portal.api.conditional import check_if_match, with_entity_tag
from fmm_portal.api.filtering import FilterBackend
from fmm_portal.api.history import history_entry
from fmm_portal.api.idempotency import AnsweredOnce
from fmm_portal.api.parsers import JSONParser
from fmm_portal.api.resources import absolute, resource_path
from fmm_portal.api.selection import Selection, columns_for, expand_in, selection_of
from fmm_portal.api.serializers import (
    CountsSerializer,
    HistoryEntrySerializer,
    IdsSerializer,
    ResourceSerializer,
    StrictSerializer,
    TransitionRequest,
    count_groups,
    transition_request,
)
from fmm_portal.api.thread import thread_action
from fmm_portal.api.unchanged import NotMadeAgain
from fmm_portal.core.history import readable_history
from fmm_portal.core.models import Record
from fmm_portal.core.policies import policy_for, require
from fmm_portal.core.principals import Actor, Principal
from fmm_portal.core.services import create_record, delete_record, update_record
from fmm_portal.core.thread import stage_of
from fmm_portal.core.workflow import Workflow, workflow_for

Rows = list[dict[str, Any]]
# Parameters of every list, besides its filters.
OF_EVERY_LIST = ("ordering", "page", "page_size", "paging", "cursor", "fields", "expand")


class RecordResponse(Response):
    """One record, with its version for the entity tag."""

    def __init__(self, data: Any, *, version: int, status: int) -> None:
        self.version = version
        super().__init__(data, status=status)


class ResourceViewSet(AnsweredOnce, NotMadeAgain, GenericViewSet[Any]):
    """One resource. A subclass names `resource`, `serializer_class`, `filterset_class` and `ordering_fields`;
    it refuses to load without them or without a policy for its model.

    Standard methods are list, create, retrieve, partial update and delete; `methods` narrows them. Every step of
    the model's workflow becomes `POST {id}/{step}/`.
    """

    resource: ClassVar[str]
    serializer_class: type[ResourceSerializer]
    filterset_class: ClassVar[Any]
    # What `?ordering=` accepts: the API's name, or (name, path in the database).
    ordering_fields: ClassVar[Sequence[str | tuple[str, str]]]
    # The order when none is asked for; the primary key is always added as the last.
    ordering: ClassVar[Sequence[str]] = ()
    methods: ClassVar[Sequence[str]] = ("list", "create", "retrieve", "partial_update", "destroy")
    # Those of `methods` that are offered for many rows at once as well.
    in_bulk: ClassVar[Sequence[str]] = ("create", "partial_update")

    model: ClassVar[type[Record]]
    workflow: ClassVar[Workflow | None] = None
    # The scope of the key that a resource's own action needs; set by @act and @read.
    scope: str | None = None
    # The same for actions of one address of which one reads and another writes.
    scopes: ClassVar[Mapping[str, str]] = {}
    # What the policy is asked about an action, when it is not called as the action is.
    right: str = ""
    sends_file = False
    # What the caller asked to see of a record.
    selection = Selection()

    lookup_value_regex = r"\d+"
    parser_classes: Sequence[Any] = (JSONParser,)
    filter_backends = (FilterBackend,)
    http_method_names = ["get", "post", "put", "patch", "delete", "head", "options"]

    def __init_subclass__(cls, *, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if abstract:
            return
        for name in ("resource", "serializer_class", "filterset_class", "ordering_fields"):
            if getattr(cls, name, None) is None:
                raise ImproperlyConfigured(f"{cls.__name__} needs {name}.")
        cls.model = cls.serializer_class.model()
        cls.queryset = cls.model._default_manager.all()
        cls.ordering = cls.ordering or cls.model._meta.ordering
        if not cls.ordering:
            raise ImproperlyConfigured(
                f"{cls.__name__} needs an ordering: pages of unordered rows repeat and lose some."
            )
        policy_for(cls.model)
        if stage_of(cls.model) is not None:
            cls.thread = thread_action()  # type: ignore[attr-defined]
        cls.workflow = workflow_for(cls.model)
        if cls.workflow is not None:
            for transition in cls.workflow.transitions:
                offered = not (transition.by_service or transition.automatic)
                if offered and not hasattr(cls, transition.name):
                    setattr(cls, transition.name, _step(cls.workflow, transition.name, cls.serializer_class))

    # --- who asks ---

    @property
    def actor(self) -> Actor:
        request: Any = self.request
        actor: Actor = request.actor
        return actor

    @property
    def principal(self) -> Principal:
        return self.actor.principal

    # --- rows ---

    def may_create(self) -> None:
        """Refuse early whoever may create none at all; the service asks again about the very record."""
        require(self.principal, "create", self.model)

    def get_queryset(self) -> models.QuerySet[Any]:
        rows: Any = self.model._default_manager.all()
        return rows.visible_to(self.principal)

    def ordered(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """By `?ordering=`, several keys with commas, `-` for descending; always the same for equal keys."""
        known = dict(name if isinstance(name, tuple) else (name, name) for name in self.ordering_fields)
        wanted = self.request.query_params.get("ordering")
        keys: list[Any] = list(self.ordering)
        if wanted:
            keys = []
            for part in wanted.split(","):
                name = part.strip()
                path = known.get(name.removeprefix("-"))
                if path is None:
                    message = _("Rows cannot be ordered by “%(name)s”; known are %(known)s.")
                    raise ValidationError({"ordering": [message % {"name": name, "known": ", ".join(known)}]})
                keys.append(f"-{path}" if name.startswith("-") else path)
        return queryset.order_by(*keys, *([] if {"pk", "-pk"} & set(map(str, keys)) else ["pk"]))

    def refuse_unknown_parameters(self, beside: Sequence[str] = OF_EVERY_LIST) -> None:
        """A misspelt filter must not answer with all rows."""
        known = {*self.filterset_class.base_filters, *beside}
        unknown = {
            name: [
                _("There is no such parameter. Known are: %(known)s.") % {"known": ", ".join(sorted(known))}
            ]
            for name in self.request.query_params
            if name not in known
        }
        if unknown:
            raise ValidationError(unknown, code="unknown_parameter")

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Files come in their own format, whatever format of JSON the caller accepts."""
        return super().perform_content_negotiation(request, force or self.sends_file)

    def get_object(self) -> Any:
        """The record with what its page shows; 404 outside the caller's scope, 403 with the reason inside."""
        record = (
            with_relations(
                self.get_queryset(), self.serializer_class, in_list=False, only=self.selection.only
            )
            .filter(pk=self.kwargs["pk"])
            .first()
        )
        if record is None:
            raise Http404
        self.check_object_permissions(self.request, record)
        return record

    def api_field_name(self, name: str) -> str:
        """For error documents: what the API calls a field of the model."""
        serializer: ResourceSerializer = self.serializer_class(context=self.get_serializer_context())
        return serializer.api_field_name(name)

    # --- reading ---

    def list(self, request: Request) -> Response:
        self.refuse_unknown_parameters()
        rows = self.filter_queryset(self.ordered(self.get_queryset()))
        selection = selection_of(request, self.serializer_class, in_list=True)
        shown = with_relations(rows, self.serializer_class, in_list=True, only=selection.only)
        page = self.paginate_queryset(shown)
        return self.get_paginated_response(self.read(page or [], in_list=True, selection=selection))

    def retrieve(self, request: Request, pk: str) -> Response:
        self.selection = selection_of(request, self.serializer_class, in_list=False)
        record = self.get_object()
        data = self.read([record], in_list=False, selection=self.selection)[0]
        return RecordResponse(data, status=status.HTTP_200_OK, version=record.version)

    @extend_schema(responses=IdsSerializer)
    @action(detail=False, methods=["get"], scope="read", url_path="ids", url_name="ids")
    def ids(self, request: Request) -> Response:
        """The ids of all records that you may see, with the filters of the list: what a copy must hold, and no more.

        With `If-None-Match` it costs nothing while none came into sight and none left it.
        """
        self.refuse_unknown_parameters(beside=())
        keys = self.filter_queryset(self.get_queryset()).order_by("pk").values_list("pk", flat=True)
        return Response({"ids": list(keys)})

    @extend_schema(responses=CountsSerializer)
    @action(detail=False, methods=["get"], scope="read", url_path="counts", url_name="counts")
    def counts(self, request: Request) -> Response:
        """How many records there are, with the filters of the list, in all and by `by`."""
        self.refuse_unknown_parameters(beside=("by",))
        groups = count_groups(self.serializer_class)
        by = request.query_params.get("by", next(iter(groups), None))
        if by is not None and by not in groups:
            message = _("Nothing is counted by “%(name)s”. Known are: %(known)s.")
            raise ValidationError({"by": [message % {"name": by, "known": ", ".join(groups) or "–"}]})
        rows = self.filter_queryset(self.get_queryset()).order_by()
        if by is None:
            return Response({"total": rows.count(), "by": None, "counts": {}})
        counted: dict[str, int] = dict(rows.values_list(by).annotate(number=models.Count("pk")))
        counts = {word: counted.get(word, 0) for word in groups[by]}
        return Response({"total": sum(counted.values()), "by": by, "counts": counts})

    @extend_schema(responses=HistoryEntrySerializer(many=True))
    @action(detail=True, methods=["get"], filterset_class=None)
    def history(self, request: Request, pk: str) -> Response:
        """Everything that happened to the record and its parts, newest first."""
        record = self.get_object()
        page = self.paginate_queryset(readable_history(record, self.principal)) or []
        rows = [history_entry(entry, self.principal, request) for entry in page]
        return self.get_paginated_response(HistoryEntrySerializer(rows, many=True).data)

    def read(
        self,
        records: Iterable[Any],
        *,
        in_list: bool,
        serializer_class: type[ResourceSerializer] | None = None,
        selection: Selection = Selection(),  # noqa: B008 - never changed
    ) -> Rows:
        """Records as JSON values, as this resource or another shows them."""
        chosen = serializer_class or self.serializer_class
        context = self.get_serializer_context()
        with chosen.reading(context, in_list=in_list, only=selection.only) as serializer:
            rows = serializer.read(records)
        expand_in(rows, selection.expand, self)
        return rows

    def rows_by_key(self, keys: Collection[Any]) -> dict[Any, dict[str, Any]]:
        """The records of these keys that the caller may see, as the list shows them."""
        if not keys:
            return {}
        records = list(
            with_relations(self.get_queryset().filter(pk__in=keys), self.serializer_class, in_list=True)
        )
        return dict(zip([record.pk for record in records], self.read(records, in_list=True), strict=True))

    def beside(self, viewset: type["ResourceViewSet"]) -> "ResourceViewSet":
        """Another resource, asked by the same caller in the same request."""
        other = viewset()
        other.request, other.action, other.kwargs, other.format_kwarg = self.request, "list", {}, None
        return other

    def shown_again(self, record: Record, *, code: int = status.HTTP_200_OK) -> Response:
        """The record as it is after a write, as a reader sees it."""
        return self.shown_as(self.serializer_class, record, code=code)

    def shown_as(
        self, serializer_class: type[ResourceSerializer], record: Record, *, code: int = status.HTTP_200_OK
    ) -> Response:
        """A record of this or another resource. Who wrote it out of their own sight is told only its id."""
        rows: Any = type(record)._default_manager.all()
        fresh = (
            with_relations(rows.visible_to(self.principal), serializer_class, in_list=False)
            .filter(pk=record.pk)
            .first()
        )
        if fresh is None:
            return Response({"id": record.pk}, status=code)
        data = self.read([fresh], in_list=False, serializer_class=serializer_class)[0]
        response = RecordResponse(data, status=code, version=fresh.version)
        if code in (status.HTTP_201_CREATED, status.HTTP_202_ACCEPTED):
            response["Location"] = absolute(self.request, resource_path(type(fresh), fresh.pk)) or ""
        return response

    # --- writing ---

    def create(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        self.refuse_version(request.data)
        serializer.is_valid(raise_exception=True)
        record = self.perform_create(dict(serializer.validated_data))
        return self.shown_again(record, code=status.HTTP_201_CREATED)

    @staticmethod
    def refuse_version(data: Any) -> None:
        if isinstance(data, Mapping) and "version" in data:
            raise ValidationError({"version": [_("A new record has no version yet.")]})

    def perform_create(self, values: dict[str, Any]) -> Record:
        many = {field.name for field in self.model._meta.many_to_many}
        related = {name: values.pop(name) for name in list(values) if name in many}
        return create_record(self.model(**values), actor=self.actor, related=related)

    def partial_update(self, request: Request, pk: str) -> Response:
        record = self.get_object()
        check_if_match(request, record)
        serializer = self.get_serializer(record, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        values = dict(serializer.validated_data)
        expected = self.expected_version(record, values.pop("version", None))
        return self.shown_again(self.perform_update(record, values, expected))

    def perform_update(self, record: Record, values: dict[str, Any], expected_version: int | None) -> Record:
        return update_record(record, actor=self.actor, changes=values, expected_version=expected_version)

    def destroy(self, request: Request, pk: str) -> Response:
        record = self.get_object()
        check_if_match(request, record)
        self.perform_destroy(record, self.expected_version(record, None))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def perform_destroy(self, record: Record, expected_version: int | None) -> None:
        delete_record(record, actor=self.actor, expected_version=expected_version)

    @on_rows
    def bulk_create(self, request: Request) -> Response:
        """Create up to 200 records, all of them or none. `errors` names rows and fields, such as `3.title`."""
        self.may_create()
        return answer_with(self, create_rows(self, request.data), code=status.HTTP_201_CREATED)

    @bulk_create.mapping.patch
    def bulk_update(self, request: Request) -> Response:
        """Change up to 200 records, each named by `id`, all of them or none. A `version` in a row is what was read."""
        return answer_with(self, update_rows(self, request.data))

    def rows_in_list(self) -> models.QuerySet[Any]:
        """The rows in the caller's scope, with what lists show of them."""
        return with_relations(self.get_queryset(), self.serializer_class, in_list=True)

    def expected_version(self, record: Record, given: int | None) -> int | None:
        """The version that the caller read: from the body, or the one that If-Match was just found to name.

        The service compares it once more with the row locked.
        """
        if given is not None:
            return given
        return record.version if "If-Match" in self.request.headers else None

    def action_input(self, body: type[StrictSerializer]) -> tuple[Any, dict[str, Any]]:
        """The record that an action is about, and the action's values with the version expected of the record."""
        record = self.get_object()
        check_if_match(self.request, record)
        serializer = body(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        values = dict(serializer.validated_data)
        values["expected_version"] = self.expected_version(record, values.pop("version", None))
        return record, values

    def take_step(self, name: str, body: type[TransitionRequest]) -> Response:
        record, values = self.action_input(body)
        workflow = workflow_for(self.model)
        assert workflow is not None
        given = {key: values.pop(key) for key in ("reason", "override", "expected_version") if key in values}
        return self.shown_again(workflow.apply(record, name, actor=self.actor, data=values, **given))

    # --- every answer ---

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final: HttpResponse = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(final, HttpResponseNotModified):
            return final
        if isinstance(final, Response) and not final.exception and final.data is not None:
            version = final.version if isinstance(final, RecordResponse) else None
            if request.method in ("GET", "HEAD") or version is not None:
                return self.remember_tag(with_entity_tag(request, final, version))
        # Files, refusals and bare answers to writes are for this caller and this moment only.
        patch_cache_control(final, private=True, no_store=True)
        return final


def with_relations(
    rows: models.QuerySet[Any],
    serializer_class: type[ResourceSerializer],
    *,
    in_list: bool,
    only: Collection[str] | None = None,
) -> models.QuerySet[Any]:
    """With the relations that the serializer shows, and no others: joins cost more than rows."""
    joined, fetched = serializer_class.relations(only or serializer_class.names(in_list=in_list))
    columns = columns_for(serializer_class, only) if only else None
    if columns is not None:
        rows = rows.only(*columns)
    # Without any, `select_related()` would join all.
    rows = rows.select_related(*joined) if joined else rows
    return rows.prefetch_related(*fetched)


def _step(workflow: Workflow, name: str, serializer: type[ResourceSerializer]) -> Callable[..., Response]:
    """The method behind `POST {id}/{name}/`."""
    body = transition_request(workflow, name, serializer)
    transition = workflow.get(name)

    def step(self: ResourceViewSet, request: Request, pk: str) -> Response:
        return self.take_step(name, body)

    step.__name__ = name
    step.__doc__ = f"{transition.label}: from {', '.join(transition.sources)} to {transition.target}." + (
        " Needs a reason." if transition.needs_reason else ""
    )
    options = {"scope": "act", "right": transition.right, "filterset_class": None}
    routed = action(detail=True, methods=["post"], url_path=name, url_name=name, **options)(step)
    return extend_schema(request=body, responses=serializer)(routed)
