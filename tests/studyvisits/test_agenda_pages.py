"""Building an agenda: days as tabs, moving and copying without JavaScript, and warnings that never block."""

import re
from collections.abc import Callable
from datetime import date, time
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fmm_portal.accounts.actors import actor_of
from fmm_portal.core.errors import Refused
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from studyvisits.agenda import changes_between, snapshot_item
from studyvisits.agenda_warnings import about_a_day, is_day_of_rest, warnings_of
from studyvisits.enums import HostStatus
from studyvisits.models import AgendaItem, StudyVisit
from studyvisits.services import move_to_day, publish_agenda
from tests.factories.institutions import InstitutionFactory, country
from tests.factories.studyvisits import AgendaHostFactory, AgendaItemFactory, StudyVisitFactory

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY = date(2019, 1, 21), date(2019, 1, 22)


def agenda_of(visit: StudyVisit, query: str = "") -> str:
    return reverse("studyvisits:visit_agenda", args=[visit.pk]) + query


def move(client: Client, item: AgendaItem, **data: object) -> str:
    address = reverse("studyvisits:agenda_item_move", args=[item.visit_id, item.pk])
    return client.post(address, data, follow=True).content.decode()


# --- Days as tabs -------------------------------------------------------------------------------------------------


def test_each_day_has_a_tab_and_what_has_no_day_its_own(browser_of, amina) -> None:
    visit = StudyVisitFactory()
    AgendaItemFactory(visit=visit, topic=Multilingual(en="Courtesy call"))
    AgendaItemFactory(visit=visit, day=None, topic=Multilingual(en="Some time"))
    page = browser_of(amina).get(agenda_of(visit)).content.decode()
    tabs = re.findall(r'<a href="\?day=([^"]+)"[^>]*>([^<]+)<span class="tabs__count">(\d+)', page)
    assert tabs == [
        ("2019-01-21", "Mon 21 Jan", "1"),
        ("2019-01-22", "Tue 22 Jan", "0"),
        ("2019-01-23", "Wed 23 Jan", "0"),
        ("2019-01-24", "Thu 24 Jan", "0"),
        ("2019-01-25", "Fri 25 Jan", "0"),
        ("unknown", "Order known, day not", "1"),
    ]
    monday = browser_of(amina).get(agenda_of(visit, "?day=2019-01-21")).content.decode()
    assert "Courtesy call" in monday
    assert "Some time" not in monday


def test_readers_see_only_days_with_sessions(browser_of, eva) -> None:
    visit = StudyVisitFactory()
    AgendaItemFactory(visit=visit)
    AgendaItemFactory(visit=visit, day=TUESDAY)
    page = browser_of(eva).get(agenda_of(visit)).content.decode()
    assert "Tue 22 Jan" in page
    assert "Wed 23 Jan" not in page
    assert "agenda.js" not in page


# --- Moving and copying -----------------------------------------------------------------------------------------


def test_session_moves_to_another_day_and_the_page_comes_back_to_where_it_was(browser_of, amina) -> None:
    visit = StudyVisitFactory()
    item = AgendaItemFactory(visit=visit, topic=Multilingual(en="Courtesy call"))
    page = move(browser_of(amina), item, day="2019-01-22", next=agenda_of(visit, "?day=2019-01-21"))
    assert "Courtesy call: moved to Tuesday 22 January 2019." in page
    assert 'aria-current="page">Mon 21 Jan' in page or "All days" in page
    item.refresh_from_db()
    assert item.day == TUESDAY


def test_session_is_put_behind_another_of_another_day(browser_of, amina) -> None:
    visit = StudyVisitFactory()
    item = AgendaItemFactory(visit=visit)
    first, second = (AgendaItemFactory(visit=visit, day=TUESDAY, order=number) for number in (1, 2))
    client = browser_of(amina)
    move(client, item, day="2019-01-22", after=str(first.pk))
    assert list(visit.agenda_items.all()) == [first, item, second]
    move(client, item, day="2019-01-22", after=str(item.pk))
    assert list(visit.agenda_items.all()) == [first, item, second], "dropped upon itself"
    move(client, item, day="2019-01-22", after="")
    assert list(visit.agenda_items.all()) == [item, first, second]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("unknown", "An hour needs its day. Take the hours away first."),
        ("no day", "Choose the day to which the session moves."),
        ("2019-01-28", "This day is outside the dates of the visit."),
    ],
)
def test_move_that_cannot_be_is_refused_in_words(browser_of, amina, day, words) -> None:
    item = AgendaItemFactory(starts_at=time(9))
    assert words in move(browser_of(amina), item, day=day)
    item.refresh_from_db()
    assert (item.day, item.version) == (MONDAY, 1)


def test_whole_day_is_copied_once_however_often_the_form_is_sent(browser_of, amina) -> None:
    visit = StudyVisitFactory()
    AgendaItemFactory(visit=visit, topic=Multilingual(en="Courtesy call"))
    address = reverse("studyvisits:visit_copy_day", args=[visit.pk])
    client = browser_of(amina)
    assert '<option value="2019-01-21" selected>' in client.get(address + "?day=2019-01-21").content.decode()
    data = {"submission": str(uuid4()), "day": "2019-01-21", "to": "2019-01-23"}
    assert [client.post(address, data).status_code for _time in range(2)] == [302, 302]
    assert [item.day.day for item in visit.agenda_items.all()] == [21, 23]
    same = client.post(address, {**data, "submission": str(uuid4()), "to": "2019-01-21"})
    assert same.status_code == 422
    assert "Choose another day than the one that is copied." in same.content.decode()


def test_day_is_not_copied_outside_the_dates_of_the_visit(browser_of, amina) -> None:
    visit = StudyVisitFactory(starts_on=PartialDate(2019, 1), ends_on=None)
    AgendaItemFactory(visit=visit)
    address = reverse("studyvisits:visit_copy_day", args=[visit.pk])
    data = {"submission": str(uuid4()), "day": "2019-01-21", "to": "2019-03-01"}
    refused = browser_of(amina).post(address, data)
    assert refused.status_code == 422
    assert "This day is outside the dates of the visit." in refused.content.decode()
    assert visit.agenda_items.count() == 1


# --- Warnings ------------------------------------------------------------------------------------------------------


def warned(visit: StudyVisit, item: AgendaItem, person: object) -> list[str]:
    items = list(AgendaItem.objects.filter(visit=visit).with_related())
    return warnings_of(visit, items, actor_of(person).principal)[item.pk]  # type: ignore[arg-type]


def timed(
    visit: StudyVisit, topic: str, begins: int, ends: int | None = None, **values: object
) -> AgendaItem:
    return AgendaItemFactory(
        visit=visit,
        topic=Multilingual(en=topic),
        starts_at=time(begins),
        ends_at=time(ends) if ends else None,
        **values,
    )


def test_no_time_to_travel_between_two_places(amina) -> None:
    visit = StudyVisitFactory()
    timed(visit, "Ministry", 9, 10, place="Tunis")
    late = timed(visit, "Centre", 10, 11, place="Sfax")
    same = timed(visit, "Archive", 11, 12, place="SFAX ")
    drive = timed(visit, "Drive back", 12, 13, place="Tunis", kind="logistics")
    assert warned(visit, late, amina) == ["No time to travel from Tunis, left at 10:00"]
    assert warned(visit, same, amina) == []
    assert warned(visit, drive, amina) == [], "the way itself needs no way to it"


def test_hosts_who_declined_or_rest_on_that_day_are_named(amina) -> None:
    visit = StudyVisitFactory()
    item = AgendaItemFactory(visit=visit, day=date(2019, 1, 26))
    agency = InstitutionFactory(acronym="ANETI", country=country("TN"))
    host = AgendaHostFactory(item=item, institution=agency)
    assert "ANETI (Tunisia) may be closed: Saturday 26 January 2019" in warned(visit, item, amina)
    host.status = HostStatus.DECLINED
    host.save()
    assert "ANETI (Tunisia) declined this slot: ask another host" in warned(visit, item, amina)
    host.status = HostStatus.CONFIRMED
    host.save()
    assert warned(visit, item, amina) == []


def test_weekends_are_those_of_the_country() -> None:
    friday, saturday, sunday = (date(2019, 1, number) for number in (25, 26, 27))
    assert [is_day_of_rest(day, "DZ") for day in (friday, saturday, sunday)] == [True, True, False]
    assert [is_day_of_rest(day, "TG") for day in (friday, saturday, sunday)] == [False, True, True]
    assert not is_day_of_rest(sunday, "XX")


def test_order_against_the_clock_and_a_long_day_are_seen(amina) -> None:
    visit = StudyVisitFactory()
    late = timed(visit, "Dinner", 19, 20, order=1)
    early = timed(visit, "Breakfast", 8, 9, order=2)
    assert warned(visit, early, amina) == ["Stands after “Dinner”, which begins later"]
    assert about_a_day([late, early]) == "More than 10 hours: from 08:00 to 20:00"
    assert about_a_day([early]) == about_a_day([]) == ""


def test_delegation_that_is_elsewhere_at_that_hour_is_told(amina, sami) -> None:
    visit, other = StudyVisitFactory(), StudyVisitFactory(sending="")
    other.delegations.set(visit.delegations.all())
    item = timed(visit, "Ministry", 9, 10)
    there = timed(other, "Workshop", 9, 11)
    sentence = f"The delegation is then at “Workshop” of {other.reference} (09:00–11:00)"
    assert warned(visit, item, amina) == [sentence]
    assert warned(visit, item, sami) == [], "who may not see the other visit learns nothing of it"
    other.status = "cancelled"
    other.save()
    assert warned(visit, item, amina) == []
    assert there.visit_id == other.pk


# --- Cost ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tab", ["agenda", "publish", "detail"])
def test_agenda_of_forty_sessions_costs_no_more_queries_than_one_of_two(
    browser_of: Callable[..., Client], amina, tab: str
) -> None:
    client = browser_of(amina)
    counts = []
    for number in (2, 40):
        visit = StudyVisitFactory()
        for index in range(number):
            day = date(2019, 1, 21 + index % 5)
            item = AgendaItemFactory(
                visit=visit,
                day=day,
                starts_at=time(8 + index % 9),
                leg=visit.legs.get(),
                place=f"Place {index}",
            )
            AgendaHostFactory(item=item)
        address = reverse(f"studyvisits:visit_{tab}", args=[visit.pk])
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- What changed since the last version -----------------------------------------------------------------------


def test_next_version_tells_what_moved_what_hosts_answered_and_whom_to_tell(browser_of, amina) -> None:
    visit = StudyVisitFactory()
    moved = AgendaItemFactory(visit=visit, topic=Multilingual(en="Courtesy call"))
    answered = AgendaItemFactory(visit=visit, topic=Multilingual(en="Workshop"))
    agency = InstitutionFactory(acronym="ANETI", country=country("TN"))
    ministry = InstitutionFactory(acronym="MFPE", country=country("TN"))
    AgendaHostFactory(item=moved, institution=agency, status=HostStatus.CONFIRMED, answered_slot=moved.slot)
    host = AgendaHostFactory(item=answered, institution=ministry)
    publish_agenda(visit, actor=actor_of(amina))
    move_to_day(moved, actor=actor_of(amina), day=TUESDAY)
    host.status, host.answered_slot = HostStatus.CONFIRMED, answered.slot
    host.save()

    client = browser_of(amina)
    preview = client.get(reverse("studyvisits:visit_publish", args=[visit.pk])).content.decode()
    assert "<strong>Moved</strong>: Courtesy call" in preview
    assert "<ins>ANETI (Tunisia) (confirmed for another slot)</ins>" in preview
    assert "<strong>Answered</strong>: Workshop" in preview
    assert "<del>MFPE (Tunisia) (Proposed)</del> → <ins>MFPE (Tunisia) (Confirmed)</ins>" in preview
    assert f"{visit.delegations.get()}" in preview
    version = publish_agenda(visit, actor=actor_of(amina))
    page = client.get(
        reverse("studyvisits:agenda_version_detail", args=[visit.pk, version.number])
    ).content.decode()
    assert "Whom to tell" in page
    assert re.search(r"MFPE \(Tunisia\)<span[^>]*>Answered: Workshop</span>", page)
    with pytest.raises(Refused, match="Nothing has changed since version 2"):
        publish_agenda(visit, actor=actor_of(amina))


def test_versions_from_before_answers_were_kept_tell_of_none() -> None:
    item = AgendaItemFactory()
    AgendaHostFactory(item=item)
    now = snapshot_item(AgendaItem.objects.with_related().get(pk=item.pk))
    before = {**now, "hosts": [{k: v for k, v in host.items() if k != "answer"} for host in now["hosts"]]}
    assert changes_between([before], [now]) == []
