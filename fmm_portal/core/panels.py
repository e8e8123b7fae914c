"""Panels on the pages of records: what higher layers know of a record, shown where the record is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fmm_portal.core.kept import kept
from fmm_portal.core.models import Record
from fmm_portal.core.principals import Principal


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a record's page: a template under templates/ and what it shows."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


Build = Callable[[Any, Principal], Panel | None]

_panels: dict[type[Record], list[tuple[int, Build]]] = {}


def register_panel(model: type[Record], build: Build, *, order: int) -> None:
    """`build(record, principal)` gives a panel, or None when there is nothing to say to this principal.

    Keep it to a number of queries that does not depend on the number of rows.
    """
    registered = _panels.setdefault(model, [])
    if all(known is not build for _order, known in registered):
        registered.append((order, build))
        registered.sort(key=lambda entry: entry[0])


def panels_of(record: Record, principal: Principal) -> list[Panel]:
    builds = _panels.get(type(record), ())

    def build() -> list[Panel]:
        built = (build(record, principal) for _order, build in builds)
        return [panel for panel in built if panel is not None]

    return kept(f"panels of {record._meta.label_lower} {record.pk}", principal, build) if builds else []
