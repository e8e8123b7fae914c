"""A study visit told as news: what comes out of its data, and what must not."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fmm_portal.core.errors import Forbidden, Refused
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import system_actor
from fmm_portal.facility.models import Action
from fmm_portal.news.drafting import draft_news, names_somebody
from fmm_portal.news.models import NewsItem
from studyvisits.models import StudyVisit
from tests.everything import Everything
from tests.factories.delegations import DelegateFactory
from tests.factories.facility import ActionFactory, ActivityFactory
from tests.factories.institutions import country
from tests.factories.news import apply
from tests.factories.strategies import MilestoneFactory, StrategyFactory
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    DebriefFactory,
    StudyVisitFactory,
)
from tests.personas import aneti, anpe_togo
from tests.scene import whole_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit() -> StudyVisit:
    """Togo in Tunisia, with the work that came before."""
    action: Action = ActionFactory()
    strategy = StrategyFactory(country=country("TG"))
    visit = StudyVisitFactory(
        status="completed",
        action=action,
        strategy=strategy,
        objectives=Multilingual(en="Learn", fr="Apprendre"),
    )
    DelegateFactory(
        delegation=visit.delegations.get(),
        position=Multilingual(en="Director General", fr="Directeur général"),
        institution=anpe_togo(),
        person_name="Kossi Adébayor",
        role="head",
        status="attended",
    )
    DelegateFactory(
        delegation=visit.delegations.get(), position=Multilingual(en="Refused-position"), status="declined"
    )
    item = AgendaItemFactory(
        visit=visit, topic=Multilingual(en="Placement abroad", fr="Placement à l'étranger")
    )
    AgendaHostFactory(item=item, institution=aneti())
    AgendaItemFactory(visit=visit, kind="logistics", topic=Multilingual(en="Transfer-to-hotel"))
    ActivityFactory(
        action=action, title=Multilingual(en="Workshop in Lomé"), status="done", starts_on=PartialDate(2017, 11, 13),
        ends_on=PartialDate(2017, 11, 14), country=country("TG"),
    )  # fmt: skip
    ActivityFactory(
        action=action, title=Multilingual(en="Later-activity"), status="done", starts_on=PartialDate(2019, 6),
        country=country("TG"),
    )  # fmt: skip
    MilestoneFactory(strategy=strategy, kind="launch", status="done", actual_on=PartialDate(2015, 7))
    DebriefFactory(
        visit=visit, status="agreed", recap=Multilingual(en="All was told."),
        next_steps=Multilingual(en="Write to each other\nMeet again"),
    )  # fmt: skip
    return visit


def test_delegation_programme_debrief_and_what_came_before_are_in_the_draft(visit: StudyVisit) -> None:
    item = draft_news(visit, actor=system_actor())
    assert (item.status, item.source, str(item.date)) == ("draft", visit, "25 January 2019")
    assert {c.code for c in item.countries.all()} == {"TG", "TN"}
    assert item.title == visit.title
    assert (
        item.lead["en"]
        == "A delegation of 1 person from Togo on a study visit to Tunisia, 21–25 January 2019."
    )
    body = item.body["en"]
    for line in (
        "- Learn",
        "## The delegation\n\n- Director General, National Employment Agency (ANPE)",
        "The programme had 1 stop.",
        "- Agency for Employment and Independent Labour (ANETI): Placement abroad",
        "## The debrief\n\nAll was told.",
        "- Write to each other\n- Meet again",
        "## Earlier activities: Togo\n\n- July 2015: ",
        "- 13–14 November 2017: Workshop in Lomé",
    ):
        assert line in body, line
    for word in ("Refused-position", "Transfer-to-hotel", "Later-activity", "Adébayor"):
        assert word not in body
    assert "Directeur général, Agence nationale pour l'emploi (ANPE)" in item.body["fr"]
    assert not names_somebody(item)


def test_debrief_to_which_nobody_agreed_yet_stays_inside(visit: StudyVisit) -> None:
    visit.debrief.status = "draft"
    visit.debrief.save()
    assert "All was told." not in draft_news(visit, actor=system_actor()).body["en"]


def test_a_language_in_which_the_visit_is_not_written_is_left_to_the_fallback(visit: StudyVisit) -> None:
    visit.title = Multilingual(fr="Visite d'étude")
    visit.save()
    item = draft_news(visit, actor=system_actor())
    assert list(item.title) == list(item.lead) == list(item.body) == ["fr"]
    visit.title = Multilingual(ar="زيارة")
    visit.save()
    item.delete()
    assert list(draft_news(visit, actor=system_actor()).title) == ["ar"]


def test_no_personal_or_internal_word_reaches_the_draft_or_the_public_page(client: Client) -> None:
    """Words are planted in every corner of a visit; whoever drafts sees all of them, the public none."""
    scene = whole_visit()
    StudyVisit.objects.filter(pk=scene.visit.pk).update(status="completed")
    item = draft_news(scene.visit, actor=system_actor())
    hidden = (*scene.personal, *Everything.internal, *Everything.of_the_programme, "Shared-note-words")
    texts = [value for text in (item.title, item.lead, item.body) for value in text.values()]
    assert [word for word in hidden for text in texts if word in text] == []
    apply(item, "publish")
    for url in (
        item.public_url("en"),
        "/open/en/news/",
        "/open/en/news/countries/TG/",
        "/open/en/news/feed.xml",
    ):
        page = client.get(url).content.decode()
        assert "Confidential-visit-title" in page, "what is published is there"
        assert [word for word in hidden if word in page] == [], url


def test_second_click_leads_to_the_draft_that_is_there(
    visit: StudyVisit, browser_of: Any, amina: Any
) -> None:
    client, url = browser_of(amina), reverse("news:newsitem_draft", args=["study-visits", visit.pk])
    page = client.get(visit.get_absolute_url()).content.decode()
    assert url in page and "Draft news" in page
    first, second = client.post(url), client.post(url)
    item = NewsItem.objects.get()
    assert first.url == second.url == item.get_absolute_url()
    after = client.get(visit.get_absolute_url()).content.decode()
    assert item.get_absolute_url() in after and url not in after
    assert client.get(url).status_code == 405
    assert "Drafted from" in client.get(item.get_absolute_url()).content.decode()


def test_before_the_visit_is_completed_there_is_nothing_to_tell(
    visit: StudyVisit, browser_of: Any, amina: Any
) -> None:
    StudyVisit.objects.filter(pk=visit.pk).update(status="planned")
    client, url = browser_of(amina), reverse("news:newsitem_draft", args=["study-visits", visit.pk])
    page = client.get(visit.get_absolute_url()).content.decode()
    assert "News is drafted once the visit is completed." in page and url not in page
    response = client.post(url)
    assert response.status_code == 409
    assert "News is drafted once the visit is completed." in response.content.decode()
    with pytest.raises(Refused):
        draft_news(visit, actor=system_actor())
    assert not NewsItem.objects.exists()


def test_only_the_programme_drafts(
    visit: StudyVisit, browser_of: Any, eva: Any, kofi: Any, fatou: Any, by: Any
) -> None:
    url = reverse("news:newsitem_draft", args=["study-visits", visit.pk])
    for person, status in ((eva, 403), (kofi, 403), (fatou, 404)):
        client = browser_of(person)
        assert client.post(url).status_code == status
        assert url not in client.get(visit.get_absolute_url()).content.decode()
    assert Client().post(url).status_code == 302
    assert (
        browser_of(eva).post(reverse("news:newsitem_draft", args=["circuses", visit.pk])).status_code == 404
    )
    with pytest.raises(Forbidden):
        draft_news(visit, actor=by(eva))
    assert not NewsItem.objects.exists()


def test_visit_page_costs_the_same_whatever_the_news(
    visit: StudyVisit, browser_of: Any, amina: Any, django_assert_num_queries: Any
) -> None:
    client = browser_of(amina)
    apply(draft_news(visit, actor=system_actor()), "publish")
    client.get(visit.get_absolute_url())
    with CaptureQueriesContext(connection) as at_one:
        client.get(visit.get_absolute_url())
    for _ in range(2):
        apply(draft_news(visit, actor=system_actor()), "publish")
    with django_assert_num_queries(len(at_one)):
        client.get(visit.get_absolute_url())
