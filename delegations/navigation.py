"""The place of delegations in the navigation, and what they ask of people on the first screen."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from delegations.enums import DelegateStatus
from delegations.models import Delegate, Delegation
from delegations.policies import sent_by
from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.roles import countries_of, institutions_of, is_staff
from fmm_portal.core.home import HomePart, HomeSection, Task, Wait, register_home
from fmm_portal.core.navigation import NavigationItem, register_navigation
from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal

# More than this and the sentence says enough.
LOOKED_AT = 20
SHOWN = 5


def nominations_waiting(principal: Principal) -> HomePart:
    """Nominations that this person may confirm or decline, one sentence a delegation."""
    if not can(principal, "create", Delegate).allowed:
        return HomePart()
    rows = Delegate.objects.visible_to(principal).filter(status=DelegateStatus.NOMINATED)
    waiting: dict[Delegation, list[Delegate]] = {}
    for delegate in rows.with_related().order_by("created_at", "pk")[:LOOKED_AT]:
        if can(principal, "confirm", delegate).allowed:
            waiting.setdefault(delegate.delegation, []).append(delegate)
    tasks, waits = [], []
    for delegation, nominated in waiting.items():
        text = ngettext(
            "%(count)d nomination to settle: %(delegation)s",
            "%(count)d nominations to settle: %(delegation)s",
            len(nominated),
        ) % {"count": len(nominated), "delegation": delegation}
        address = delegation.get_absolute_url()
        tasks.append(Task(text, address, _("Settle nominations")))
        waits.append(Wait(text, address, nominated[0].created_at))
    if is_staff(principal):
        return HomePart(tasks=tasks, asked=waits)
    return HomePart(tasks=tasks, sections=_to_nominate(principal))


def _to_nominate(principal: Principal) -> list[HomeSection]:
    """Delegations in preparation to which a focal point may add people of its own."""
    if not institutions_of(principal, {Role.PARTNER}) and not countries_of(principal, {Role.PARTNER}):
        return []
    sent = Delegation.objects.visible_to(principal).filter(sent_by(principal, {Role.PARTNER}))
    travelled = Delegate.objects.filter(status=DelegateStatus.ATTENDED).order_by().values("delegation")
    ahead = sent.exclude(pk__in=travelled).exclude(reported_size__isnull=False)
    rows = [
        (delegation, reverse("delegations:delegate_create", args=[delegation.pk]))
        for delegation in ahead.with_related()[:SHOWN]
    ]
    return [HomeSection("delegations/home_nominate.html", {"rows": rows})] if rows else []


def register() -> None:
    register_navigation(
        NavigationItem(_("Delegations"), "delegations:delegation_list", 30, ("/delegations/", "/delegates/"))
    )
    register_home(nominations_waiting, order=30)
