"""Setting one edit back from history, through the same rules as an edit: as long as what it wrote still stands."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from babel.dates import format_datetime
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from fmm_portal.core.activity import CONCEALED, history_of, read_change, snapshot
from fmm_portal.core.bulk import value_before
from fmm_portal.core.errors import Refused
from fmm_portal.core.models import Activity, Record
from fmm_portal.core.partial_dates import babel_locale
from fmm_portal.core.policies import policy_for, require
from fmm_portal.core.principals import Actor, Principal, name_for
from fmm_portal.core.services import lock, update_record
from fmm_portal.core.workflow import workflow_for


def is_edit(entry: Activity) -> bool:
    """Whether an entry tells of a plain edit: of fields that a form has, with both values kept.

    Steps have their own way back, and what was changed together is set back together.
    """
    model = entry.subject_type.model_class()
    if entry.verb != "update" or entry.bulk_id is not None or model is None or not entry.changes:
        return False
    return all(_can_be_set(model, name, pair) for name, pair in entry.changes.items())


def _can_be_set(model: type[models.Model], name: str, pair: list[Any]) -> bool:
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    workflow = workflow_for(model)
    is_state = workflow is not None and workflow.field == name
    return (
        field.editable and not is_state and not isinstance(field, models.FileField) and CONCEALED not in pair
    )


def edits_made_alone(record: Record, entries: Iterable[Activity]) -> set[int]:
    """The keys of those edits that were all that their request did here.

    What a service changes in several records says one thing only as long as all of it stands.
    """
    edits = [entry for entry in entries if entry.request_id and is_edit(entry)]
    requests = history_of(record).order_by().filter(request_id__in={entry.request_id for entry in edits})
    together = Counter(requests.values_list("request_id", flat=True)) if edits else Counter[str]()
    return {entry.pk for entry in edits if together[entry.request_id] == 1}


def reasons_against(entry: Activity, subject: Record, principal: Principal) -> list[str]:
    """Why an edit cannot be set back; nothing when it can."""
    root: Any = entry.root_type.model_class()
    owner = root._base_manager.filter(pk=entry.root_id).first() if root is not None else None
    if owner is None or entry.pk not in edits_made_alone(owner, [entry]):
        return [_("This was no single edit. It is put right where it was done.")]
    if policy_for(subject).hidden_fields(principal, subject) & set(entry.changes):
        return [_("It holds what is not shown to you.")]
    present = snapshot(subject)
    return [
        _changed_since(entry, name, principal)
        for name, pair in entry.changes.items()
        if without_labels(present.get(name)) != without_labels(pair[1])
    ]


def without_labels(kept: Any) -> Any:
    """A value as history keeps it, to compare: other records by their keys, whatever they are called today."""
    if isinstance(kept, dict) and set(kept) == {"id", "label"}:
        return kept["id"]
    if isinstance(kept, list):
        return [without_labels(item) for item in kept]
    return kept or None if isinstance(kept, str | list | dict) else kept


def _changed_since(entry: Activity, name: str, principal: Principal) -> str:
    """Who wrote something else since."""
    later = Activity.objects.filter(
        subject_type=entry.subject_type_id,
        subject_id=entry.subject_id,
        pk__gt=entry.pk,
        changes__has_key=name,
    ).first()
    label = read_change(entry.subject_type.model_class(), name, [None, None]).label
    label = capfirst(label)
    if later is None:
        return _("%(field)s was changed since.") % {"field": label}
    who = name_for(principal, later.actor_label, later.user_id) or _("Somebody else")
    words = {"field": label, "who": who, "when": _moment(later)}
    return _("%(field)s was changed since, by %(who)s, %(when)s.") % words


def _moment(entry: Activity) -> str:
    return format_datetime(timezone.localtime(entry.at), "d MMM y, HH:mm", locale=babel_locale())


@transaction.atomic
def undo_edit(
    entry: Activity, *, actor: Actor, expected_version: int | None = None, reason: str = ""
) -> Record:
    """Write what was before.  Raises StaleRecord, Forbidden, ValidationError, Refused with all that stands against."""
    subject = entry.subject
    if not isinstance(subject, Record):
        raise Refused(_("This record was deleted by somebody else meanwhile."), code="deleted")
    current = lock(subject, expected_version=expected_version)
    require(actor.principal, "change", current)
    if against := reasons_against(entry, current, actor.principal):
        raise Refused(against, code="changed_since")
    changes = {}
    for name, pair in entry.changes.items():
        value = value_before(type(current), name, pair[0])
        if not _is_in_sight(value, actor.principal):
            raise ValidationError({name: _("What it was before is there no more.")})
        changes[name] = value
    undone = _("Undoes the change of %(when)s.") % {"when": _moment(entry)}
    return update_record(current, actor=actor, changes=changes, reason=f"{undone} {reason}".strip())


def _is_in_sight(value: Any, principal: Principal) -> bool:
    """Nobody gives a record by undoing what they could not give it by hand."""
    rows = value if isinstance(value, list) else [value]
    return all(_is_seen(row, principal) for row in rows if isinstance(row, models.Model))


def _is_seen(row: models.Model, principal: Principal) -> bool:
    try:
        policy = policy_for(row)
    except ImproperlyConfigured:
        return True
    return policy.scope(principal, type(row)._default_manager.filter(pk=row.pk)).exists()
