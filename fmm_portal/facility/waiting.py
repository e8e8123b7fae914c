"""What actions ask of people on the first screen: overdue activities of officers, fiches for managers to approve."""

from collections.abc import Iterable

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from fmm_portal.accounts.roles import is_manager, is_staff
from fmm_portal.core.home import Figure, HomePart, Task
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import with_query
from fmm_portal.facility.enums import ActionStatus
from fmm_portal.facility.models import Action, Activity

# Enough to fill the first screen; the lists have the rest.
LOOKED_AT = 20


def _overdue_activities(principal: Principal) -> Iterable[Task]:
    """One line for each running action that this officer, or nobody, answers for."""
    if not is_staff(principal):
        return
    late = Activity.objects.overdue().any_pk()
    mine = Q(owner=principal.account_id) | Q(owner__isnull=True)
    running = Action.objects.visible_to(principal).running().filter(mine)
    counted = running.annotate(late=Count("activities", filter=Q(activities__in=late))).filter(late__gt=0)
    for action in counted[:LOOKED_AT]:
        count = action.late  # type: ignore[attr-defined]
        text = ngettext(
            "%(count)d activity is overdue: %(action)s", "%(count)d activities are overdue: %(action)s", count
        )
        yield Task(
            text % {"count": count, "action": action},
            reverse("facility:action_activities", args=[action.pk]),
            _("Open activities"),
        )


def _fiches_to_approve(principal: Principal) -> Iterable[Task]:
    if not is_manager(principal):
        return
    waiting = Action.objects.visible_to(principal).filter(status=ActionStatus.FICHE_DRAFTED)
    for action in waiting.order_by("updated_at")[:LOOKED_AT]:
        yield Task(
            _("The fiche waits for approval: %(action)s") % {"action": action},
            action.get_absolute_url(),
            _("Open fiche"),
        )


def actions_at_a_glance(principal: Principal) -> HomePart:
    running = Action.objects.visible_to(principal).running().count()
    return HomePart(
        tasks=[*_fiches_to_approve(principal), *_overdue_activities(principal)],
        figures=[
            Figure(
                running,
                npgettext("figure", "running action", "running actions", running),
                with_query(reverse("facility:action_list"), is_running="true"),
            )
        ]
        if running
        else [],
    )
