"""Keys of the programme's own systems, beside those of partner agencies."""

import pytest

from fmm_portal.accounts.agencies import AgencyPrincipal
from fmm_portal.accounts.enums import KeyRole
from fmm_portal.accounts.models import ApiKey
from fmm_portal.accounts.services import issue_api_key
from fmm_portal.core.principals import Actor, system_actor
from studyvisits.models import StudyVisit
from tests.api_client import as_agency
from tests.factories.institutions import country
from tests.factories.studyvisits import StudyVisitFactory
from tests.personas import anpe_togo, ministry_of_ghana

pytestmark = pytest.mark.django_db


def principal(role: str, code: str | None = None) -> AgencyPrincipal:
    key, _text = issue_api_key(
        actor=system_actor(),
        institution=anpe_togo(),
        name="sync",
        scopes=["*:read"],
        role=role,
        country=country(code) if code else None,
    )
    return AgencyPrincipal.of(ApiKey.objects.get(pk=key.pk))


def test_each_role_of_a_key_sees_its_own_rows() -> None:
    togo, ghana = StudyVisitFactory(sending="TG"), StudyVisitFactory(sending="GH", hosting="PH")

    def seen(role: str, code: str | None = None) -> set[StudyVisit]:
        return set(StudyVisit.objects.visible_to(principal(role, code)))

    assert seen(KeyRole.PARTNER) == set(), "the agency takes part in neither"
    assert seen(KeyRole.PARTNER, "TG") == {togo}
    assert seen(KeyRole.HOST) == set()
    assert seen(KeyRole.VIEWER) == seen(KeyRole.OFFICER) == {togo, ghana}
    assert seen(KeyRole.OFFICER, "GH") == {ghana}


def test_key_of_the_programme_plans_a_visit_and_signs_history_by_its_name() -> None:
    caller = as_agency(ministry_of_ghana(), "*:read", "*:write", role=KeyRole.OFFICER)
    made = caller.post("study-visits/", {"title": {"en": "Planned by a system"}})
    assert made.status_code == 201, made.content
    entry = caller.get(f"study-visits/{made.json()['id']}/history/").json()["results"][-1]
    assert entry["source"] == "api_key"


def test_officers_cannot_issue_keys(amina, by) -> None:
    from fmm_portal.core.errors import Forbidden

    actor: Actor = by(amina)
    with pytest.raises(Forbidden):
        issue_api_key(
            actor=actor, institution=anpe_togo(), name="mine", scopes=["*:read"], role=KeyRole.OFFICER
        )
