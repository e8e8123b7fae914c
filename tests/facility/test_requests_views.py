"""Pages of facilities and requests."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.facility.models import Action, Consultee, Criterion, Facility, Request
from fmm_portal.facility.views.requests import FacilityViews, RequestViews
from fmm_portal.facility.workflow import REQUEST_WORKFLOW
from tests.factories.facility import (
    ActionFactory,
    ConsulteeFactory,
    CriterionFactory,
    FacilityFactory,
    RequestFactory,
)
from tests.factories.institutions import InstitutionFactory, ProgrammeFactory, country
from tests.page_contract import PageContract, hidden_value
from tests.personas import aneti, anpe_togo

pytestmark = pytest.mark.django_db


class TestFacilityPages(PageContract):
    views = FacilityViews
    writer = "marc"
    outsider = ""
    field = "name_en"

    def make(self) -> Record:
        facility = FacilityFactory()
        CriterionFactory(facility=facility)
        return facility

    def form_data(self) -> dict[str, object]:
        return {
            "programme": ProgrammeFactory().pk,
            "code": "DDF",
            "name_en": "Demand Driven Facility",
            "currency": "EUR",
            "consultation_days": "5",
        }

    def edited(self, page: str, text: str) -> dict[str, object]:
        self.data = getattr(self, "data", None) or self.form_data()
        machinery = {name: hidden_value(page, name) for name in ("record_version", "record_base")}
        return {**self.data, **machinery, self.field: text}


class TestRequestPages(PageContract):
    views = RequestViews
    field = "title_en"

    def make(self) -> Record:
        asked = RequestFactory(institution=InstitutionFactory(country=country("TG")), status="returned")
        asked.joint_with.add(InstitutionFactory(country=country("TG")))
        ConsulteeFactory(request=asked)
        ActionFactory(request=asked)
        return asked

    def form_data(self) -> dict[str, object]:
        return {"title_en": "Help with a strategy", "currency": "EUR"}


def page_of(client, record) -> str:
    response = client.get(record.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def form_of(client, url: str) -> dict[str, str]:
    return {"submission": hidden_value(client.get(url).content.decode(), "submission")}


# --- Facilities ------------------------------------------------------------------------------------------


def test_manager_sets_up_a_facility_from_the_page_of_its_programme(browser_of, marc, eva) -> None:
    """Statement 15: limits are configuration, and none is no limit."""
    programme, client = ProgrammeFactory(), browser_of(marc)
    add = f"{reverse('facility:facility_create')}?programme={programme.pk}"
    assert add in page_of(client, programme)
    assert f'<option value="{programme.pk}" selected' in client.get(add).content.decode()
    typed = {
        "programme": programme.pk,
        "code": "DDF",
        "name_en": "Demand Driven Facility",
        "currency": "EUR",
        "consultation_days": "5",
        "is_open": "on",
    }
    assert client.post(add, {**typed, **form_of(client, add)}).status_code == 302
    facility = Facility.objects.get()
    page = page_of(client, facility)
    # Ceiling, duration, and the days of three steps.
    assert page.count("no limit") == 5
    assert facility.get_absolute_url() in page_of(browser_of(eva), programme)

    criterion = reverse("facility:criterion_create", args=[facility.pk])
    scored = {"name_en": "Relevance", "weight": "2", "max_score": "5", "order": "1", "is_active": "on"}
    response = client.post(criterion, {**scored, **form_of(client, criterion), "again": "1"})
    assert (response.status_code, response.url) == (302, criterion)
    relevance = Criterion.objects.get()
    assert "Relevance" in page_of(client, facility)
    gone = reverse("facility:criterion_delete", args=[facility.pk, relevance.pk])
    assert client.post(gone).status_code == 302
    assert not Criterion.objects.exists()


def test_facility_is_kept_by_managers(browser_of, amina, marc) -> None:
    facility = FacilityFactory(ceiling=50_000, max_duration_months=12)
    page = page_of(browser_of(amina), facility)
    assert "50,000.00 EUR" in page
    assert "12 months" in page
    assert reverse("facility:criterion_create", args=[facility.pk]) not in page
    assert reverse("facility:criterion_create", args=[facility.pk]) in page_of(browser_of(marc), facility)


# --- Requests --------------------------------------------------------------------------------------------


def test_partner_begins_with_a_title_and_is_told_what_is_missing(browser_of, kofi) -> None:
    """Statement 9."""
    anpe, facility, client = anpe_togo(), FacilityFactory(), browser_of(kofi)
    other = InstitutionFactory()
    add = reverse("facility:request_create")
    page = client.get(add).content.decode()
    assert f'<option value="{facility.pk}" selected' in page
    assert f'<option value="{anpe.pk}" selected' in page
    institutions = page[
        page.index('name="institution"') : page.index("</select>", page.index('name="institution"'))
    ]
    assert f'value="{other.pk}"' not in institutions, "an agency asks for itself"
    assert "Responsible officer" not in page

    response = client.post(add, {"title_fr": "Appui", "currency": "EUR", **form_of(client, add)})
    asked = Request.objects.get()
    assert response.url == asked.get_absolute_url()
    assert (asked.institution, asked.facility) == (anpe, facility)
    page = page_of(client, asked)
    edit = reverse("facility:request_edit", args=[asked.pk])
    for missing in ("Describe the need.", "State the objectives.", "Choose at least one theme."):
        assert f'{missing} <a href="{edit}">' in page
    assert "no reference yet" in page
    assert reverse("facility:request_delete", args=[asked.pk]) in page


def test_closed_facility_is_not_offered(browser_of, kofi) -> None:
    open_one, closed = FacilityFactory(), FacilityFactory(is_open=False)
    page = browser_of(kofi).get(reverse("facility:request_create")).content.decode()
    assert f'<option value="{open_one.pk}"' in page
    assert f'<option value="{closed.pk}">{closed}' not in page


def test_returned_request_says_at_once_why(browser_of, kofi, amina, by) -> None:
    """A return carries a reason, and it is the first thing the sender reads."""
    asked = RequestFactory(institution=anpe_togo(), status="submitted")
    step = reverse("facility:request_step", args=[asked.pk, "return_for_completion"])
    client = browser_of(amina)
    bare = client.post(step, {"record_version": asked.version})
    assert bare.status_code == 422
    reason = "Name the directorate that will follow it."
    assert client.post(step, {"record_version": asked.version, "reason": reason}).status_code == 302

    page = page_of(browser_of(kofi), asked)
    assert page.index("Returned for completion, because:") < page.index(reason) < page.index('class="strip')
    assert reverse("facility:request_edit", args=[asked.pk]) in page
    # Sent again, it says so no more.
    asked.refresh_from_db()
    REQUEST_WORKFLOW.apply(asked, "submit", actor=by(kofi))
    assert reason not in page_of(browser_of(kofi), asked)


def test_withdrawn_request_says_why_and_a_manager_reinstates_it(browser_of, kofi, marc, amina) -> None:
    asked = RequestFactory(institution=anpe_togo(), status="submitted")
    step = reverse("facility:request_step", args=[asked.pk, "withdraw"])
    answer = browser_of(kofi).post(step, {"record_version": asked.version, "reason": "No longer needed"})
    assert answer.status_code == 302
    assert "No longer needed" in page_of(browser_of(amina), asked)
    back = reverse("facility:request_step", args=[asked.pk, "reinstate"])
    assert back in page_of(browser_of(marc), asked)
    assert back not in page_of(browser_of(amina), asked)


def test_page_warns_with_the_figures(browser_of, kofi) -> None:
    """Statement 15."""
    asked = RequestFactory(
        institution=anpe_togo(),
        facility=FacilityFactory(ceiling=50_000, max_duration_months=12),
        estimated_cost=61_000,
        duration_months=18,
    )
    page = page_of(browser_of(kofi), asked)
    assert "The cost of 61,000.00 EUR exceeds the ceiling of 50,000.00 EUR." in page
    assert "The duration of 18 months exceeds the longest of 12 months." in page


def test_list_names_the_officer_to_colleagues_only(browser_of, amina, eva, kofi) -> None:
    asked = RequestFactory(
        institution=anpe_togo(), status="registered", owner=amina, reference="DDF-TG-2018-003"
    )
    RequestFactory(institution=anpe_togo(), status="submitted", title=Multilingual(en="Not registered"))
    url = reverse("facility:request_list")
    page = browser_of(amina).get(url).content.decode()
    rows = page[page.index("<tbody") :]
    assert f'<a href="{asked.get_absolute_url()}">DDF-TG-2018-003</a>' in rows
    assert "no reference yet" in rows
    assert "Amina" in rows
    for reader in (eva, kofi):
        page = browser_of(reader).get(url).content.decode()
        assert "DDF-TG-2018-003" in page
        assert "Amina" not in page
        assert "Amina" not in page_of(browser_of(reader), asked)


def test_officer_registers_in_their_own_name_and_chooses_among_colleagues(browser_of, amina, kofi) -> None:
    asked = RequestFactory(institution=anpe_togo(), status="submitted")
    step, client = reverse("facility:request_step", args=[asked.pk, "register"]), browser_of(amina)
    page = client.get(step).content.decode()
    assert f'<option value="{amina.pk}" selected' in page
    assert "Kofi" not in page
    assert client.post(step, {"record_version": asked.version, "owner": amina.pk}).status_code == 302
    asked.refresh_from_db()
    assert (asked.status, asked.owner, asked.reference.startswith("F")) == ("registered", amina, True)


def test_officer_lists_stakeholders_and_the_page_counts_down(browser_of, amina) -> None:
    asked, client = RequestFactory(institution=anpe_togo(), status="eligibility"), browser_of(amina)
    add = reverse("facility:consultee_create", args=[asked.pk])
    assert f'List the stakeholders to be consulted. <a href="{add}">' in page_of(client, asked)
    ghana = InstitutionFactory(country=country("GH"))
    typed = {"institution": ghana.pk, "has_veto": "on", "language": "fr"}
    response = client.post(add, {**typed, **form_of(client, add)})
    consultee = Consultee.objects.get()
    assert response.url == f"{asked.get_absolute_url()}#consultee-{consultee.pk}"
    twice = client.post(add, {**typed, **form_of(client, add)})
    assert twice.status_code == 422
    assert "This institution is already consulted." in twice.content.decode()

    step = reverse("facility:request_step", args=[asked.pk, "consult"])
    assert (
        client.post(step, {"record_version": asked.version, "eligibility_note": "In order"}).status_code
        == 302
    )
    page = page_of(client, asked)
    assert "4 days left" in page
    assert "has a veto" in page
    assert 'readonly value="http://testserver/consultation/' in page
    renew = reverse("facility:consultee_renew", args=[asked.pk, consultee.pk])
    assert renew in page
    assert client.post(renew).status_code == 302
    assert Consultee.objects.get().key != consultee.key


def test_silence_reads_as_silence_and_earlier_rounds_stay_below(browser_of, eva) -> None:
    """Statement 13: shown as such."""
    asked = RequestFactory(institution=anpe_togo(), status="assessment", round=2)
    due = "2018-05-07T09:00:00+00:00"
    ConsulteeFactory(request=asked, round=2, status="silent", due_at=due)
    ConsulteeFactory(request=asked, round=1, status="objected", comment="Too early.", due_at=due)
    page = page_of(browser_of(eva), asked)
    assert page.index("Silent: counts as consent") < page.index("Earlier rounds") < page.index("Too early.")


def test_decision_stands_on_the_page(browser_of, kofi) -> None:
    """Statement 14."""
    asked = RequestFactory(
        institution=anpe_togo(),
        status="approved",
        decided_on=PartialDate(2018, 6, 14),
        decision_body="Steering committee",
        decided_by="Head of the facility",
        decision_reasons="It serves the strategy.",
    )
    page = page_of(browser_of(kofi), asked)
    for words in ("14 Jun 2018", "Steering committee", "Head of the facility", "It serves the strategy."):
        assert words in page


def test_approved_request_becomes_one_action_however_often_one_clicks(browser_of, amina, kofi) -> None:
    asked = RequestFactory(institution=anpe_togo(), status="approved")
    url = reverse("facility:request_open_action", args=[asked.pk])
    assert url not in page_of(browser_of(kofi), asked)
    assert browser_of(kofi).post(url).status_code == 403
    client = browser_of(amina)
    assert url in page_of(client, asked)
    assert not Action.objects.exists()
    first, second = client.post(url), client.post(url)
    action = Action.objects.get()
    assert first.url == second.url == action.get_absolute_url()
    page = page_of(browser_of(kofi), asked)
    assert action.get_absolute_url() in page
    assert url not in page_of(client, asked)


def test_stakeholder_of_another_request_is_not_found(browser_of, amina) -> None:
    consultee = ConsulteeFactory()
    url = reverse("facility:consultee_edit", args=[RequestFactory().pk, consultee.pk])
    assert browser_of(amina).get(url).status_code == 404


def test_page_costs_the_same_with_few_and_many_stakeholders(browser_of, amina, by) -> None:
    asked = RequestFactory(institution=anpe_togo(), status="eligibility")
    ConsulteeFactory(request=asked, round=1)
    asked = REQUEST_WORKFLOW.apply(asked, "consult", actor=by(amina))
    client = browser_of(amina)

    def queries() -> int:
        page_of(client, asked)
        with CaptureQueriesContext(connection) as captured:
            page_of(client, asked)
        return len(captured)

    at_one = queries()
    due = Consultee.objects.get().due_at
    for number in range(12):
        ConsulteeFactory(request=asked, status="asked", due_at=due, has_veto=bool(number % 2))
        ConsulteeFactory(request=asked, round=2, status="silent", due_at=due)
    assert queries() == at_one


def test_partner_answering_on_the_page_is_asked_for_one_text_only(browser_of, sami, amina, by) -> None:
    asked = RequestFactory(institution=anpe_togo(), status="eligibility")
    consultee = ConsulteeFactory(request=asked, institution=aneti())
    REQUEST_WORKFLOW.apply(asked, "consult", actor=by(amina))
    step = reverse("facility:consultee_step", args=[asked.pk, consultee.pk, "object"])
    client = browser_of(sami)
    page = client.get(step).content.decode()
    assert 'name="comment"' in page
    assert 'name="reason"' not in page
    version = hidden_value(page, "record_version")
    bare = client.post(step, {"record_version": version, "comment": ""})
    assert (bare.status_code, "Say what speaks against it." in bare.content.decode()) == (422, True)


def test_moments_in_the_history_read_as_people_write_them(browser_of, amina, by) -> None:
    asked = RequestFactory(institution=anpe_togo(), status="eligibility")
    consultee = ConsulteeFactory(request=asked)
    with time_machine.travel("2018-05-02T09:00:00+00:00", tick=False):
        REQUEST_WORKFLOW.apply(asked, "consult", actor=by(amina))
    page = browser_of(amina).get(f"{asked.get_absolute_url()}history/").content.decode()
    assert "7 May 2018, 09:00" in page
    assert "2018-05-07T09:00" not in page.replace('datetime="', "")
    assert consultee.key not in page
