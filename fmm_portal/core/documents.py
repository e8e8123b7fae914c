"""Attaching files to records: what is accepted, who may open what."""

import hashlib
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import filetype
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from fmm_portal.core.enums import Audience
from fmm_portal.core.models import Document, Record
from fmm_portal.core.panels import register_panel
from fmm_portal.core.principals import Actor
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.core.services import create_record, field_error

# Extension -> content type served. Nothing that a browser would run.
ACCEPTED_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".csv": "text/csv",
    ".txt": "text/plain",
}
# What the first bytes must say for each extension; texts have no signature.
SIGNATURES = {
    ".pdf": {"application/pdf"},
    ".jpg": {"image/jpeg"},
    ".jpeg": {"image/jpeg"},
    ".png": {"image/png"},
    ".docx": {ACCEPTED_TYPES[".docx"], "application/zip"},
    ".xlsx": {ACCEPTED_TYPES[".xlsx"], "application/zip"},
    ".pptx": {ACCEPTED_TYPES[".pptx"], "application/zip"},
    ".odt": {ACCEPTED_TYPES[".odt"], "application/zip"},
    ".ods": {ACCEPTED_TYPES[".ods"], "application/zip"},
}

_hosts: list[type[Record]] = []


def register_document_host(*models: type[Record], has_own_place: bool = False) -> None:
    """Let records of these models carry documents; who opens which, the policy's `document_scope` says.

    Their pages show them in a panel, unless they have a place of their own for them.
    """
    from fmm_portal.core.document_policies import documents_panel

    for model in models:
        if model not in _hosts:
            _hosts.append(model)
            if not has_own_place:
                register_panel(model, documents_panel, order=80)


def document_hosts() -> list[type[Record]]:
    return list(_hosts)


def documents_of(record: Record) -> RecordQuerySet[Document]:
    """All of them; `visible_to` leaves those that a principal may open."""
    return Document.objects.of_subject(record).select_related("uploaded_by")


def check_upload(
    upload: "UploadedFile[Any]",
    *,
    accepted: Mapping[str, str] = ACCEPTED_TYPES,
    max_bytes: int | None = None,
) -> str:
    """The content type to serve the file under. Raises ValidationError on "file": size, type, disguise.

    `accepted` and `max_bytes` narrow what a document may be, such as for logos.
    """
    suffix = PurePath(upload.name or "").suffix.lower()
    if suffix not in accepted:
        kinds = ", ".join(sorted(kind.lstrip(".") for kind in accepted))
        raise field_error(
            "file",
            _("Files of this type are not accepted. Accepted: %(kinds)s.") % {"kinds": kinds},
            "file_type",
        )
    size = upload.size or 0
    limit = settings.DOCUMENT_MAX_BYTES if max_bytes is None else max_bytes
    if size > limit:
        limits = {"size": filesizeformat(size), "limit": filesizeformat(limit)}
        raise field_error(
            "file", _("The file has %(size)s; at most %(limit)s are accepted.") % limits, "file_size"
        )
    if not size:
        raise field_error("file", _("The file is empty."), "file_empty")
    head = upload.read(8192)
    upload.seek(0)
    detected = filetype.guess_mime(head)
    expected = SIGNATURES.get(suffix)
    is_text_with_signature = expected is None and (detected is not None or b"\0" in head)
    if is_text_with_signature or (expected is not None and detected not in expected):
        raise field_error(
            "file",
            _("The content is not that of a %(kind)s file.") % {"kind": suffix.lstrip(".")},
            "file_content",
        )
    return accepted[suffix]


def sha256_of(upload: "UploadedFile[Any]") -> str:
    """Of the whole content, which can be read again afterwards."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


@transaction.atomic
def attach_document(
    subject: Record,
    upload: "UploadedFile[Any]",
    *,
    actor: Actor,
    title: str = "",
    language: str = "",
    audience: str = Audience.PROGRAMME,
) -> Document:
    """Keep a file with a record.  Raises Forbidden, ValidationError (on "file" for the file itself)."""
    content_type = check_upload(upload)
    digest = sha256_of(upload)
    name = PurePath(upload.name or "file").name
    document = Document(
        subject=subject,
        title=title.strip() or PurePath(name).stem[:200],
        language=language,
        audience=audience,
        file=upload,
        file_name=name[:200],
        content_type=content_type,
        size=upload.size or 0,
        sha256=digest,
        uploaded_by_id=actor.user_id,
    )
    return create_record(document, actor=actor)
