"""How records are created, changed and deleted: locked, checked, validated, with history. Everyone's way in.

Forms, serializers, imports and jobs call these; nobody else saves a record.
"""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fmm_portal.core.activity import difference, last_change, plain, record_activity, snapshot
from fmm_portal.core.deletions import is_part_of, touch
from fmm_portal.core.errors import Refused, StaleRecord
from fmm_portal.core.models import Record, Referenced
from fmm_portal.core.policies import require
from fmm_portal.core.principals import Actor
from fmm_portal.core.references import adopt_reference, next_reference

R = TypeVar("R", bound=Record)


def lock(record: R, *, expected_version: int | None = None) -> R:
    """The row as it is now, locked until the transaction ends.

    Raises StaleRecord when `expected_version` is given and somebody saved since, Refused when it was deleted.
    """
    # The row alone: PostgreSQL locks no optional neighbour that the order of rows brings in.
    rows = type(record)._base_manager.select_for_update(of=("self",))
    current: R | None = rows.filter(pk=record.pk).first()
    if current is None:
        raise Refused(_("This record was deleted by somebody else meanwhile."), code="deleted")
    if expected_version is not None and current.version != expected_version:
        raise stale(current)
    return current


def stale(current: Record) -> StaleRecord:
    entry = last_change(current)
    return StaleRecord(
        current,
        changed_by=entry.actor_label if entry else "",
        changed_by_id=entry.user_id if entry else None,
        changed_at=entry.at if entry else current.updated_at,
    )


def _assign(record: Record, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Set plain fields; return the many-to-many ones, to be set once the row exists."""
    related: dict[str, Any] = {}
    many = {field.name for field in record._meta.many_to_many}
    for name, value in changes.items():
        if name in many:
            related[name] = value
        else:
            setattr(record, name, value)
    return related


def _save(record: Record, related: Mapping[str, Any]) -> None:
    """Write a validated record. A race that only the database can see is answered in the constraint's own words."""
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError:
        record.full_clean()
        raise
    for name, value in related.items():
        getattr(record, name).set(value)


@transaction.atomic
def create_record(
    record: R, *, actor: Actor, related: Mapping[str, Any] | None = None, reason: str = ""
) -> R:
    """Write a new record with its many-to-many rows and its first history entry.

    Raises Forbidden, ValidationError.
    """
    require(actor.principal, "create", record)
    if isinstance(record, Referenced):
        prefix = record.reference_prefix
        record.reference = (
            adopt_reference(record.reference, prefix)
            if record.reference
            else next_reference(prefix, record.reference_year())
        )
    record.full_clean()
    _save(record, related or {})
    record_activity(
        actor=actor,
        verb="create",
        subject=record,
        changes=difference(record, {}, snapshot(record)),
        reason=reason,
    )
    return record


@transaction.atomic
def update_record(
    record: R,
    *,
    actor: Actor,
    changes: Mapping[str, Any],
    expected_version: int | None = None,
    reason: str = "",
    right: str = "change",
) -> R:
    """Apply `{field: value}` (many-to-many fields take lists). Nothing differs, nothing is written.

    `right` is another one than to change the record, for services that change a few fields of it.
    Raises StaleRecord, Forbidden, ValidationError. The given record is left as it was; use the returned one.
    """
    current = lock(record, expected_version=expected_version)
    require(actor.principal, right, current)
    before = snapshot(current)
    related = _assign(current, changes)
    # Both before and after the new values: nobody moves a record out of, or into, what they may change.
    require(actor.principal, right, current)
    current.full_clean()
    after = snapshot(current) | {
        name: plain(sorted(rows, key=attrgetter("pk"))) for name, rows in related.items()
    }
    changed = difference(current, before, after)
    if not changed:
        return current
    current.version += 1
    _save(current, related)
    _tell_former_owners(current, changed)
    record_activity(actor=actor, verb="update", subject=current, changes=changed, reason=reason)
    return current


def _tell_former_owners(record: Record, changed: Mapping[str, Any]) -> None:
    """A part that now belongs to another record is gone from what the one before shows."""
    for name, (before, _after) in changed.items():
        if isinstance(before, dict) and "id" in before and is_part_of(record._meta.get_field(name)):
            touch(record._meta.get_field(name).remote_field.model, before["id"])  # type: ignore[union-attr]


@transaction.atomic
def delete_record(
    record: Record, *, actor: Actor, expected_version: int | None = None, reason: str = ""
) -> None:
    """Remove a record; its history stays.  Raises StaleRecord, Forbidden, Refused when others depend on it."""
    current = lock(record, expected_version=expected_version)
    require(actor.principal, "delete", current)
    label, before = str(current), snapshot(current)
    record_activity(
        actor=actor,
        verb="delete",
        subject=current,
        changes=difference(current, before, {}),
        reason=reason,
        label=label,
    )
    try:
        with transaction.atomic():
            current.delete()
    except ProtectedError as error:
        names = ", ".join(sorted({str(item._meta.verbose_name) for item in error.protected_objects}))
        count = len(error.protected_objects)
        raise Refused(
            ngettext(
                "%(label)s cannot be deleted: it is used by %(count)d other record (%(names)s).",
                "%(label)s cannot be deleted: it is used by %(count)d other records (%(names)s).",
                count,
            )
            % {"label": label, "count": count, "names": names},
            code="in_use",
        ) from error


def field_error(field: str, message: Any, code: str = "invalid") -> ValidationError:
    """A ValidationError on one field."""
    return ValidationError({field: ValidationError(message, code=code)})
