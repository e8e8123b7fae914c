"""Celery entry points; the periodic ones are named in settings.CELERY_BEAT_SCHEDULE."""

from celery import shared_task

from fmm_portal.core.jobs import sweep
from fmm_portal.reports.models import Report
from fmm_portal.reports.services import make_report, remove_expired_reports


@shared_task(name="reports.render")
def render(report_id: int) -> None:
    make_report(report_id)


@shared_task(name="reports.sweep")
def sweep_reports() -> None:
    sweep(Report)


@shared_task(name="reports.remove_expired")
def remove_expired() -> None:
    remove_expired_reports()
