"""Writing and reading history: snapshots of a record, the difference of two, and how people read it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from babel.dates import format_datetime
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fmm_portal.core.models import Activity, Record
from fmm_portal.core.multilingual import Multilingual, content_languages
from fmm_portal.core.partial_dates import PartialDate, PartialDateField, babel_locale
from fmm_portal.core.principals import Actor

# Bookkeeping that changes at every save and tells nobody anything.
UNTOLD = {"id", "created_at", "updated_at", "version", "search_text"}
CONCEALED = {"restricted": True}
ENTRIES_AT_ONCE = 2000
# What is kept beside the fields of a model.
MORE_LABELS = {
    "overridden": gettext_lazy("passed over"),
    "entries": gettext_lazy("states taken"),
    "double": gettext_lazy("merged entry"),
    "moved": gettext_lazy("moved here"),
    "subject": gettext_lazy("about"),
}


class Change(NamedTuple):
    """One field of a history entry, as people read it."""

    label: str
    before: Any
    after: Any
    is_restricted: bool = False


def plain(value: Any) -> Any:
    """A value as JSON keeps it: dates in ISO, texts by language, other records as id and label."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Multilingual):
        return value.texts()
    if isinstance(value, PartialDate | date | datetime | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, models.Model):
        return {"id": value.pk, "label": str(value)}
    if isinstance(value, FieldFile):
        return value.name
    if isinstance(value, list | tuple | set | models.QuerySet):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return str(value)


def plain_fields(record: Record) -> dict[str, Any]:
    """The told fields of a record that name no other records, as JSON keeps them; asks the database nothing."""
    return {name: plain(getattr(record, name)) for name in _own_fields(type(record))}


@cache
def _own_fields(model: type[Record]) -> list[str]:
    fields = model._meta.concrete_fields
    return [field.name for field in fields if field.name not in UNTOLD and not field.is_relation]


def snapshot(record: Record) -> dict[str, Any]:
    """All told fields of a record, many-to-many included, as JSON keeps them."""
    values: dict[str, Any] = {}
    for field in record._meta.concrete_fields:
        if field.name not in UNTOLD:
            values[field.name] = plain(getattr(record, field.name))
    if record.pk is not None:
        for relation in record._meta.many_to_many:
            related = getattr(record, relation.name).all().order_by("pk")
            values[relation.name] = [plain(item) for item in related]
    return values


def difference(record: Record, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """`{field: [before, after]}` for what differs; personal and free words are named without their values."""
    concealed = record.restricted_fields | record.uncopied_fields
    changes: dict[str, list[Any]] = {}
    for name in (*after, *(name for name in before if name not in after)):
        old, new = before.get(name), after.get(name)
        if (old or None) != (new or None) or (old != new and bool(old) != bool(new)):
            changes[name] = [CONCEALED, CONCEALED] if name in concealed else [old, new]
    return changes


def record_activity(
    *,
    actor: Actor,
    verb: str,
    subject: Record,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
    label: str = "",
) -> Activity:
    """Add one entry to the history of a record and of the record on whose page it appears."""
    entry = entry_of(actor=actor, verb=verb, subject=subject, changes=changes, reason=reason, label=label)
    entry.save(force_insert=True)
    return entry


def record_activities(entries: Iterable[Activity]) -> None:
    """Add the entries of many records, made by `entry_of`, in few queries."""
    Activity.objects.bulk_create(entries, batch_size=ENTRIES_AT_ONCE)


def entry_of(
    *,
    actor: Actor,
    verb: str,
    subject: Record,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
    label: str = "",
) -> Activity:
    """An entry that is not written yet."""
    root = subject.history_root()
    kind = ContentType.objects.get_for_model(subject)
    root_kind = kind if root is subject else ContentType.objects.get_for_model(root)
    return Activity(
        user_id=actor.user_id,
        actor_label=actor.label[:200],
        source=actor.source,
        api_key_id=actor.api_key_id,
        request_id=actor.request_id,
        bulk_id=actor.bulk_id,
        verb=verb,
        reason=reason.strip(),
        changes=dict(changes or {}),
        subject_type_id=kind.pk,
        subject_id=subject.pk,
        subject_label=(label or str(subject))[:300],
        root_type_id=root_kind.pk,
        root_id=root.pk,
    )


def history_of(record: Record) -> models.QuerySet[Activity]:
    """Everything that happened to a record and its parts, newest first."""
    kind = ContentType.objects.get_for_model(record)
    entries = Activity.objects.filter(
        models.Q(root_type=kind, root_id=record.pk) | models.Q(subject_type=kind, subject_id=record.pk)
    )
    return entries.select_related("user", "subject_type")


def last_change(record: Record) -> Activity | None:
    """The newest entry about the record itself."""
    kind = ContentType.objects.get_for_model(record)
    return Activity.objects.filter(subject_type=kind, subject_id=record.pk).select_related("user").first()


def last_reason(record: Record, verb: str) -> str:
    """The reason that was given when a step was last taken; "" when it never was."""
    kind = ContentType.objects.get_for_model(record)
    entries = Activity.objects.filter(subject_type=kind, subject_id=record.pk, verb=verb)
    return entries.values_list("reason", flat=True).first() or ""


def states_on(records: Iterable[Record], moment: datetime) -> dict[Record, str]:
    """The status of each record at a moment, as its history tells; one query for records of one model.

    What was loaded from elsewhere has no history as old as that: its first known status stands. Records whose
    history says nothing of a status are left out.
    """
    known = {(ContentType.objects.get_for_model(row).pk, row.pk): row for row in records}
    about = models.Q(pk__in=[])
    for kind in {kind for kind, _pk in known}:
        about |= models.Q(subject_type=kind, subject_id__in=[pk for key, pk in known if key == kind])
    found: dict[Record, str] = {}
    for entry in Activity.objects.filter(about).order_by("at", "pk"):
        pair = entry.changes.get("status")
        if pair is None:
            continue
        record = known[entry.subject_type_id, entry.subject_id]
        if entry.at < moment:
            found[record] = pair[1]
        elif record not in found:
            found[record] = pair[0] or pair[1]
    return found


def state_on(record: Record, moment: datetime) -> str | None:
    """The status of one record at a moment; None when its history says nothing of it."""
    return states_on([record], moment).get(record)


def _shown(field: Any, value: Any) -> Any:
    """A kept value as people read it in their language."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, dict):
        if "label" in value and "id" in value:
            return value["label"]
        if set(value) <= set(content_languages()):
            return str(Multilingual(value))
        return ", ".join(f"{name}: {item}" for name, item in value.items())
    if isinstance(value, list):
        return ", ".join(str(_shown(None, item)) for item in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field is not None and getattr(field, "choices", None):
        return dict(field.flatchoices).get(value, value)
    if isinstance(value, str) and isinstance(field, PartialDateField):
        return PartialDate.from_iso(value).display()
    if isinstance(value, str) and isinstance(field, models.DateTimeField):
        at = datetime.fromisoformat(value)
        return format_datetime(at, "d MMM y, HH:mm", locale=babel_locale())
    return value


def read_changes(entry: Activity) -> Iterator[Change]:
    """The fields of an entry with their labels and values in the reader's language."""
    model = entry.subject_type.model_class()
    for name, pair in entry.changes.items():
        yield read_change(model, name, pair)


def read_change(model: type[models.Model] | None, name: str, pair: list[Any]) -> Change:
    """One field with its label, and its value before and after, in the reader's language."""
    try:
        field = model._meta.get_field(name) if model is not None else None
    except FieldDoesNotExist:
        field = None
    label = (
        str(getattr(field, "verbose_name", name.replace("_", " ")))
        if field is not None
        else str(MORE_LABELS.get(name, name.replace("_", " ")))
    )
    if pair == [CONCEALED, CONCEALED]:
        return Change(label, "", "", is_restricted=True)
    return Change(label, _shown(field, pair[0]), _shown(field, pair[1]))
