"""Many records in one request: `POST bulk/` creates, `PATCH bulk/` changes; all of them, or none and why not.

Each row goes through the serializer, policy and service that a request of its own would go through, and has its own
entry in the history. Records that rows name are looked up together, once for each field.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.response import Response

from fmm_portal.api.fields import RelatedId
from fmm_portal.core.models import Record
from fmm_portal.core.policies import require
from fmm_portal.core.rows import RowsTogether

# As many as a page holds: what was read as a page can be written as one.
MOST_ROWS = 200


def rows_in(data: Any) -> list[Any]:
    """The rows of a request.  Raises ValidationError."""
    if not isinstance(data, list):
        raise ValidationError(_("Send an array of rows."), code="not_an_array")
    if not data:
        raise ValidationError(_("Send at least one row."), code="empty")
    if len(data) > MOST_ROWS:
        message = _("Send at most %(limit)d rows at once; these are %(count)d.")
        raise ValidationError(message % {"limit": MOST_ROWS, "count": len(data)}, code="too_many_rows")
    return data


def look_up_together(serializer: serializers.Serializer[Any], rows: Sequence[Any]) -> None:
    """Let the serializer know the records that any of the rows name: one query a field, not one a row."""
    for name, field in serializer.fields.items():
        child = field.child_relation if isinstance(field, serializers.ManyRelatedField) else field
        if field.read_only or not isinstance(child, RelatedId):
            continue
        given = (row[name] for row in rows if isinstance(row, dict) and name in row)
        flat = [pk for value in given for pk in (value if isinstance(value, list) else [value])]
        ids = set(filter(_may_exist, flat))
        child.known = {row.pk: row for row in child.get_queryset().filter(pk__in=ids)} if ids else {}


def create_rows(view: Any, data: Any) -> list[Record]:
    """Raises ValidationError, RowsRefused; then nothing is created."""
    rows = rows_in(data)
    serializer = view.get_serializer()
    look_up_together(serializer, rows)
    together, made = RowsTogether(also=(ValidationError,)), []
    with transaction.atomic():
        for place, row in enumerate(rows):
            with together.row(str(place)):
                view.refuse_version(row)
                made.append(view.perform_create(dict(serializer.run_validation(row))))
        together.settle()
    return made


def update_rows(view: Any, data: Any) -> list[Record]:
    """Each row names its record by `id`, and by `version` what was read of it.

    Raises ValidationError, RowsRefused; then nothing is changed.
    """
    rows = rows_in(data)
    serializer = view.get_serializer(partial=True)
    look_up_together(serializer, rows)
    ids = [row.get("id") if isinstance(row, dict) else None for row in rows]
    records = {
        record.pk: record for record in view.rows_in_list().filter(pk__in=set(filter(_may_exist, ids)))
    }
    together, saved = RowsTogether(also=(ValidationError,)), []
    with transaction.atomic():
        for place, row in enumerate(rows):
            with together.row(str(place)):
                record = _record_of(row, records, is_again=_is_id(ids[place]) and ids[place] in ids[:place])
                # Before the row is read: who may not change a record is not told how.
                require(view.principal, "change", record)
                serializer.instance = record
                given = {name: value for name, value in row.items() if name != "id"}
                values = dict(serializer.run_validation(given))
                saved.append(view.perform_update(record, values, values.pop("version", None)))
        together.settle()
    return saved


def answer_with(view: Any, records: Sequence[Record], *, code: int = status.HTTP_200_OK) -> Response:
    """The records as lists show them, in the order in which they were sent. One written out of its writer's own
    sight is told by its id."""
    found = {row.pk: row for row in view.rows_in_list().filter(pk__in=[record.pk for record in records])}
    seen = [found[record.pk] for record in records if record.pk in found]
    shown = {row["id"]: row for row in view.get_serializer(seen, many=True, in_list=True).data}
    return Response({"results": [shown.get(record.pk, {"id": record.pk}) for record in records]}, status=code)


def _record_of(row: Any, records: dict[int, Record], *, is_again: bool) -> Record:
    if not isinstance(row, dict):
        raise ValidationError(_("Give the row as an object."))
    pk = row.get("id")
    if not _is_id(pk):
        message = _("Say by its id which record the row is about.")
        raise ValidationError({"id": [ErrorDetail(message, code="required")]})
    if is_again:
        message = _("Another row is about this record already.")
        raise ValidationError({"id": [ErrorDetail(message, code="given_twice")]})
    if pk not in records:
        message = _("There is no such record with the id {pk_value}, or none that you may see.")
        raise ValidationError({"id": [ErrorDetail(message.format(pk_value=pk), code="does_not_exist")]})
    return records[pk]


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _may_exist(value: Any) -> bool:
    """Whether the database may be asked: it refuses to look for a number that no row can have."""
    return _is_id(value) and 0 < value < 2**63
