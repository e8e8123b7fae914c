"""Issuing, checking and revoking API keys."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fmm_portal.accounts.enums import KeyRole
from fmm_portal.accounts.models import ApiKey
from fmm_portal.core.activity import record_activity
from fmm_portal.core.models import Record
from fmm_portal.core.policies import require
from fmm_portal.core.principals import Actor
from fmm_portal.core.services import create_record, field_error, lock

SCOPE = re.compile(r"^(\*|[a-z]+(-[a-z]+)*):(read|write|act)$")
KEY = re.compile(r"^fmm_([a-z0-9]{8})_([A-Za-z0-9_-]{43})$")


def _hash(secret: str) -> str:
    # The secret has 256 random bits, so a fast hash is as good as a slow one.
    return hashlib.sha256(secret.encode()).hexdigest()


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
) -> tuple[ApiKey, str]:
    """A new key and its full text, which is not kept anywhere.  Raises Forbidden, ValidationError on "scopes"."""
    wrong = [scope for scope in scopes if not SCOPE.match(scope)]
    if wrong or not scopes:
        raise field_error(
            "scopes",
            _("A scope is resource:read, resource:write or resource:act; * stands for every resource."),
        )
    secret = secrets.token_urlsafe(32)
    prefix = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _position in range(8))
    key = ApiKey(
        institution=institution,  # type: ignore[misc]
        country=country,
        role=role,
        name=name,
        prefix=prefix,
        secret_hash=_hash(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    create_record(key, actor=actor)
    return key, f"fmm_{prefix}_{secret}"


def authenticate_api_key(text: str) -> ApiKey | None:
    """The live key that this text is, or None. Notes its use, at most once a minute."""
    match = KEY.match(text)
    if match is None:
        return None
    prefix, secret = match.groups()
    key = ApiKey.objects.select_related("institution", "institution__country").filter(prefix=prefix).first()
    if (
        not hmac.compare_digest(key.secret_hash if key else "0" * 64, _hash(secret))
        or key is None
        or not key.is_live
    ):
        return None
    now = timezone.now()
    if key.last_used_at is None or key.last_used_at < now - timedelta(minutes=1):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


@transaction.atomic
def revoke_api_key(key: ApiKey, *, actor: Actor, reason: str = "") -> ApiKey:
    """End a key now. Revoking twice changes nothing."""
    current = lock(key)
    require(actor.principal, "change", current)
    if current.revoked_at is None:
        current.revoked_at = timezone.now()
        current.version += 1
        current.save(update_fields=["revoked_at", "version", "updated_at"])
        record_activity(actor=actor, verb="revoke", subject=current, reason=reason)
    return current
