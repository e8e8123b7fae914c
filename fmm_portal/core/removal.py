"""What a deletion takes with it and what forbids it, in numbers, before anybody presses the button."""

from collections import Counter
from typing import Any, NamedTuple

from django.contrib.admin.utils import NestedObjects
from django.db import models, router

from fmm_portal.core.models import Record


class Counted(NamedTuple):
    name: str
    number: int


class Removal(NamedTuple):
    """Records that go too, and records that stand in the way."""

    taken: list[Counted]
    protected: list[Counted]


def what_goes(record: Record) -> Removal:
    collector = NestedObjects(using=router.db_for_write(type(record)), origin=record)
    collector.collect([record])
    collected: dict[Any, set[models.Model]] = collector.model_objs
    taken = {model: len(rows) for model, rows in collected.items()}
    taken[type(record)] -= 1
    # Rows that only join two tables are nobody's record.
    shown = {model: number for model, number in taken.items() if number > 0 and not model._meta.auto_created}
    return Removal(_named(shown), _named(Counter(type(row) for row in collector.protected)))


def _named(counts: dict[type[models.Model], int]) -> list[Counted]:
    return [
        Counted(str(model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural), number)
        for model, number in counts.items()
    ]
