"""Who may call the API at all: keys and sessions."""

import base64
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from fmm_portal.accounts.models import ApiKey
from fmm_portal.accounts.services import issue_api_key, revoke_api_key
from fmm_portal.core.activity import history_of
from fmm_portal.core.principals import system_actor
from tests.api_client import ApiClient, as_agency, as_persona
from tests.factories.institutions import ContactFactory
from tests.factories.studyvisits import StudyVisitFactory
from tests.personas import PASSWORD, agency_key, anpe_togo

pytestmark = pytest.mark.django_db


def test_key_in_the_authorization_header_opens_what_its_agency_may_see() -> None:
    assert as_agency(anpe_togo(), "*:read").get("institutions/").status_code == 200


def test_root_tells_whose_key_it_is() -> None:
    caller = as_agency(anpe_togo(), "themes:read", "*:read").get("").json()["caller"]
    assert caller == {
        "name": "ANPE (Togo): test key",
        "is_authenticated": True,
        "scopes": ["*:read", "themes:read"],
    }
    assert as_persona("anonymous").get("").json()["caller"] == {
        "name": "",
        "is_authenticated": False,
        "scopes": None,
    }


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: "fmm_" + "a" * 8 + text[12:],
        lambda text: text + "x",
        lambda text: "",
        lambda text: "Füße",
    ],
)
def test_bad_keys_get_one_and_the_same_answer(spoil) -> None:
    client = ApiClient(key="unused")
    header = f"Bearer {spoil(agency_key(anpe_togo()))}".encode().decode("latin-1")
    response = client._client.get("/api/v1/themes/", headers={"Authorization": header})
    assert response.status_code == 401
    assert response.json()["code"] == "invalid_key"
    assert response.json()["detail"] == "This API key is not valid: it is unknown, expired or revoked."


def test_expired_and_revoked_keys_are_refused() -> None:
    key, text = issue_api_key(
        actor=system_actor(),
        institution=anpe_togo(),
        name="short",
        scopes=["*:read"],
        expires_at=timezone.now() + timedelta(hours=1),
    )
    caller = ApiClient(key=text)
    assert caller.get("themes/").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert caller.get("themes/").json()["code"] == "invalid_key"
    revoke_api_key(key, actor=system_actor())
    assert caller.get("themes/").json()["code"] == "invalid_key"


def test_use_of_a_key_is_noted_at_most_once_a_minute() -> None:
    text = agency_key(anpe_togo())
    caller = ApiClient(key=text)
    with time_machine.travel("2026-03-02T10:00:00+00:00", tick=False):
        caller.get("themes/")
        first = ApiKey.objects.get().last_used_at
    with time_machine.travel("2026-03-02T10:00:40+00:00", tick=False):
        caller.get("themes/")
        assert ApiKey.objects.get().last_used_at == first
    with time_machine.travel("2026-03-02T10:01:01+00:00", tick=False):
        caller.get("themes/")
        assert ApiKey.objects.get().last_used_at > first


def test_secret_is_kept_only_as_a_hash() -> None:
    text = agency_key(anpe_togo())
    key = ApiKey.objects.get()
    assert text.split("_", 2)[2] not in str(
        {field: getattr(key, field) for field in ("secret_hash", "prefix")}
    )


def test_scopes_narrow_what_a_key_may_do() -> None:
    contact = ContactFactory(institution=anpe_togo())
    path = f"contacts/{contact.pk}/"
    reader = as_agency(anpe_togo(), "contacts:read")
    assert reader.get(path).status_code == 200
    assert reader.get("institutions/").json()["code"] == "missing_scope"
    assert reader.get("institutions/").json()["detail"] == "The key lacks the scope institutions:read."
    assert reader.patch(path, {"languages": "fr"}).json()["code"] == "missing_scope"
    writer = as_agency(anpe_togo(), "contacts:write")
    assert writer.get(path).json()["code"] == "missing_scope"
    assert writer.patch(path, {"languages": "fr"}).status_code == 200


def test_steps_need_the_scope_to_act_and_are_not_offered_without_it() -> None:
    visit = StudyVisitFactory()
    visit.delegations.first().sending_institutions.add(anpe_togo())
    reader = as_agency(anpe_togo(), "study-visits:read", "study-visits:write")
    assert reader.get(f"study-visits/{visit.pk}/").json()["available_actions"] == []
    assert (
        reader.post(f"study-visits/{visit.pk}/postpone/", {"reason": "x"}).json()["code"] == "missing_scope"
    )


def test_history_names_the_agency_and_the_door() -> None:
    contact = ContactFactory(institution=anpe_togo())
    as_agency(anpe_togo(), "contacts:write").patch(f"contacts/{contact.pk}/", {"languages": "fr"})
    entry = history_of(contact).get()
    assert (entry.source, entry.actor_label, entry.user) == ("api_key", "ANPE (Togo): test key", None)
    assert entry.api_key_id == ApiKey.objects.get().pk
    assert len(entry.request_id) == 32


def test_session_writes_need_the_csrf_token() -> None:
    amina = as_persona("amina").user
    assert amina is not None
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(amina, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get("/api/v1/themes/").status_code == 200
    response = browser.post(
        "/api/v1/study-visits/", data={"title": {"en": "x"}}, content_type="application/json"
    )
    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")


def test_password_in_the_header_is_no_way_in() -> None:
    as_persona("amina")
    basic = base64.b64encode(f"amina@example.org:{PASSWORD}".encode()).decode()
    response = Client(headers={"Authorization": f"Basic {basic}"}).get("/api/v1/themes/")
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


def test_person_who_left_gets_nothing() -> None:
    amina = as_persona("amina")
    assert amina.user is not None
    amina.user.memberships.update(ends_on=timezone.localdate() - timedelta(days=1))
    assert amina.get("themes/").json()["count"] == 0
    type(amina.user).objects.update(is_active=False)
    assert amina.get("themes/").status_code == 401
