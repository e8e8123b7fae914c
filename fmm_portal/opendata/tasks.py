"""Celery entry points; the periodic ones are named in settings.CELERY_BEAT_SCHEDULE."""

from celery import shared_task

from fmm_portal.core.jobs import sweep
from fmm_portal.core.principals import Source, system_actor
from fmm_portal.opendata.models import Publication
from fmm_portal.opendata.services import request_publication, write_publication


@shared_task(name="opendata.write")
def write(publication_id: int) -> None:
    write_publication(publication_id)


@shared_task(name="opendata.write_nightly")
def write_nightly() -> None:
    request_publication(actor=system_actor(Source.JOB))


@shared_task(name="opendata.sweep")
def sweep_publications() -> None:
    sweep(Publication)
