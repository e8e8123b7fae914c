"""Pages of delegations and delegates."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from delegations.enums import DelegateStatus
from delegations.models import Delegate, Delegation
from delegations.views import DelegationViews
from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.models import User
from fmm_portal.core.activity import history_of
from fmm_portal.core.models import Record
from tests.factories.delegations import DelegateFactory, DelegationFactory
from tests.factories.institutions import InstitutionFactory, country
from tests.page_contract import PageContract, hidden_value
from tests.personas import amina, anpe_togo, kofi, person


class TestDelegationPages(PageContract):
    views = DelegationViews
    field = "purpose_en"

    def make(self) -> Record:
        delegation = DelegationFactory(sending_countries=[country("TG")])
        delegation.sending_institutions.add(InstitutionFactory())
        for _position in range(2):
            DelegateFactory(delegation=delegation)
        return delegation

    def form_data(self) -> dict[str, object]:
        return {"name_en": "Togo to Tunisia", "sending_countries": [country("TG").pk], "target_size": "6"}


def page_of(delegation: Delegation) -> str:
    return reverse("delegations:delegation_detail", args=[delegation.pk])


def officer_of_togo() -> User:
    return person("yao", Role.OFFICER, country=country("TG"))


@pytest.mark.django_db
@pytest.mark.parametrize("somebody", [amina, officer_of_togo, kofi])
def test_list_of_positions_costs_the_same_at_one_and_forty(
    somebody, browser_of, django_assert_num_queries
) -> None:
    """For who keeps all delegations, those of one country, or only sends people of their own."""
    delegation = DelegationFactory(sending_countries=[country("TG")])
    DelegateFactory(delegation=delegation, institution=anpe_togo())
    client = browser_of(somebody())
    client.get(page_of(delegation))
    with CaptureQueriesContext(connection) as at_one:
        client.get(page_of(delegation))
    for _position in range(39):
        DelegateFactory(delegation=delegation, institution=anpe_togo())
    with django_assert_num_queries(len(at_one)):
        client.get(page_of(delegation))


def test_button_confirms_a_nomination_and_comes_back(browser_of, amina) -> None:
    delegate = DelegateFactory()
    client = browser_of(amina)
    url = reverse("delegations:delegate_step", args=[delegate.pk, "confirm"])
    assert url in client.get(page_of(delegate.delegation)).content.decode()
    response = client.post(url, {"record_version": delegate.version})
    assert (response.status_code, response.url) == (302, page_of(delegate.delegation))
    delegate.refresh_from_db()
    assert delegate.status == DelegateStatus.CONFIRMED


def test_step_upon_an_old_version_is_not_taken(browser_of, amina) -> None:
    delegate = DelegateFactory()
    Delegate.objects.filter(pk=delegate.pk).update(version=7)
    response = browser_of(amina).post(
        reverse("delegations:delegate_step", args=[delegate.pk, "confirm"]), {"record_version": 1}
    )
    assert response.status_code == 409
    assert hidden_value(response.content.decode(), "record_version") == "7"
    delegate.refresh_from_db()
    assert delegate.status == DelegateStatus.NOMINATED


def test_refusal_needs_its_reason(browser_of, amina) -> None:
    delegate = DelegateFactory()
    client = browser_of(amina)
    url = reverse("delegations:delegate_step", args=[delegate.pk, "decline"])
    assert client.post(url, {"record_version": 1, "reason": " "}).status_code == 422
    assert client.post(url, {"record_version": 1, "reason": "On mission"}).status_code == 302
    delegate.refresh_from_db()
    assert delegate.status == DelegateStatus.DECLINED
    assert history_of(delegate)[0].reason == "On mission"


def test_step_from_another_state_is_refused_with_the_state(browser_of, amina) -> None:
    delegate = DelegateFactory()
    response = browser_of(amina).get(
        reverse("delegations:delegate_step", args=[delegate.pk, "mark_attended"])
    )
    assert response.status_code == 409
    assert "“Record attendance” is not possible now: the state is “Nominated”." in response.content.decode()


def test_several_nominations_are_confirmed_together_or_not_at_all(browser_of, amina) -> None:
    delegation = DelegationFactory()
    first, second, third = (DelegateFactory(delegation=delegation) for _position in range(3))
    client = browser_of(amina)
    url = reverse("delegations:delegation_together", args=[delegation.pk, "confirm"])
    assert url in client.get(page_of(delegation)).content.decode()
    assert client.post(url, {"delegates": []}).status_code == 422
    assert client.post(url, {"delegates": [first.pk, second.pk]}).status_code == 302
    states = dict(delegation.delegates.values_list("pk", "status"))
    assert states == {first.pk: "confirmed", second.pk: "confirmed", third.pk: "nominated"}


def test_steps_together_take_no_delegate_of_another_delegation(browser_of, amina) -> None:
    delegation, stranger = DelegationFactory(), DelegateFactory()
    DelegateFactory(delegation=delegation)
    url = reverse("delegations:delegation_together", args=[delegation.pk, "confirm"])
    assert browser_of(amina).post(url, {"delegates": [stranger.pk]}).status_code == 422
    stranger.refresh_from_db()
    assert stranger.status == DelegateStatus.NOMINATED


def test_replacing_keeps_the_seat_and_the_trail(browser_of, amina) -> None:
    delegate = DelegateFactory(role="head")
    client = browser_of(amina)
    url = reverse("delegations:delegate_replace", args=[delegate.pk])
    page = client.get(url).content.decode()
    data = {name: hidden_value(page, name) for name in ("submission", "replaced_version")}
    data |= {
        "position_en": "Deputy director",
        "sex": "female",
        "institution": delegate.institution_id,
        "reason": "Retired",
    }
    response = client.post(url, data)
    assert response.status_code == 302, response.context and response.context["form"].errors
    delegate.refresh_from_db()
    successor = Delegate.objects.get(replaces=delegate)
    assert (delegate.status, successor.role, str(successor.position)) == (
        "replaced",
        "head",
        "Deputy director",
    )
    assert "replaced by: Deputy director" in client.get(page_of(delegate.delegation)).content.decode()


def test_agency_nominates_for_its_own_institution_only(browser_of, kofi) -> None:
    own, other = anpe_togo(), InstitutionFactory()
    delegation = DelegationFactory()
    delegation.sending_institutions.add(own)
    client = browser_of(kofi)
    url = reverse("delegations:delegate_create", args=[delegation.pk])
    assert url in client.get(page_of(delegation)).content.decode()

    def nominate(institution: int) -> int:
        token = hidden_value(client.get(url).content.decode(), "submission")
        data = {
            "position_en": "Adviser",
            "institution": institution,
            "role": "member",
            "sex": "not_stated",
            "seats": "1",
        }
        return client.post(url, {**data, "submission": token}).status_code

    offered = client.get(url).context["form"]["institution"]
    assert [institution.pk for institution in offered.field.queryset] == [own.pk]
    assert (offered.initial, offered.field.required) == (own.pk, True)
    assert nominate(other.pk) == 422, "what was typed stays in the form"
    assert nominate(own.pk) == 302
    assert [delegate.institution_id for delegate in delegation.delegates.all()] == [own.pk]


def test_viewer_sees_positions_and_no_button(browser_of, eva) -> None:
    delegate = DelegateFactory(person_name="Nobody Real")
    client = browser_of(eva)
    page = client.get(page_of(delegate.delegation)).content.decode()
    assert str(delegate.position) in page
    assert "/steps/" not in page
    assert "Nobody Real" not in page + client.get(delegate.get_absolute_url()).content.decode()
    step = reverse("delegations:delegate_step", args=[delegate.pk, "confirm"])
    assert client.post(step, {"record_version": 1}).status_code == 403


def test_home_says_which_nominations_wait(browser_of, amina, eva) -> None:
    delegate = DelegateFactory()
    words = f"1 nomination to settle: {delegate.delegation}"
    assert words in browser_of(amina).get("/").content.decode()
    assert words not in browser_of(eva).get("/").content.decode()


def test_delegation_is_deleted_after_its_page_said_what_goes(browser_of, amina) -> None:
    delegate = DelegateFactory()
    client = browser_of(amina)
    url = reverse("delegations:delegation_delete", args=[delegate.delegation_id])
    assert "1 delegate" in client.get(url).content.decode()
    assert client.post(url, {"reason": "Entered twice"}).status_code == 302
    assert not Delegation.objects.filter(pk=delegate.delegation_id).exists()
