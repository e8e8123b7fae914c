"""Pages of programmes and actions."""

from django.urls import reverse

from fmm_portal.core.models import Record
from fmm_portal.facility.models import VisibilityText
from fmm_portal.facility.views.actions import ActionViews
from fmm_portal.facility.views.programmes import ProgrammeViews
from tests.factories.facility import (
    ActionFactory,
    ActivityFactory,
    ApprovalFactory,
    BudgetLineFactory,
    ExpertFactory,
    FacilityFactory,
    IndicatorFactory,
    RequestFactory,
    RiskFactory,
)
from tests.factories.institutions import InstitutionFactory, ProgrammeFactory
from tests.page_contract import PageContract, hidden_value


class TestProgrammePages(PageContract):
    views = ProgrammeViews
    writer = "marc"
    outsider = ""
    field = "contract_numbers"

    def make(self) -> Record:
        programme = ProgrammeFactory(implementer=InstitutionFactory())
        programme.funders.add(InstitutionFactory())
        VisibilityText.objects.create(programme=programme)
        return programme

    def form_data(self) -> dict[str, object]:
        return {"acronym": "FMM", "name_en": "Free movement and migration"}


class TestActionPages(PageContract):
    views = ActionViews
    field = "dates_note_en"

    def make(self) -> Record:
        facility = FacilityFactory()
        action = ActionFactory(
            programme=facility.programme,
            facility=facility,
            request=RequestFactory(),
            requesting_institution=InstitutionFactory(),
            implementer=InstitutionFactory(),
        )
        action.beneficiaries.set([InstitutionFactory(), InstitutionFactory()])
        action.partners.add(InstitutionFactory())
        for factory in (
            ActivityFactory,
            ApprovalFactory,
            BudgetLineFactory,
            ExpertFactory,
            IndicatorFactory,
            RiskFactory,
        ):
            factory(action=action)
        return action

    def form_data(self) -> dict[str, object]:
        return {"title_en": "Support to a strategy"}


def test_manager_adds_and_edits_what_documents_must_say(browser_of, marc) -> None:
    programme = ProgrammeFactory()
    client = browser_of(marc)
    add = reverse("facility:visibilitytext_create", args=[programme.pk])
    token = hidden_value(client.get(add).content.decode(), "submission")
    response = client.post(
        add, {"funding_line_en": "Funded by the European Union", "valid_from": "2013", "submission": token}
    )
    assert (response.status_code, response.url) == (302, programme.get_absolute_url())
    text = programme.visibility_texts.get()
    page = client.get(programme.get_absolute_url()).content.decode()
    assert "Funded by the European Union" in page
    assert reverse("facility:visibilitytext_edit", args=[programme.pk, text.pk]) in page


def test_text_of_another_programme_is_not_found(browser_of, marc) -> None:
    text = VisibilityText.objects.create(programme=ProgrammeFactory())
    url = reverse("facility:visibilitytext_edit", args=[ProgrammeFactory().pk, text.pk])
    assert browser_of(marc).get(url).status_code == 404
