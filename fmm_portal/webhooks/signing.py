"""Secrets and signatures of webhooks, as Standard Webhooks says: https://www.standardwebhooks.com.

A secret must be known again at every message, so it cannot be kept as a hash. It is not kept at all: a row holds a
seed, and the secret is the seed under the portal's own key. The database alone gives away no secret.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

PREFIX = "whsec_"
_PURPOSE = b"fmm_portal.webhooks.secret:"


class SecretLost(Exception):
    """The portal's key changed since the secret was made: nobody can know it any more."""


def new_seed() -> str:
    """What a row keeps of a new secret: a random part, and a check by which a changed key is noticed."""
    nonce = secrets.token_hex(16)
    return f"{nonce}.{_check(_derived(nonce, settings.SECRET_KEY))}"


def secret_of(seed: str) -> str:
    """The secret as the agency is shown it, such as `whsec_MfKQ…`.  Raises SecretLost."""
    return PREFIX + base64.b64encode(_key_of(seed)).decode()


def signature(seeds: Iterable[str], message_id: str, at: datetime, body: bytes) -> str:
    """The header `webhook-signature`: one signature for each secret that is valid now.  Raises SecretLost."""
    signed = f"{message_id}.{int(at.timestamp())}.".encode() + body
    digests = (hmac.digest(_key_of(seed), signed, "sha256") for seed in seeds)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


def _key_of(seed: str) -> bytes:
    nonce, _dot, check = seed.partition(".")
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        derived = _derived(nonce, key)
        if hmac.compare_digest(_check(derived), check):
            return derived
    raise SecretLost


def _derived(nonce: str, key: str | bytes) -> bytes:
    return hmac.digest(key if isinstance(key, bytes) else key.encode(), _PURPOSE + nonce.encode(), "sha256")


def _check(derived: bytes) -> str:
    return hashlib.sha256(derived).hexdigest()[:16]
