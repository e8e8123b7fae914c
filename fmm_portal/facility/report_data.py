"""What the data of every document of a programme hold: institutions and the programme as they were at its date."""

from datetime import date
from pathlib import PurePath
from typing import TypedDict

from django.utils import timezone

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.facility.models import Logo, Programme
from fmm_portal.institutions.models import Institution

# Texts by language code; dates in ISO 8601 of full or reduced precision; states and kinds by their codes.
Text = dict[str, str]


class InstitutionData(TypedDict):
    name: Text
    acronym: str
    country: str | None


class LogoData(TypedDict):
    """`language` is "" for documents of every language; `file` is named after the sha256."""

    id: int
    language: str
    file: str
    sha256: str
    alternative_text: Text


class ProgrammeData(TypedDict):
    acronym: str
    name: Text
    implementer: InstitutionData | None
    funders: list[InstitutionData]
    contract_numbers: str
    funding_line: Text
    disclaimer: Text
    logos: list[LogoData]


def programme_data(programme: Programme | None, end: PartialDate | None) -> ProgrammeData | None:
    """The programme as documents must name it at the end of their subject, or today while that is not known."""
    if programme is None:
        return None
    day = end.latest if end else timezone.localdate()
    texts = programme.visibility_on(day)
    return {
        "acronym": programme.acronym,
        "name": dict(programme.name),
        "implementer": institution_data(programme.implementer, end),
        "funders": [known_institution_data(funder, end) for funder in programme.funders.all()],
        "contract_numbers": programme.contract_numbers,
        "funding_line": dict(texts.funding_line) if texts else {},
        "disclaimer": dict(texts.disclaimer) if texts else {},
        "logos": [_logo(logo) for logo in programme.logos_on(day)],
    }


def _logo(logo: Logo) -> LogoData:
    return {
        "id": logo.pk,
        "language": logo.language,
        "file": PurePath(str(logo.file.name)).name,
        "sha256": logo.sha256,
        "alternative_text": dict(logo.alternative_text),
    }


def institution_data(institution: Institution | None, on: PartialDate | None) -> InstitutionData | None:
    return known_institution_data(institution, on) if institution is not None else None


def known_institution_data(institution: Institution, on: PartialDate | None) -> InstitutionData:
    """Under the name that it had then."""
    name: Multilingual
    name, acronym = institution.name_on(on)
    return {
        "name": dict(name),
        "acronym": acronym,
        "country": institution.country.code if institution.country else None,
    }


def iso(value: PartialDate | date | None) -> str | None:
    return value.isoformat() if value else None
