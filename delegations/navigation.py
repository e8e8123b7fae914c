"""The place of delegations in the navigation, and what they ask of people on the first screen."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from delegations.enums import DelegateStatus
from delegations.models import Delegate, Delegation
from fmm_portal.core.home import HomePart, Task, register_home
from fmm_portal.core.navigation import NavigationItem, register_navigation
from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal

# More than this and the sentence says enough.
LOOKED_AT = 20


def nominations_waiting(principal: Principal) -> HomePart:
    """Nominations that this person may confirm or decline, one sentence a delegation."""
    if not can(principal, "create", Delegate).allowed:
        return HomePart()
    rows = Delegate.objects.visible_to(principal).filter(status=DelegateStatus.NOMINATED)
    waiting: dict[Delegation, int] = {}
    for delegate in rows.with_related()[:LOOKED_AT]:
        if can(principal, "confirm", delegate).allowed:
            waiting[delegate.delegation] = waiting.get(delegate.delegation, 0) + 1
    words = [
        (
            delegation,
            ngettext(
                "%(count)d nomination to settle: %(delegation)s",
                "%(count)d nominations to settle: %(delegation)s",
                count,
            )
            % {"count": count, "delegation": delegation},
        )
        for delegation, count in waiting.items()
    ]
    return HomePart(
        tasks=[
            Task(
                text, reverse("delegations:delegation_detail", args=[delegation.pk]), _("Settle nominations")
            )
            for delegation, text in words
        ]
    )


def register() -> None:
    register_navigation(
        NavigationItem(_("Delegations"), "delegations:delegation_list", 30, ("/delegations/", "/delegates/"))
    )
    register_home(nominations_waiting, order=30)
