"""Pictures of news: what is accepted, what is kept of them, what is removed."""

import io
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from fmm_portal.news.models import NewsItem, NewsPicture
from tests.factories.news import NewsItemFactory, photo, picture

pytestmark = pytest.mark.django_db

GPS, MAKE = 0x8825, 0x010F


@pytest.fixture
def item() -> NewsItem:
    return NewsItemFactory()


def kept(file: Any) -> Image.Image:
    with file.open("rb") as content:
        return Image.open(io.BytesIO(content.read()))


def test_what_a_camera_wrote_is_gone_and_the_picture_stands_upright(item: NewsItem) -> None:
    exif = Image.Exif()
    exif[MAKE], exif[0x0112] = "A camera that tells", 6
    exif.get_ifd(GPS)[1] = "N"
    made = picture(item, photo(2400, 1800, exif=exif, comment=b"Taken at the minister's house"))
    large, small = kept(made.file), kept(made.small_file)
    # Turned upright: what lay is now tall.
    assert large.size == (made.width, made.height) == (1600, 2133)
    assert small.size == (made.small_width, made.small_height) == (640, 853)
    for shown, file in ((large, made.file), (small, made.small_file)):
        assert dict(shown.getexif()) == {}
        assert "comment" not in shown.info
        content = file.open("rb").read()
        assert b"A camera that tells" not in content and b"minister" not in content


def test_small_picture_is_not_blown_up_and_transparency_becomes_white(item: NewsItem) -> None:
    content = io.BytesIO()
    Image.new("RGBA", (500, 300), (0, 0, 0, 0)).save(content, "PNG")
    made = picture(item, content.getvalue(), "drawing.png")
    assert (made.width, made.small_width, made.content_type) == (500, 500, "image/jpeg")
    assert kept(made.file).getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"GIF89a...", "moving.gif", "Files of this type are not accepted. Accepted: jpeg, jpg, png."),
        (b"<svg onload='alert(1)'/>", "drawing.png", "The content is not that of a png file."),
        (photo(kind="PNG"), "photo.jpg", "The content is not that of a jpg file."),
        (photo()[:400], "cut.jpg", "The picture cannot be read."),
        (photo(200, 100), "small.jpg", "The picture is 200 pixels wide; at least 320 are needed."),
        (
            photo(9000, 5000, quality=1),
            "huge.jpg",
            "The picture is 9000 × 5000 pixels: too large. Make it smaller first.",
        ),
    ],
    ids=["type", "disguise", "other type", "broken", "small", "huge"],
)
def test_what_is_no_picture_for_a_page_is_refused(
    item: NewsItem, content: bytes, name: str, message: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        picture(item, content, name)
    assert refusal.value.message_dict == {"file": [message]}
    assert NewsPicture.objects.count() == 0


def test_files_go_with_the_picture(item: NewsItem, django_capture_on_commit_callbacks: Any) -> None:
    made = picture(item)
    storage, names = made.file.storage, [made.file.name, made.small_file.name]
    assert all(storage.exists(name) for name in names)
    with django_capture_on_commit_callbacks(execute=True):
        made.delete()
    assert not any(storage.exists(name) for name in names)
