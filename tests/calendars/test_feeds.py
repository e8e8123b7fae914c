"""The calendars that people subscribe to: what is in them for whom, and what programs make of them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from fmm_portal.accounts.actors import actor_of
from fmm_portal.accounts.models import Membership, User
from fmm_portal.calendars.entries import feed_kind
from fmm_portal.calendars.models import CalendarFeed
from fmm_portal.calendars.services import read, subscribe
from fmm_portal.calendars.zones import zone_of
from fmm_portal.core.models import Follow
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import system_actor
from fmm_portal.core.services import delete_record, update_record
from studyvisits.enums import CommitmentStatus, HostStatus, VisitStatus
from studyvisits.models import StudyVisit
from studyvisits.services import publish_agenda
from tests.factories.delegations import DelegateFactory
from tests.factories.strategies import MilestoneFactory, StrategyFactory
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    CommitmentFactory,
    LegFactory,
    StudyVisitFactory,
)
from tests.personas import aneti, anpe_togo

pytestmark = pytest.mark.django_db


def feed_for(person: User, kind: str, pk: int) -> CalendarFeed:
    found = feed_kind(kind)
    assert found is not None
    return subscribe(person.pk, found, pk)


def own_feed(person: User) -> CalendarFeed:
    return feed_for(person, "person", person.pk)


def reread(feed: CalendarFeed) -> bytes:
    """As the next request finds it: nothing remembered of the person's rights."""
    return read(CalendarFeed.objects.select_related("user").get(pk=feed.pk))


def events_in(written: bytes) -> dict[str, Any]:
    """By the part of the UID before the host; both libraries must read the file and agree on its events."""
    parsed = Calendar.from_ical(written)
    events = {str(event["UID"]).partition("@")[0]: event for event in parsed.walk("VEVENT")}
    second = vobject.readOne(written.decode())
    uids = {event.uid.value.partition("@")[0] for event in getattr(second, "vevent_list", [])}
    assert uids == set(events)
    return events


def visit_events(person: User, visit: StudyVisit) -> dict[str, Any]:
    return events_in(reread(feed_for(person, "study-visit", visit.pk)))


@pytest.mark.parametrize("month", [1, 7], ids=["winter", "summer"])
@pytest.mark.parametrize(
    ("code", "zone", "nine_in_utc"),
    [
        ("TG", "Africa/Lome", {1: 9, 7: 9}),
        ("TN", "Africa/Tunis", {1: 8, 7: 8}),
        ("IT", "Europe/Rome", {1: 8, 7: 7}),
        ("MA", "Africa/Casablanca", {1: 8, 7: 8}),
        ("PT", "Europe/Lisbon", {1: 9, 7: 8}),
    ],
)
def test_hours_are_those_of_the_host_country(
    amina: User, code: str, zone: str, nine_in_utc: dict[int, int], month: int
) -> None:
    day = date(2026, month, 13)
    visit = StudyVisitFactory(
        starts_on=PartialDate.of(day), ends_on=PartialDate.of(day + timedelta(4)), hosting=code
    )
    item = AgendaItemFactory(visit=visit, day=day, starts_at=time(9), ends_at=time(10, 30))
    written = reread(feed_for(amina, "study-visit", visit.pk))
    event = events_in(written)[f"agenda-item-{item.pk}"]
    assert event["DTSTART"].params["TZID"] == zone
    assert event["DTSTART"].dt.astimezone(UTC) == datetime(2026, month, 13, nine_in_utc[month], tzinfo=UTC)
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=90)
    # The second library knows the zone from the file's own VTIMEZONE alone.
    second = vobject.readOne(written.decode())
    assert [each.tzid.value for each in second.vtimezone_list] == [zone]
    [starts] = [each.dtstart.value for each in second.vevent_list if each.uid.value.startswith("agenda")]
    assert starts.astimezone(UTC).hour == nine_in_utc[month]


def test_zones_of_countries_that_have_several() -> None:
    assert zone_of("CD", "Lubumbashi") == ZoneInfo("Africa/Lubumbashi")
    assert zone_of("CD") == ZoneInfo("Africa/Kinshasa")
    assert zone_of("ES", "Madrid") == zone_of("ES", "Séville") == ZoneInfo("Europe/Madrid")
    assert zone_of("AU", "Perth") == ZoneInfo("Australia/Perth")
    assert zone_of("AU", "Alice Springs") is None
    assert zone_of("XX") is None


def test_each_leg_keeps_its_own_clock_and_an_unknown_place_has_none(amina: User) -> None:
    visit = StudyVisitFactory(hosting="TN IT")
    tunis, rome = visit.legs.all()
    named = AgendaItemFactory(visit=visit, leg=rome, starts_at=time(9))
    nowhere = AgendaItemFactory(visit=visit, starts_at=time(9))
    events = visit_events(amina, visit)
    assert events[f"agenda-item-{named.pk}"]["DTSTART"].params["TZID"] == "Europe/Rome"
    assert events[f"agenda-item-{nowhere.pk}"]["DTSTART"].to_ical() == b"20190121T090000"
    for leg, days in ((tunis, (21, 22)), (rome, (23, 25))):
        leg.starts_on, leg.ends_on = (PartialDate(2019, 1, day) for day in days)
        leg.save()
    starts = visit_events(amina, visit)[f"agenda-item-{nowhere.pk}"]["DTSTART"]
    assert starts.params["TZID"] == "Africa/Tunis"


def test_a_day_without_an_hour_is_all_day_and_no_day_is_made_up(amina: User) -> None:
    visit = StudyVisitFactory()
    all_day = AgendaItemFactory(visit=visit, day=date(2019, 1, 22))
    no_day = AgendaItemFactory(visit=visit, day=None, topic=Multilingual(en="Terre d'asile"))
    month_only = StudyVisitFactory(starts_on=PartialDate(2019, 7), ends_on=None)
    written = reread(feed_for(amina, "study-visit", visit.pk))
    events = events_in(written)
    assert set(events) == {f"visit-{visit.pk}", f"agenda-item-{all_day.pk}"}
    event = events[f"agenda-item-{all_day.pk}"]
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2019, 1, 22), date(2019, 1, 23))
    whole = events[f"visit-{visit.pk}"]
    assert (whole["DTSTART"].dt, whole["DTEND"].dt) == (date(2019, 1, 21), date(2019, 1, 26))
    assert no_day.topic["en"] in Calendar.from_ical(written)["DESCRIPTION"]
    assert "VTIMEZONE" not in written.decode()
    of_the_month = reread(feed_for(amina, "study-visit", month_only.pk))
    assert events_in(of_the_month) == {}
    assert "(July 2019)" in Calendar.from_ical(of_the_month)["DESCRIPTION"]


def test_a_published_agenda_moves_only_when_it_is_published_again(amina: User) -> None:
    """Stable UID, a SEQUENCE that grows, and CANCELLED for what was taken out."""
    actor = actor_of(amina)
    visit = StudyVisitFactory(status=VisitStatus.CONFIRMED)
    kept, moved, dropped = (
        AgendaItemFactory(visit=visit, starts_at=time(hour), leg=visit.legs.get()) for hour in (9, 11, 14)
    )
    uids = [f"agenda-item-{item.pk}" for item in (kept, moved, dropped)]
    before = visit_events(amina, visit)
    assert {str(before[uid]["STATUS"]) for uid in uids} == {"TENTATIVE"}

    publish_agenda(visit, actor=actor)
    first = visit_events(amina, visit)
    assert {str(first[uid]["STATUS"]) for uid in uids} == {"CONFIRMED"}
    assert all(first[uid]["SEQUENCE"] > before[uid]["SEQUENCE"] for uid in uids)

    update_record(moved, actor=actor, changes={"starts_at": time(16), "day": date(2019, 1, 23)})
    delete_record(dropped, actor=actor)
    assert visit_events(amina, visit) == first, "nothing leaves before it is published"

    publish_agenda(visit, actor=actor)
    second = visit_events(amina, visit)
    assert second[uids[0]]["SEQUENCE"] == first[uids[0]]["SEQUENCE"]
    assert second[uids[1]]["SEQUENCE"] > first[uids[1]]["SEQUENCE"]
    assert second[uids[1]]["DTSTART"].dt == datetime(2019, 1, 23, 16, tzinfo=ZoneInfo("Africa/Tunis"))
    assert second[uids[2]]["SEQUENCE"] > first[uids[2]]["SEQUENCE"]
    assert [str(second[uid]["STATUS"]) for uid in uids] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]

    StudyVisit.objects.filter(pk=visit.pk).update(status=VisitStatus.CANCELLED, version=9)
    third = visit_events(amina, visit)
    assert {str(event["STATUS"]) for event in third.values()} == {"CANCELLED"}
    assert all(third[uid]["SEQUENCE"] >= second[uid]["SEQUENCE"] for uid in third)


def test_a_session_that_lost_its_day_is_taken_from_it(amina: User) -> None:
    actor, visit = actor_of(amina), StudyVisitFactory()
    item = AgendaItemFactory(visit=visit)
    publish_agenda(visit, actor=actor)
    update_record(item, actor=actor, changes={"day": None})
    publish_agenda(visit, actor=actor)
    written = reread(feed_for(amina, "study-visit", visit.pk))
    event = events_in(written)[f"agenda-item-{item.pk}"]
    assert (str(event["STATUS"]), event["DTSTART"].dt) == ("CANCELLED", date(2019, 1, 21))
    assert str(item.topic) in Calendar.from_ical(written)["DESCRIPTION"]


def test_places_and_hosts_are_institutions_and_nobody_is_named(amina: User, by: Any) -> None:
    visit = update_record(StudyVisitFactory(), actor=by(amina), changes={"owner": amina})
    DelegateFactory(delegation=visit.delegations.get(), person_name="Marimba Delegate")
    item = AgendaItemFactory(
        visit=visit, leg=LegFactory(visit=visit, city="Tunis"), starts_at=time(9), place="Hall 2"
    )
    AgendaHostFactory(item=item, institution=aneti(), status=HostStatus.CONFIRMED)
    AgendaHostFactory(item=item, institution=anpe_togo(), status=HostStatus.DECLINED)
    publish_agenda(visit, actor=by(amina))
    written = reread(feed_for(amina, "study-visit", visit.pk)).decode()
    event = visit_events(amina, visit)[f"agenda-item-{item.pk}"]
    assert str(event["LOCATION"]) == "Hall 2, Tunis, Tunisia"
    assert "ANETI (Tunisia)" in event["DESCRIPTION"]
    assert "ANPE" not in event["DESCRIPTION"]
    assert "Times are those of Tunis (UTC+01:00)." in event["DESCRIPTION"]
    assert "Marimba" not in written.replace("\r\n ", "")
    assert "Amina" not in written.replace("\r\n ", "")


def test_texts_are_in_the_persons_language(amina: User) -> None:
    amina.preferred_language = "fr"
    amina.save()
    visit = StudyVisitFactory(title=Multilingual(en="Togo visits Tunisia", fr="Le Togo en Tunisie"))
    events = visit_events(amina, visit)
    assert "Le Togo en Tunisie" in events[f"visit-{visit.pk}"]["SUMMARY"]
    assert str(events[f"visit-{visit.pk}"]["LOCATION"]) == "Tunisie"


# --- A person's own ---------------------------------------------------------------------------------------


def soon(days: int = 30) -> PartialDate:
    return PartialDate.of(timezone.localdate() + timedelta(days))


def test_an_officers_own_calendar_has_what_is_theirs(amina: User, by: Any) -> None:
    own, followed, other = (StudyVisitFactory(starts_on=soon(), ends_on=soon(33)) for _each in range(3))
    StudyVisit.objects.filter(pk=own.pk).update(owner=amina)
    kind = followed_kind(followed)
    Follow.objects.create(user=amina, subject_type=kind, subject_id=followed.pk)
    due = CommitmentFactory(owner=amina, due_on=soon())
    dropped = CommitmentFactory(owner=amina, due_on=soon(), status=CommitmentStatus.DROPPED)
    by_month = CommitmentFactory(owner=amina, due_on=PartialDate(soon().year, soon().month))
    long_past = CommitmentFactory(owner=amina, due_on=PartialDate(2019, 3, 1))
    CommitmentFactory(due_on=soon())
    strategy = StrategyFactory(owner=amina)
    ahead = MilestoneFactory(strategy=strategy, planned_on=soon(60))
    MilestoneFactory(planned_on=soon(60))
    written = reread(own_feed(amina))
    events = events_in(written)
    assert set(events) == {
        f"visit-{own.pk}",
        f"visit-{followed.pk}",
        f"commitment-{due.pk}",
        f"commitment-{dropped.pk}",
        f"milestone-{ahead.pk}",
    }
    assert str(events[f"commitment-{dropped.pk}"]["STATUS"]) == "CANCELLED"
    assert events[f"commitment-{due.pk}"]["DTSTART"].dt == soon().earliest
    assert by_month.reference in Calendar.from_ical(written)["DESCRIPTION"]
    assert long_past.reference not in written.decode()
    assert other.reference not in written.decode()


def followed_kind(record: Any) -> Any:
    from django.contrib.contenttypes.models import ContentType

    return ContentType.objects.get_for_model(record)


def test_what_was_deleted_is_cancelled_without_its_words(amina: User, by: Any) -> None:
    due = CommitmentFactory(owner=amina, due_on=soon(), text=Multilingual(en="Secret-words"))
    others = CommitmentFactory(due_on=soon())
    milestone = MilestoneFactory(strategy=StrategyFactory(owner=amina), planned_on=soon())
    for record in (due, others, milestone):
        delete_record(record, actor=system_actor())
    written = reread(own_feed(amina))
    events = events_in(written)
    assert set(events) == {f"commitment-{due.pk}", f"milestone-{milestone.pk}"} - {None}
    assert {str(event["STATUS"]) for event in events.values()} == {"CANCELLED"}
    assert "Secret-words" not in written.decode()


def test_an_agencys_calendar_has_what_it_takes_part_in_and_owes(kofi: User, by: Any) -> None:
    theirs = StudyVisitFactory(starts_on=soon(), ends_on=soon(33))
    theirs.delegations.get().sending_institutions.add(anpe_togo())
    StudyVisitFactory(starts_on=soon(), ends_on=soon(33), sending="GH")
    owed = CommitmentFactory(source=theirs, owed_by=anpe_togo(), due_on=soon())
    CommitmentFactory(source=theirs, owed_by=aneti(), owed_to=anpe_togo(), due_on=soon())
    assert set(events_in(reread(own_feed(kofi)))) == {f"visit-{theirs.pk}", f"commitment-{owed.pk}"}


def test_a_delegates_calendar_has_their_visit_only(jean: User) -> None:
    visit = StudyVisitFactory(starts_on=soon(), ends_on=soon(33))
    DelegateFactory(delegation=visit.delegations.get(), account=jean)
    StudyVisitFactory(starts_on=soon(), ends_on=soon(33))
    assert set(events_in(reread(own_feed(jean)))) == {f"visit-{visit.pk}"}


def test_a_calendar_costs_the_same_for_many_visits(amina: User, by: Any) -> None:
    def add(number: int) -> None:
        for _each in range(number):
            visit = StudyVisitFactory(starts_on=soon(), ends_on=soon(33))
            StudyVisit.objects.filter(pk=visit.pk).update(owner=amina)
            AgendaHostFactory(item=AgendaItemFactory(visit=visit, day=None))
            CommitmentFactory(owner=amina, due_on=soon())
            MilestoneFactory(strategy=StrategyFactory(owner=amina), planned_on=soon())

    feed = own_feed(amina)
    reread(feed)
    counts = []
    for number in (1, 3):
        add(number)
        with CaptureQueriesContext(connection) as captured:
            reread(feed)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 20


# --- The address ------------------------------------------------------------------------------------------


def path_of(feed: CalendarFeed) -> str:
    return reverse("calendars:read", args=[feed.token])


def test_whoever_has_the_address_reads_it_without_signing_in(amina: User) -> None:
    visit = StudyVisitFactory()
    feed = feed_for(amina, "study-visit", visit.pk)
    client = Client()
    response = client.get(path_of(feed))
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"visit-{visit.pk}" in events_in(response.content)
    again = client.get(path_of(feed), headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    StudyVisit.objects.filter(pk=visit.pk).update(version=5, title=Multilingual(en="Another"))
    changed = client.get(path_of(feed), headers={"If-None-Match": response.headers["ETag"]})
    assert changed.status_code == 200
    assert CalendarFeed.objects.get().last_read_at is not None


def test_the_database_alone_opens_no_calendar(amina: User) -> None:
    feed = own_feed(amina)
    assert feed.token not in str(CalendarFeed.objects.values().get())
    for token in (feed.key, f"{feed.key}.{'A' * 43}", "x" * 50):
        if len(token) >= 40:
            assert Client().get(reverse("calendars:read", args=[token])).status_code == 404
    assert feed.address.endswith(path_of(feed))
    assert feed.webcal.startswith("webcal://")


def test_a_calendar_shows_what_the_person_may_see_today(kofi: User, amina: User) -> None:
    visit = StudyVisitFactory(starts_on=soon(), ends_on=soon(33))
    visit.delegations.get().sending_institutions.add(anpe_togo())
    of_visit, own = feed_for(kofi, "study-visit", visit.pk), own_feed(kofi)
    assert events_in(reread(of_visit))
    assert events_in(reread(own))
    Membership.objects.filter(user=kofi).update(ends_on=timezone.localdate() - timedelta(1))
    assert events_in(reread(of_visit)) == events_in(reread(own)) == {}
    assert Client().get(path_of(own)).status_code == 200, "an empty calendar clears what the program holds"


def test_a_closed_account_reads_nothing_even_with_a_seat(jean: User) -> None:
    visit = StudyVisitFactory(starts_on=soon(), ends_on=soon(33))
    DelegateFactory(delegation=visit.delegations.get(), account=jean)
    feed = own_feed(jean)
    User.objects.filter(pk=jean.pk).update(is_active=False)
    assert events_in(reread(feed)) == {}


def test_the_panel_makes_renews_and_revokes_an_address(amina: User, browser_of: Any) -> None:
    visit, client = StudyVisitFactory(), browser_of(amina)
    page = reverse("studyvisits:visit_agenda", args=[visit.pk])
    place = ["study-visit", visit.pk]
    assert "Make my calendar address" in client.get(page).content.decode()
    made = client.post(reverse("calendars:feed_subscribe", args=place))
    assert made.headers["Location"] == f"{page}#calendar"
    client.post(reverse("calendars:feed_subscribe", args=place))
    feed = CalendarFeed.objects.get()
    assert client.get(page).content.decode().count(feed.address) == 2, "shown again, to be copied again"

    asked = client.get(reverse("calendars:feed_renew", args=place))
    assert "stops working at once" in asked.content.decode()
    assert CalendarFeed.objects.get().key == feed.key
    client.post(reverse("calendars:feed_renew", args=place))
    renewed = CalendarFeed.objects.get()
    assert Client().get(path_of(feed)).status_code == 404
    assert Client().get(path_of(renewed)).status_code == 200

    client.post(reverse("calendars:feed_revoke", args=place))
    assert Client().get(path_of(renewed)).status_code == 404
    assert client.get(reverse("calendars:feed_revoke", args=place)).status_code == 404


def test_the_account_page_has_the_persons_own(amina: User, browser_of: Any, nobody: User) -> None:
    client = browser_of(amina)
    client.post(reverse("calendars:feed_subscribe", args=["person", amina.pk]))
    assert own_feed(amina).address in client.get(reverse("accounts:profile")).content.decode()
    downloaded = client.get(reverse("calendars:download", args=["person", amina.pk]))
    assert downloaded.headers["Content-Disposition"] == 'attachment; filename="fmm-portal.ics"'
    assert events_in(downloaded.content) == {}
    other = browser_of(nobody)
    for name in ("download", "feed_renew", "feed_revoke"):
        assert other.get(reverse(f"calendars:{name}", args=["person", amina.pk])).status_code == 404
    assert other.post(reverse("calendars:feed_subscribe", args=["person", amina.pk])).status_code == 404


def test_a_visit_is_downloaded_by_who_may_see_it(amina: User, fatou: User, browser_of: Any) -> None:
    visit = StudyVisitFactory()
    address = reverse("calendars:download", args=["study-visit", visit.pk])
    response = browser_of(amina).get(address)
    assert response.headers["Content-Disposition"] == f'attachment; filename="{visit.reference}.ics"'
    assert f"visit-{visit.pk}" in events_in(response.content)
    assert browser_of(fatou).get(address).status_code == 404
    assert browser_of(amina).get(address.replace("study-visit", "no-such-kind")).status_code == 404
