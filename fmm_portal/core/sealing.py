"""Sealing bytes so that only who has the secret reads them: for what must be given back, and not be readable at rest.

The standard library has no cipher. This is the textbook composition of its hashes: the stream of SHAKE-256 over the
secret and a nonce hides the bytes, HMAC-SHA-256 over nonce and stream text shows whether they are whole.
"""

import hashlib
import hmac
import secrets

NONCE, TAG = 16, 32


class Unsealable(ValueError):
    """Another secret, or bytes that were tampered with."""


def seal(plain: bytes, secret: bytes) -> bytes:
    """The bytes, hidden and signed. The secret is 32 bytes or more of high entropy, never a password."""
    nonce = secrets.token_bytes(NONCE)
    hidden = _hide(plain, secret, nonce)
    return nonce + _tag(secret, nonce + hidden) + hidden


def unseal(sealed: bytes, secret: bytes) -> bytes:
    """What was sealed.  Raises Unsealable."""
    nonce, tag, hidden = sealed[:NONCE], sealed[NONCE : NONCE + TAG], sealed[NONCE + TAG :]
    if not hmac.compare_digest(tag, _tag(secret, nonce + hidden)):
        raise Unsealable
    return _hide(hidden, secret, nonce)


def _hide(data: bytes, secret: bytes, nonce: bytes) -> bytes:
    key = hmac.digest(secret, b"stream", "sha256")
    stream = hashlib.shake_256(key + nonce).digest(len(data))
    size = len(data)
    return (int.from_bytes(data) ^ int.from_bytes(stream)).to_bytes(size)


def _tag(secret: bytes, data: bytes) -> bytes:
    return hmac.digest(hmac.digest(secret, b"tag", "sha256"), data, "sha256")
