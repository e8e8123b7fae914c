"""Writing a confirmed file, by a worker: all of it or nothing, exactly what the preview showed."""

from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from fmm_portal.core.errors import Refused
from fmm_portal.core.export_jobs import ExportPolicy
from fmm_portal.core.imports.planning import ERROR, SheetPlan, plan_file
from fmm_portal.core.imports.uploads import (
    compare_again,
    format_of,
    parent_of,
    remove_upload,
    sheet_of,
)
from fmm_portal.core.imports.writing import Outdated, hold, write_plan
from fmm_portal.core.jobs import Lease, enqueue, run_job
from fmm_portal.core.models import Activity, Import, ImportOutcome, SheetUpload
from fmm_portal.core.policies import register_policy
from fmm_portal.core.principals import Actor, Source

PLANNED_AT = 60


class ImportPolicy(ExportPolicy):
    """As of exports: everybody has their own."""


def register() -> None:
    register_policy(Import, ImportPolicy())


@transaction.atomic
def request_import(kept: SheetUpload, *, fingerprint: str) -> Import:
    """Put a file on the list of what workers write; sent twice, it is there once.

    Raises Refused unless the preview that was confirmed is the present one, has no errors and changes something.
    """
    kept = SheetUpload.objects.select_for_update().get(pk=kept.pk)
    job = Import.objects.filter(upload=kept).first()
    if job is not None and (job.is_waiting or job.is_written):
        return job
    if fingerprint != kept.fingerprint:
        raise Refused(_("Rows have changed since this preview was made. Look at it again."), code="outdated")
    if kept.counts.get(ERROR):
        raise Refused(_("Nothing is written while a row is not accepted."), code="errors")
    if not kept.counts.get("create") and not kept.counts.get("update"):
        raise Refused(_("The file changes nothing: the portal holds all of it already."), code="unchanged")
    if job is not None:
        job.delete()
    job = Import(
        user_id=kept.user_id, kind=kept.kind, parent_id=kept.parent_id, language=kept.language,
        file_name=kept.file_name, upload=kept, counts=kept.counts, sent_at=timezone.now(),
    )  # fmt: skip
    job.full_clean()
    job.save()
    enqueue(job)
    return job


def make_import(import_id: int) -> bool:
    """Write a file that waits for it; the body of the worker's task."""
    return run_job(Import, import_id, _work)


def _work(job: Import, lease: Lease) -> None:
    lease.report(1, "reading")
    kept = job.upload
    if kept is None:
        lease.finish(outcome=ImportOutcome.OUTDATED)
        return
    actor = Actor(job.user, Source.IMPORT, str(job.user))
    with translation.override(job.language):
        seen = _newest()
        plan = _plan(kept, actor, lease)
        try:
            outcome = _write(job, kept, plan, seen, actor, lease)
        except (Outdated, IntegrityError):
            outcome = ImportOutcome.OUTDATED
        if outcome == ImportOutcome.WRITTEN:
            remove_upload(kept)
            return
        # What the file would do now, to be looked at.
        plan = compare_again(kept, actor.principal)
        refused = plan.counts[ERROR] > 0
        lease.finish(outcome=ImportOutcome.REFUSED if refused else ImportOutcome.OUTDATED, counts=plan.counts)


def _newest() -> int:
    return Activity.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _plan(kept: SheetUpload, actor: Actor, lease: Lease) -> SheetPlan:
    sheet = sheet_of(kept, actor.principal)
    parent = parent_of(format_of(kept), kept.parent_id, actor.principal)
    tell = partial(_tell, lease, max(len(sheet.rows), 1))
    return plan_file(format_of(kept), sheet, actor.principal, parent=parent, tell=tell)


def _tell(lease: Lease, count: int, place: int) -> None:
    lease.report(min(PLANNED_AT, 5 + PLANNED_AT * place // count), "checking")


def _write(
    job: Import, kept: SheetUpload, plan: SheetPlan, seen: int, actor: Actor, lease: Lease
) -> ImportOutcome:
    lease.report(PLANNED_AT, "writing")
    import_format = format_of(kept)
    with transaction.atomic():
        hold(import_format)
        if _newest() != seen:
            plan = _plan(kept, actor, lease)
        if plan.fingerprint != kept.fingerprint or plan.counts[ERROR]:
            raise Outdated
        reason = _("Imported from %(file)s") % {"file": kept.file_name}
        bulk = write_plan(import_format, plan, actor=actor, reason=reason)
        lease.finish(outcome=ImportOutcome.WRITTEN, bulk=bulk, counts=plan.counts)
    return ImportOutcome.WRITTEN
