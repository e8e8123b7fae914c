"""Secrets and signatures, checked with the library of the standard."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from fmm_portal.accounts.actors import actor_of
from fmm_portal.core.activity import history_of
from fmm_portal.core.errors import Forbidden, Refused, StaleRecord
from fmm_portal.webhooks.models import Subscription
from fmm_portal.webhooks.services import OVERLAP, reveal_secret, rotate_secret
from fmm_portal.webhooks.signing import SecretLost, new_seed, secret_of, signature
from tests.factories.webhooks import SubscriptionFactory


def verify(secret: str, header: str, at: datetime, body: bytes) -> Any:
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": header,
    }
    return Webhook(secret).verify(body, headers)


def test_signature_is_that_of_the_standard() -> None:
    seed, at, body = new_seed(), datetime.now(UTC), b'{"type":"study-visit.confirmed"}'
    secret = secret_of(seed)
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
    assert verify(secret, signature([seed], "msg_1", at, body), at, body) == {"type": "study-visit.confirmed"}


def test_two_secrets_sign_side_by_side() -> None:
    old, new, at, body = new_seed(), new_seed(), datetime.now(UTC), b"{}"
    header = signature([new, old], "msg_1", at, body)
    assert len(header.split()) == 2
    for seed in (old, new):
        verify(secret_of(seed), header, at, body)


def test_the_rows_alone_give_no_secret_away(settings: Any) -> None:
    seed = new_seed()
    known = secret_of(seed)
    settings.SECRET_KEY, former = "another-key-of-the-portal", settings.SECRET_KEY
    with pytest.raises(SecretLost):
        secret_of(seed)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert secret_of(seed) == known


@pytest.mark.django_db
def test_secret_is_shown_once(kofi: Any, amina: Any) -> None:
    webhook = SubscriptionFactory()
    with pytest.raises(Forbidden):
        reveal_secret(webhook, actor=actor_of(amina))
    secret = reveal_secret(webhook, actor=actor_of(kofi))
    assert secret == secret_of(webhook.secret_seed)
    assert reveal_secret(webhook, actor=actor_of(kofi)) == secret, "the page was sent twice"
    Subscription.objects.update(secret_shown_at=timezone.now() - timedelta(minutes=2))
    with pytest.raises(Refused, match="shown only once"):
        reveal_secret(webhook, actor=actor_of(kofi))
    assert [entry.verb for entry in history_of(webhook)] == ["show_secret"]


@pytest.mark.django_db
def test_former_secret_signs_for_a_day(kofi: Any) -> None:
    webhook = SubscriptionFactory()
    renewed, secret = rotate_secret(webhook, actor=actor_of(kofi), expected_version=1)
    with pytest.raises(StaleRecord):
        rotate_secret(webhook, actor=actor_of(kofi), expected_version=1)
    now = timezone.now()
    assert [secret_of(seed) for seed in renewed.seeds(now)] == [secret, secret_of(webhook.secret_seed)]
    assert [secret_of(seed) for seed in renewed.seeds(now + OVERLAP)] == [secret]
    assert webhook.secret_seed not in str([entry.changes for entry in history_of(webhook)])
