"""The thread: from the request that began it to the milestone that came of it, through every record between.

Apps register stages, which are models in the order of the story, and links from a later model to an earlier one.
The thread of a record is what led to it and what came of it: all that can be reached by links in one direction.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from fmm_portal.core.display import text
from fmm_portal.core.models import Record
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import Principal

# A stage shows so many of its rows at most; a count says how many there are.
MOST_ROWS = 300


@dataclass(frozen=True, slots=True)
class Stage:
    """One kind of record in the story. `joined` is what the name and address of a row read of other records."""

    order: int
    key: str
    label: str | Promise
    model: type[Record]
    dated: Callable[[Any], PartialDate | None]
    joined: tuple[str, ...] = ()
    # How the record is named in the line when not by its reference.
    short: Callable[[Any], str] | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """How a later model leads to an earlier one: by a path of relations, or by a generic relation.

    With `via` the generic relation of `later` points at that model, and `path` leads on from there ("pk" for itself).
    """

    later: type[Record]
    earlier: type[Record]
    path: str
    via: type[Record] | None = None
    generic: str = ""

    def earlier_of(self, keys: Iterable[int]) -> models.Q:
        """The earlier rows to which these later rows lead."""
        if self.via is None:
            rows = self.later._default_manager.filter(pk__in=keys)
            return models.Q(pk__in=rows.order_by().values(self.path))
        pointing = self.later._default_manager.filter(pk__in=keys, **self._type()).order_by()
        if self.path == "pk":
            return models.Q(pk__in=pointing.values(f"{self.generic}_id"))
        between = self.via._default_manager.filter(pk__in=pointing.values(f"{self.generic}_id")).order_by()
        return models.Q(pk__in=between.values(self.path))

    def later_of(self, keys: Iterable[int]) -> models.Q:
        """The later rows that lead to these earlier ones."""
        if self.via is None:
            rows = self.later._default_manager.filter(**{f"{self.path}__in": keys}).order_by()
            return models.Q(pk__in=rows.values("pk"))
        between = self.via._default_manager.filter(**{f"{self.path}__in": keys}).order_by()
        return models.Q(**self._type(), **{f"{self.generic}_id__in": between.values("pk")})

    def _type(self) -> dict[str, Any]:
        assert self.via is not None
        return {f"{self.generic}_type": ContentType.objects.get_for_model(self.via)}


_stages: dict[type[Record], Stage] = {}
_links: list[Link] = []


def register_stage(stage: Stage) -> None:
    _stages[stage.model] = stage


def register_link(link: Link) -> None:
    if link not in _links:
        _links.append(link)


def stages() -> list[Stage]:
    return sorted(_stages.values(), key=lambda stage: stage.order)


def stage_of(model: type[models.Model]) -> Stage | None:
    return _stages.get(model)  # type: ignore[arg-type]


class StageRows(NamedTuple):
    """What a thread holds of one stage, in the order of dates; undated rows come last."""

    stage: Stage
    rows: list[Any]
    is_current: bool

    @property
    def shown(self) -> Any:
        """The row for the line: the latest that is dated, else the last."""
        dated = [row for row in self.rows if self.stage.dated(row) is not None]
        return (dated or self.rows)[-1]

    @property
    def more(self) -> int:
        return len(self.rows) - 1

    @property
    def name(self) -> str:
        return self.short_name(self.shown)

    @property
    def shown_name(self) -> str | SafeString:
        """The name as a page shows it: what is in another language than the reader's says so."""
        name = self.name
        return text(self.shown) if name == str(self.shown) else name

    @property
    def date(self) -> PartialDate | None:
        return self.stage.dated(self.shown)

    def short_name(self, row: Any) -> str:
        """The reference where there is one, else what the record is called."""
        if self.stage.short is not None:
            return self.stage.short(row)
        return str(getattr(row, "reference", "") or row)

    @property
    def dated_rows(self) -> list[tuple[Any, PartialDate | None]]:
        return [(row, self.stage.dated(row)) for row in self.rows]


def thread_of(record: Record, principal: Principal) -> list[StageRows]:
    """Every stage of which the record's thread holds something that the principal may see, in order.

    One query a stage, whatever the number of rows. A record that the principal may not see leads nowhere.
    """
    own = _stages[type(record)]
    found: dict[type[Record], list[Any]] = {own.model: [record]}
    before = [stage for stage in stages() if stage.order < own.order]
    after = [stage for stage in stages() if stage.order > own.order]
    for stage in reversed(before):
        _collect(stage, found, principal, upwards=True, among=[*before, own])
    for stage in after:
        _collect(stage, found, principal, upwards=False, among=[own, *after])
    return [
        StageRows(stage, _in_order(stage, found[stage.model]), stage is own)
        for stage in stages()
        if found.get(stage.model)
    ]


def _collect(
    stage: Stage,
    found: dict[type[Record], list[Any]],
    principal: Principal,
    *,
    upwards: bool,
    among: list[Stage],
) -> None:
    """Add the rows of a stage to which the stages already walked lead."""
    walked = {other.model for other in among}
    reached = models.Q()
    for link in _links:
        here, there = (link.earlier, link.later) if upwards else (link.later, link.earlier)
        if here is not stage.model or there not in walked or not found.get(there):
            continue
        keys = [row.pk for row in found[there]]
        reached |= link.earlier_of(keys) if upwards else link.later_of(keys)
    if reached:
        rows: Any = stage.model._default_manager
        visible = rows.visible_to(principal).filter(reached).select_related(*stage.joined)
        found[stage.model] = list(visible[:MOST_ROWS])


def _in_order(stage: Stage, rows: list[Any]) -> list[Any]:
    """By date; what has none keeps the order of its model, at the end."""
    dated = [row for row in rows if stage.dated(row) is not None]
    undated = [row for row in rows if stage.dated(row) is None]
    return [*sorted(dated, key=stage.dated), *undated]  # type: ignore[arg-type]
