"""Keys of agencies: who issues and renews them, from where and until when they work, what their history tells."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import override_settings
from django.utils import timezone

from fmm_portal.accounts.agencies import AgencyPrincipal
from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.models import ApiKey, Membership, User
from fmm_portal.accounts.networks import normal_networks
from fmm_portal.accounts.services import (
    authenticate_api_key,
    change_api_key,
    issue_api_key,
    revoke_api_key,
    rotate_api_key,
)
from fmm_portal.core.activity import history_of
from fmm_portal.core.errors import Forbidden, Refused
from fmm_portal.core.history import entries_for
from fmm_portal.core.principals import Actor, Source, system_actor
from tests.api_client import ApiClient
from tests.factories.institutions import country
from tests.personas import anpe_togo, ministry_of_ghana

pytestmark = pytest.mark.django_db

Actors = Callable[[User], Actor]


def issued(actor: Actor | None = None, **options: Any) -> tuple[ApiKey, str]:
    until = timezone.now() + timedelta(days=90)
    given = {"institution": anpe_togo(), "name": "sync", "scopes": ["*:read"], "expires_at": until} | options
    return issue_api_key(actor=actor or system_actor(), **given)


def actor_of_key(**options: Any) -> Actor:
    key, _text = issued(**options)
    return Actor(AgencyPrincipal.of(key), Source.API_KEY, "a key", api_key_id=key.pk)


def refused_fields(error: ValidationError) -> list[str]:
    return list(error.message_dict)


def asked_from(text: str, address: str, **headers: str) -> Any:
    return ApiClient(key=text)._client.get("/api/v1/themes/", REMOTE_ADDR=address, headers=headers)


# --- who ---


def test_administrator_of_an_agency_keeps_its_keys_and_no_others(akou: User, by: Actors) -> None:
    key, text = issued(by(akou))
    assert authenticate_api_key(text) == key
    assert set(ApiKey.objects.visible_to(akou)) == {key}
    with pytest.raises(Forbidden):
        issued(by(akou), institution=ministry_of_ghana())
    other, _text = issued(institution=ministry_of_ghana())
    assert other not in ApiKey.objects.visible_to(akou)
    for change in (revoke_api_key, lambda key, actor: rotate_api_key(key, actor=actor, overlap=timedelta(0))):
        with pytest.raises(Forbidden):
            change(other, actor=by(akou))


@pytest.mark.parametrize("persona", ["kofi", "amina", "marc", "eva", "sami", "jean"])
def test_others_issue_none(persona: str, by: Actors, request: pytest.FixtureRequest) -> None:
    with pytest.raises(Forbidden):
        issued(by(request.getfixturevalue(persona)))


def test_administrator_of_an_agency_is_a_partner_there(akou: User, kofi: User) -> None:
    assert set(akou.grants) > set(kofi.grants)
    with pytest.raises(ValidationError):
        Membership(user=kofi, role=Role.AGENCY_ADMINISTRATOR, country=country("TG")).full_clean()


@pytest.mark.parametrize(
    "more", [{"role": "officer"}, {"role": "viewer"}, {"role": "host"}, {"rate_per_minute": 10_000}]
)
def test_key_reaches_no_further_than_who_issues_it(akou: User, by: Actors, more: dict[str, Any]) -> None:
    with pytest.raises((Forbidden, ValidationError)):
        issued(by(akou), **more)
    with pytest.raises(Forbidden):
        issued(by(akou), country=country("TG"))
    assert not ApiKey.objects.exists()


def test_who_keeps_a_wider_key_may_end_it_and_not_take_its_secret(akou: User, by: Actors) -> None:
    wide, _text = issued(role="officer")
    with pytest.raises(Forbidden, match="reach more than you"):
        rotate_api_key(wide, actor=by(akou), overlap=timedelta(0))
    with pytest.raises(Forbidden):
        change_api_key(wide, actor=by(akou), changes={"name": "mine"})
    assert revoke_api_key(wide, actor=by(akou)).revoked_by == akou


# --- keys that keep keys ---


def test_everything_does_not_hold_the_keys() -> None:
    everything = actor_of_key(scopes=["*:read", "*:write", "*:act"])
    with pytest.raises(Forbidden):
        issued(everything)
    assert not ApiKey.objects.visible_to(everything.principal).exists()


def test_key_that_issues_keys_gives_nothing_that_it_lacks() -> None:
    keeper = actor_of_key(
        scopes=["themes:read", "api-keys:write"],
        networks=["196.200.0.0/16"],
        expires_at=timezone.now() + timedelta(days=30),
    )
    fitting = {
        "scopes": ["themes:read"],
        "networks": ["196.200.10.0/24"],
        "expires_at": timezone.now() + timedelta(days=7),
    }
    assert issued(keeper, **fitting)
    for wider in (
        {"scopes": ["themes:write"]},
        {"scopes": ["*:read"]},
        {"networks": []},
        {"networks": ["10.0.0.0/8"]},
        {"networks": ["::/0"]},
        {"expires_at": None},
        {"expires_at": timezone.now() + timedelta(days=60)},
        {"institution": ministry_of_ghana()},
    ):
        with pytest.raises((Forbidden, ValidationError)):
            issued(keeper, **(fitting | wider))


def test_key_does_not_widen_itself() -> None:
    keeper = actor_of_key(scopes=["themes:read", "api-keys:write"])
    itself = ApiKey.objects.get(pk=keeper.api_key_id)
    with pytest.raises(Forbidden, match="themes:write"):
        change_api_key(itself, actor=keeper, changes={"scopes": ["themes:write", "api-keys:write"]})
    assert change_api_key(itself, actor=keeper, changes={"scopes": ["api-keys:write"]}).version == 2


# --- what is given ---


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["themes:rule"]}, "scopes"),
        ({"scopes": ["theme:read"]}, "scopes"),
        ({"networks": ["the office"]}, "networks"),
        ({"networks": [f"10.0.{n}.0/24" for n in range(51)]}, "networks"),
        ({"expires_at": timezone.now() - timedelta(days=1)}, "expires_at"),
        ({"expires_at": timezone.now() + timedelta(days=400)}, "expires_at"),
    ],
)
def test_what_no_key_can_be_is_refused_by_field(bad: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        issued(**bad)
    assert refused_fields(refusal.value) == [field]
    assert not ApiKey.objects.exists()


def test_refusal_names_the_word_that_is_wrong() -> None:
    with pytest.raises(
        ValidationError, match=r"“theme:read” names no resource. Known are: action-plans, act"
    ):
        issued(scopes=["themes:read", "theme:read"])


def test_networks_are_kept_in_one_spelling() -> None:
    assert normal_networks(["196.200.10.7/24", " 196.200.10.0/24", "41.207.1.1", "2001:DB8::1/48"]) == [
        "196.200.10.0/24",
        "41.207.1.1/32",
        "2001:db8::/48",
    ]


# --- from where ---


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("196.200.10.7", 200),
        ("::ffff:196.200.10.7", 200),
        ("2001:db8::17", 200),
        ("196.200.11.7", 403),
        ("2001:db9::17", 403),
        ("unix socket", 403),
    ],
)
def test_key_works_from_its_networks_only(address: str, status: int) -> None:
    _key, text = issued(networks=["196.200.10.0/24", "2001:db8::/48"])
    response = asked_from(text, address)
    assert response.status_code == status
    if status == 403:
        assert response.json()["code"] == "wrong_network"
        assert ApiKey.objects.get().last_used_at is None


def test_address_behind_a_proxy_is_the_one_the_proxy_saw() -> None:
    _key, text = issued(networks=["196.200.10.0/24"])
    forged = {"X-Forwarded-For": "196.200.10.7"}
    assert asked_from(text, "203.0.113.9", **forged).status_code == 403, "no proxy is trusted"
    with override_settings(PROXY_COUNT=1):
        assert asked_from(text, "127.0.0.1", **forged).status_code == 200
        forged["X-Forwarded-For"] = "196.200.10.7, 203.0.113.9"
        assert asked_from(text, "127.0.0.1", **forged).status_code == 403


def test_last_use_tells_when_and_from_where() -> None:
    _key, text = issued()
    with time_machine.travel("2026-03-02T10:00:00+00:00", tick=False):
        asked_from(text, "2001:db8::17")
    key = ApiKey.objects.get()
    assert (key.last_used_at.isoformat(), key.last_used_from) == ("2026-03-02T10:00:00+00:00", "2001:db8::17")
    assert history_of(key).count() == 1, "use is no change"


# --- renewing ---


def test_old_secret_works_until_the_overlap_ends() -> None:
    key, old = issued()
    _key, new = rotate_api_key(key, actor=system_actor(), overlap=timedelta(days=7))
    assert old != new and old[:12] == new[:12]
    assert authenticate_api_key(old) == authenticate_api_key(new) == key
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert authenticate_api_key(old) is None
        assert authenticate_api_key(new) == key


def test_secret_renewed_at_once_leaves_no_other() -> None:
    key, first = issued()
    _key, second = rotate_api_key(key, actor=system_actor(), overlap=timedelta(days=7))
    _key, third = rotate_api_key(key, actor=system_actor(), overlap=timedelta(0))
    assert [bool(authenticate_api_key(text)) for text in (first, second, third)] == [False, False, True]


def test_expired_key_lives_again_by_renewal_with_a_new_day() -> None:
    with time_machine.travel(timezone.now() - timedelta(days=40)):
        key, old = issued(expires_at=timezone.now() + timedelta(days=30))
    assert authenticate_api_key(old) is None
    with pytest.raises(ValidationError) as refusal:
        rotate_api_key(key, actor=system_actor(), overlap=timedelta(0))
    assert refused_fields(refusal.value) == ["expires_at"]
    until = timezone.now() + timedelta(days=30)
    _key, new = rotate_api_key(key, actor=system_actor(), overlap=timedelta(0), expires_at=until)
    assert [bool(authenticate_api_key(text)) for text in (old, new)] == [False, True]


def test_revoked_key_stays_so_with_both_its_secrets(ada: User, by: Actors) -> None:
    key, old = issued()
    _key, new = rotate_api_key(key, actor=by(ada), overlap=timedelta(days=7))
    revoked = revoke_api_key(key, actor=by(ada), reason="The laptop was stolen")
    assert revoked.revoked_by == ada and revoked.revoked_at
    assert authenticate_api_key(old) is None and authenticate_api_key(new) is None
    for change in (
        lambda: rotate_api_key(key, actor=by(ada), overlap=timedelta(0)),
        lambda: change_api_key(key, actor=by(ada), changes={"name": "Back"}),
    ):
        with pytest.raises(Refused, match="revoked for good"):
            change()
    assert revoke_api_key(key, actor=by(ada)).version == revoked.version


def test_history_tells_every_change_and_no_secret(akou: User, by: Actors) -> None:
    key, _text = issued(by(akou))
    change_api_key(key, actor=by(akou), changes={"networks": ["41.207.1.1"]}, reason="Office only")
    rotate_api_key(key, actor=by(akou), overlap=timedelta(days=1))
    revoke_api_key(key, actor=by(akou), reason="The project ended")
    entries = list(history_of(key))
    assert [entry.verb for entry in entries] == ["revoke", "rotate", "update", "create"]
    assert {entry.user for entry in entries} == {akou}
    assert entries[2].changes == {"networks": [[], ["41.207.1.1/32"]]}
    key.refresh_from_db()
    kept = str([entry.changes for entry in entries])
    assert key.secret_hash not in kept and key.previous_hash not in kept
    shown = [change.label for entry in entries_for(key, entries, akou) for change in entry.changes]
    assert "allowed networks" in shown and not [label for label in shown if "hash" in label]


def test_agency_of_a_key_does_not_change(ada: User, by: Actors) -> None:
    key, _text = issued()
    with pytest.raises(ValidationError):
        change_api_key(key, actor=by(ada), changes={"institution": ministry_of_ghana()})
