"""What action plans ask of people on the first screen."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.roles import institutions_of, is_staff
from fmm_portal.core.home import Figure, HomePart, HomeSection, Task, register_home
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import with_query
from fmm_portal.institutions.my_countries import LineCell, register_country_line
from strategies.enums import PlanActivityStatus
from strategies.models import ActionPlan, PlanActivity, Review
from strategies.quarters import last_day_of

# Enough to fill the first screen.
LOOKED_AT = 20
# A plan that was last reviewed longer ago than this is due for a review.
REVIEWED_WITHIN = timedelta(days=365)


def _led(principal: Principal) -> list[HomeSection]:
    """Activities that the person's institution leads, due this quarter or overdue."""
    institutions = institutions_of(principal, {Role.PARTNER})
    if not institutions:
        return []
    due = PlanActivity.objects.visible_to(principal).filter(lead__in=institutions).due()
    rows = [
        (
            activity,
            reverse(
                "strategies:plan_activity_progress",
                args=[activity.plan.strategy_id, activity.plan_id, activity.pk],
            ),
            last_day_of(activity.ends_in or activity.starts_in),
        )
        for activity in due.select_related("plan").order_by("ends_in", "starts_in", "pk")[:LOOKED_AT]
    ]
    return [HomeSection("strategies/home_activities.html", {"rows": rows})]


def _progress(principal: Principal) -> dict[int, LineCell]:
    """ "11 of 54" of the latest plan of each country, leading to those that are done."""
    known = (
        PlanActivity.objects.visible_to(principal)
        .filter(plan__strategy__country__isnull=False)
        .exclude(status=PlanActivityStatus.CANCELLED)
    )
    counted = known.order_by("plan").values_list("plan__strategy__country", "plan__strategy", "plan")
    done = Count("pk", filter=Q(status=PlanActivityStatus.DONE))
    found: dict[int, LineCell] = {}
    for country, strategy, plan, finished, total in counted.annotate(finished=done, total=Count("pk")):
        page = with_query(reverse("strategies:plan_detail", args=[strategy, plan]), status="done")
        found[country] = LineCell(_("%(done)d of %(total)d") % {"done": finished, "total": total}, page)
    return _published_progress(principal) | found


def _published_progress(principal: Principal) -> dict[int, LineCell]:
    """The same by the totals of the latest review, where the activities are not known one by one."""
    reviews = Review.objects.visible_to(principal).final()
    stated = reviews.filter(
        plan__strategy__country__isnull=False, stated_done__isnull=False, stated_total__isnull=False
    )
    ordered = stated.order_by("held_on", "pk").values_list(
        "plan__strategy__country", "plan__strategy", "plan", "stated_done", "stated_total"
    )
    return {
        country: LineCell(
            _("%(done)d of %(total)d") % {"done": done, "total": total},
            reverse("strategies:plan_reviews", args=[strategy, plan]),
        )
        for country, strategy, plan, done, total in ordered
    }


def _to_review(principal: Principal) -> Iterable[Task]:
    """Plans whose last final review is more than a year old."""
    final = Review.objects.final().filter(plan=OuterRef("pk")).order_by("-held_on", "-pk")
    plans = ActionPlan.objects.visible_to(principal).annotate(
        last_held_on=Subquery(final.values("held_on")[:1])
    )
    before = PartialDate.of(today() - REVIEWED_WITHIN)
    for plan in plans.filter(last_held_on__lt=before).order_by(F("last_held_on").asc(), "pk")[:LOOKED_AT]:
        yield Task(
            _("%(plan)s was last reviewed more than a year ago") % {"plan": plan},
            reverse("strategies:plan_reviews", args=[plan.strategy_id, plan.pk]),
            _("Open reviews"),
            plan.last_held_on,  # type: ignore[attr-defined]
        )


def _overdue(principal: Principal) -> Iterable[Task]:
    """Plans with overdue activities, the one with most first."""
    late = PlanActivity.objects.overdue().filter(plan=OuterRef("pk"))
    counted = late.order_by().values("plan").annotate(n=Count("pk")).values("n")
    plans = ActionPlan.objects.visible_to(principal).annotate(late=Subquery(counted))
    for plan in plans.filter(late__gt=0).order_by("-late", "pk")[:LOOKED_AT]:
        count = plan.late  # type: ignore[attr-defined]
        text = ngettext(
            "%(count)d activity is overdue: %(plan)s", "%(count)d activities are overdue: %(plan)s", count
        )
        yield Task(
            text % {"count": count, "plan": plan},
            reverse("strategies:plan_reminders", args=[plan.strategy_id, plan.pk]),
            _("Open reminders"),
            is_late=True,
        )


def plans_at_a_glance(principal: Principal) -> HomePart:
    if not is_staff(principal):
        return HomePart(sections=_led(principal))
    overdue = PlanActivity.objects.visible_to(principal).overdue()
    late = overdue.count()
    plans = list(overdue.order_by().values_list("plan__strategy", "plan").distinct()[:2])
    figures = []
    if late and len(plans) == 1:
        # One plan has a page of its rows; for several the tasks below lead to each.
        page = with_query(reverse("strategies:plan_detail", args=plans[0]), is_overdue="true")
        label = npgettext("figure", "overdue plan activity", "overdue plan activities", late)
        figures = [Figure(late, label, page, is_warning=True)]
    return HomePart(tasks=[*_overdue(principal), *_to_review(principal)], figures=figures)


def register() -> None:
    register_home(plans_at_a_glance, order=30)
    register_country_line("plan", gettext_lazy("Plan progress"), _progress, order=30)
