"""Institutions, countries, themes and contacts in spreadsheets: what they are called, and what may be imported."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.imports.formats import ImportFormat, register_import
from fmm_portal.core.imports.lookups import Lookup, register_lookup
from fmm_portal.core.querysets import fold
from fmm_portal.institutions.countries import country_name
from fmm_portal.institutions.models import Contact, Country, Institution, Theme

# Beyond this many names the whole directory is read rather than searched for each.
SEARCHED_AT_MOST = 60


def _called(institution: Institution) -> str:
    """The acronym with its country leads back to one institution; without it the number does."""
    if not institution.acronym:
        return f"#{institution.pk} {institution.name}"
    return (
        f"{institution.acronym} ({institution.country.code})" if institution.country else institution.acronym
    )


def _names(institution: Institution) -> Iterable[str]:
    names = [*institution.name.values(), *([institution.acronym] if institution.acronym else [])]
    yield from names
    if institution.country is not None:
        for place in _places(institution.country.code):
            for name in names:
                yield f"{name} ({place})"


def _places(code: str) -> Iterable[str]:
    return dict.fromkeys((code, *(country_name(code, language) for language, _name in settings.LANGUAGES)))


def _narrow(rows: models.QuerySet[Any], texts: Collection[str]) -> models.QuerySet[Any]:
    """Those whose acronym or words are among the texts: by index for a few, else the whole directory."""
    if len(texts) > SEARCHED_AT_MOST:
        acronyms = {text.partition(" (")[0].strip().upper() for text in texts}
        # A text of several words is a name; without one, acronyms are all that is asked for.
        if all(" " not in acronym for acronym in acronyms):
            return rows.annotate(upper=Upper("acronym")).filter(upper__in=acronyms)
        return rows
    found = models.Q(pk__in=[])
    for text in texts:
        found |= models.Q(search_text__contains=fold(text.partition(" (")[0]))
    return rows.filter(found)


def _read_ancestors(records: Sequence[Any]) -> None:
    """What an institution is part of, level by level: its own rule looks all the way up."""
    level = [record.parent for record in records if record.parent_id is not None]
    known: dict[int, Institution] = {}
    while level:
        known |= {row.pk: row for row in level}
        missing = {row.parent_id for row in level if row.parent_id is not None} - known.keys()
        found = {row.pk: row for row in Institution.objects.filter(pk__in=missing).select_related("country")}
        for row in level:
            if row.parent_id is not None:
                row.parent = known.get(row.parent_id) or found.get(row.parent_id)
        level = list(found.values())


INSTITUTIONS = ImportFormat(
    name="institutions",
    model=Institution,
    fields=(
        "name", "acronym", "country", "kind", "constituency", "parent", "themes", "city", "website", "notes",
    ),
    keys=(("acronym", "country"), ("name", "country")),
    address=lambda _parent: reverse("institutions:institution_list"),
    prepare=_read_ancestors,
    prefetch=("former_names", "merged"),
)  # fmt: skip
CONTACTS = ImportFormat(
    name="contacts",
    model=Contact,
    fields=(
        "institution", "position", "person_name", "sex", "languages", "email", "phone", "starts_on", "ends_on",
    ),
    keys=(("position", "institution"),),
    address=lambda _parent: reverse("institutions:contact_list"),
)  # fmt: skip


def register() -> None:
    register_lookup(
        Lookup(
            Country,
            label=lambda country: country.code,
            names=lambda country: _places(country.code),
            about=_("The code of the country, such as TG, or its name."),
            listed=Country.objects.all,
        )
    )
    register_lookup(
        Lookup(
            Theme,
            label=lambda theme: theme.code,
            names=lambda theme: theme.name.values(),
            about=_("The code of the theme, or its name."),
            listed=Theme.objects.all,
        )
    )
    register_lookup(
        Lookup(
            Institution,
            label=_called,
            names=_names,
            about=_("As the directory has it, such as ANPE (TG)."),
            narrow=_narrow,
            related=("country",),
        )
    )
    register_import(INSTITUTIONS)
    register_import(CONTACTS)
