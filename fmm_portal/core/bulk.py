"""Changing many rows at once: each through the services and its policy, all of them or none, undone from history."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from fmm_portal.core.activity import CONCEALED, plain
from fmm_portal.core.errors import DomainError, Refused
from fmm_portal.core.models import Activity, BulkChange, Record
from fmm_portal.core.multilingual import Multilingual, MultilingualField
from fmm_portal.core.principals import Actor
from fmm_portal.core.services import delete_record, update_record

# More rows in one transaction would keep others waiting.
MOST_ROWS = 1000


class Refusal(NamedTuple):
    """A row that cannot be changed, and why."""

    pk: int
    label: str
    reasons: list[str]


@dataclass
class Outcome:
    """What becomes of each row; `same` have the values already."""

    changed: int = 0
    same: int = 0
    refused: list[Refusal] = field(default_factory=list)


class BulkRefused(Refused):
    """At least one row refused, so none was changed."""

    code = "bulk_refused"

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(
            [f"{refusal.label}: {' '.join(refusal.reasons)}" for refusal in outcome.refused]
            or _("Nothing would change.")
        )
        self.outcome = outcome


def rehearse(
    model: type[Record], pks: Collection[int], changes: Mapping[str, Any], *, actor: Actor
) -> Outcome:
    """What `change_together` would do, row by row: it is done, and taken back."""
    with transaction.atomic():
        outcome = _change_each(_rows(model, pks), lambda _record: changes, actor)
        transaction.set_rollback(True)
    return outcome


@transaction.atomic
def change_together(
    model: type[Record], pks: Collection[int], changes: Mapping[str, Any], *, actor: Actor, reason: str = ""
) -> BulkChange:
    """Apply the same values to many rows as one change.  Raises BulkRefused when a single row refuses."""
    bulk = _begin(model, actor, reason, values={name: plain(value) for name, value in changes.items()})
    outcome = _change_each(_rows(model, pks), lambda _record: changes, actor.within(bulk.pk), reason)
    return _finish(bulk, outcome)


def entries_changed_since(bulk: BulkChange) -> list[Activity]:
    """The entries of a change whose rows have a newer entry of their own."""
    entries = list(bulk.entries.order_by("pk"))
    about = Activity.objects.filter(
        subject_type=bulk.model_type, subject_id__in=[entry.subject_id for entry in entries]
    )
    last = dict(about.order_by().values_list("subject_id").annotate(Max("pk")))
    return [entry for entry in entries if last[entry.subject_id] != entry.pk]


@transaction.atomic
def undo_together(
    bulk: BulkChange, *, actor: Actor, leave_out: Collection[int] = (), reason: str = ""
) -> BulkChange:
    """Give every row back the values that it had, as a change of its own; rows that it brought in are deleted.

    `leave_out` are rows that stay as they are. Raises BulkRefused when a row was changed since, is gone or
    refuses; Refused when it was undone before, or has more rows than are undone together.
    """
    bulk = BulkChange.objects.select_for_update(of=("self",)).get(pk=bulk.pk)
    if BulkChange.objects.filter(undoes=bulk).exists():
        raise Refused(_("This change has been undone already."), code="undone")
    if bulk.count > MOST_ROWS:
        raise Refused(
            _("At most %(number)d rows are undone together.") % {"number": MOST_ROWS}, code="too_many"
        )
    model = bulk.changed_model
    entries = {
        entry.subject_id: entry for entry in bulk.entries.order_by("pk") if entry.subject_id not in leave_out
    }
    rows = {row.pk: row for row in _rows(model, entries).select_for_update(of=("self",))}
    since = {entry.subject_id for entry in entries_changed_since(bulk)}
    outcome = Outcome()
    for pk, entry in entries.items():
        if pk not in rows:
            outcome.refused.append(Refusal(pk, entry.subject_label, [_("It was deleted since.")]))
        elif pk in since:
            outcome.refused.append(Refusal(pk, entry.subject_label, [_("It was changed since.")]))
        elif any(CONCEALED in pair for pair in entry.changes.values()) and entry.verb != "create":
            words = _("It holds personal data, of which history keeps no copy.")
            outcome.refused.append(Refusal(pk, entry.subject_label, [words]))
    if outcome.refused:
        raise BulkRefused(outcome)
    undoing = _begin(model, actor, reason, undoes=bulk)

    made = {pk for pk, entry in entries.items() if entry.verb == "create"}
    whose = actor.within(undoing.pk)

    def before(record: Record) -> dict[str, Any]:
        pairs = entries[record.pk].changes
        return {name: value_before(model, name, pair[0]) for name, pair in pairs.items()}

    outcome = _change_each([row for pk, row in rows.items() if pk not in made], before, whose, reason)
    for pk in made:
        _delete(rows[pk], whose, reason, outcome)
    return _finish(undoing, outcome)


def _delete(row: Record, actor: Actor, reason: str, outcome: Outcome) -> None:
    """What the change brought in is taken out again, unless something has come to depend on it."""
    label = str(row)
    try:
        with transaction.atomic():
            delete_record(row, actor=actor, reason=reason)
    except DomainError as error:
        outcome.refused.append(Refusal(row.pk, label, error.messages))
    else:
        outcome.changed += 1


def value_before(model: type[Record], name: str, kept: Any) -> Any:
    """A field's value out of what history keeps of it.  Raises ValidationError when it names what is gone."""
    its_field: Any = model._meta.get_field(name)
    if its_field.many_to_many or its_field.is_relation:
        ids = [item["id"] for item in (kept if its_field.many_to_many else [kept] if kept else [])]
        found = list(its_field.related_model._base_manager.filter(pk__in=ids))
        if len(found) != len(ids):
            raise ValidationError({name: _("What it was before is there no more.")})
        return found if its_field.many_to_many else (found[0] if found else None)
    if isinstance(its_field, MultilingualField):
        return Multilingual.of(kept)
    if kept is None:
        return None if its_field.null else its_field.get_default()
    return its_field.to_python(kept)


def _rows(model: type[Record], pks: Iterable[int]) -> models.QuerySet[Any]:
    return model._base_manager.filter(pk__in=list(pks)).order_by("pk")


def _begin(
    model: type[Record],
    actor: Actor,
    reason: str,
    *,
    values: dict[str, Any] | None = None,
    undoes: BulkChange | None = None,
) -> BulkChange:
    return BulkChange.objects.create(
        user_id=actor.user_id,
        actor_label=actor.label[:200],
        reason=reason.strip(),
        model_type=ContentType.objects.get_for_model(model),
        values=values or {},
        undoes=undoes,
    )


def _finish(bulk: BulkChange, outcome: Outcome) -> BulkChange:
    if outcome.refused or not outcome.changed:
        raise BulkRefused(outcome)
    bulk.count = outcome.changed
    bulk.save(update_fields=["count"])
    return bulk


def _change_each(
    rows: Iterable[Any], changes_of: Callable[[Any], Mapping[str, Any]], actor: Actor, reason: str = ""
) -> Outcome:
    """Row by row through the one service; whoever refuses is named, the others go on."""
    outcome = Outcome()
    for row in rows:
        try:
            with transaction.atomic():
                saved = update_record(row, actor=actor, changes=changes_of(row), reason=reason)
        except DomainError as error:
            outcome.refused.append(Refusal(row.pk, str(row), error.messages))
        except ValidationError as error:
            outcome.refused.append(Refusal(row.pk, str(row), _sentences(row, error)))
        else:
            outcome.changed += saved.version != row.version
            outcome.same += saved.version == row.version
    return outcome


def _sentences(row: Record, error: ValidationError) -> list[str]:
    """What validation says, with the name of the field it is about."""
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    found = []
    for name, texts in error.message_dict.items():
        known = next((f for f in row._meta.get_fields() if f.name == name), None)
        label = str(getattr(known, "verbose_name", ""))
        words = _("%(label)s: %(value)s")
        found += [words % {"label": label, "value": text} if label else text for text in texts]
    return found
