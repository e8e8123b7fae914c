"""Taking in the logos of a programme: pictures only, of a size that prints, kept under the sha256 of their content."""

from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from fmm_portal.core.documents import ACCEPTED_TYPES, check_upload, sha256_of
from fmm_portal.core.principals import Actor
from fmm_portal.core.services import create_record, field_error
from fmm_portal.facility.models import Logo
from fmm_portal.reports.logos import keep_logo, logo_name

LOGO_TYPES = {suffix: ACCEPTED_TYPES[suffix] for suffix in (".png", ".jpg", ".jpeg")}
LOGO_MAX_BYTES = 1024 * 1024
# A small file can unfold into a picture that no printer needs and that fills a worker's memory.
LOGO_MAX_PIXELS = 4000


@transaction.atomic
def add_logo(logo: Logo, upload: "UploadedFile[Any]", *, actor: Actor) -> Logo:
    """Keep a logo with its file, behind the others.  Raises Forbidden, ValidationError (on "file": the file)."""
    check_logo(upload)
    logo.sha256 = sha256_of(upload)
    name = logo_name(logo.sha256, upload.name or "")
    logo.file.name = name
    last = Logo.objects.filter(programme=logo.programme_id).aggregate(last=Max("order"))["last"]
    logo.order = (last or 0) + 1
    created = create_record(logo, actor=actor)
    keep_logo(name, upload)
    return created


def check_logo(upload: "UploadedFile[Any]") -> None:
    """Raises ValidationError on "file": no picture, in disguise, too large a file or too many points."""
    check_upload(upload, accepted=LOGO_TYPES, max_bytes=LOGO_MAX_BYTES)
    try:
        with Image.open(upload) as picture:
            width, height = picture.size
            picture.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise field_error("file", _("The picture cannot be read."), "file_content") from error
    finally:
        upload.seek(0)
    if max(width, height) > LOGO_MAX_PIXELS:
        limits = {"width": width, "height": height, "limit": LOGO_MAX_PIXELS}
        raise field_error(
            "file",
            _("The picture is %(width)d × %(height)d pixels; at most %(limit)d a side are accepted.")
            % limits,
            "file_size",
        )


def content_type_of(logo: Logo) -> str:
    return LOGO_TYPES[PurePath(str(logo.file.name)).suffix]
