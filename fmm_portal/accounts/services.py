"""Issuing, checking, changing, renewing and revoking API keys."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fmm_portal.accounts.enums import KeyRole
from fmm_portal.accounts.models import ApiKey
from fmm_portal.accounts.roles import is_administrator
from fmm_portal.core.activity import difference, record_activity, snapshot
from fmm_portal.core.errors import Refused
from fmm_portal.core.models import Record
from fmm_portal.core.policies import require
from fmm_portal.core.principals import Actor
from fmm_portal.core.services import create_record, field_error, lock, update_record

KEY = re.compile(r"^fmm_([a-z0-9]{8})_([A-Za-z0-9_-]{43})$")
LONGEST_OVERLAP = timedelta(days=90)


def _hash(secret: str) -> str:
    # The secret has 256 random bits, so a fast hash is as good as a slow one.
    return hashlib.sha256(secret.encode()).hexdigest()


def _new_secret() -> str:
    return secrets.token_urlsafe(32)


def _full_text(key: ApiKey, secret: str) -> str:
    return f"fmm_{key.prefix}_{secret}"


@transaction.atomic
def issue_api_key(
    *,
    actor: Actor,
    institution: Record,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None = None,
    country: Record | None = None,
    role: str = KeyRole.PARTNER,
    networks: Sequence[str] = (),
    rate_per_minute: int | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its full text, which is not kept anywhere.  Raises Forbidden, ValidationError by field."""
    # Who may issue none is not told what one needs.
    require(actor.principal, "create", ApiKey)
    _check_expiry(actor, expires_at)
    _check_rate(actor, None, rate_per_minute)
    secret = _new_secret()
    prefix = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _position in range(8))
    key = ApiKey(
        institution=institution,  # type: ignore[misc]
        country=country,
        role=role,
        name=name,
        prefix=prefix,
        secret_hash=_hash(secret),
        scopes=list(scopes),
        networks=list(networks),
        expires_at=expires_at,
        rate_per_minute=rate_per_minute,
    )
    create_record(key, actor=actor)
    return key, _full_text(key, secret)


def _check_expiry(actor: Actor, expires_at: datetime | None) -> None:
    """A day to come, and not too far off: a key that nobody looks at again is one that nobody misses."""
    if expires_at is None:
        if not is_administrator(actor.principal):
            raise field_error("expires_at", _("Say until when the key works."), "required")
        return
    now = timezone.now()
    if expires_at <= now:
        raise field_error("expires_at", _("This has passed already: the key would never work."), "past")
    if expires_at > now + timedelta(days=settings.API_KEY_MAX_DAYS + 1):
        message = _("A key works for at most %(days)d days; then its secret is renewed.")
        raise field_error("expires_at", message % {"days": settings.API_KEY_MAX_DAYS}, "too_long")


def _check_rate(actor: Actor, before: int | None, after: int | None) -> None:
    if before != after and not is_administrator(actor.principal):
        raise field_error(
            "rate_per_minute", _("Only an administrator of the programme sets this."), "not_yours"
        )


def authenticate_api_key(text: str) -> ApiKey | None:
    """The live key that this text is, by its secret or for some time by the one before; else None."""
    match = KEY.match(text)
    if match is None:
        return None
    prefix, secret = match.groups()
    key = ApiKey.objects.select_related("institution", "institution__country").filter(prefix=prefix).first()
    digest = _hash(secret)
    is_secret = hmac.compare_digest(key.secret_hash if key else "0" * 64, digest)
    is_old_one = hmac.compare_digest(key.previous_hash if key and key.has_old_secret else "0" * 64, digest)
    return key if key is not None and (is_secret or is_old_one) and key.is_live else None


def note_use(key: ApiKey, address: str | None) -> None:
    """Keep when and from where a key was last used, written at most once a minute."""
    now = timezone.now()
    if key.last_used_at is None or key.last_used_at < now - timedelta(minutes=1):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now, last_used_from=address)


@transaction.atomic
def change_api_key(
    key: ApiKey,
    *,
    actor: Actor,
    changes: Mapping[str, Any],
    expected_version: int | None = None,
    reason: str = "",
) -> ApiKey:
    """Change what a key may do; its agency and its role stay.

    Raises StaleRecord, Forbidden, Refused when it is revoked, ValidationError by field.
    """
    current = _standing(lock(key, expected_version=expected_version))
    for name in ("institution", "role", "country"):
        if name in changes and changes[name] != getattr(current, name):
            raise field_error(name, _("This cannot be changed. Issue another key."), "fixed")
    if "expires_at" in changes and changes["expires_at"] != current.expires_at:
        _check_expiry(actor, changes["expires_at"])
    if "rate_per_minute" in changes:
        _check_rate(actor, current.rate_per_minute, changes["rate_per_minute"])
    return update_record(current, actor=actor, changes=changes, reason=reason)


@transaction.atomic
def rotate_api_key(
    key: ApiKey,
    *,
    actor: Actor,
    overlap: timedelta,
    expires_at: datetime | None = None,
    expected_version: int | None = None,
    reason: str = "",
) -> tuple[ApiKey, str]:
    """Give a key a new secret; the old one works for `overlap` longer, and the key until `expires_at` if given.

    Raises StaleRecord, Forbidden, Refused, ValidationError by field.
    """
    current = _standing(lock(key, expected_version=expected_version))
    before = snapshot(current)
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        message = _("The old secret may go on working for up to %(days)d days.")
        raise field_error("overlap", message % {"days": LONGEST_OVERLAP.days})
    if expires_at is not None:
        _check_expiry(actor, expires_at)
        current.expires_at = expires_at
    elif current.is_expired:
        raise field_error(
            "expires_at", _("The key has expired. Say until when it shall work now."), "required"
        )
    require(actor.principal, "rotate", current)
    secret = _new_secret()
    current.previous_hash = current.secret_hash if overlap else ""
    current.previous_until = timezone.now() + overlap if overlap else None
    current.secret_hash = _hash(secret)
    current.version += 1
    current.save()
    record_activity(
        actor=actor,
        verb="rotate",
        subject=current,
        changes=difference(current, before, snapshot(current)),
        reason=reason,
    )
    return current, _full_text(current, secret)


@transaction.atomic
def revoke_api_key(
    key: ApiKey, *, actor: Actor, reason: str = "", expected_version: int | None = None
) -> ApiKey:
    """End a key now, with both its secrets. Revoking twice changes nothing."""
    current = lock(key, expected_version=expected_version)
    require(actor.principal, "revoke", current)
    if current.revoked_at is None:
        before = snapshot(current)
        current.revoked_at = timezone.now()
        current.revoked_by_id = actor.user_id
        current.version += 1
        current.save(update_fields=["revoked_at", "revoked_by", "version", "updated_at"])
        changes = difference(current, before, snapshot(current))
        record_activity(actor=actor, verb="revoke", subject=current, changes=changes, reason=reason)
    return current


def _standing(key: ApiKey) -> ApiKey:
    if key.revoked_at is not None:
        raise Refused(_("This key is revoked for good. Issue another one."), code="revoked")
    return key
