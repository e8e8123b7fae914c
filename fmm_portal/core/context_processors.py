"""What the frame of every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import get_language_info

from fmm_portal.core.navigation import account_items, navigation


def portal(request: HttpRequest) -> dict[str, Any]:
    """The main navigation for people with a role, and the languages of the switch, each by its own name. Asks the
    database nothing beyond the grants that the page has read anyway."""
    user = getattr(request, "user", None)
    is_inside = user is not None and user.is_authenticated
    account = account_items(user) if user is not None and is_inside else []
    items = [(item, item.is_current(request.path)) for item in navigation()] if is_inside else []
    languages = [
        (code, capfirst(get_language_info(code)["name_local"])) for code, _name in settings.LANGUAGES
    ]
    return {"navigation": items, "account_items": account, "interface_languages": languages}
