"""What actions ask of people on the first screen: overdue activities of officers, fiches for managers to approve."""

from collections.abc import Iterable

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from fmm_portal.accounts.roles import is_manager, is_staff, reads_the_programme
from fmm_portal.core.home import NEAR, Coming, Figure, HomePart, HomeSection, Task, register_home
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import with_query
from fmm_portal.facility.enums import OPEN_ACTIVITIES, ActionStatus, ActivityStatus
from fmm_portal.facility.models import Action, Activity, Request
from fmm_portal.facility.programme_overview import programme_at_a_glance
from fmm_portal.institutions.my_countries import LineCell, register_country_line, register_last_contact
from fmm_portal.reports.registry import report_kind

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


def _activities_ahead(principal: Principal) -> Iterable[Coming]:
    """Activities of this officer's running actions, or of nobody's, that begin soon."""
    now = today()
    mine = Q(action__owner=principal.account_id) | Q(action__owner__isnull=True)
    ahead = Activity.objects.visible_to(principal).filter(
        mine,
        status__in=OPEN_ACTIVITIES,
        starts_on__gte=PartialDate.of(now),
        starts_on__lte=PartialDate.of(now + NEAR),
    )
    for activity in ahead.select_related("action").order_by("starts_on", "pk")[:LOOKED_AT]:
        assert activity.starts_on is not None
        yield Coming(
            activity.starts_on,
            activity.get_kind_display(),
            f"{activity.title} ({activity.action.reference})",
            activity.get_absolute_url(),
            activity.ends_on,
        )


def _to_the_overview(principal: Principal) -> HomeSection:
    """The programme at a glance, and its print for who takes it away."""
    context = {
        "is_manager": is_manager(principal),
        "subject": programme_at_a_glance(principal) if not is_staff(principal) else None,
        "kind": report_kind("programme-overview"),
    }
    return HomeSection("facility/home_overview.html", context, is_first=True)


def actions_at_a_glance(principal: Principal) -> HomePart:
    figures = []
    if is_manager(principal) or not is_staff(principal):
        running = Action.objects.visible_to(principal).running().count()
        if running:
            label = npgettext("figure", "running action", "running actions", running)
            url = with_query(reverse("facility:action_list"), is_running="true")
            figures.append(Figure(running, label, url))
    if not reads_the_programme(principal):
        return HomePart(figures=figures)
    head = [_to_the_overview(principal)]
    if not is_staff(principal):
        return HomePart(figures=figures, sections=head, only_reads=True)
    return HomePart(
        tasks=[*_fiches_to_approve(principal), *_overdue_activities(principal)],
        coming=list(_activities_ahead(principal)),
        figures=figures,
        sections=head,
    )


def _open_requests(principal: Principal) -> dict[int, LineCell]:
    pending = Request.objects.visible_to(principal).pending().any_pk()
    links = Request.countries.through.objects.filter(request__in=pending).order_by().values_list("country")
    listed = reverse("facility:request_list")
    return {
        country: LineCell(count, with_query(listed, country_id=country, is_pending="true"))
        for country, count in links.annotate(count=Count("request"))
    }


def _last_activities(principal: Principal) -> dict[int, PartialDate]:
    """The last day on which an activity began in each country."""
    begun = Activity.objects.visible_to(principal).filter(
        country__isnull=False, status=ActivityStatus.DONE, starts_on__lte=PartialDate.of(today())
    )
    return dict(begun.order_by().values_list("country").annotate(last=Max("starts_on")))


def register() -> None:
    register_home(actions_at_a_glance, order=4)
    register_country_line("requests", gettext_lazy("Open requests"), _open_requests, order=10)
    register_last_contact("activities", _last_activities)
