"""On the first screen: API keys to renew, and what changed lately of what a person follows, for staff of all."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fmm_portal.accounts.models import SOON, ApiKey
from fmm_portal.accounts.roles import is_staff, keeps_keys
from fmm_portal.core.following import followed_changes
from fmm_portal.core.home import HomePart, HomeSection, Task, register_home
from fmm_portal.core.latest import latest_changes
from fmm_portal.core.principals import Principal


def latest(principal: Principal) -> HomePart:
    if not is_staff(principal):
        return HomePart()
    section = HomeSection("core/home_latest.html", {"changes": latest_changes(principal)})
    return HomePart(sections=[section])


def followed(principal: Principal) -> HomePart:
    changes = followed_changes(principal)
    return HomePart(
        sections=[HomeSection("core/home_followed.html", {"changes": changes})] if changes else []
    )


def keys_to_renew(principal: Principal) -> HomePart:
    """Keys that stop working soon, and those that stopped lately, to who keeps them."""
    if not keeps_keys(principal):
        return HomePart()
    now = timezone.now()
    keys = ApiKey.objects.visible_to(principal).filter(
        revoked_at__isnull=True, expires_at__gt=now - SOON, expires_at__lte=now + SOON
    )
    tasks = []
    for key in keys.select_related("institution__country").order_by("expires_at", "pk"):
        assert key.expires_at is not None
        days = max(0, (timezone.localdate(key.expires_at) - timezone.localdate()).days)
        words = {"key": key.name, "agency": key.institution, "days": days}
        text = (
            _("The API key “%(key)s” of %(agency)s has expired") % words
            if key.is_expired
            else ngettext(
                "The API key “%(key)s” of %(agency)s expires in %(days)d day",
                "The API key “%(key)s” of %(agency)s expires in %(days)d days",
                days,
            )
            % words
        )
        url = reverse("accounts:key_rotate", args=[key.pk])
        tasks.append(
            Task(
                text, url, _("Renew secret"), when=timezone.localdate(key.expires_at), is_late=key.is_expired
            )
        )
    return HomePart(tasks=tasks)


def register() -> None:
    register_home(keys_to_renew, order=50)
    register_home(followed, order=85)
    # Behind everything that asks for something.
    register_home(latest, order=90)
