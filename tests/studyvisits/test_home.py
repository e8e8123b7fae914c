"""What study visits ask of people on the first screen."""

import pytest

from fmm_portal.core.partial_dates import PartialDate
from studyvisits.enums import VisitStatus
from tests.factories.studyvisits import StudyVisitFactory

pytestmark = pytest.mark.django_db


def test_viewer_finds_the_visits_ahead_whatever_is_known_of_their_dates(browser_of, eva, marc) -> None:
    undated = StudyVisitFactory(starts_on=None, ends_on=None)
    some_year = StudyVisitFactory(starts_on=PartialDate(2031), ends_on=None, status=VisitStatus.POSTPONED)
    overdue = StudyVisitFactory(status=VisitStatus.CONFIRMED)
    done = StudyVisitFactory(status=VisitStatus.COMPLETED, owner=marc)
    page = browser_of(eva).get("/")
    panel = next(panel for panel in page.context["panels"] if "ahead" in str(panel.title))
    assert panel.count == 3
    html = page.content.decode()
    assert [visit.reference in html for visit in (overdue, some_year, undated, done)] == [
        True,
        True,
        True,
        False,
    ]
    listed = browser_of(eva).get(panel.url).content.decode()
    assert [visit.reference in listed for visit in (overdue, some_year, undated, done)] == [
        True,
        True,
        True,
        False,
    ]


def test_officer_is_reminded_of_their_own_visit_that_waits_for_its_report(browser_of, amina, marc) -> None:
    mine = StudyVisitFactory(status=VisitStatus.COMPLETED, owner=amina)
    theirs = StudyVisitFactory(status=VisitStatus.COMPLETED, owner=marc)
    nobodys = StudyVisitFactory(status=VisitStatus.COMPLETED)
    html = browser_of(amina).get("/").content.decode()
    assert f"/study-visits/{mine.pk}/debrief/" in html
    assert f"/study-visits/{nobodys.pk}/debrief/" in html
    assert f"/study-visits/{theirs.pk}/debrief/" not in html
