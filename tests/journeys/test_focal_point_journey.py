"""Kofi at Togo's employment agency: a request, a nomination, plan activities and commitments; and who is consulted.

Each task is found on the first screen, done, and gone from it.
"""

from collections.abc import Callable
from typing import Any

import pytest

from delegations.models import Delegate
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.principals import system_actor
from fmm_portal.facility.models import Consultee, Request
from fmm_portal.facility.workflow import REQUEST_WORKFLOW
from fmm_portal.institutions.models import Theme
from strategies.models import PlanActivity
from studyvisits.models import Commitment, StudyVisit
from tests.factories.delegations import DelegateFactory
from tests.factories.facility import ConsulteeFactory, FacilityFactory, RequestFactory
from tests.factories.strategies import PlanActivityFactory
from tests.factories.studyvisits import CommitmentFactory, StudyVisitFactory
from tests.journeys.pages import Person, both_ways
from tests.personas import aneti, anpe_togo, kofi, ministry_of_ghana, sami

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def visit(transactional_db: None) -> StudyVisit:
    """Next year's visit, to which the agency sends somebody, and one of Ghana's that is not the agency's affair."""
    year = today().year + 1
    days = {"starts_on": PartialDate(year, 1, 21), "ends_on": PartialDate(year, 1, 25)}
    visit = StudyVisitFactory(**days)
    delegation = visit.delegations.get()
    delegation.sending_institutions.add(anpe_togo())
    DelegateFactory(delegation=delegation, institution=aneti(), person_name="Secret Person", role="head")
    of_ghana = StudyVisitFactory(sending="GH", title=Multilingual(en="Ghana-only", fr="Ghana-only"), **days)
    CommitmentFactory(visit=of_ghana, owed_by=ministry_of_ghana(), owed_to=aneti())
    return visit


@both_ways
def test_focal_point_asks_nominates_reports_and_keeps_promises(
    open_page: Callable[..., Any], visit: StudyVisit, language: str, javascript: bool
) -> None:
    facility = FacilityFactory()
    PlanActivityFactory(lead=anpe_togo(), code="2.1.3", ends_in="2019-Q2")
    owed = CommitmentFactory(visit=visit, owed_by=anpe_togo(), owed_to=aneti(), due_on=PartialDate(2019, 6))
    focal_point = Person(open_page(javascript=javascript), language, javascript=javascript)
    focal_point.sign_in(kofi())
    focal_point.finds_nothing("Ghana-only", "Open the programme at a glance", "Secret Person")
    nominates(focal_point, visit)
    reports_progress(focal_point)
    keeps_the_promise(focal_point, owed)
    submits_a_request(focal_point, facility.pk)


def home(person: Person) -> None:
    person.page.get_by_role("banner").get_by_role("link", name=person.words("FMM portal")).click()


def nominates(focal_point: Person, visit: StudyVisit) -> None:
    focal_point.follow("Nominate delegate", about=visit.delegations.get().name[focal_point.language])
    focal_point.write(position="Director of placement", position_fr="Directrice du placement")
    focal_point.choose(sex="female")
    focal_point.press("Nominate delegate")
    focal_point.shows("Director of placement" if focal_point.language == "en" else "Directrice du placement")
    focal_point.finds_nothing("Confirm nominations", "Secret Person")
    named = Delegate.objects.get(institution=anpe_togo())
    assert (named.status, named.sex) == ("nominated", "female")
    home(focal_point)


def reports_progress(focal_point: Person) -> None:
    activity = PlanActivity.objects.get()
    focal_point.main.get_by_role("link", name=focal_point.words("Update progress")).click()
    focal_point.page.locator("[name=percent]").fill("40")
    focal_point.page.locator("[name=comment]").fill("Two of five")
    focal_point.press("Save progress")
    focal_point.page.locator(".plan-percent").get_by_text("40").wait_for()
    activity.refresh_from_db()
    assert activity.percent == 40
    home(focal_point)


def keeps_the_promise(focal_point: Person, owed: Commitment) -> None:
    focal_point.main.get_by_role("link", name=focal_point.words("Owed by us")).click()
    focal_point.open(owed.reference)
    focal_point.follow("Mark as done with evidence")
    focal_point.page.locator("[name=evidence]").fill("Letter of 3 June")
    focal_point.press("Mark as done with evidence")
    focal_point.shows("Letter of 3 June")
    owed.refresh_from_db()
    assert owed.status == "done"
    home(focal_point)


def submits_a_request(focal_point: Person, facility: int) -> None:
    focal_point.follow("Add request")
    focal_point.choose(facility=str(facility), institution=str(anpe_togo().pk))
    focal_point.write(title="A file for jobseekers", title_fr="Un fichier des demandeurs")
    focal_point.write(need="There is none.", objectives="Have one", requested_on="March 2019")
    focal_point.main.get_by_label("Togo", exact=True).check()
    theme = Theme.objects.get(code="labour_migration")
    focal_point.page.locator(f"[name=themes][value='{theme.pk}']").check()
    focal_point.press("Add request")
    focal_point.take("Submit request")
    home(focal_point)
    focal_point.says("Our requests")
    focal_point.shows(
        "A file for jobseekers" if focal_point.language == "en" else "Un fichier des demandeurs"
    )
    assert Request.objects.get().status == "submitted"


@both_ways
def test_consulted_institution_answers_from_the_first_screen(
    open_page: Callable[..., Any], transactional_db: None, language: str, javascript: bool
) -> None:
    asked = RequestFactory(institution=anpe_togo(), status="eligibility")
    ConsulteeFactory(request=asked, institution=aneti())
    REQUEST_WORKFLOW.apply(asked, "consult", actor=system_actor())
    consulted = Person(open_page(javascript=javascript), language, javascript=javascript)
    consulted.sign_in(sami())
    consulted.main.get_by_role("link", name=consulted.words("Answer consultation")).click()
    consulted.follow("Agree with the request")
    consulted.press("Agree")
    consulted.page.locator(".alert--good").first.wait_for()
    assert Consultee.objects.get().status == "agreed"
    home(consulted)
    consulted.says("Nothing waits for you.")
