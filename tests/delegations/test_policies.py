"""Who sees delegations and delegates, who nominates, and who knows the person behind a position."""

from datetime import timedelta

import pytest

from delegations.models import Delegate, Delegation
from fmm_portal.accounts.agencies import AgencyPrincipal
from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.models import Membership, User
from fmm_portal.accounts.services import authenticate_api_key
from fmm_portal.core.partial_dates import today
from fmm_portal.core.policies import can, policy_for
from tests.factories.delegations import DelegateFactory, DelegationFactory
from tests.factories.institutions import InstitutionFactory, country
from tests.factories.studyvisits import AgendaHostFactory, AgendaItemFactory, StudyVisitFactory
from tests.personas import agency_key, aneti, anpe_togo, person

pytestmark = pytest.mark.django_db

EVERYBODY = ("ada", "marc", "amina", "eva", "kofi", "fatou", "sami", "jean", "nobody")


@pytest.fixture
def togolese(db):
    """Sent by Togo's agency on a visit that ANETI hosts."""
    visit = StudyVisitFactory(sending="")
    AgendaHostFactory(item=AgendaItemFactory(visit=visit), institution=aneti())
    delegation = DelegationFactory(sending_countries=[country("TG")])
    visit.delegations.add(delegation)
    return delegation


@pytest.fixture
def seat(togolese):
    return DelegateFactory(delegation=togolese, institution=anpe_togo(), person_name="Somebody")


def seen_by(user):
    return set(Delegation.objects.visible_to(user))


@pytest.mark.parametrize("persona", EVERYBODY)
def test_delegation_is_seen_by_the_programme_its_senders_and_its_hosts(persona, seat, request):
    user = request.getfixturevalue(persona)
    sees = persona in {"ada", "marc", "amina", "eva", "kofi", "sami"}
    assert seen_by(user) == ({seat.delegation} if sees else set())
    assert set(Delegate.objects.visible_to(user)) == ({seat} if sees else set())


def test_delegate_sees_the_delegation_in_which_they_have_a_seat(jean, togolese):
    DelegationFactory()
    DelegateFactory(delegation=togolese, account=jean)
    assert seen_by(jean) == {togolese}


def test_agency_sees_what_it_sends_by_seat_institution_or_country(db):
    by_country = DelegationFactory(sending_countries=[country("TG")])
    by_institution = DelegationFactory()
    by_institution.sending_institutions.add(anpe_togo())
    by_seat = DelegateFactory(institution=anpe_togo()).delegation
    DelegationFactory(sending_countries=[country("GH")])
    agency = person("agency", Role.PARTNER, institution=anpe_togo())
    state = person("state", Role.PARTNER, country=country("TG"))
    assert seen_by(agency) == {by_institution, by_seat}
    assert seen_by(state) == {by_country, by_seat}


def test_key_of_an_agency_sees_as_the_agency_does(seat):
    key = authenticate_api_key(agency_key(anpe_togo()))
    assert seen_by(AgencyPrincipal.of(key)) == {seat.delegation}


def test_officer_of_one_country_keeps_that_countrys_delegations(togolese):
    other = DelegationFactory(sending_countries=[country("GH")])
    officer = person("ofosu", Role.OFFICER, country=country("TG"))
    assert seen_by(officer) == {togolese}
    assert can(officer, "change", togolese).allowed
    assert not can(officer, "change", other).allowed


@pytest.mark.parametrize("persona", EVERYBODY)
def test_delegations_are_kept_by_the_programme(persona, togolese, request):
    user = request.getfixturevalue(persona)
    allowed = persona in {"ada", "marc", "amina"}
    for action in ("create", "change", "delete"):
        assert can(user, action, togolese).allowed is allowed, action


@pytest.mark.parametrize("persona", EVERYBODY)
def test_agency_nominates_its_own_people_only(persona, seat, request):
    user = request.getfixturevalue(persona)
    stranger = DelegateFactory(delegation=seat.delegation, institution=InstitutionFactory())
    programme = persona in {"ada", "marc", "amina"}
    assert can(user, "create", seat).allowed is (programme or persona == "kofi")
    assert can(user, "create", stranger).allowed is programme
    assert can(user, "delete", seat).allowed is programme


def test_agency_does_not_nominate_into_a_delegation_that_it_does_not_see(kofi):
    elsewhere = DelegationFactory(sending_countries=[country("GH")])
    nomination = Delegate(delegation=elsewhere, institution=anpe_togo())
    assert not can(kofi, "create", nomination).allowed


@pytest.mark.parametrize("persona", EVERYBODY)
def test_person_is_known_to_the_programme_and_to_who_sends_them(persona, seat, request):
    user = request.getfixturevalue(persona)
    hidden = policy_for(Delegate).hidden_fields(user, seat)
    known = persona in {"ada", "marc", "amina", "kofi"}
    assert hidden == (frozenset() if known else {"person_name", "account", "contact"})


def test_person_knows_themselves(jean, seat):
    Delegate.objects.filter(pk=seat.pk).update(account=jean)
    seat.refresh_from_db()
    assert policy_for(Delegate).hidden_fields(jean, seat) == frozenset()


def test_rights_end_with_the_membership(seat):
    officer = person("olga", Role.OFFICER)
    Membership.objects.filter(user=officer).update(ends_on=today() - timedelta(days=1))
    assert seen_by(User.objects.get(pk=officer.pk)) == set()
