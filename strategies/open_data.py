"""What strategies add to the open data of the actions that supported them: the news about their milestones."""

from collections.abc import Collection, Iterable

from fmm_portal.opendata.told import register_told
from strategies.models import Milestone


def milestones_of(actions: Collection[int]) -> Iterable[tuple[int, int]]:
    rows = Milestone.objects.filter(activity__action__in=actions).order_by("pk")
    return ((action, pk) for action, pk in rows.values_list("activity__action", "pk") if action is not None)


def register() -> None:
    register_told(Milestone, milestones_of)
