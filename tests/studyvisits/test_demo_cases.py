"""What the demo's files hold: the real cases as reported, samples that say so; loading twice changes nothing."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from delegations.composition import composition_of
from delegations.models import Delegate
from fmm_portal.accounts.models import User
from fmm_portal.core.models import Activity
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.principals import Source, system_actor
from fmm_portal.core.workflow import workflow_for
from fmm_portal.facility.models import Request
from fmm_portal.institutions.models import Institution
from fmm_portal.news.models import NewsItem
from studyvisits.agenda import overlaps
from studyvisits.demo.accounts import prepare_accounts
from studyvisits.demo.founding_case import POSITIONS, STOPS
from studyvisits.demo.loading import load_demo, resolve_days
from studyvisits.demo.notes import DemoNotes
from studyvisits.models import AgendaHost, Commitment, Leg, StudyVisit

DEMO = Path(settings.BASE_DIR) / "demo"
REAL = {"SV-2015-001", "SV-2019-001", "SV-2026-001"}


def load_everything():
    return list(load_demo(DEMO, actor=system_actor(Source.IMPORT)))


@pytest.fixture(scope="module")
def portal(django_db_setup, django_db_blocker):
    """A portal with the demo's data, loaded once for all tests here and rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_everything()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def loaded(portal, db):
    """The portal as loaded; what a test changes is rolled back."""


@pytest.fixture
def founding(loaded):
    return StudyVisit.objects.get(reference="SV-2019-001")


# --- The real cases --------------------------------------------------------------------------------------------


def test_founding_case_is_as_reported(founding):
    assert (str(founding.starts_on), str(founding.ends_on)) == ("21 January 2019", "25 January 2019")
    assert founding.duration_days == 5
    assert founding.status == "reported"
    delegates = Delegate.objects.filter(delegation__study_visits=founding)
    assert [(d.position["en"], d.institution.acronym or d.institution.name["en"]) for d in delegates] == [
        ("Director General of Employment", "DGE"),
        ("Collaborator of the Director General of Employment", "DGE"),
        ("Director General", "ANPE"),
        ("Director of Togolese Abroad", "DTE"),
        ("Representative", "Togolese Employers' Association"),
        ("Representative", "Trade Union Centres (Togo)"),
    ]
    assert {d.status for d in delegates} == {"attended"}
    assert {d.person_name for d in delegates} == {""}
    balance = composition_of(founding.delegations.get())
    assert (balance.actual, balance.women_percent) == (6, None)
    assert {share.key: share.actual for share in balance.by_constituency} == {
        "government": 4,
        "employers": 1,
        "workers": 1,
    }


def test_founding_stops_are_in_order_and_their_days_unknown(founding):
    items = founding.agenda_items.all()
    assert [item.kind for item in items] == [
        "policy_exchange",
        "site_visit",
        "site_visit",
        "site_visit",
        "site_visit",
        "debrief",
    ]
    assert [item.order for item in items] == [1, 2, 3, 4, 5, 6]
    assert {(item.day, item.starts_at, item.ends_at) for item in items} == {(None, None, None)}
    hosts = AgendaHost.objects.filter(item__visit=founding)
    assert [host.institution.acronym for host in hosts] == ["OTE", "TAT", "ANETI"]
    assert {(host.status, host.is_outdated) for host in hosts} == {("confirmed", False)}


def test_founding_debrief_and_follow_up(founding):
    debrief = founding.debrief
    assert debrief.status == "agreed"
    assert debrief.held_on == PartialDate(2019, 1)
    assert debrief.agenda_item.kind == "debrief"
    assert debrief.participants.filter(side="visiting").count() == 6
    assert [p.institution.acronym for p in debrief.participants.filter(side="hosting")] == ["ANETI"]
    commitment = founding.commitments.get()
    assert (commitment.reference, commitment.status, commitment.due_on) == ("CM-2019-001", "open", None)
    assert (commitment.owed_by.acronym, commitment.owed_to.acronym) == ("ANPE", "ANETI")


def test_guards_that_the_source_cannot_meet_are_passed_with_a_reason(founding):
    entries = Activity.objects.filter(
        subject_type__model="studyvisit",
        subject_id=founding.pk,
        verb__in=[transition.name for transition in workflow_for(StudyVisit).transitions],
    ).order_by("pk")
    assert [(e.verb, e.reason, "overridden" in e.changes, e.source) for e in entries] == [
        ("confirm", "", False, "import"),
        ("start", "Recorded from published sources.", True, "import"),
        ("complete", "", False, "import"),
        ("report", "", False, "import"),
    ]


def test_ghana_tour_keeps_an_inferred_year_and_seven_days_in_two_countries(loaded):
    tour = StudyVisit.objects.get(reference="SV-2015-001")
    assert (tour.starts_on, tour.ends_on) == (PartialDate(2015), None)
    assert tour.stated_duration_days == tour.duration_days == 7
    assert "inferred" in tour.dates_note["en"]
    assert [leg.country.code for leg in tour.legs.all()] == ["TN", "IT"]
    assert [country.code for country in tour.host_countries] == ["TN", "IT"]
    assert [item.leg.country.code for item in tour.agenda_items.all()] == ["TN"] * 5 + ["IT"]
    assert tour.status == "completed"
    officials = Delegate.objects.get(delegation__study_visits=tour)
    assert (officials.seats, officials.institution.acronym, officials.sex) == (8, "GIS", "not_stated")
    done = {c.reference: (c.status, c.done_on, c.owed_to) for c in tour.commitments.all()}
    assert done == {
        "CM-2015-001": ("done", PartialDate(2016), None),
        "CM-2015-002": ("done", PartialDate(2019, 8, 1), None),
    }


def test_east_and_horn_of_africa_send_26_people_of_whom_9_women(loaded):
    visit = StudyVisit.objects.get(reference="SV-2026-001")
    delegation = visit.delegations.get()
    assert [country.code for country in visit.sending_countries] == ["ET", "KE", "SO", "TZ", "UG"]
    assert sorted(body.acronym for body in delegation.sending_institutions.all()) == ["EAC", "IGAD"]
    balance = composition_of(delegation)
    assert (balance.planned, balance.actual, balance.women_percent) == (26, 26, 34.6)
    assert {share.key: share.actual for share in balance.by_sex} == {"female": 9, "male": 17, "not_stated": 0}
    assert delegation.head.position["en"].startswith("Principal Secretary")
    assert [item.day for item in visit.agenda_items.all()] == [date(2026, 2, 2), None, None, None, None]


def test_every_real_case_has_its_sources_and_french_texts(loaded):
    real = StudyVisit.objects.filter(reference__in=REAL)
    assert {visit.reference for visit in real} == REAL
    for visit in real:
        assert all(source.startswith("https://") for source in visit.sources) and visit.sources
        assert set(visit.title) == {"en", "fr"}
        for item in visit.agenda_items.all():
            assert set(item.topic) in (set(), {"en", "fr"})
            assert set(item.host_label) in (set(), {"en", "fr"})


def test_samples_say_so_in_every_language(loaded):
    samples = StudyVisit.objects.exclude(reference__in=REAL)
    assert len(samples) == 2
    for visit in samples:
        assert visit.title["en"].endswith("(sample)")
        assert visit.title["fr"].endswith("(exemple)")
        assert visit.programme is None
        for institution in Institution.objects.filter(hosted_sessions__item__visit=visit):
            assert institution.name["en"].endswith("(sample)")


def test_sample_requests_show_a_draft_and_a_running_consultation(loaded):
    samples = Request.objects.filter(actions=None)
    assert {
        (each.title["en"].endswith("(sample)"), each.title["fr"].endswith("(exemple)")) for each in samples
    } == {(True, True)}
    draft, running = samples.get(status="draft"), samples.get(status="consultation")
    assert (draft.reference, running.facility.code) == (None, "DDF")
    assert running.consultation_due_at > timezone.now()
    assert sorted(each.status for each in running.consultees.all()) == ["agreed", "asked", "asked"]


# --- Loading ---------------------------------------------------------------------------------------------------


def test_second_load_changes_nothing_and_says_so(loaded):
    count = Activity.objects.count()
    lines = load_everything()
    assert all("nothing to do" in line for line in lines)
    assert Activity.objects.count() == count
    assert StudyVisit.objects.count() == 5


def test_founding_news_tells_the_delegation_the_programme_and_what_came_before(loaded, founding, client):
    item = NewsItem.objects.drafted_from(founding).get()
    assert (item.status, str(item.date), {c.code for c in item.countries.all()}) == (
        "published",
        "25 January 2019",
        {"TG", "TN"},
    )
    page = client.get(item.public_url("en")).content.decode().replace("&#x27;", "'")
    for position in POSITIONS:
        assert position in page
    assert "The programme had 6 stops." in page
    for stop in STOPS:
        assert stop.lower() in page.lower()
    for line in (
        "A delegation of 6 people from Togo on a study visit to Tunisia, 21–25 January 2019.",
        "The visit ended with a summary and debriefing session with the heads of ANETI.",
        "Earlier activities: Togo",
        "July 2015: ",
        "9–12 August 2016: ",
        "13–14 November 2017: ",
    ):
        assert line in page
    assert "Presumed to be the head" not in page, "remarks stay inside"
    assert {"en", "fr"} <= set(item.title) == set(item.body)


def test_load_demo_command_says_what_it_did_and_loads_what_is_missing(loaded):
    ehoa = StudyVisit.objects.get(reference="SV-2026-001")
    ehoa.delete()
    printed = StringIO()
    call_command("load_demo", stdout=printed)
    lines = printed.getvalue().splitlines()
    samples = [line for line in lines if " sample-" in line]
    assert lines[:2] == [
        "  institutions.yaml: nothing to do, all there",
        "  programmes.yaml: nothing to do, all there",
    ]
    assert "  tg-snmp.yaml: nothing to do, ST-2015-001 is there" in lines
    assert [line for line in lines if "nothing to do" not in line] == [
        "  ehoa-ph-2026.yaml: added SV-2026-001 (Completed)",
    ]
    assert "  tg-tn-study-visit-2019.yaml: nothing to do, SV-2019-001 is there" in lines
    assert len(samples) == 4
    assert all("nothing to do" in line for line in samples)


def test_demo_administrator_adds_a_colleague_with_a_role(founding, client):
    notes = DemoNotes()
    prepare_accounts(notes, founding)
    client.force_login(
        User.objects.get(email="administrator@demo.example"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    inline = {"memberships-INITIAL_FORMS": "0", "memberships-0-role": "officer"}
    account = {"email": "esi@example.org", "full_name": "Esi", "preferred_language": "fr"}

    client.post(
        reverse("admin:accounts_user_add"),
        account
        | {"usable_password": "false", "memberships-INITIAL_FORMS": "0", "memberships-TOTAL_FORMS": "0"},
    )
    esi = User.objects.get(email="esi@example.org")
    client.post(
        reverse("admin:accounts_user_change", args=[esi.pk]),
        account | inline | {"is_active": "on", "memberships-TOTAL_FORMS": "1", "memberships-0-user": esi.pk},
    )

    assert [grant.role for grant in User.objects.get(pk=esi.pk).grants] == ["officer"]
    officer = User.objects.get(email="officer@demo.example")
    assert (officer.is_staff, officer.is_superuser) == (False, False)


def test_ministry_is_shown_under_the_name_it_had(loaded):
    ministry = Institution.objects.search("reforme administrative").get()
    assert ministry.name_on(PartialDate(2019, 1, 21))[1] == "MFPTRA"
    assert ministry.name_on(PartialDate(2022))[0]["fr"].endswith("Dialogue social")


def test_days_are_counted_from_the_day_of_loading():
    start = date(2026, 11, 24)
    document = {"day": "today+20", "slot": ["today-3 09:00-10:30"], "now": "today", "text": "today we meet"}
    assert resolve_days(document, start) == {
        "day": "2026-12-14",
        "slot": ["2026-11-21 09:00-10:30"],
        "now": "2026-11-24",
        "text": "today we meet",
    }


# --- Samples ----------------------------------------------------------------------------------------------------


def test_delegates_of_the_sample_show_every_state(loaded):
    rows = Delegate.objects.filter(delegation__study_visits__title__contains="services to migrant workers")
    assert {d.status for d in rows} == {"confirmed", "declined", "nominated", "replaced"}
    balance = composition_of(rows[0].delegation)
    assert (balance.planned, balance.target, balance.target_women_percent) == (4, 6, 40)
    assert balance.women_percent == 50.0


def test_parts_in_the_samples_are_alive(loaded):
    upcoming = StudyVisit.objects.get(title__contains="services to migrant workers")
    assert upcoming.status == "planned"
    assert (upcoming.starts_on.earliest - today()).days == 20
    assert len(overlaps(upcoming.agenda_items.all())) == 1
    hosts = AgendaHost.objects.filter(item__visit=upcoming)
    assert {host.status for host in hosts} == {"confirmed", "declined", "proposed"}
    assert [str(host.institution) for host in hosts if host.is_outdated] == [
        "Employment agency of the host country (sample)"
    ]
    overdue = Commitment.objects.overdue(today())
    assert [c.text["en"] for c in overdue] == ["Send the form and the manual of the district offices"]
    assert Leg.objects.filter(visit=upcoming).get().starts_on == upcoming.starts_on
