"""What study visits add to the open data of the actions that they belong to: the news about them."""

from collections.abc import Collection, Iterable

from fmm_portal.opendata.told import register_told
from studyvisits.models import StudyVisit


def visits_of(actions: Collection[int]) -> Iterable[tuple[int, int]]:
    rows = StudyVisit.objects.filter(action__in=actions).order_by("pk")
    return ((action, pk) for action, pk in rows.values_list("action", "pk") if action is not None)


def register() -> None:
    register_told(StudyVisit, visits_of)
