"""What people decide for themselves: the name shown to colleagues, the language of the portal."""

from django.http import HttpRequest

from fmm_portal.accounts.models import User
from fmm_portal.core.middleware import SESSION_LANGUAGE


def choose_language(request: HttpRequest, language: str) -> None:
    """From now on, here and at the next sign-in of this account anywhere."""
    request.session[SESSION_LANGUAGE] = language
    user = request.user
    if isinstance(user, User) and user.preferred_language != language:
        user.preferred_language = language
        user.save(update_fields=["preferred_language"])


def greet_in_own_language(request: HttpRequest, user: User) -> None:
    """After signing in: a language chosen at the door is kept, else the account's own is taken up."""
    choose_language(request, request.session.get(SESSION_LANGUAGE) or user.preferred_language)
