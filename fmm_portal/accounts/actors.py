"""Making an actor out of who is at the door: a signed-in person, an agency's key, nobody."""

from typing import Any

from fmm_portal.accounts.agencies import AgencyPrincipal
from fmm_portal.accounts.models import User
from fmm_portal.core.principals import Actor, Nobody, Source


def actor_of(user: Any, *, source: Source = Source.SCREEN, request_id: str = "") -> Actor:
    """The actor for `request.user`: a User, an AgencyPrincipal, or Django's AnonymousUser."""
    if isinstance(user, AgencyPrincipal):
        return Actor(user, Source.API_KEY, user.label, api_key_id=user.key_id, request_id=request_id)
    if isinstance(user, User) and user.is_active:
        return Actor(user, source, str(user), request_id=request_id)
    return Actor(Nobody(), source, "", request_id=request_id)
