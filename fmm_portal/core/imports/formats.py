"""What may be imported: one format a resource, registered by its app; everything else is read from the model."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.imports.columns import NumberColumn, SheetColumn, columns_of
from fmm_portal.core.models import Activity, Record
from fmm_portal.core.multilingual import MultilingualField, active_language, content_languages
from fmm_portal.core.policies import policy_for
from fmm_portal.core.principals import Actor, Principal
from fmm_portal.core.querysets import fold

if TYPE_CHECKING:
    from fmm_portal.core.imports.planning import PlannedRow

# More rows are sent in parts.
MOST_ROWS = 10_000


class MachineColumn(NumberColumn):
    """The number or version of a record, which tell what a row is about."""

    is_read_only = True

    def __init__(self, name: str, label: Promise, about: Promise) -> None:
        super().__init__(name, label=label, about=about)

    def empty(self) -> Any:
        return None


ID = MachineColumn(
    "id", _("Id"), _("The portal's number of the record. Leave it as it is; empty for a new one.")
)
VERSION = MachineColumn(
    "version",
    _("Version"),
    _("Tells whether somebody changed the record since the file was made. Leave it as it is."),
)


@dataclass(frozen=True)
class ImportFormat:
    """The columns of one resource, by the names of its fields, and how a row without an id finds its record.

    `keys` are tried in turn: the first whose fields a row fills decides. `parent` names the field of the record
    that the rows are parts of. `complete` fills in what new records need beyond their columns, set by set.
    """

    name: str
    model: type[Record]
    fields: Sequence[str | SheetColumn]
    keys: Sequence[Sequence[str]]
    parent: str = ""
    # Written into files and never imported: the state, which has steps of its own.
    read_only: Sequence[str] = ()
    # Where the rows are seen: (parent record or None) -> address.
    address: Callable[[Any], str] = lambda _parent: "/"
    complete: Callable[[Sequence["PlannedRow"], Principal], None] | None = None
    # Fields that a record keeps once it is there.
    fixed: Sequence[str] = ()
    # What new records bring with them, by the name of its column: writes it and gives the entries of its history.
    children: Mapping[str, Callable[[Sequence["PlannedRow"], Actor, str], Iterable[Activity]]] = field(
        default_factory=dict
    )
    # Before rows are checked: read what the model's own rules look at, in one go.
    prepare: Callable[[Sequence[Any]], None] | None = None
    prefetch: Sequence[Any] = ()
    # Relations that the model's own rules follow.
    select: Sequence[str] = ()
    about: Mapping[str, str | Promise] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return str(capfirst(self.model._meta.verbose_name_plural))

    def columns(self, languages: Iterable[str], principal: Principal | None = None) -> list[SheetColumn]:
        """Id and version, then the fields; without those that the principal may not read."""
        hidden = policy_for(self.model).hidden_fields(principal, None) if principal is not None else ()
        found: list[SheetColumn] = [ID, VERSION]
        for name in (*self.fields, *self.read_only):
            if isinstance(name, SheetColumn):
                found.append(name)
            elif name not in hidden:
                found += columns_of(
                    self.model, name, languages,
                    about=self.about.get(name, ""),
                    is_read_only=name in self.read_only,
                    # No file that the portal writes holds these, so an empty cell takes none of them away.
                    is_kept_if_empty=name in self.model.restricted_fields,
                )  # fmt: skip
        return found

    def written_columns(self, principal: Principal, languages: Iterable[str]) -> list[SheetColumn]:
        """Those of a file that the portal writes: what is restricted is in none."""
        return [
            column
            for column in self.columns(languages, principal)
            if column.name not in self.model.restricted_fields
        ]

    def known_headings(self, principal: Principal) -> dict[str, SheetColumn]:
        """What a heading may read, in every language of the portal; the keys themselves win."""
        found: dict[str, SheetColumn] = {}
        every = self.columns(content_languages(), principal)
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                found |= {fold(column.heading): column for column in every}
        return found | {column.key: column for column in every}

    def languages_in_use(self, records: Iterable[Any] = ()) -> list[str]:
        """The reader's language first, then those in which the records have texts."""
        names = [
            name
            for name in self.fields
            if isinstance(name, str) and isinstance(self.model._meta.get_field(name), MultilingualField)
        ]
        used = {code for record in records for name in names for code in getattr(record, name)}
        first = active_language()
        return [first, *(code for code in content_languages() if code in used and code != first)]

    def related_names(self) -> tuple[list[str], list[str]]:
        """The relations among the columns: those to one record, and those to many."""
        fields: list[Any] = [
            self.model._meta.get_field(name)
            for name in (*self.fields, *self.read_only)
            if isinstance(name, str)
        ]
        one = [its_field.name for its_field in fields if its_field.is_relation and not its_field.many_to_many]
        return one, [its_field.name for its_field in fields if its_field.many_to_many]

    def parent_field(self) -> Any:
        return self.model._meta.get_field(self.parent)


_formats: dict[str, ImportFormat] = {}


def register_import(import_format: ImportFormat) -> None:
    _formats[import_format.name] = import_format


def import_formats() -> dict[str, ImportFormat]:
    return dict(_formats)


def format_for(model: type[models.Model]) -> ImportFormat | None:
    return next((one for one in _formats.values() if one.model is model), None)
