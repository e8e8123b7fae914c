"""How a strategy's process is told: its milestones in time, what is unusual about them, and the usual steps beside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import ngettext

from strategies.enums import REACHED, TEMPLATE, MilestoneKind, MilestoneStatus
from strategies.models import Milestone
from strategies.workflow import out_of_order

# What stands on the line for each state: a drawing and a tone; the words beside it carry the meaning.
MARKS = {
    MilestoneStatus.PLANNED: ("", "ahead"),
    MilestoneStatus.DONE: ("check", "reached"),
    MilestoneStatus.VALIDATED: ("check", "reached"),
    MilestoneStatus.RESERVED: ("warning", "reserved"),
    MilestoneStatus.RETURNED: ("arrow", "returned"),
    MilestoneStatus.POSTPONED: ("clock", "postponed"),
    MilestoneStatus.CANCELLED: ("cross", "off"),
}


@dataclass(frozen=True, slots=True)
class ShownMilestone:
    """A milestone on the line, with what is unusual about its place there."""

    milestone: Milestone
    icon: str
    tone: str
    warnings: Sequence[str]

    @property
    def people(self) -> str:
        return people_in_words(self.milestone)


@dataclass(frozen=True, slots=True)
class UsualStep:
    """A step of the template, and whether the process has been there: "reached", "ahead" or "missing"."""

    number: int
    label: str
    progress: str
    url: str = ""


def timeline(milestones: Sequence[Milestone]) -> list[ShownMilestone]:
    """In time order; those without any date follow in the order of the template."""
    reached = [milestone for milestone in milestones if milestone.is_reached]
    return [
        ShownMilestone(
            milestone,
            *_mark(milestone),
            warnings=out_of_order(milestone, reached) if milestone.is_reached else (),
        )
        for milestone in sorted(milestones, key=_place_in_time)
    ]


def _mark(milestone: Milestone) -> tuple[str, str]:
    if milestone.is_overdue:
        return "clock", "late"
    return MARKS[MilestoneStatus(milestone.status)]


def _place_in_time(milestone: Milestone) -> tuple[Any, ...]:
    begins = milestone.begins_on
    place = milestone.place_in_template or len(TEMPLATE) + 1
    return begins is None, begins.isoformat() if begins else "", place, milestone.pk


def usual_steps(milestones: Sequence[Milestone]) -> list[UsualStep]:
    """The template, each step with the milestone of the strategy that stands for it."""
    found: dict[str, Milestone] = {}
    for milestone in milestones:
        if milestone.status == MilestoneStatus.CANCELLED:
            continue
        known = found.get(milestone.kind)
        if known is None or (milestone.is_reached and not known.is_reached):
            found[milestone.kind] = milestone
    steps = []
    for number, kind in enumerate(TEMPLATE, start=1):
        known = found.get(kind)
        progress = "missing" if known is None else "reached" if known.is_reached else "ahead"
        url = known.get_absolute_url() if known else ""
        steps.append(UsualStep(number, str(kind.label), progress, url))
    return steps


def likely_ahead(milestones: Sequence[Milestone]) -> list[MilestoneKind]:
    """Missing steps of the template behind the last one that was reached: the ones still to be planned."""
    present = {milestone.kind for milestone in milestones}
    places = [milestone.place_in_template or 0 for milestone in milestones if milestone.status in REACHED]
    return [kind for kind in TEMPLATE[max(places, default=0) :] if kind not in present]


def people_in_words(record: Any) -> str:
    """ "60 people, 18 women, 42 men", as far as it is known."""
    parts = []
    if record.people is not None:
        parts.append(
            ngettext("%(count)d person", "%(count)d people", record.people) % {"count": record.people}
        )
    if record.women is not None:
        parts.append(ngettext("%(count)d woman", "%(count)d women", record.women) % {"count": record.women})
    if record.men is not None:
        parts.append(ngettext("%(count)d man", "%(count)d men", record.men) % {"count": record.men})
    return ", ".join(parts)
