"""Pages on which news is written: the contract of pages, pictures, the draft out of a record."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from fmm_portal.core.activity import history_of
from fmm_portal.core.models import Record
from fmm_portal.core.principals import system_actor
from fmm_portal.core.services import update_record
from fmm_portal.news.models import NewsItem, NewsPicture
from fmm_portal.news.views import NewsItemViews
from tests.factories.institutions import ProgrammeFactory, country
from tests.factories.news import NewsItemFactory, apply, picture, published, upload
from tests.factories.studyvisits import StudyVisitFactory
from tests.page_contract import PageContract, hidden_value

pytestmark = pytest.mark.django_db


class TestNewsPages(PageContract):
    views = NewsItemViews
    field = "title_en"

    def make(self) -> Record:
        item = NewsItemFactory(source=StudyVisitFactory(), programme=ProgrammeFactory(), about="TG TN")
        picture(item)
        picture(item)
        return item

    def form_data(self) -> dict[str, object]:
        return {
            "title_en": "Final validation",
            "lead_en": "Validated.",
            "body_fr": "Texte",
            "date": "November 2017",
            "countries": [country("TG").pk],
        }


@pytest.fixture
def item() -> NewsItem:
    return NewsItemFactory()


def pictures_url(item: NewsItem, page: str, *args: Any) -> str:
    return reverse(f"news:picture_{page}", args=[item.pk, *args])


def test_page_shows_the_text_as_it_will_be_read_and_what_publishing_lacks(
    browser_of: Any, marc: Any, item: NewsItem
) -> None:
    NewsItem.objects.filter(pk=item.pk).update(body={"en": "## The programme\n\n- Six stops"}, date=None)
    page = browser_of(marc).get(item.get_absolute_url()).content.decode()
    assert "<h3>The programme</h3><ul><li>Six stops</li></ul>" in page
    assert "The text is missing in: French." in page
    assert "Say when it took place; the month or the year is enough." in page
    assert reverse("news:newsitem_edit", args=[item.pk]) in page


def test_published_page_leads_to_the_public_one_and_offers_no_edit(
    browser_of: Any, marc: Any, amina: Any
) -> None:
    item = published()
    for person in (marc, amina):
        page = browser_of(person).get(item.get_absolute_url()).content.decode()
        assert f'href="/open/en/news/{item.reference}/"' in page
        assert reverse("news:newsitem_edit", args=[item.pk]) not in page
        assert pictures_url(item, "create") not in page
    edit = browser_of(amina).get(reverse("news:newsitem_edit", args=[item.pk]))
    assert edit.status_code == 403
    assert "News is changed as a draft." in edit.content.decode()


def test_picture_is_added_shown_and_removed(browser_of: Any, amina: Any, fatou: Any, item: NewsItem) -> None:
    client = browser_of(amina)
    form = client.get(pictures_url(item, "create")).content.decode()
    assert "PNG or JPEG, at most 8.0" in form
    data = {
        "file": upload(),
        "alternative_text_en": "A table",
        "caption_en": "At the table",
        "credit": "The programme",
        "submission": hidden_value(form, "submission"),
    }
    assert client.post(pictures_url(item, "create"), data).status_code == 302
    made = NewsPicture.objects.get()
    image = client.get(pictures_url(item, "image", made.pk))
    assert (image.status_code, image["Content-Type"]) == (200, "image/jpeg")
    assert "no-store" in image["Cache-Control"]
    assert browser_of(fatou).get(pictures_url(item, "image", made.pk)).status_code == 404
    assert (
        'alt="A table" width="800" height="600" loading="lazy"'
        in client.get(item.get_absolute_url()).content.decode()
    )
    client.post(pictures_url(item, "delete", made.pk))
    assert not NewsPicture.objects.exists()
    assert [entry.verb for entry in history_of(item)] == ["delete", "create"]


def test_what_is_no_picture_is_refused_beside_the_file(browser_of: Any, amina: Any, item: NewsItem) -> None:
    data = {"file": upload(b"<svg/>", "drawing.jpg"), "caption_en": "Kept words", "submission": str(uuid4())}
    response = browser_of(amina).post(pictures_url(item, "create"), data)
    page = response.content.decode()
    assert response.status_code == 422
    assert "The content is not that of a jpg file." in page
    assert "Kept words" in page


def test_pictures_of_published_news_stay(browser_of: Any, amina: Any, item: NewsItem) -> None:
    made = picture(item)
    apply(item, "publish")
    client = browser_of(amina)
    for page in ("edit", "delete"):
        assert client.post(pictures_url(item, page, made.pk)).status_code == 403
    assert client.get(pictures_url(item, "create")).status_code == 403
    assert NewsPicture.objects.filter(pk=made.pk).exists()


def test_drafts_that_led_to_published_news_stay_with_the_programme(
    browser_of: Any, fatou: Any, kofi: Any, eva: Any, item: NewsItem
) -> None:
    """Who reads what is published does not read what was taken out of it before."""
    update_record(item, actor=system_actor(), changes={"lead": {"en": "Removed-words", "fr": "Mots"}})
    update_record(item, actor=system_actor(), changes={"lead": {"en": "What stays.", "fr": "Ce qui reste."}})
    apply(item, "publish")
    past = reverse("news:newsitem_history", args=[item.pk])
    for outsider in (fatou, kofi):
        client = browser_of(outsider)
        page = client.get(item.get_absolute_url())
        assert page.status_code == 200 and past not in page.content.decode()
        response = client.get(past)
        assert response.status_code == 403 and "Removed-words" not in response.content.decode()
        through_api = client.get(f"/api/v1/news/{item.pk}/history/")
        assert through_api.status_code == 403 and b"Removed-words" not in through_api.content
    assert "Removed-words" in browser_of(eva).get(past).content.decode()
