"""The debrief note: its data as far as the requester may see, and the words it is printed in."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from delegations.enums import DelegateStatus
from fmm_portal.accounts.actors import actor_of
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.institutions.models import FormerName
from fmm_portal.reports.fingerprints import fingerprint_of
from fmm_portal.reports.words import period
from studyvisits.debrief_note import present
from studyvisits.enums import DebriefStatus, HostStatus
from studyvisits.models import Debrief, StudyVisit
from studyvisits.reports import build_debrief_note
from studyvisits.services import publish_agenda
from tests.factories.delegations import DelegateFactory, DelegationFactory
from tests.factories.reports import founding_visit
from tests.factories.studyvisits import (
    AgendaItemFactory,
    CommitmentFactory,
    LearningQuestionFactory,
    LessonFactory,
    SessionNoteFactory,
    StudyVisitFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(db: None) -> StudyVisit:
    return founding_visit()


# --- the data ----------------------------------------------------------------------------------------------------


def test_data_are_plain_and_the_same_in_every_language(visit, amina) -> None:
    english = build_debrief_note(visit, amina)
    with translation.override("fr"):
        french = build_debrief_note(visit, amina)

    assert json.loads(json.dumps(english)) == english
    assert fingerprint_of(english) == fingerprint_of(french)


def test_founding_case_is_told_in_full(visit, amina) -> None:
    data = build_debrief_note(visit, amina)

    assert data["visit"]["starts_on"] == "2019-01-21"
    assert data["visit"]["duration_days"] == 5
    assert (data["visit"]["sending_countries"], data["visit"]["host_countries"]) == (["TG"], ["TN"])
    delegation = data["delegations"][0]
    assert [seat["position"]["en"] for seat in delegation["seats"]] == [
        "Director General of Employment",
        "Collaborator of the Director General of Employment",
        "Director General",
        "Director of Togolese Abroad",
        "Representative",
        "Representative",
    ]
    assert (delegation["total"], delegation["is_actual"]) == (6, True)
    assert delegation["by_constituency"] == [
        {"key": "government", "count": 4},
        {"key": "employers", "count": 1},
        {"key": "workers", "count": 1},
    ]
    assert delegation["by_sex"] == [{"key": "", "count": 6}]
    sessions = data["agenda"]["sessions"]
    # The one whose day is known comes first; days that are not known come last, in their order.
    assert [session["day"] for session in sessions] == ["2019-01-25", None, None, None, None, None]
    assert sessions[0]["hosts"][0]["institution"]["acronym"] == "ANETI"
    assert [len(session["notes"]) for session in sessions] == [1, 0, 0, 0, 0, 0]
    assert data["lessons"][0]["session"] == 1
    assert data["commitments"][0]["due_on"] == "2019-06"
    assert {person["side"] for person in data["debrief"]["participants"]} == {"visiting", "hosting"}
    assert data["programme"]["funding_line"]["fr"] == "Ce projet est financé par l'Union européenne."


def test_drafts_of_notes_stay_out_even_for_their_author(visit, amina) -> None:
    item = visit.agenda_items.first()
    SessionNoteFactory(item=item, author=amina, key_points=Multilingual(en="My own draft"))

    assert "My own draft" not in json.dumps(build_debrief_note(visit, amina))


def test_draft_debrief_is_for_the_programme(visit, amina, eva, kofi) -> None:
    Debrief.objects.update(status=DebriefStatus.DRAFT)

    assert build_debrief_note(visit, amina)["debrief"]["status"] == "draft"
    assert build_debrief_note(visit, eva)["debrief"] is None


def test_partner_sees_of_several_delegations_only_those_in_their_sight(visit, amina, fatou) -> None:
    ghana = fatou.memberships.get().institution
    visit.delegations.add(DelegationFactory(name=Multilingual(en="Delegation of Ghana")))
    DelegateFactory(delegation=visit.delegations.get(name__contains="Ghana"), institution=ghana)

    assert [d["name"]["en"] for d in build_debrief_note(visit, amina)["delegations"]] == [
        "Delegation of Togo",
        "Delegation of Ghana",
    ]
    assert [d["name"]["en"] for d in build_debrief_note(visit, fatou)["delegations"]] == [
        "Delegation of Ghana"
    ]


def test_institutions_go_by_the_name_they_had_then(visit, amina) -> None:
    aneti = visit.lessons.get().learnt_from
    FormerName.objects.create(
        institution=aneti,
        name=Multilingual(en="Old Employment Office"),
        acronym="OEO",
        valid_until=PartialDate(2020),
    )

    lesson = build_debrief_note(visit, amina)["lessons"][0]

    assert lesson["learnt_from"] == {
        "name": {"en": "Old Employment Office"},
        "acronym": "OEO",
        "country": "TN",
    }


def test_agenda_says_its_version_and_whether_it_changed_since(visit, amina) -> None:
    assert build_debrief_note(visit, amina)["agenda"]["version"] is None
    with translation.override("fr"):
        version = publish_agenda(visit, actor=actor_of(amina))
    agenda = build_debrief_note(visit, amina)["agenda"]
    assert (agenda["version"], agenda["published_on"]) == (1, version.published_at.date().isoformat())
    # Published in French, read in English: the words differ, the agenda does not.
    assert agenda["is_changed_since"] is False

    AgendaItemFactory(visit=visit)

    assert build_debrief_note(visit, amina)["agenda"]["is_changed_since"] is True


def test_data_of_a_long_visit_take_no_more_queries_than_of_a_short_one(visit, amina) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            build_debrief_note(visit, amina)
        return len(captured)

    queries()
    short = queries()
    for _more in range(3):
        DelegateFactory(delegation=visit.delegations.get())
        item = AgendaItemFactory(visit=visit)
        SessionNoteFactory(item=item, is_shared=True)
        aneti = visit.lessons.first().learnt_from
        LessonFactory(visit=visit, learnt_from=aneti, agenda_item=item)
        LearningQuestionFactory(visit=visit, asked_by=aneti)
        CommitmentFactory(visit=visit, owed_by=aneti)

    assert queries() == short


def test_a_visit_with_nothing_but_a_title_has_data_too(amina) -> None:
    bare = StudyVisitFactory(sending="", hosting="", starts_on=None, ends_on=None)

    data = build_debrief_note(bare, amina)

    assert (data["delegations"], data["legs"], data["debrief"], data["programme"]) == ([], [], None, None)
    assert present(data)["period"] == ""


# --- the words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "english", "french"),
    [
        ("2019-01-21", "2019-01-25", "21–25 January 2019", "21–25 janvier 2019"),
        ("2019-11-30", "2019-12-04", "30 November – 4 December 2019", "30 novembre – 4 décembre 2019"),
        (
            "2019-12-30",
            "2020-01-03",
            "30 December 2019 – 3 January 2020",
            "30 décembre 2019 – 3 janvier 2020",
        ),
        ("2015-07", None, "July 2015", "juillet 2015"),
        ("2015-07", "2016", "July 2015 – 2016", "juillet 2015 – 2016"),
        ("2016", "2016", "2016", "2016"),
        (None, None, "", ""),
    ],
)
def test_period_is_never_more_exact_than_known(first, last, english, french) -> None:
    assert period(first, last) == english
    with translation.override("fr"):
        assert period(first, last) == french


def test_shares_are_of_all_seats_and_a_host_that_declined_is_left_out(visit, amina) -> None:
    delegation = visit.delegations.get()
    delegation.delegates.filter(order=0).update(sex="female")
    delegation.delegates.filter(order=5).update(status=DelegateStatus.DECLINED)
    visit.agenda_items.get(hosts__institution__acronym="OTE").hosts.update(status=HostStatus.DECLINED)

    shown = present(build_debrief_note(visit, amina))

    assert [(g["label"], g["count"], g["percent"]) for g in shown["delegations"][0]["by_sex"]] == [
        ("Women", 1, "20%"),
        ("Not stated", 4, "80%"),
    ]
    assert [len(session["hosts"]) for session in shown["visits"]] == [1, 0, 0, 1, 0, 1]


def test_reported_head_counts_stand_for_unknown_members(amina) -> None:
    visit = StudyVisitFactory(sending="")
    visit.delegations.add(DelegationFactory(reported_size=26, reported_women=9))

    shown = present(build_debrief_note(visit, amina))

    assert shown["people"] == "26 people"
    groups = [(g["label"], g["count"], g["percent"]) for g in shown["delegations"][0]["by_sex"]]
    assert groups == [("Women", 9, "35%"), ("Not stated", 17, "65%")]
    assert shown["delegations"][0]["basis"] == "Head-counts as reported by the source."
