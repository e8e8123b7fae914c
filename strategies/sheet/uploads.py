"""Keeping an uploaded spreadsheet until its preview is confirmed, and removing those that nobody confirmed."""

import hashlib
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from fmm_portal.core.principals import Actor
from strategies.models import ActionPlan, PlanImport
from strategies.sheet.planning import stamp_of

KEPT_FOR = timedelta(days=1)


def keep_upload(plan: ActionPlan, upload: "UploadedFile[Any]", *, actor: Actor) -> PlanImport:
    assert actor.user_id is not None, "files are kept for people"
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    name = PurePath(upload.name or "").name[-200:]
    kept = PlanImport(
        plan=plan,
        user_id=actor.user_id,
        file_name=name,
        sha256=digest.hexdigest(),
        stamp=stamp_of(plan),
        expires_at=timezone.now() + KEPT_FOR,
    )
    # The name on disk is ours; the sender's is only shown.
    kept.file.save(f"{kept.key}.xlsx", upload, save=False)
    kept.save()
    return kept


def remove_upload(kept: PlanImport) -> None:
    name = str(kept.file.name)
    kept.delete()
    default_storage.delete(name)


def remove_expired_imports() -> int:
    """Remove files whose preview nobody confirmed in time."""
    expired = list(PlanImport.objects.filter(expires_at__lt=timezone.now()))
    for kept in expired:
        remove_upload(kept)
    return len(expired)
