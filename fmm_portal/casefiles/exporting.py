"""Writing records as documents: everything that the actor may see, never who the people are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.contrib.contenttypes.models import ContentType

from fmm_portal.casefiles.directory import DirectoryExport
from fmm_portal.casefiles.schema import Step
from fmm_portal.casefiles.values import told
from fmm_portal.core.models import Record, Referenced, StatedDate
from fmm_portal.core.principals import Actor
from fmm_portal.institutions.models import Country, Theme

R = TypeVar("R", bound=Record)


def fields(record: Record, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


def unless(value: Any, usual: Any) -> Any:
    """The value, or None where a reader of the document would assume it anyway."""
    return None if value == usual else value


def codes(rows: Iterable[Country | Theme]) -> list[str]:
    return sorted(row.code for row in rows)


class DocumentExport:
    """The words in which every export is told."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.directory = DirectoryExport()
        # What other parts of the document refer to, by its place in its list.
        self.keys: dict[Any, str] = {}

    def seen(self, model: type[R], *related: str, **conditions: Any) -> list[R]:
        """The rows of a model that the actor may see, in their usual order."""
        rows: Any = model._default_manager
        visible = rows.visible_to(self.actor.principal).filter(**conditions)
        return list(visible.select_related(*related) if related else visible)

    def name(self, word: str, rows: Sequence[Record]) -> None:
        """Give each row its key, such as "milestone-3"."""
        self.keys |= {row: f"{word}-{number}" for number, row in enumerate(rows, start=1)}

    def key(self, record: Record | None) -> str | None:
        return self.keys.get(record) if record is not None else None

    def reference(self, record: Referenced | None) -> str | None:
        """By what another file finds the record; None for one that the actor may not see."""
        if record is None or not self.seen(type(record), pk=record.pk):
            return None
        return record.reference

    def other_dates(self, rows: Sequence[Record]) -> Mapping[int, list[dict[str, Any]]]:
        """For each record of one model the dates that other sources give."""
        found: dict[int, list[dict[str, Any]]] = {row.pk: [] for row in rows}
        if rows:
            kind = ContentType.objects.get_for_model(rows[0])
            for date in self.seen(StatedDate, subject_type=kind, subject_id__in=list(found)):
                found[date.subject_id].append(
                    told(first=date.first, last=date.last, source=date.source, note=date.note)
                )
        return found


def without(steps: Iterable[Step], *names: str) -> list[Step]:
    """Steps without those that another step takes along."""
    return [step for step in steps if step.name not in names]
