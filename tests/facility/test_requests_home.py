"""What requests ask of people on the first screen."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from fmm_portal.facility.workflow import REQUEST_WORKFLOW
from tests.factories.facility import ConsulteeFactory, FacilityFactory, RequestFactory
from tests.personas import aneti, anpe_togo

pytestmark = pytest.mark.django_db


def tasks(client):
    return [(task.text, task.action, task.is_late) for task in client.get("/").context["tasks"]]


def test_sender_is_told_of_a_returned_request(browser_of, kofi, fatou, amina, by) -> None:
    asked = RequestFactory(institution=anpe_togo(), status="submitted")
    REQUEST_WORKFLOW.apply(asked, "return_for_completion", actor=by(amina), reason="Say more")
    assert tasks(browser_of(kofi)) == [(f"Returned for completion: {asked}", "Complete request", False)]
    assert tasks(browser_of(fatou)) == []
    # It is the sender's turn, not the programme's.
    assert tasks(browser_of(amina)) == []


def test_stakeholder_is_told_how_long_there_is_to_answer(browser_of, sami, amina, by) -> None:
    asked = RequestFactory(institution=anpe_togo(), status="eligibility")
    consultee = ConsulteeFactory(request=asked, institution=aneti())
    REQUEST_WORKFLOW.apply(asked, "consult", actor=by(amina))
    assert tasks(browser_of(sami)) == [
        (f"Answer the consultation about {asked}: 4 days left", "Answer consultation", False)
    ]
    consultee.refresh_from_db()
    with time_machine.travel(consultee.due_at, tick=False):
        assert tasks(browser_of(sami)) == []


def test_officer_finds_what_waits_for_the_programme_the_late_first(browser_of, amina, marc, kofi, by) -> None:
    facility = FacilityFactory(registration_days=3)
    fresh = RequestFactory(institution=anpe_togo(), facility=facility)
    with time_machine.travel(timezone.now() - timedelta(days=4)):
        late = RequestFactory(institution=anpe_togo(), facility=facility)
        REQUEST_WORKFLOW.apply(late, "submit", actor=by(kofi))
    with time_machine.travel(timezone.now() - timedelta(days=9)):
        unlimited = RequestFactory(institution=anpe_togo())
        REQUEST_WORKFLOW.apply(unlimited, "submit", actor=by(kofi))
    REQUEST_WORKFLOW.apply(fresh, "submit", actor=by(kofi))
    of_others = RequestFactory(status="assessment", owner=marc)
    mine = RequestFactory(status="assessment", owner=amina)
    RequestFactory(status="decision")
    assert tasks(browser_of(amina)) == [
        (f"To register: {late}", "Register request", True),
        (f"To assess: {mine}", "Score request", False),
        (f"To register: {unlimited}", "Register request", False),
        (f"To register: {fresh}", "Register request", False),
    ]
    texts = [text for text, _action, _late in tasks(browser_of(marc))]
    assert f"To assess: {of_others}" in texts
    assert any(text.startswith("To decide:") for text in texts)


def test_officer_is_told_when_everybody_has_answered(browser_of, amina, sami, by) -> None:
    asked = RequestFactory(institution=anpe_togo(), status="eligibility")
    consultee = ConsulteeFactory(request=asked, institution=aneti())
    asked = REQUEST_WORKFLOW.apply(asked, "consult", actor=by(amina))
    assert tasks(browser_of(amina)) == []
    type(consultee).objects.filter(pk=consultee.pk).update(status="agreed")
    assert tasks(browser_of(amina)) == [(f"Everybody has answered: {asked}", "Begin assessment", False)]


def test_number_of_requests_leads_to_its_rows(browser_of, marc) -> None:
    RequestFactory(status="submitted")
    RequestFactory(status="draft")
    client = browser_of(marc)
    figure = next(f for f in client.get("/").context["figures"] if "under way" in str(f.label))
    assert (figure.number, str(figure.label)) == (1, "request under way")
    assert client.get(figure.url).context["listing"].count == 1
