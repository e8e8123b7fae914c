"""The read path: records as JSON values, by one function a field made beforehand, and one query for all briefs.

REST framework asks every field of every row where its value is and how it is written. Here that is answered once for
each serializer; the row only runs the answers.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.functions import Cast
from rest_framework import serializers

from fmm_portal.api.fields import MultilingualField, RelatedId, brief_columns, brief_of
from fmm_portal.core.multilingual import Multilingual

if TYPE_CHECKING:
    from fmm_portal.api.serializers import ResourceSerializer

Read = Callable[[Any], Any]

# Stored in the very form in which they are sent.
AS_STORED = (
    serializers.CharField, serializers.ChoiceField, serializers.IntegerField, serializers.BooleanField,
    serializers.JSONField, serializers.ListField,
)  # fmt: skip


class Slot(NamedTuple):
    """A relation whose briefs are fetched for all rows at once. `key` is the column of a single one."""

    name: str
    path: str
    model: type[models.Model]
    key: str = ""


class Reader:
    """Reads records as one serializer shows them. `load` fetches the briefs of many records with one query."""

    def __init__(self, serializer: "ResourceSerializer") -> None:
        self.serializer = serializer
        self.slots = serializer.slots(serializer.fields)
        self._queries = self._prepared()
        self._briefs: dict[str, dict[Any, Any]] = {}
        self._loaded: dict[int, Any] = {}
        self._reads = [(name, self._read_of(field)) for name, field in serializer.fields.items()
                       if not field.write_only]  # fmt: skip

    def read(self, record: Any) -> dict[str, Any]:
        if id(record) not in self._loaded:
            self.load([record])
        return {name: read(record) for name, read in self._reads}

    def forget(self) -> None:
        self._briefs, self._loaded = {}, {}

    # --- relations ---

    def load(self, records: Iterable[Any]) -> None:
        """The briefs of all relations of these records: one query, however many relations and rows there are."""
        records = list(records)
        self._loaded = {id(record): record for record in records}
        self._briefs = {slot.name: {} for slot in self.slots}
        single: dict[type[models.Model], set[Any]] = {}
        for slot in self.slots:
            if slot.key:
                found = {getattr(record, slot.key) for record in records} - {None}
                single.setdefault(slot.model, set()).update(found)
        keys = [record.pk for record in records]
        queries = [
            query.filter(pk__in=wanted)
            for slot, model, query in self._queries
            if (wanted := keys if slot else sorted(single[model]))
        ]
        if not queries:
            return
        request = self.serializer.context.get("request")
        known: dict[tuple[type[models.Model], Any], dict[str, Any]] = {}
        many: dict[str, dict[Any, dict[Any, Any]]] = {}
        for number, owner, pk, *values in (
            queries[0].union(*queries[1:], all=True) if queries[1:] else queries[0]
        ):
            slot, model, _query = self._queries[number]
            brief = known.get((model, pk))
            if brief is None:
                brief = known[model, pk] = brief_of(_partial(model, pk, values), request)
            if slot is not None:
                many.setdefault(slot.name, {}).setdefault(owner, {})[pk] = brief
        for slot in self.slots:
            if slot.key:
                self._briefs[slot.name] = {
                    pk: brief for (model, pk), brief in known.items() if model is slot.model
                }
            else:
                found_of = many.get(slot.name, {})
                self._briefs[slot.name] = {
                    owner: [briefs[pk] for pk in sorted(briefs)] for owner, briefs in found_of.items()
                }

    def _prepared(self) -> list[tuple[Slot | None, type[models.Model], models.QuerySet[Any, Any]]]:
        """The parts of that query, but for the keys: to describe them takes longer than to run them."""
        singles = {slot.model: None for slot in self.slots if slot.key}
        parts: list[tuple[Slot | None, type[models.Model]]] = [(None, model) for model in singles]
        parts += [(slot, slot.model) for slot in self.slots if not slot.key]
        width = max((len(brief_columns(model) or ()) for _slot, model in parts), default=0)
        owner = self.serializer.model()
        return [
            (slot, model, _wanted(number, slot, model, width, owner))
            for number, (slot, model) in enumerate(parts)
        ]

    # --- fields ---

    def _read_of(self, field: Any) -> Read:
        for slot in self.slots:
            if field.field_name == slot.name:
                return self._read_brief(slot)
            if isinstance(field, serializers.ManyRelatedField) and field.source == slot.name:
                return self._read_ids(slot)
        return reader_of(field, self.serializer.model())

    def _read_brief(self, slot: Slot) -> Read:
        name, key = slot.name, slot.key
        if key:
            return lambda record: self._briefs[name].get(getattr(record, key))
        return lambda record: self._briefs[name].get(record.pk, [])

    def _read_ids(self, slot: Slot) -> Read:
        name = slot.name
        return lambda record: [brief["id"] for brief in self._briefs[name].get(record.pk, ())]


def _wanted(
    number: int, slot: Slot | None, model: type[models.Model], width: int, owner: type[models.Model]
) -> models.QuerySet[Any, tuple[Any, ...]]:  # fmt: skip
    """The number of the part, the owner's key, the related one's key and the columns of its brief, filled up."""
    columns = brief_columns(model) or ()
    rows: models.QuerySet[Any] = (owner if slot else model)._base_manager.order_by()
    prefix = f"{slot.path}__" if slot else ""
    if slot:
        rows = rows.filter(**{f"{slot.path}__isnull": False})
    text = models.TextField()
    cells: list[Any] = [Cast(f"{prefix}{name}", text) for name in columns]
    cells += [models.Value("", output_field=text)] * (width - len(columns))
    place = models.Value(number, output_field=models.IntegerField())
    values = {f"brief_{at}": cell for at, cell in enumerate(cells)}
    return rows.annotate(brief_place=place, **values).values_list("brief_place", "pk", f"{prefix}pk", *values)


def _partial(model: type[models.Model], pk: Any, values: Sequence[str]) -> models.Model:
    """A record of which only what its brief shows is known."""
    known: dict[str, Any] = {model._meta.pk.attname: pk}
    for name, value in zip(brief_columns(model) or (), values, strict=False):
        field: Any = model._meta.get_field(name)
        read = getattr(field, "from_db_value", None)
        known[field.attname] = read(value, None, None) if read else value
    # Django takes the values in the order of the model's own columns.
    names = [field.attname for field in model._meta.concrete_fields if field.attname in known]
    return model.from_db("default", names, [known[name] for name in names])


def reader_of(field: Any, model: type[models.Model] | None) -> Read:
    """How the value of one field is had from a record, decided once."""
    if isinstance(field, serializers.SerializerMethodField):
        method: Read = getattr(field.parent, field.method_name)
        return method
    if field.source == "*":
        whole: Read = field.to_representation
        return whole
    column = _column(model, field.source)
    if column is not None and column.is_relation and isinstance(field, RelatedId):
        return _attribute(column.attname)
    write = _writer_of(field, column)
    get = _attribute(field.source)
    if write is None:
        return get
    if column is not None and not column.is_relation:
        return lambda record: None if (value := get(record)) is None else write(value)

    def read(record: Any) -> Any:
        value = field.get_attribute(record)
        return None if value is None else write(value)

    return read


def _attribute(name: str) -> Read:
    return lambda record: getattr(record, name)


def _column(model: type[models.Model] | None, name: str) -> Any:
    """The model's own column of that name; None for what is worked out, or in another table."""
    if model is None or "." in name:
        return None
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if getattr(field, "concrete", False) and not field.many_to_many else None


def _writer_of(field: Any, column: Any) -> Read | None:
    """What makes JSON of a value; None where the value is JSON already."""
    if isinstance(field, serializers.ListSerializer) and _is_plain(field.child):
        each = _nested(field.child)
        return lambda rows: [each(row) for row in (rows.all() if hasattr(rows, "all") else rows)]
    if isinstance(field, serializers.BaseSerializer) and _is_plain(field):
        return _nested(field)
    if column is not None and isinstance(field, AS_STORED):
        return None
    if isinstance(field, MultilingualField):
        return texts_of
    if type(field) is serializers.DateTimeField:
        return moment
    if type(field) is serializers.DateField:
        return lambda day: day.isoformat()
    write: Read = field.to_representation
    return write


def _is_plain(field: Any) -> bool:
    return isinstance(field, serializers.Serializer) and (
        type(field).to_representation is serializers.Serializer.to_representation
    )


def _nested(serializer: Any) -> Read:
    model = getattr(getattr(serializer, "Meta", None), "model", None)
    reads = [
        (name, reader_of(field, model)) for name, field in serializer.fields.items() if not field.write_only
    ]
    return lambda record: {name: read(record) for name, read in reads}


def texts_of(value: Any) -> dict[str, str]:
    return value.texts() if isinstance(value, Multilingual) else dict(value)


def moment(value: Any) -> str:
    """As REST framework writes it, the portal's clock being UTC."""
    return f"{value.astimezone(UTC).isoformat().removesuffix('+00:00')}Z"
