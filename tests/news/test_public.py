"""What everybody reads: lists, items, countries, the feed, pictures. Nothing that is not published."""

import xml.etree.ElementTree as ET
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.facility.models import VisibilityText
from fmm_portal.institutions.models import Theme
from fmm_portal.news.models import NewsItem
from tests.factories.institutions import ProgrammeFactory
from tests.factories.news import NewsItemFactory, apply, picture, published

pytestmark = pytest.mark.django_db

NEWS = "/open/en/news/"


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return str(response.content.decode())


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.fixture
def item() -> NewsItem:
    """Published in English and French, with a picture."""
    item = NewsItemFactory(
        title=Multilingual(en="Six officials in Tunisia", fr="Six cadres en Tunisie"), about="TG TN"
    )
    item.themes.set(Theme.objects.filter(code="labour_migration"))
    picture(item, credit="The programme")
    return apply(item, "publish")


def test_visitor_is_led_to_the_news_in_the_own_language(client: Client) -> None:
    assert client.get("/open/de/news/").status_code == 404


def test_list_says_what_there_is_or_that_there_is_nothing_yet(client: Client) -> None:
    assert "No news yet." in text(client, NEWS)
    items = [published() for _ in range(11)]
    page = text(client, NEWS)
    assert page.count('<article class="card') == 10
    assert items[0].title["en"] not in page and items[10].title["en"] in page
    assert items[0].title["en"] in text(client, f"{NEWS}?page=2")


def test_drafts_and_what_was_withdrawn_do_not_exist_for_the_public(
    client: Client, browser_of: Any, marc: Any
) -> None:
    draft = NewsItemFactory(title=Multilingual(en="Secret-draft"))
    withdrawn = NewsItemFactory(title=Multilingual(en="Secret-withdrawn", fr="Secret-retiré"))
    pictures = [picture(draft), picture(withdrawn)]
    apply(apply(withdrawn, "publish"), "withdraw", reason="An error")
    for visitor in (client, browser_of(marc)):
        for item in (draft, withdrawn):
            assert visitor.get(f"{NEWS}{item.reference}/").status_code == 404
        for shown in pictures:
            for size in ("large", "small"):
                assert visitor.get(f"/open/pictures/{shown.pk}-{size}.jpg").status_code == 404
        for url in (NEWS, f"{NEWS}countries/TG/", f"{NEWS}feed.xml"):
            assert "Secret-" not in text(visitor, url)


def test_item_carries_what_search_engines_and_other_sites_show(client: Client, item: NewsItem) -> None:
    page = text(client, f"{NEWS}{item.reference}/")
    own = f"http://testserver/open/en/news/{item.reference}/"
    shown = item.pictures.get()
    for part in (
        '<html lang="en" dir="ltr">',
        "<title>Six officials in Tunisia · FMM portal</title>",
        '<meta name="description" content="What took place.">',
        f'<link rel="canonical" href="{own}">',
        f'<link rel="alternate" hreflang="fr" href="{own.replace("/en/", "/fr/")}">',
        'type="application/rss+xml"',
        '<meta property="og:title" content="Six officials in Tunisia">',
        '<meta property="og:type" content="article">',
        f'<meta property="og:image" content="http://testserver/open/pictures/{shown.pk}-large.jpg">',
        'alt="Two delegations at a table"',
        f'srcset="/open/pictures/{shown.pk}-small.jpg 640w, /open/pictures/{shown.pk}-large.jpg 800w"',
        'width="800" height="600"',
        "The debrief in Tunis",
        "The programme",
        f'href="/open/fr/news/{item.reference}/" hreflang="fr"',
    ):
        assert part in page, part
    assert "<script" not in page and " style=" not in page


def test_text_of_another_language_says_so(client: Client) -> None:
    item = NewsItemFactory(
        title=Multilingual(fr="Six cadres"), lead=Multilingual(fr="Chapeau"), body=Multilingual(fr="Texte")
    )
    apply(item, "publish")
    page = text(client, f"{NEWS}{item.reference}/")
    assert '<h1><span lang="fr" dir="ltr">Six cadres</span><abbr class="fallback"' in page
    assert "you read it in its own language: French." in page
    assert '<div class="article" lang="fr" dir="ltr"><p>Texte</p></div>' in page
    french = client.get(f"/open/fr/news/{item.reference}/")
    assert french["Content-Language"] == "fr"
    assert "<h1>Six cadres</h1>" in french.content.decode()


def test_news_of_a_country_and_of_a_theme(client: Client, item: NewsItem) -> None:
    other = published(
        title=Multilingual(en="Elsewhere"), lead=Multilingual(en="L"), body=Multilingual(en="B"), about="GH"
    )
    for url in (f"{NEWS}countries/tg/", f"{NEWS}?country=TG", f"{NEWS}?theme=labour_migration"):
        page = text(client, url)
        assert "Six officials in Tunisia" in page and "Elsewhere" not in page, url
    assert "No news matches this choice." in text(client, f"{NEWS}?country=GH&theme=labour_migration")
    assert "No news of this country yet." in text(client, f"{NEWS}countries/ML/")
    assert client.get(f"{NEWS}countries/XX/").status_code == 404
    choices = text(client, NEWS)
    assert '<option value="GH">Ghana</option>' in choices and 'value="ML"' not in choices
    assert other.title["en"] in choices


def test_item_names_who_pays(client: Client) -> None:
    programme = ProgrammeFactory()
    VisibilityText.objects.create(
        programme=programme,
        funding_line=Multilingual(en="Funded by the European Union"),
        disclaimer=Multilingual(en="Not the opinion of the funder"),
        valid_from=PartialDate(2000),
    )
    item = published(programme=programme)
    page = text(client, f"{NEWS}{item.reference}/")
    assert "Funded by the European Union" in page and "Not the opinion of the funder" in page


def test_pictures_are_kept_by_browsers_and_told_unchanged(client: Client, item: NewsItem) -> None:
    shown = item.pictures.get()
    for size, width in (("large", 800), ("small", 640)):
        url = f"/open/pictures/{shown.pk}-{size}.jpg"
        response = client.get(url)
        assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
        assert response["Cache-Control"] == "public, max-age=3600"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert len(response.getvalue()) > 100, width  # type: ignore[attr-defined]
        assert client.get(url, headers={"If-None-Match": response["ETag"]}).status_code == 304
        assert client.post(url).status_code == 405


@pytest.mark.parametrize("url", [NEWS, f"{NEWS}countries/TG/", f"{NEWS}feed.xml"])
def test_pages_cost_the_same_with_one_and_three_items(url: str, client: Client, item: NewsItem) -> None:
    at_one = queries(client, url)
    for _ in range(2):
        more = NewsItemFactory(about="TG GH")
        more.themes.set(Theme.objects.all()[:2])
        picture(more)
        apply(more, "publish")
    assert queries(client, url) == at_one


def test_feed_is_valid_rss_in_its_language(client: Client, item: NewsItem) -> None:
    only_french = NewsItemFactory(
        title=Multilingual(fr="Rien qu'en français & <court>"),
        lead=Multilingual(fr="L"),
        body=Multilingual(fr="T"),
    )
    apply(only_french, "publish")
    response = client.get(f"{NEWS}feed.xml")
    assert response["Content-Type"] == "application/rss+xml; charset=utf-8"
    root = ET.fromstring(response.content)
    channel = root.find("channel")
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    assert channel is not None
    told = {name: channel.findtext(name) for name in ("title", "link", "language")}
    assert told == {
        "title": "FMM portal: news", "link": "http://testserver/open/en/news/", "language": "en",
    }  # fmt: skip
    assert channel.findtext("description")
    own = channel.find("{http://www.w3.org/2005/Atom}link")
    assert own is not None
    assert (own.get("rel"), own.get("href")) == ("self", "http://testserver/open/en/news/feed.xml")
    items = channel.findall("item")
    assert [entry.findtext("title") for entry in items] == [
        "Rien qu'en français & <court> (in French)",
        "Six officials in Tunisia",
    ]
    assert [entry.findtext("link") for entry in items] == [
        f"http://testserver/open/en/news/{only_french.reference}/",
        f"http://testserver/open/en/news/{item.reference}/",
    ]
    guids = [entry.find("guid") for entry in items]
    assert [guid.get("isPermaLink") for guid in guids if guid is not None] == ["false", "false"]
    assert len({entry.findtext("guid") for entry in items}) == 2
    assert all(parsedate_to_datetime(entry.findtext("pubDate") or "") for entry in items)
    assert [c.text for c in items[1].findall("category")] == ["Togo", "Tunisia", "Labour migration"]
    french = ET.fromstring(client.get("/open/fr/news/feed.xml").content)
    assert french.findtext("channel/language") == "fr"
    assert french.findtext("channel/item/title") == "Rien qu'en français & <court>"
