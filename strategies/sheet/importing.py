"""Writing what a spreadsheet changes, all or nothing, through the services and the workflow."""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from fmm_portal.core.policies import require
from fmm_portal.core.principals import Actor, Source
from fmm_portal.core.services import create_record, lock, update_record
from strategies.models import ActionPlan, PlanActivity, PlanObjective, PlanResult
from strategies.plan_progress import move_to
from strategies.sheet.planning import Line, PlannedRow, SheetPlan, compare
from strategies.sheet.reading import Sheet


class _RowRefused(Exception):
    """A row that only the database could refuse; undoes all that was written."""

    def __init__(self, preview: SheetPlan) -> None:
        super().__init__()
        self.preview = preview


def import_sheet(plan: ActionPlan, sheet: Sheet, *, actor: Actor, file_name: str) -> SheetPlan:
    """Write every row that changes something; where any row is bad, write none and return what is wrong.

    Raises Forbidden, StaleRecord.
    """
    require(actor.principal, "import_sheet", plan)
    importer = Actor(actor.principal, Source.IMPORT, actor.label, actor.api_key_id, actor.request_id)
    try:
        with transaction.atomic():
            # Two imports into one plan wait for each other.
            lock(plan)
            preview = compare(plan, sheet, actor.principal)
            if not preview.has_errors:
                _write(plan, preview, importer, file_name)
    except _RowRefused as refusal:
        return refusal.preview
    return preview


def _write(plan: ActionPlan, preview: SheetPlan, actor: Actor, file_name: str) -> None:
    reason = _("Imported from %(file)s") % {"file": file_name}
    for line in preview.objectives:
        _write_line(line, PlanObjective.objects.filter(plan=plan), actor, reason)
    for line in preview.results:
        # The objective may have got its key just now.
        line.record.objective = line.record.objective
        _write_line(line, PlanResult.objects.filter(objective__plan=plan), actor, reason)
    order = _last_order(PlanActivity.objects.filter(plan=plan))
    for row in preview.rows:
        if row.action == "unchanged":
            continue
        if row.activity is None:
            order += 1
        try:
            _write_row(plan, row, order, actor, reason)
        except ValidationError as error:
            for message in error.messages:
                row.refuse("", message)
            raise _RowRefused(preview) from error
        preview.written += 1


def _last_order(
    rows: "models.QuerySet[PlanObjective] | models.QuerySet[PlanResult] | models.QuerySet[PlanActivity]",
) -> int:
    return rows.aggregate(last=models.Max("order"))["last"] or 0


def _write_line(
    line: Line,
    siblings: "models.QuerySet[PlanObjective] | models.QuerySet[PlanResult]",
    actor: Actor,
    reason: str,
) -> None:
    if line.is_new:
        line.record.order = _last_order(siblings) + 1
        create_record(line.record, actor=actor, reason=reason)
    elif line.changes:
        line.record = update_record(line.record, actor=actor, changes=line.changes, reason=reason)


def _write_row(plan: ActionPlan, row: PlannedRow, order: int, actor: Actor, reason: str) -> None:
    assert row.result is not None
    changes = dict(row.values)
    if row.activity is None:
        new = PlanActivity(plan=plan, order=order, **{"currency": plan.currency, **changes})
        new.result = row.result.record
        activity = create_record(new, actor=actor, related={"partners": row.partners or []}, reason=reason)
    else:
        changes["result"] = row.result.record
        if row.partners is not None:
            changes["partners"] = row.partners
        activity = update_record(
            row.activity,
            actor=actor,
            changes=changes,
            expected_version=row.activity.version,
            reason=reason,
        )
    if row.status != activity.status:
        move_to(activity, row.status, actor=actor, reason=activity.comment or reason)
