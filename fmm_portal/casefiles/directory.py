"""Institutions in documents: found in the directory, added when they are described in full."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from fmm_portal.casefiles.errors import Errors
from fmm_portal.casefiles.values import told
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.principals import Actor
from fmm_portal.core.querysets import fold
from fmm_portal.core.services import create_record
from fmm_portal.institutions.models import Country, FormerName, Institution, Theme


def find_institution(acronym: str, name: Mapping[str, str], country: Country | None) -> Institution | None:
    """By acronym and country, or, without an acronym, by a name; those it had before count too.

    What is only the double of another leads to that one.
    """
    found = _entry(acronym, name, country)
    return found.merged_into or found if found is not None else None


def _entry(acronym: str, name: Mapping[str, str], country: Country | None) -> Institution | None:
    # Entries that stand before their doubles.
    there = Institution.objects.filter(country=country).order_by(F("merged_into").asc(nulls_first=True), "pk")
    if acronym:
        formerly = there.filter(former_names__acronym__iexact=acronym)
        return there.filter(acronym__iexact=acronym).first() or formerly.first()
    wanted = {fold(text) for text in name.values()}
    for text in wanted:
        for found in there.search(text).prefetch_related("former_names"):
            names = (found.name, *(former.name for former in found.former_names.all()))
            if wanted & {fold(known) for each in names for known in each.values()}:
                return found
    return None


class Directory:
    """The institutions that a document names, by its own keys, with the countries and themes of the portal."""

    def __init__(self, entries: Mapping[str, Mapping[str, Any]], *, actor: Actor, errors: Errors) -> None:
        self.entries = entries
        self.actor = actor
        self.errors = errors
        self.added: list[Institution] = []
        self._found: dict[str, Institution | None] = {}
        self._countries: dict[str, Country] = {}
        self._themes: dict[str, Theme] = {}

    def load(self) -> None:
        """Find or add every institution of the document."""
        for key in self.entries:
            self.institution(key, f"institutions.{key}")

    def country(self, code: str, path: str) -> Country | None:
        if not self._countries:
            self._countries = {country.code: country for country in Country.objects.all()}
        if code not in self._countries:
            self.errors.add(path, _("“%(code)s” is not a country code of ISO 3166.") % {"code": code})
        return self._countries.get(code)

    def countries(self, codes: Iterable[str], path: str) -> list[Country]:
        found = [self.country(code, f"{path}[{number}]") for number, code in enumerate(codes)]
        return [country for country in found if country is not None]

    def themes(self, codes: Iterable[str], path: str) -> list[Theme]:
        if not self._themes:
            self._themes = {theme.code: theme for theme in Theme.objects.all()}
        found = []
        for number, code in enumerate(codes):
            if code in self._themes:
                found.append(self._themes[code])
            else:
                self.errors.add(f"{path}[{number}]", _("There is no theme “%(code)s”.") % {"code": code})
        return found

    def institutions(self, keys: Iterable[str], path: str) -> list[Institution]:
        found = [self.institution(key, f"{path}[{number}]") for number, key in enumerate(keys)]
        return [institution for institution in found if institution is not None]

    def institution(self, key: str | None, path: str) -> Institution | None:
        """The institution of a key; None for no key and, with an error, for one that is not to be had."""
        if key is None:
            return None
        if key not in self.entries:
            self.errors.add(
                path, _("“%(key)s” is not among the institutions of this document.") % {"key": key}
            )
            return None
        if key not in self._found:
            # An institution that is part of itself meets this while it is looked for.
            self._found[key] = None
            self._found[key] = self._find_or_add(self.entries[key], f"institutions.{key}")
        return self._found[key]

    def _find_or_add(self, entry: Mapping[str, Any], path: str) -> Institution | None:
        country = self.country(entry["country"], f"{path}.country") if "country" in entry else None
        if "country" in entry and country is None:
            return None
        name = entry.get("name", Multilingual())
        existing = find_institution(entry.get("acronym", ""), name, country)
        if existing is not None:
            return existing
        if not name or "kind" not in entry:
            self.errors.add(
                path, _("This institution is not in the directory. Give its name and kind to add it.")
            )
            return None
        return self._add(entry, country, path)

    def _add(self, entry: Mapping[str, Any], country: Country | None, path: str) -> Institution | None:
        themes = self.themes(entry.get("themes", ()), f"{path}.themes")
        own = ("name", "acronym", "kind", "constituency", "city", "website", "notes")
        institution = Institution(
            country=country,
            parent=self.institution(entry.get("parent"), f"{path}.parent"),
            **{field: entry[field] for field in own if field in entry},
        )
        with self.errors.at(path) as place:
            create_record(institution, actor=self.actor, related={"themes": themes})
        if place.refused:
            return None
        for number, former in enumerate(entry.get("former_names", ())):
            with self.errors.at(f"{path}.former_names[{number}]"):
                create_record(FormerName(institution=institution, **former), actor=self.actor)
        self.added.append(institution)
        return institution


class DirectoryExport:
    """Gives each institution that a document names its key, and describes them all."""

    def __init__(self) -> None:
        self._keys: dict[int, str] = {}
        self._institutions: dict[str, Institution] = {}

    def key(self, institution: Institution | None) -> str | None:
        if institution is None:
            return None
        if institution.pk not in self._keys:
            self.key(institution.parent)
            name = institution.acronym or next(iter(institution.name.values()), "")
            plain = f"{name}-{institution.country.code}" if institution.country else name
            key, number = plain, 1
            while key in self._institutions:
                number += 1
                key = f"{plain}-{number}"
            self._keys[institution.pk] = key
            self._institutions[key] = institution
        return self._keys[institution.pk]

    def keys(self, institutions: Iterable[Institution]) -> list[str]:
        return sorted(str(self.key(institution)) for institution in institutions)

    def described(self) -> dict[str, dict[str, Any]]:
        return {key: self._describe(institution) for key, institution in self._institutions.items()}

    def _describe(self, institution: Institution) -> dict[str, Any]:
        former = sorted(institution.former_names.all(), key=lambda name: (name.valid_until, name.pk))
        return told(
            acronym=institution.acronym,
            name=institution.name,
            country=institution.country.code if institution.country else None,
            kind=institution.kind,
            constituency=institution.constituency,
            parent=self.key(institution.parent),
            city=institution.city,
            website=institution.website,
            themes=sorted(theme.code for theme in institution.themes.all()),
            notes=institution.notes,
            former_names=[
                told(name=f.name, acronym=f.acronym, valid_from=f.valid_from, valid_until=f.valid_until)
                for f in former
            ],
        )
