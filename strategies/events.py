"""What strategies tell in time, on their own page and in the file of their country, where each says whose it is."""

from collections.abc import Callable, Iterable

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext

from fmm_portal.core.home import Figure
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import with_query
from fmm_portal.core.time_line import Event, register_events
from fmm_portal.facility.models import Action
from fmm_portal.institutions.country_file import register_country_events, register_country_figures
from fmm_portal.institutions.models import Country
from strategies.models import CommitteeMeeting, Milestone, Review, Strategy


def of_country(country: Country, principal: Principal) -> Iterable[Event]:
    return told(Q(country=country), principal, part_of=str)


def of_strategy(strategy: Strategy, principal: Principal) -> Iterable[Event]:
    return told(Q(pk=strategy.pk), principal, part_of=lambda _strategy: "")


def told(which: Q, principal: Principal, *, part_of: Callable[[Strategy], str]) -> Iterable[Event]:
    """What these strategies went through; `part_of` says whose it is where that is not plain."""
    strategies = Strategy.objects.filter(which).order_by().values("pk")
    milestones = Milestone.objects.visible_to(principal).filter(strategy__in=strategies)
    for milestone in milestones.select_related("strategy"):
        title = milestone.title or milestone.get_kind_display()
        yield Event(
            "milestone", _("Milestone"), milestone.begins_on, milestone.ends_on, title, milestone,
            part_of(milestone.strategy),
        )  # fmt: skip
    meetings = CommitteeMeeting.objects.visible_to(principal).filter(committee__strategy__in=strategies)
    for meeting in meetings.select_related("committee__strategy"):
        yield Event(
            "meeting", _("Committee meeting"), meeting.held_on, meeting.held_until, meeting.title, meeting,
            part_of(meeting.committee.strategy),
        )  # fmt: skip
    reviews = Review.objects.visible_to(principal).filter(plan__strategy__in=strategies)
    for review in reviews.select_related("plan__strategy"):
        yield Event(
            "review", _("Review"), review.held_on, review.held_until, review.title, review,
            part_of(review.plan.strategy),
        )  # fmt: skip


def supporting(strategy: Strategy, principal: Principal) -> Iterable[Event]:
    """The actions that support a strategy."""
    for action in Action.objects.visible_to(principal).filter(strategies=strategy):
        yield Event("action", _("Action"), action.starts_on, action.ends_on, action.title, action)


def figures(country: Country, principal: Principal) -> Iterable[Figure]:
    count = Strategy.objects.visible_to(principal).filter(country=country).count()
    yield Figure(
        count,
        npgettext("figure", "strategy", "strategies", count),
        with_query(reverse("strategies:strategy_list"), country_id=country.pk),
    )


def register() -> None:
    register_country_events(of_country, order=20)
    register_events(Strategy, of_strategy, order=20)
    register_events(Strategy, supporting, order=30)
    register_country_figures(figures, order=20)
