"""The programme and institutions of a document in words, in the active language. Reads no database."""

from collections.abc import Iterable
from typing import Any

from fmm_portal.core.multilingual import Multilingual, active_language
from fmm_portal.facility.report_data import InstitutionData, LogoData, ProgrammeData
from fmm_portal.institutions.countries import country_name
from fmm_portal.reports.logos import logo_address

Shown = dict[str, Any]


def programme_in_words(programme: ProgrammeData | None) -> Shown | None:
    """What templates/reports/programme_document.html shows of it, with the logos of the document's language."""
    if programme is None:
        return None
    logos: list[LogoData] = programme.get("logos", [])
    return {
        "acronym": programme["acronym"],
        "name": Multilingual(programme["name"]),
        "implementer": institution_in_words(programme["implementer"]),
        "funders": [institution_in_words(funder) for funder in programme["funders"]],
        "contract_numbers": programme["contract_numbers"],
        "funding_line": Multilingual(programme["funding_line"]),
        "disclaimer": Multilingual(programme["disclaimer"]),
        "logos": [_logo(logo) for logo in logos if logo["language"] in ("", active_language())],
    }


def _logo(logo: LogoData) -> Shown:
    local = Multilingual(logo["alternative_text"]).in_language()
    return {"address": logo_address(logo["file"]), "text": local.text, "language": local.language}


def author_of(programme: ProgrammeData | None) -> str:
    """Who issues a document: the implementer, else the programme."""
    if programme is None:
        return ""
    issuer = programme["implementer"]
    return str(Multilingual(issuer["name"] if issuer else programme["name"]))


def institution_in_words(institution: InstitutionData | None) -> Shown | None:
    if institution is None:
        return None
    return {
        "name": Multilingual(institution["name"]),
        "acronym": institution["acronym"],
        "country": country_name(institution["country"]) if institution["country"] else "",
    }


def country_names(codes: Iterable[str]) -> list[str]:
    return [country_name(code) for code in codes]
