"""Who reads and keeps the directory, and who knows the persons behind posts."""

import pytest

from fmm_portal.core.policies import can, policy_for
from fmm_portal.core.principals import Nobody
from fmm_portal.institutions.models import Contact, Country, FormerName, Institution, Theme
from tests.factories.institutions import ContactFactory, InstitutionFactory, country
from tests.personas import aneti, anpe_togo

pytestmark = pytest.mark.django_db

EVERYBODY = ("ada", "marc", "amina", "eva", "kofi", "fatou", "sami", "jean", "nobody")
STAFF = {"ada", "marc", "amina"}


@pytest.mark.parametrize("persona", EVERYBODY)
def test_directory_is_read_by_whoever_has_a_role(persona, request):
    user = request.getfixturevalue(persona)
    agency = anpe_togo()
    sees = persona != "nobody"
    for model in (Country, Theme):
        assert model.objects.visible_to(user).exists() is sees
    assert (agency in Institution.objects.visible_to(user)) is sees


def test_nobody_signed_in_sees_and_does_nothing(db):
    agency = InstitutionFactory()
    assert not Institution.objects.visible_to(Nobody()).exists()
    assert can(Nobody(), "change", agency) == (False, "Sign in first.")


@pytest.mark.parametrize("persona", EVERYBODY)
def test_directory_is_kept_by_staff_and_each_agency_keeps_its_own_entry(persona, request):
    user = request.getfixturevalue(persona)
    own, other = anpe_togo(), InstitutionFactory()
    assert can(user, "create", Institution).allowed is (persona in STAFF)
    assert can(user, "change", other).allowed is (persona in STAFF)
    assert can(user, "change", own).allowed is (persona in STAFF or persona == "kofi")
    assert can(user, "delete", own).allowed is (persona in STAFF)
    assert can(user, "change", FormerName(institution=own)).allowed is (persona in STAFF or persona == "kofi")


@pytest.mark.parametrize("persona", EVERYBODY)
def test_countries_and_themes_are_kept_by_administrators(persona, request):
    user = request.getfixturevalue(persona)
    for record in (country("TG"), Theme.objects.first()):
        assert can(user, "change", record).allowed is (persona == "ada")


@pytest.mark.parametrize("persona", EVERYBODY)
def test_posts_are_seen_by_the_programme_and_by_their_institution(persona, request):
    user = request.getfixturevalue(persona)
    posts = {
        "kofi": ContactFactory(institution=anpe_togo()),
        "sami": ContactFactory(institution=aneti()),
        "": ContactFactory(),
    }
    seen = set(Contact.objects.visible_to(user))
    if persona in STAFF | {"eva"}:
        assert seen == set(posts.values())
    else:
        assert seen == ({posts[persona]} if persona in posts else set())


@pytest.mark.parametrize("persona", EVERYBODY)
def test_person_behind_a_post_is_known_to_staff_and_their_institution(persona, request):
    user = request.getfixturevalue(persona)
    post = ContactFactory(institution=anpe_togo())
    hidden = policy_for(Contact).hidden_fields(user, post)
    knows = persona in STAFF or persona == "kofi"
    assert hidden == (frozenset() if knows else {"person_name", "email", "phone"})
    assert can(user, "change", post).allowed is knows
