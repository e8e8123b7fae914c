"""What strategies add to the file of a country: milestones, committee meetings, reviews. Each says whose it is."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext

from fmm_portal.core.home import Figure
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import with_query
from fmm_portal.institutions.country_file import Event, register_country_events, register_country_figures
from fmm_portal.institutions.models import Country
from strategies.models import CommitteeMeeting, Milestone, Review, Strategy


def named(strategy: Strategy) -> str:
    return str(strategy)


def events(country: Country, principal: Principal) -> Iterable[Event]:
    milestones = Milestone.objects.visible_to(principal).filter(strategy__country=country)
    for milestone in milestones.select_related("strategy"):
        title = milestone.title or milestone.get_kind_display()
        yield Event(
            "milestone", _("Milestone"), milestone.begins_on, milestone.ends_on, title, milestone,
            named(milestone.strategy),
        )  # fmt: skip
    meetings = CommitteeMeeting.objects.visible_to(principal).filter(committee__strategy__country=country)
    for meeting in meetings.select_related("committee__strategy"):
        yield Event(
            "meeting", _("Committee meeting"), meeting.held_on, meeting.held_until, meeting.title, meeting,
            named(meeting.committee.strategy),
        )  # fmt: skip
    reviews = Review.objects.visible_to(principal).filter(plan__strategy__country=country)
    for review in reviews.select_related("plan__strategy"):
        yield Event(
            "review", _("Review"), review.held_on, review.held_until, review.title, review,
            named(review.plan.strategy),
        )  # fmt: skip


def figures(country: Country, principal: Principal) -> Iterable[Figure]:
    count = Strategy.objects.visible_to(principal).filter(country=country).count()
    yield Figure(
        count,
        npgettext("figure", "strategy", "strategies", count),
        with_query(reverse("strategies:strategy_list"), country_id=country.pk),
    )


def register() -> None:
    register_country_events(events, order=20)
    register_country_figures(figures, order=20)
