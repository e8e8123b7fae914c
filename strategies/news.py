"""A milestone as news: what was reached, when and where, who took part by institution, the road up to it."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.news.drafting import About, Story, StoryKind
from fmm_portal.news.panels import register_news
from fmm_portal.news.prose import Section, written
from fmm_portal.news.words import dated, days, institution_name, lines_of
from strategies.models import Milestone, MilestoneParticipant
from strategies.timeline import people_in_words


def not_yet(milestone: Milestone) -> str:
    if milestone.is_reached:
        return ""
    return _("News is drafted once the milestone is reached.")


def about(milestone: Milestone) -> About:
    strategy = milestone.strategy
    return About(
        told_in=milestone.title or strategy.title,
        date=milestone.actual_until or milestone.actual_on,
        countries=[strategy.country] if strategy.country else [],
        themes=strategy.themes.all(),
        programme=strategy.programme,
    )


def tell(milestone: Milestone) -> Story:
    return Story(
        title=_("%(milestone)s: %(strategy)s")
        % {"milestone": milestone, "strategy": milestone.strategy.title},
        lead=_lead(milestone),
        body=written(
            (
                Section("", lines_of(milestone.outcome)),
                Section(_("Who took part"), [people_in_words(milestone)], _participants(milestone)),
                Section(_("Instrument of adoption"), [_instrument(milestone)]),
                Section(_("The road so far"), lines=_road(milestone)),
            )
        ),
    )


def _lead(milestone: Milestone) -> str:
    """State, day and place, as far as they are known."""
    strategy = milestone.strategy
    place = [milestone.place, strategy.country.name if strategy.country else ""]
    known = [days(milestone.actual_on, milestone.actual_until), ", ".join(part for part in place if part)]
    return _("%(milestone)s (%(state)s): %(where)s.") % {
        "milestone": milestone,
        "state": str(milestone.get_status_display()).lower(),
        "where": " · ".join(part for part in known if part) or strategy.title,
    }


def _participants(milestone: Milestone) -> list[str]:
    rows = milestone.participants.select_related("institution").prefetch_related("institution__former_names")
    return [_participant(row, milestone.actual_on) for row in rows]


def _participant(row: MilestoneParticipant, on: PartialDate | None) -> str:
    who = institution_name(row.institution, on) if row.institution else str(row.label)
    people = people_in_words(row)
    return f"{who} ({people})" if people else who


def _instrument(milestone: Milestone) -> str:
    return " ".join(part for part in (milestone.instrument, milestone.instrument_reference) if part)


def _road(milestone: Milestone) -> list[str]:
    """What was reached before, in time order."""
    if milestone.actual_on is None:
        return []
    before = milestone.strategy.milestones.reached().filter(actual_on__lt=milestone.actual_on)
    return [dated(str(row), row.actual_on, row.actual_until) for row in before.order_by("actual_on", "pk")]


def names(milestone: Milestone) -> Iterator[str]:
    """Milestones know institutions only."""
    yield from ()


def register() -> None:
    register_news(StoryKind(Milestone, "milestones", about, tell, not_yet, names))
