"""API keys through the API: the secret once, and no key that gives what it lacks."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from fmm_portal.accounts.models import ApiKey
from fmm_portal.accounts.services import authenticate_api_key
from fmm_portal.core.models import Record
from tests.api_client import ApiClient, as_agency, as_persona
from tests.contracts import ApiContract
from tests.personas import agency_key, anpe_togo, ministry_of_ghana

pytestmark = pytest.mark.django_db


def until(days: int = 60) -> str:
    return (timezone.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def wanted(**changes: Any) -> dict[str, Any]:
    return {
        "institution_id": anpe_togo().pk,
        "name": "Sync with the register",
        "scopes": ["study-visits:read"],
        "networks": ["196.200.10.0/24"],
        "expires_at": until(),
    } | changes


class TestApiKeyApi(ApiContract):
    resource = "api-keys"
    writer = "ada"
    reader = "marc"
    deletes = False
    change = {"name": "Sync of the delegates"}
    bad = {
        "name": "",
        "scopes": ["study-visits:rule"],
        "networks": ["the office"],
        "expires_at": "2001-01-01T00:00:00Z",
        "rate_per_minute": 0,
    }
    ordering = "created_at"

    def make(self) -> Record:
        agency_key(anpe_togo(), "study-visits:read")
        return ApiKey.objects.latest("pk")

    def payload(self) -> dict[str, Any]:
        return wanted(role="partner")


def test_secret_is_in_the_answers_of_create_and_rotate_alone() -> None:
    akou = as_persona("akou")
    made = akou.post("api-keys/", wanted(networks=[]))
    assert made.status_code == 201 and "no-store" in made["Cache-Control"]
    key, address = made.json(), made.json()["url"]
    assert made["Location"] == address
    assert authenticate_api_key(key["secret"])
    for path in (address, "api-keys/", f"{address}history/"):
        assert key["secret"].split("_", 2)[2] not in akou.get(path).content.decode()
        assert '"secret"' not in akou.get(path).content.decode()
    renewed = akou.post(f"{address}rotate/", {"overlap_hours": 24, "expires_at": until(300)})
    assert renewed.status_code == 200, renewed.content
    assert "no-store" in renewed["Cache-Control"] and "ETag" not in renewed
    assert authenticate_api_key(renewed.json()["secret"]) and authenticate_api_key(key["secret"])
    assert renewed.json()["previous_until"]
    at_once = akou.post(f"{address}rotate/", {"overlap_hours": 0}).json()
    assert authenticate_api_key(key["secret"]) is None and authenticate_api_key(at_once["secret"])


def test_key_renews_its_own_secret() -> None:
    text = agency_key(anpe_togo(), "api-keys:act", "themes:read")
    key = ApiKey.objects.get()
    renewed = ApiClient(key=text).post(f"api-keys/{key.pk}/rotate/", {"overlap_hours": 1}).json()
    assert ApiClient(key=renewed["secret"]).get("themes/").status_code == 200
    assert ApiClient(key=text).get("themes/").status_code == 200, "until the overlap ends"


def test_key_does_not_widen_itself_or_give_what_it_lacks() -> None:
    text = agency_key(anpe_togo(), "api-keys:read", "api-keys:write", "themes:read")
    caller, itself = ApiClient(key=text), ApiKey.objects.get()
    wider = caller.patch(f"api-keys/{itself.pk}/", {"scopes": ["api-keys:write", "study-visits:read"]})
    assert (wider.status_code, wider.json()["code"]) == (403, "forbidden")
    assert wider.json()["detail"] == "A key cannot give scopes that it lacks itself: study-visits:read."
    for refused in (wanted(), wanted(scopes=["*:read"]), wanted(scopes=["themes:read"], role="officer")):
        assert caller.post("api-keys/", refused).status_code == 403
    assert caller.post("api-keys/", wanted(scopes=["themes:read"])).status_code == 201
    other = wanted(scopes=["themes:read"], institution_id=ministry_of_ghana().pk)
    assert caller.post("api-keys/", other).status_code == 403
    assert caller.post(f"api-keys/{itself.pk}/revoke/").json()["code"] == "missing_scope"
    itself.refresh_from_db()
    assert itself.scopes == ["api-keys:read", "api-keys:write", "themes:read"]


def test_everything_holds_no_keys() -> None:
    everything = as_agency(anpe_togo(), "*:read", "*:write", "*:act")
    assert everything.get("api-keys/").json()["code"] == "missing_scope"
    assert everything.post("api-keys/", wanted()).json()["code"] == "missing_scope"


def test_key_without_an_end_is_not_issued_to_an_agency() -> None:
    akou = as_persona("akou")
    missing = akou.post(
        "api-keys/", {name: value for name, value in wanted().items() if name != "expires_at"}
    )
    assert [error["field"] for error in missing.json()["errors"]] == ["expires_at"]
    refused = akou.post("api-keys/", wanted(expires_at=None))
    assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [("expires_at", "required")]


def test_limit_is_set_by_the_programme() -> None:
    refused = as_persona("akou").post("api-keys/", wanted(rate_per_minute=5000))
    assert [error["field"] for error in refused.json()["errors"]] == ["rate_per_minute"]
    assert as_persona("ada").post("api-keys/", wanted(rate_per_minute=5000)).status_code == 201


def test_agency_of_a_key_stays() -> None:
    agency_key(anpe_togo())
    path = f"api-keys/{ApiKey.objects.get().pk}/"
    refused = as_persona("ada").patch(path, {"institution_id": ministry_of_ghana().pk})
    assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [("institution_id", "fixed")]


def test_revoked_key_tells_when_and_to_the_programme_by_whom() -> None:
    akou, text = as_persona("akou"), agency_key(anpe_togo())
    path = f"api-keys/{ApiKey.objects.get().pk}/"
    revoked = akou.post(f"{path}revoke/", {"reason": "The server was sold"}).json()
    assert revoked["state"] == "revoked" and revoked["revoked_at"]
    assert authenticate_api_key(text) is None
    assert as_persona("ada").get(path).json()["revoked_by"]["label"] == "Akou"
    again = akou.post(f"{path}rotate/")
    assert (again.status_code, again.json()["code"]) == (409, "revoked")
    assert akou.get("api-keys/?state=revoked").json()["count"] == 1
    assert akou.get("api-keys/?state=live").json()["count"] == 0
