"""Search over everything that a reader may see: apps register the kinds of record that are found, and how they look.

Each kind is asked once, through its policy and in its one folded column, so that the number of queries is that of
the kinds, whatever is found.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models.functions import Concat, Lower
from django.utils.functional import Promise

from fmm_portal.core.models import Record
from fmm_portal.core.principals import Principal
from fmm_portal.core.querysets import RecordQuerySet, fold

SHORTEST = 2
LONGEST = 200
# Hits of each kind where all kinds are shown, and on a page where one is.
FIRST_HITS = 5
ONE_PAGE = 25

# The order of hits: the very reference, the beginning of the title, the beginning of a word, any other place.
EXACT, TITLE, WORD, ANYWHERE = range(4)


def nothing(record: Any) -> Any:
    """Some records have no date, and some stand in no other."""
    return None


def in_scope(rows: RecordQuerySet[Any], principal: Principal) -> RecordQuerySet[Any]:
    """Those of the rows found that the policy shows."""
    return rows.visible_to(principal)


@dataclass(frozen=True, slots=True)
class SearchKind:
    """One kind of record that is found by its search text.

    `title` is what is read in the line; `place` is where the record stands, such as its country or its visit;
    `dated` is a first and a last date. `joined` and `fetched` name the relations that these read.
    """

    order: int
    model: type[Record]
    label: str | Promise
    title: Callable[[Any], Any]
    place: Callable[[Any], Any] = nothing
    dated: Callable[[Any], tuple[Any, Any] | None] = nothing
    joined: tuple[str, ...] = ()
    fetched: tuple[str, ...] = ()
    icon: str = "document"
    # How the policy is asked, where asking it of the rows found is cheaper than of all rows.
    seen: Callable[[RecordQuerySet[Any], Principal], RecordQuerySet[Any]] = in_scope

    @property
    def key(self) -> str:
        return str(self.model._meta.model_name)


_kinds: dict[type[Record], SearchKind] = {}


def register_search(kind: SearchKind) -> None:
    _kinds[kind.model] = kind


def search_kinds() -> list[SearchKind]:
    return sorted(_kinds.values(), key=lambda kind: kind.order)


class Hit(NamedTuple):
    """A record that was found, as a line shows it."""

    kind: SearchKind
    record: Any

    @property
    def title(self) -> Any:
        return self.kind.title(self.record)

    @property
    def reference(self) -> str:
        return getattr(self.record, "reference", "") or ""

    @property
    def place(self) -> Any:
        return self.kind.place(self.record)

    @property
    def dates(self) -> tuple[Any, Any] | None:
        return self.kind.dated(self.record)

    @property
    def url(self) -> str:
        return str(self.record.get_absolute_url())

    @property
    def is_exact(self) -> bool:
        """Whether what was typed is this record's own reference."""
        return bool(self.record.rank == EXACT)


class HitsOfKind(NamedTuple):
    """The first hits of a kind, and how many there are."""

    kind: SearchKind
    hits: list[Hit]
    total: int


def is_too_short(text: str) -> bool:
    return len(fold(text)) < SHORTEST


def search_everything(text: str, principal: Principal, *, first: int = FIRST_HITS) -> list[HitsOfKind]:
    """The kinds of which something is found that the principal may see, each with its first hits."""
    if is_too_short(text):
        return []
    found = []
    for kind in search_kinds():
        ranked = _ranked(kind, text, principal).annotate(of_all=models.Window(models.Count("*")))
        rows: list[Any] = list(ranked[:first])
        if rows:
            found.append(HitsOfKind(kind, [Hit(kind, row) for row in rows], rows[0].of_all))
    return found


def search_one_kind(kind: SearchKind, text: str, principal: Principal, page: str) -> Page[Any]:
    """A page of the hits of one kind; its objects are records."""
    return Paginator(_ranked(kind, text, principal), ONE_PAGE).get_page(page)


def record_meant(groups: list[HitsOfKind]) -> Any:
    """The one record whose reference was typed in full; None otherwise."""
    exact = [hit.record for group in groups for hit in group.hits if hit.is_exact]
    return exact[0] if len(exact) == 1 else None


def _ranked(kind: SearchKind, text: str, principal: Principal) -> RecordQuerySet[Any]:
    """The rows that hold every word, the best first."""
    holding: RecordQuerySet[Any] = kind.model._default_manager.search(text)  # type: ignore[attr-defined]
    found = kind.seen(holding, principal).annotate(rank=_rank(kind.model, fold(text)))
    order = [*(kind.model._meta.ordering or ()), "pk"]
    shown = found.order_by("rank", *order).prefetch_related(*kind.fetched)
    return shown.select_related(*kind.joined) if kind.joined else shown


def _rank(model: type[Record], folded: str) -> models.Case:
    begins = models.Q(search_text__startswith=folded)
    whens = []
    if _has_own_reference(model):
        # The search text begins with the reference; behind it stands the title.
        whens.append(models.When(reference__iexact=folded, then=EXACT))
        title = Concat(Lower("reference"), models.Value(f" {folded}"), output_field=models.TextField())
        begins |= models.Q(search_text__startswith=title)
    whens += [
        models.When(begins, then=TITLE),
        models.When(search_text__contains=f" {folded}", then=WORD),
    ]
    return models.Case(*whens, default=ANYWHERE, output_field=models.IntegerField())


def _has_own_reference(model: type[Record]) -> bool:
    """Whether a reference means one record of this model and no other."""
    return any(field.name == "reference" and field.unique for field in model._meta.concrete_fields)
