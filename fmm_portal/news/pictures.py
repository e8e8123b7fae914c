"""Taking in the pictures of news: real pictures only, drawn anew in two sizes, so that nothing hidden stays in them."""

import hashlib
import io
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from fmm_portal.core.documents import ACCEPTED_TYPES, check_upload
from fmm_portal.core.principals import Actor
from fmm_portal.core.services import create_record, field_error
from fmm_portal.news.models import NewsPicture

PICTURE_TYPES = {suffix: ACCEPTED_TYPES[suffix] for suffix in (".png", ".jpg", ".jpeg")}
PICTURE_MAX_BYTES = 8 * 1024 * 1024
# A small file can unfold into a picture that fills a process's memory.
PICTURE_MAX_PIXELS = 40_000_000
# Narrower ones look coarse across a page.
PICTURE_MIN_WIDTH = 320
LARGE, SMALL = 1600, 640
QUALITY = 82


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as it is kept: its content in one size."""

    content: bytes
    width: int
    height: int


def read_picture(upload: "UploadedFile[Any]") -> Image.Image:
    """The picture as a person sees it, upright.  Raises ValidationError on "file": type, disguise, size."""
    check_upload(upload, accepted=PICTURE_TYPES, max_bytes=PICTURE_MAX_BYTES)
    try:
        with Image.open(upload, formats=("JPEG", "PNG")) as picture:
            width, height = picture.size
            if width * height > PICTURE_MAX_PIXELS:
                limits = {"width": width, "height": height}
                message = _("The picture is %(width)d × %(height)d pixels: too large. Make it smaller first.")
                raise field_error("file", message % limits, "file_size")
            if width < PICTURE_MIN_WIDTH:
                message = _("The picture is %(width)d pixels wide; at least %(limit)d are needed.")
                raise field_error("file", message % {"width": width, "limit": PICTURE_MIN_WIDTH}, "file_size")
            upright = ImageOps.exif_transpose(picture)
            return _on_white(upright)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise field_error("file", _("The picture cannot be read."), "file_content") from error
    finally:
        upload.seek(0)


def _on_white(picture: Image.Image) -> Image.Image:
    """Without transparency, which a JPEG does not have."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        whole = picture.convert("RGBA")
        paper = Image.new("RGBA", whole.size, "white")
        return Image.alpha_composite(paper, whole).convert("RGB")
    return picture.convert("RGB")


def drawn(picture: Image.Image, width: int) -> Drawn:
    """At most so wide, as a new file: no place, no camera, no thumbnail of what was cut away."""
    copy = Image.new("RGB", picture.size)
    copy.paste(picture)
    if copy.width > width:
        copy = copy.resize((width, max(1, round(copy.height * width / copy.width))), Image.Resampling.LANCZOS)
    target = io.BytesIO()
    copy.save(target, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Drawn(target.getvalue(), copy.width, copy.height)


@transaction.atomic
def add_picture(picture: NewsPicture, upload: "UploadedFile[Any]", *, actor: Actor) -> NewsPicture:
    """Keep a picture with a news item, behind the others.  Raises Forbidden, ValidationError (on "file": the file)."""
    seen = read_picture(upload)
    large, small = drawn(seen, LARGE), drawn(seen, SMALL)
    stem = f"news/{uuid.uuid4().hex}"
    picture.file.name, picture.small_file.name = f"{stem}.jpg", f"{stem}-small.jpg"
    picture.content_type = "image/jpeg"
    picture.width, picture.height, picture.small_width = large.width, large.height, small.width
    picture.sha256 = hashlib.sha256(large.content).hexdigest()
    last = NewsPicture.objects.filter(item=picture.item_id).aggregate(last=Max("order"))["last"]
    picture.order = (last or 0) + 1
    created = create_record(picture, actor=actor)
    # Written once the row stands: a refusal leaves no file behind.
    for file, size in ((picture.file, large), (picture.small_file, small)):
        file.storage.save(str(file.name), ContentFile(size.content))
    return created
