"""Asking for reports, making them, and removing them when their time is over."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from fmm_portal.core.activity import record_activity
from fmm_portal.core.errors import Refused
from fmm_portal.core.jobs import JobStatus, Lease, enqueue, requeue, run_job
from fmm_portal.core.models import Record
from fmm_portal.core.policies import require
from fmm_portal.core.principals import Actor
from fmm_portal.core.services import field_error, lock
from fmm_portal.reports.enums import Stage
from fmm_portal.reports.fingerprints import fingerprint_of, template_version, without_contact_details
from fmm_portal.reports.models import Report
from fmm_portal.reports.policies import audience_of
from fmm_portal.reports.registry import report_kind
from fmm_portal.reports.render import render_pdf


@transaction.atomic
def request_report(*, actor: Actor, kind: str, subject: Record, language: str) -> Report:
    """A report of what the actor may see of the subject now: the one there is, or a new one in the queue.

    Raises Forbidden, Refused (unknown kind, wrong subject), ValidationError (language).
    """
    chosen = report_kind(kind)
    if not isinstance(subject, chosen.model):
        raise Refused(_("This kind of report cannot be made of this record."), code="wrong_subject")
    if language not in chosen.languages:
        raise field_error("language", _("This report is not available in this language."), "language")
    # Requests about one record take turns: two at once must agree on the number, or be one.
    current: Any = lock(subject)
    require(actor.principal, "request_report", current)
    data = without_contact_details(chosen.build(current, actor.principal))
    fingerprint = fingerprint_of(data)
    siblings = Report.objects.of_subject(current).filter(kind=kind)
    identity = {
        "language": language,
        "audience": audience_of(actor.principal),
        "data_fingerprint": fingerprint,
        "template_version": template_version(language),
    }
    existing = siblings.filter(**identity).first()
    if existing is not None:
        return _use_again(existing, data, actor)
    same_data = siblings.filter(data_fingerprint=fingerprint).first()
    last = siblings.aggregate(last=Max("number"))["last"] or 0
    report = Report(
        kind=kind,
        subject_type=ContentType.objects.get_for_model(current),
        subject_id=current.pk,
        subject_label=str(current)[:300],
        requested_by_id=actor.user_id,
        requested_by_label=actor.label[:200],
        reference=f"{current.reference}-{chosen.suffix}",
        number=same_data.number if same_data is not None else last + 1,
        data=data,
        sent_at=timezone.now(),
        **identity,
    )
    report.full_clean(exclude=["data"])
    report.save()
    _tell(report, actor, "request_report")
    enqueue(report)
    return report


def _use_again(report: Report, data: Any, actor: Actor) -> Report:
    """A report that says what was asked for: kept longer when it is there, made once more when it is not."""
    if report.is_available:
        Report.objects.filter(pk=report.pk).update(expires_at=_keep_until(), updated_at=timezone.now())
    elif not report.is_waiting and requeue(report, data=data):
        _tell(report, actor, "request_report")
    report.refresh_from_db()
    return report


@transaction.atomic
def retry_report(report: Report, *, actor: Actor) -> Report:
    """Try a failed report once more, from the data it was asked for with.  Raises Forbidden, Refused."""
    require(actor.principal, "retry", report)
    if report.status != JobStatus.FAILED or not requeue(report):
        raise Refused(_("Only a report that failed can be tried again."), code="not_failed")
    _tell(report, actor, "retry_report")
    report.refresh_from_db()
    return report


def make_report(report_id: int) -> bool:
    """Print a report that waits for it; the body of the worker's task. Whether this call printed it."""
    return run_job(Report, report_id, _print)


def _print(report: Report, lease: Lease) -> None:
    kind = report.report_kind
    lease.report(5, Stage.PREPARING)
    with translation.override(report.language):
        context = kind.present(report.data)
    pdf = render_pdf(
        kind.template,
        context,
        report.language,
        imprint=report.imprint,
        stylesheets=kind.stylesheets,
        on_progress=lease.report,
    )
    lease.report(95, Stage.SAVING)
    folder = f"reports/{report.pk}"
    name = default_storage.save(f"{folder}/{lease.owner}.pdf", ContentFile(pdf))
    try:
        lease.finish(
            file=name, sha256=hashlib.sha256(pdf).hexdigest(), size=len(pdf), expires_at=_keep_until()
        )
    except BaseException:
        default_storage.delete(name)
        raise
    # What a worker left behind that died between saving its file and saying so.
    for other in default_storage.listdir(folder)[1]:
        if f"{folder}/{other}" != name:
            default_storage.delete(f"{folder}/{other}")


def remove_expired_reports() -> int:
    """Delete files and data of reports past their time; the row stays, so that its number is not given again."""
    removed = 0
    for report in Report.objects.expired(timezone.now()):
        name = str(report.file.name)
        nothing: dict[str, Any] = {"file": "", "data": None, "size": None, "updated_at": timezone.now()}
        removed += Report.objects.filter(pk=report.pk, file=name).update(**nothing)
        default_storage.delete(name)
    return removed


def _keep_until() -> datetime:
    return timezone.now() + timedelta(days=settings.REPORT_KEEP_DAYS)


def _tell(report: Report, actor: Actor, verb: str) -> None:
    changes = {"reference": [None, report.reference], "number": [None, report.number]}
    record_activity(
        actor=actor, verb=verb, subject=report, changes={**changes, "language": [None, report.language]}
    )
