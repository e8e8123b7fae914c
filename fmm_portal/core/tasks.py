"""Celery entry points of the platform; the periodic ones are named in settings.CELERY_BEAT_SCHEDULE."""

from celery import shared_task
from django.utils import timezone

from fmm_portal.core.export_jobs import make_export, remove_expired_exports
from fmm_portal.core.imports.jobs import make_import
from fmm_portal.core.imports.uploads import remove_expired_uploads
from fmm_portal.core.jobs import sweep
from fmm_portal.core.models import Export, Import, KeyedRequest


@shared_task(name="core.export")
def export(export_id: int) -> None:
    make_export(export_id)


@shared_task(name="core.sweep_exports")
def sweep_exports() -> None:
    sweep(Export)


@shared_task(name="core.remove_expired_exports")
def remove_expired() -> None:
    remove_expired_exports()


@shared_task(name="core.remove_expired_keys")
def remove_expired_keys() -> None:
    """Forget the answers that nobody may ask for again."""
    KeyedRequest.objects.filter(expires_at__lt=timezone.now()).delete()


@shared_task(name="core.import")
def import_file(import_id: int) -> None:
    make_import(import_id)


@shared_task(name="core.sweep_imports")
def sweep_imports() -> None:
    sweep(Import)


@shared_task(name="core.remove_expired_uploads")
def remove_uploads() -> None:
    remove_expired_uploads()
