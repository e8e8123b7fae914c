"""Somebody without an account: the programme's news in two languages, its feed, and an answer by personal link."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.principals import system_actor
from fmm_portal.facility.consultation import link_token
from fmm_portal.facility.models import Consultee
from fmm_portal.facility.workflow import REQUEST_WORKFLOW
from fmm_portal.news.drafting import draft_news
from fmm_portal.news.models import NewsItem
from tests.factories.facility import ConsulteeFactory, RequestFactory
from tests.factories.news import NewsItemFactory, apply, picture
from tests.factories.reports import founding_visit
from tests.journeys.pages import Person, both_ways
from tests.personas import anpe_togo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def news(transactional_db: None) -> NewsItem:
    """The founding news, drafted from the data and published with a picture; and a draft that nobody may read."""
    visit = founding_visit()
    type(visit).objects.filter(pk=visit.pk).update(status="reported")
    visit.refresh_from_db()
    item = draft_news(visit, actor=system_actor())
    picture(item)
    NewsItemFactory(title=Multilingual(en="Unpublished-words", fr="Unpublished-words"))
    return apply(item, "publish")


@both_ways
def test_public_reads_the_news_and_follows_the_feed(
    open_page: Callable[..., Any], news: NewsItem, language: str, javascript: bool
) -> None:
    page = open_page(javascript=javascript, locale=language)
    reader = Person(page, language, javascript=javascript)
    page.goto("/open/")
    assert page.locator("html").get_attribute("lang") == language
    page.get_by_role("main").get_by_role("link", name=reader.words("All news")).click()
    page.get_by_role("heading", name=reader.words("News"), level=1).wait_for()
    reader.finds_nothing("Unpublished-words")
    page.get_by_label(reader.words("Country")).select_option("TG")
    reader.press("Show news")
    reader.open(news.title[language])
    page.get_by_role("heading", name=news.title[language], level=1).wait_for()
    reader.finds_nothing("Secret Person")
    image = page.get_by_role("img", name=news.pictures.get().alternative_text[language])
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0

    other = {"en": "fr", "fr": "en"}[language]
    page.get_by_role("navigation", name=reader.words("Language")).locator(f"[hreflang={other}]").click()
    page.get_by_role("heading", name=news.title[other], level=1).wait_for()

    feed = page.request.get(page.get_by_role("link", name="RSS").get_attribute("href"))
    entries = ET.fromstring(feed.body()).findall("./channel/item")
    assert [entry.findtext("title") for entry in entries] == [news.title[other]]
    assert "Secret Person" not in feed.text()


@both_ways
def test_stakeholder_answers_by_personal_link_without_an_account(
    open_page: Callable[..., Any], transactional_db: None, language: str, javascript: bool
) -> None:
    asked = RequestFactory(institution=anpe_togo(), status="eligibility")
    ConsulteeFactory(request=asked, institution=None, position=Multilingual(en="Union"), language=language)
    REQUEST_WORKFLOW.apply(asked, "consult", actor=system_actor())
    consultee = Consultee.objects.get()
    # An objection without its reason comes back with what was typed.
    page = open_page(javascript=javascript, tolerates=("422 (Unprocessable Entity)",))
    stakeholder = Person(page, language, javascript=javascript)
    stakeholder.page.goto(reverse("facility:consultation_answer", args=[link_token(consultee)]))
    stakeholder.shows(asked.need[language])
    stakeholder.press("Object to the request")
    stakeholder.page.locator("[name=comment]").fill("Done already.")
    stakeholder.press("Object to the request")
    stakeholder.says("You objected.")
    stakeholder.shows("Done already.")
    stakeholder.press("Agree with the request")
    stakeholder.says("You agreed.")
    consultee.refresh_from_db()
    assert consultee.status == "agreed"
    stakeholder.finds_nothing("Sign out", "Search everything")
