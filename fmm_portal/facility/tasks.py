"""Celery entry points; the periodic one is named in settings.CELERY_BEAT_SCHEDULE."""

from celery import shared_task

from fmm_portal.facility.consultation import close_due_consultations


@shared_task(name="facility.close_consultations")
def close_consultations() -> None:
    close_due_consultations()
