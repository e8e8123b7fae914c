"""The formats of case files: each app registers those of its records, and one command reads and writes them all."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from fmm_portal.casefiles.errors import CaseError, InvalidCase
from fmm_portal.core.models import Record
from fmm_portal.core.principals import Actor

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CaseFormat:
    """A format such as fmm-action/1: `part` names the part of the document that holds the record itself."""

    name: str
    model: type[Record]
    part: str
    read: Callable[..., Any]
    write: Callable[..., dict[str, Any]]

    def find(self, reference: str) -> Record | None:
        rows: Any = self.model._default_manager
        found: Record | None = rows.filter(reference=reference).first()
        return found


_formats: dict[str, CaseFormat] = {}


def register_format(case_format: CaseFormat) -> None:
    _formats[case_format.name] = case_format


def all_formats() -> list[CaseFormat]:
    return list(_formats.values())


def format_of(document: Document) -> CaseFormat:
    """Raises InvalidCase for a document of no format that is known."""
    name = document.get("format")
    if name not in _formats:
        known = ", ".join(_formats)
        message = _("This is no format of case files; known are: %(known)s.") % {"known": known}
        raise InvalidCase([CaseError("format", message)])
    return _formats[str(name)]


def format_for(model: type[Record]) -> CaseFormat:
    return next(each for each in _formats.values() if each.model is model)


def import_document(document: Document, *, actor: Actor) -> Record:
    """Make the record of a document of any format, with its parts and states.

    Raises InvalidCase with everything that is wrong, each with its place; then nothing has changed.
    """
    made: Record = format_of(document).read(document, actor=actor)
    return made


def export_record(record: Record, *, actor: Actor) -> dict[str, Any]:
    """The record as a document that can be imported elsewhere.  Raises Forbidden."""
    return format_for(type(record)).write(record, actor=actor)


def found_by(reference: str) -> Iterator[Record]:
    """The records of any format that have this reference."""
    for each in _formats.values():
        record = each.find(reference)
        if record is not None:
            yield record
