"""Celery entry points; the periodic ones are named in settings.CELERY_BEAT_SCHEDULE."""

from celery import shared_task

from strategies.sheet import uploads


@shared_task(name="strategies.remove_expired_imports")
def remove_expired_imports() -> None:
    uploads.remove_expired_imports()
