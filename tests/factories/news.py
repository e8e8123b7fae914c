"""News and its pictures for tests."""

import io
from typing import Any

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import system_actor
from fmm_portal.core.workflow import workflow_for
from fmm_portal.institutions.models import Country
from fmm_portal.news.models import NewsItem, NewsPicture
from fmm_portal.news.pictures import add_picture


class NewsItemFactory(factory.django.DjangoModelFactory[NewsItem]):
    """A draft of January 2019 about Togo that lacks nothing, unless told otherwise."""

    class Meta:
        model = NewsItem
        skip_postgeneration_save = True

    reference = factory.Sequence(lambda n: f"NW-2019-{n + 500:03d}")
    title = factory.Sequence(lambda n: Multilingual(en=f"News {n}", fr=f"Nouvelle {n}"))
    lead = Multilingual(en="What took place.", fr="Ce qui a eu lieu.")
    body = Multilingual(en="The whole of it.", fr="Tout ce qui a eu lieu.")
    date = PartialDate(2019, 1, 25)

    @factory.post_generation
    def about(self, create: bool, codes: str | None, **kwargs: object) -> None:
        """`about="TG TN"`: the countries; "" for none."""
        if create:
            self.countries.set(Country.objects.filter(code__in=("TG" if codes is None else codes).split()))


def published(**values: Any) -> NewsItem:
    """An item that went the whole way."""
    return apply(NewsItemFactory(**values), "publish")


def apply(item: NewsItem, step: str, **options: Any) -> NewsItem:
    workflow = workflow_for(NewsItem)
    assert workflow is not None
    return workflow.apply(item, step, actor=system_actor(), **options)


def photo(width: int = 800, height: int = 600, kind: str = "JPEG", **saving: Any) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (width, height), "#7a9e7e").save(content, kind, **saving)
    return content.getvalue()


def upload(content: bytes | None = None, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or photo(), content_type="image/jpeg")


def picture(
    item: NewsItem, content: bytes | None = None, name: str = "photo.jpg", **values: Any
) -> NewsPicture:
    """A picture as its service takes it in, with its texts in both languages."""
    texts = {
        "alternative_text": Multilingual(en="Two delegations at a table", fr="Deux délégations à une table"),
        "caption": Multilingual(en="The debrief in Tunis", fr="Le débriefing à Tunis"),
        **values,
    }
    return add_picture(NewsPicture(item=item, **texts), upload(content, name), actor=system_actor())
