"""Pages on which the administrator of an agency keeps its API keys."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from fmm_portal.accounts.models import ApiKey, User
from fmm_portal.accounts.scopes import presets, scoped_resources
from fmm_portal.accounts.services import authenticate_api_key, issue_api_key, revoke_api_key, rotate_api_key
from fmm_portal.core.activity import history_of, last_change
from fmm_portal.core.principals import system_actor
from tests.api_client import ApiClient
from tests.factories.institutions import ContactFactory
from tests.page_contract import hidden_value
from tests.personas import agency_key, anpe_togo, ministry_of_ghana

pytestmark = pytest.mark.django_db
Browser = Callable[[User], Client]
SECRET = re.compile(r"fmm_[a-z0-9]{8}_[A-Za-z0-9_-]{43}")


@pytest.fixture
def akous(akou: User, browser_of: Browser) -> Client:
    """Her browser."""
    return browser_of(akou)


def key_of(institution: Any = None, **options: Any) -> ApiKey:
    agency_key(institution or anpe_togo(), **options)
    return ApiKey.objects.latest("pk")


def url(page: str, *keys: ApiKey) -> str:
    return reverse(f"accounts:key_{page}", args=[key.pk for key in keys])


def typed(**changes: Any) -> dict[str, Any]:
    """What she types to issue a key."""
    return {
        "name": "Sync with the register",
        "institution": anpe_togo().pk,
        "preset": "nominate",
        "networks": "196.200.10.0/24\n2001:db8::/48",
        "expires_on": (timezone.localdate() + timedelta(days=90)).isoformat(),
        "submission": str(uuid4()),
    } | changes


def issue(client: Client, **changes: Any) -> Any:
    return client.post(url("create"), typed(**changes))


def test_key_is_issued_and_its_secret_shown_exactly_once(akous: Client) -> None:
    sent = typed()
    page = akous.post(url("create"), sent)
    assert page.status_code == 200 and "no-store" in page["Cache-Control"]
    shown = set(SECRET.findall(page.content.decode()))
    assert len(shown) == 1
    text = shown.pop()
    key = authenticate_api_key(text)
    assert key is not None
    assert f"curl -H &#x27;Authorization: Bearer {text}&#x27;" in page.content.decode()
    assert "Copy it now" in page.content.decode()
    assert key.scopes == sorted(next(preset.scopes for preset in presets() if preset.code == "nominate"))
    assert key.networks == ["196.200.10.0/24", "2001:db8::/48"]
    # Sent again, by a second click or by going back, it makes no second key and tells no secret.
    again = akous.post(url("create"), sent)
    assert (again.status_code, again.url) == (302, key.get_absolute_url())
    assert ApiKey.objects.count() == 1
    for address in (url("list"), url("detail", key), url("history", key), url("edit", key)):
        found = akous.get(address)
        assert found.status_code == 200
        assert text.split("_", 2)[2] not in found.content.decode(), address


def test_rights_are_chosen_one_by_one_in_words(akous: Client) -> None:
    form = akous.get(url("create")).content.decode()
    for words in ("Study visits", "Take steps", "Add and change", "Send requests and nominate delegates"):
        assert words in form
    issue(akous, preset="own", scopes=["study-visits:read", "commitments:act"])
    assert ApiKey.objects.get().scopes == ["commitments:act", "study-visits:read"]
    page = akous.get(url("detail", ApiKey.objects.get())).content.decode()
    assert "<dt>Commitments</dt><dd>Take steps</dd>" in page


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"preset": "own"}, "scopes", "Tick at least one right."),
        ({"networks": "our office"}, "networks", "“our office” is no network."),
        ({"expires_on": "2001-01-01"}, "expires_on", "This has passed already"),
        ({"expires_on": "2999-01-01"}, "expires_on", "at most 366 days"),
        ({"name": ""}, "name", "required"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(
    akous: Client, wrong: dict[str, Any], field: str, words: str
) -> None:
    page = issue(akous, **wrong)
    assert page.status_code == 422
    assert words in " ".join(page.context["form"].errors[field])
    assert not ApiKey.objects.exists()
    if field != "networks":
        assert "2001:db8::/48" in page.content.decode()


def test_administrator_of_an_agency_chooses_among_her_own(akous: Client) -> None:
    form = akous.get(url("create")).context["form"]
    assert list(form.fields["institution"].queryset) == [anpe_togo()]
    assert {"role", "country", "rate_per_minute"} & set(form.fields) == set()
    page = issue(akous, institution=ministry_of_ghana().pk)
    assert page.status_code == 422 and "institution" in page.context["form"].errors


def test_administrator_of_the_programme_keeps_all(ada: User, browser_of: Browser) -> None:
    client = browser_of(ada)
    page = issue(client, institution=ministry_of_ghana().pk, role="officer", rate_per_minute="1200")
    assert page.status_code == 200, page.context["form"].errors
    key = ApiKey.objects.get()
    assert (key.institution, key.role, key.rate_per_minute) == (ministry_of_ghana(), "officer", 1200)
    assert "Sync with the register" in client.get(url("list")).content.decode()


def test_others_meet_no_key(browser_of: Browser, kofi: User, fatou: User, nobody: User) -> None:
    key = key_of()
    for person in (kofi, fatou, nobody):
        client = browser_of(person)
        page = client.get(url("list"))
        assert key.prefix not in page.content.decode()
        assert "Keys are kept by the administrator of an agency" in page.content.decode()
        assert client.get(url("create")).status_code == 403
        for name in ("detail", "edit", "history", "rotate", "revoke"):
            assert client.get(url(name, key)).status_code == 404
        assert url("list") not in client.get(reverse("accounts:profile")).content.decode()


def test_manager_reads_and_changes_none(browser_of: Browser, marc: User) -> None:
    key, client = key_of(), browser_of(marc)
    page = client.get(url("detail", key))
    assert page.status_code == 200 and url("rotate", key) not in page.content.decode()
    for name in ("edit", "rotate", "revoke"):
        assert client.post(url(name, key)).status_code == 403


def test_empty_list_says_what_a_key_is_for(akous: Client) -> None:
    page = akous.get(url("list")).content.decode()
    assert "A key lets a system of your agency read and write" in page
    assert url("create") in page


def test_secret_is_renewed_with_time_to_change_over(akous: Client) -> None:
    old = agency_key(anpe_togo())
    key = ApiKey.objects.get()
    form = akous.get(url("rotate", key)).content.decode()
    sent = {
        "overlap": "7d",
        "expires_on": (timezone.localdate() + timedelta(days=200)).isoformat(),
        "record_version": hidden_value(form, "record_version"),
    }
    page = akous.post(url("rotate", key), sent)
    (new,) = set(SECRET.findall(page.content.decode()))
    assert authenticate_api_key(old) == authenticate_api_key(new) == key
    assert "The old secret works until" in page.content.decode()
    again = akous.post(url("rotate", key), sent)
    assert again.status_code == 409
    assert not SECRET.findall(again.content.decode()), "a second click does not end the old secret"
    assert authenticate_api_key(old) == key
    key.refresh_from_db()
    assert key.expires_at and timezone.localdate(key.expires_at).isoformat() == sent["expires_on"]


def test_revoking_asks_first_and_tells_who_and_why(akous: Client, akou: User) -> None:
    text = agency_key(anpe_togo())
    key = ApiKey.objects.get()
    assert "shut out at once" in akous.get(url("revoke", key)).content.decode()
    assert authenticate_api_key(text) == key
    assert akous.post(url("revoke", key), {"reason": "The server was sold"}).url == key.get_absolute_url()
    assert authenticate_api_key(text) is None
    entry = last_change(key)
    assert entry and (entry.verb, entry.reason, entry.user) == ("revoke", "The server was sold", akou)
    page = akous.get(url("detail", key)).content.decode()
    assert "Revoked" in page and url("rotate", key) not in page and url("edit", key) not in page


def test_change_keeps_history_and_what_another_saved_meanwhile(akous: Client, akou: User, by: Any) -> None:
    key, _text = issue_api_key(
        actor=by(akou),
        institution=anpe_togo(),
        name="Old name",
        scopes=["*:read"],
        expires_at=timezone.now() + timedelta(days=60),
    )
    page = akous.get(url("edit", key)).content.decode()
    machinery = {name: hidden_value(page, name) for name in ("record_version", "record_base")}
    sent = typed(name="New name", preset="read", expires_on=timezone.localdate(key.expires_at).isoformat())
    assert akous.post(url("edit", key), sent | machinery).status_code == 302
    assert akous.post(url("edit", key), sent | machinery | {"name": "Third name"}).status_code == 409
    changed = history_of(key).first()
    assert changed and set(changed.changes) == {"name", "networks"}, "the day is the same, so is the moment"


def test_page_lists_what_the_key_did_lately(akous: Client) -> None:
    text = agency_key(anpe_togo(), "contacts:read", "contacts:write")
    key = ApiKey.objects.get()
    assert "It has changed nothing yet" in akous.get(url("detail", key)).content.decode()
    contact = ContactFactory(institution=anpe_togo())
    assert ApiClient(key=text).patch(f"contacts/{contact.pk}/", {"languages": "fr"}).status_code == 200
    page = akous.get(url("detail", key)).content.decode()
    assert str(contact.position) in page
    type(contact).objects.filter(pk=contact.pk).update(institution=ministry_of_ghana())
    page = akous.get(url("detail", key)).content.decode()
    assert str(contact.position) not in page and "a record that you may not see" in page


def test_first_screen_asks_to_renew_in_time(
    akous: Client, akou: User, browser_of: Browser, kofi: User
) -> None:
    near = key_of(expires_at=timezone.now() + timedelta(days=12))
    key_of(expires_at=timezone.now() + timedelta(days=200))
    ended = key_of(expires_at=timezone.now() + timedelta(days=9))
    revoke_api_key(ended, actor=system_actor())
    page = akous.get(reverse("home")).content.decode()
    assert "of ANPE (Togo) expires in 12 days" in page
    assert page.count("Renew secret") == 1 and url("rotate", near) in page
    assert "Renew secret" not in browser_of(kofi).get(reverse("home")).content.decode()
    rotate_api_key(
        near,
        actor=system_actor(),
        overlap=timedelta(days=7),
        expires_at=timezone.now() + timedelta(days=300),
    )
    assert "Renew secret" not in akous.get(reverse("home")).content.decode()


def test_list_and_page_cost_the_same_at_one_and_three_keys(akous: Client) -> None:
    def queries(address: str) -> int:
        akous.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert akous.get(address).status_code == 200
        return len(captured)

    first = key_of()
    at_one = queries(url("list")), queries(url("detail", first))
    key_of(), key_of()
    assert (queries(url("list")), queries(url("detail", first))) == at_one


def test_list_is_narrowed_by_state(akous: Client) -> None:
    key_of()
    revoke_api_key(key_of(), actor=system_actor())
    page = akous.get(url("list"), {"state": "revoked"})
    assert page.context["listing"].count == 1
    assert akous.get(url("list")).context["listing"].count == 2


def test_presets_name_resources_that_there_are() -> None:
    known = scoped_resources()
    for preset in presets():
        for scope in preset.scopes:
            resource, _colon, right = scope.partition(":")
            assert resource == "*" or right in known[resource].rights, (preset.code, scope)
