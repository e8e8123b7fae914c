"""The kinds of report there are. Pillars register theirs in `AppConfig.ready()`; the platform knows none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fmm_portal.core.errors import Refused
from fmm_portal.core.models import Record
from fmm_portal.core.principals import Principal


@dataclass(frozen=True, slots=True)
class ReportKind:
    """One kind of document.

    `build` reads what the principal may see of the subject into plain JSON data, the same in every language.
    `present` turns these data into the template's context in the active language; it reads no database.
    """

    code: str
    suffix: str
    label: str | Promise
    model: type[Record]
    template: str
    stylesheets: tuple[str, ...]
    build: Callable[[Any, Principal], Mapping[str, Any]]
    present: Callable[[Any], Mapping[str, Any]]
    languages: tuple[str, ...] = ("en", "fr", "pt")

    @property
    def language_names(self) -> list[tuple[str, str | Promise]]:
        return [(code, name) for code, name in settings.LANGUAGES if code in self.languages]


_kinds: dict[str, ReportKind] = {}


def register_report(kind: ReportKind) -> None:
    _kinds[kind.code] = kind


def report_kind(code: str) -> ReportKind:
    """The kind of that code.  Raises Refused."""
    try:
        return _kinds[code]
    except KeyError:
        raise Refused(
            _("There is no report of the kind “%(kind)s”.") % {"kind": code}, code="unknown_kind"
        ) from None


def report_kinds() -> list[ReportKind]:
    return list(_kinds.values())


def kinds_for(model: type[Record] | Record) -> list[ReportKind]:
    """The kinds that can be made of a record."""
    wanted = model if isinstance(model, type) else type(model)
    return [kind for kind in _kinds.values() if kind.model is wanted]
