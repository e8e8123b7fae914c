"""An uploaded spreadsheet between its preview and the word to write it: kept, compared, shown in pages, removed."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import get_language

from fmm_portal.core.documents import sha256_of
from fmm_portal.core.imports.formats import ImportFormat, import_formats
from fmm_portal.core.imports.planning import PlannedRow, SheetPlan, plan_file
from fmm_portal.core.imports.reading import SheetFile, read_file
from fmm_portal.core.models import SheetUpload
from fmm_portal.core.principals import Actor, Principal

KEPT_FOR = timedelta(days=1)
# Values of a new row that its preview names.
VALUES_SHOWN = 8


def keep_upload(
    import_format: ImportFormat,
    upload: "UploadedFile[Any]",
    sheet: SheetFile,
    *,
    actor: Actor,
    parent: Any = None,
) -> SheetUpload:
    """Keep the file with what it would do."""
    assert actor.user_id is not None, "files are kept for people"
    kept = SheetUpload(
        user_id=actor.user_id,
        kind=import_format.name,
        parent_id=parent.pk if parent is not None else None,
        file_name=PurePath(upload.name or "").name[-200:],
        sha256=sha256_of(upload),
        expires_at=timezone.now() + KEPT_FOR,
    )
    # The name on disk is ours; the sender's is only shown.
    kept.file.save(f"{kept.key}{PurePath(upload.name or '').suffix.lower()}", upload, save=False)
    compare_again(kept, actor.principal, sheet=sheet, parent=parent)
    return kept


def format_of(kept: SheetUpload) -> ImportFormat:
    return import_formats()[kept.kind]


def parent_of(import_format: ImportFormat, pk: int | None, principal: Principal) -> Any:
    """The record that all rows are parts of; None where there is none, or it is out of sight."""
    if pk is None or not import_format.parent:
        return None
    model: Any = import_format.parent_field().related_model
    return model._default_manager.visible_to(principal).filter(pk=pk).first()


def sheet_of(kept: SheetUpload, principal: Principal) -> SheetFile:
    """Raises UnreadableFile."""
    with kept.file.open("rb") as file:
        return read_file(BytesIO(file.read()), kept.file_name, format_of(kept), principal)


def compare_again(
    kept: SheetUpload, principal: Principal, *, sheet: SheetFile | None = None, parent: Any = None
) -> SheetPlan:
    """Compare the file with the rows of today, in the reader's language, and keep what comes of it."""
    import_format = format_of(kept)
    sheet = sheet or sheet_of(kept, principal)
    parent = parent or parent_of(import_format, kept.parent_id, principal)
    plan = plan_file(import_format, sheet, principal, parent=parent)
    keep_preview(kept, plan)
    return plan


def keep_preview(kept: SheetUpload, plan: SheetPlan) -> None:
    before = str(kept.preview.name or "")
    kept.language = get_language() or "en"
    kept.counts, kept.unknown, kept.fingerprint = plan.counts, plan.sheet.unknown, plan.fingerprint
    lines = "\n".join(json.dumps(told(row), ensure_ascii=False, default=str) for row in plan.rows)
    kept.preview.save(f"imports/{kept.key}.jsonl", ContentFile(lines.encode()), save=False)
    kept.save()
    if before and before != kept.preview.name:
        default_storage.delete(before)


def told(row: PlannedRow) -> dict[str, Any]:
    """A row as the preview shows it; the action first, so that others are passed over unread."""
    found: dict[str, Any] = {"action": row.action, "number": row.number, "label": row.label}
    if row.errors:
        found["errors"] = [error._asdict() for error in row.errors]
    elif row.is_new:
        found["changes"] = [
            {"column": column.heading, "before": "", "after": words}
            for column in row.columns
            if not column.is_read_only
            and column.name not in type(row.record).restricted_fields
            and (words := column.in_words(row.values.get(column.name, row.many.get(column.name))))
        ][:VALUES_SHOWN]
    else:
        found["changes"] = [change._asdict() for change in row.changes]
    return found


def rows_of(kept: SheetUpload, action: str, first: int, count: int) -> list[dict[str, Any]]:
    """Some rows of the preview, of one action or of all, from the `first` on."""
    found: list[dict[str, Any]] = []
    for place, line in enumerate(_lines(kept, action)):
        if place >= first + count:
            break
        if place >= first:
            found.append(json.loads(line))
    return found


def _lines(kept: SheetUpload, action: str) -> Iterator[bytes]:
    begins = f'{{"action": "{action}"'.encode()
    with kept.preview.open("rb") as file:
        for line in file:
            if not action or line.startswith(begins):
                yield line


def remove_upload(kept: SheetUpload) -> None:
    names = [str(kept.file.name), str(kept.preview.name or "")]
    kept.delete()
    for name in names:
        if name:
            default_storage.delete(name)


def remove_expired_uploads() -> int:
    """Remove files whose preview nobody confirmed in time."""
    expired = list(SheetUpload.objects.filter(expires_at__lt=timezone.now()))
    for kept in expired:
        remove_upload(kept)
    return len(expired)
