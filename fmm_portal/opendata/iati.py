"""Writing the files of the IATI standard, version 2.03, one action at a time so that memory does not grow with them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from django.conf import settings

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.facility.models import Action
from fmm_portal.facility.money import totals_of
from fmm_portal.institutions.models import Institution
from fmm_portal.news.models import NewsItem
from fmm_portal.opendata.facts import (
    OTHER,
    dates_of,
    descriptions_of,
    organisations_of,
    period_of,
    reporter_of,
    shares,
    siblings_of,
    status_of,
    type_of,
    visibility_of,
    web_pages_of,
)
from fmm_portal.opendata.models import ActivityIdentifier

VERSION = "2.03"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# What XML cannot hold at all.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# "Facilitation of orderly, safe, regular and responsible migration and mobility".
SECTOR = "15190"
NATIONAL, MULTINATIONAL = "4", "3"
PLANNED_START, ACTUAL_START, PLANNED_END, ACTUAL_END = "1234"
# Technical assistance of official development, given as grants and untied.
FLOW, FINANCE, AID, UNTIED = "10", "110", "D02", "5"
WEB_PAGE = "A12"
OWN_REFERENCE, EARLIER_REPORTER = "A1", "B1"
SIBLING = "3"
OUTCOME, QUALITATIVE = "2", "5"
ORIGINAL, INDICATIVE = "1", "1"


def document(root: str, elements: Iterable[ET.Element], written_at: datetime) -> Iterator[bytes]:
    """The file in pieces: its head, each element, its end."""
    yield (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<{root} version={quoteattr(VERSION)} "
        f"generated-datetime={quoteattr(written_at.isoformat(timespec='seconds'))}>\n"
    ).encode()
    for element in elements:
        ET.indent(element)
        yield ET.tostring(element, encoding="unicode").encode() + b"\n"
    yield f"</{root}>\n".encode()


def activity(action: Action, identifier: ActivityIdentifier, news: Iterable[NewsItem] = ()) -> ET.Element:
    """An action as the schema orders it. Only of one that `gaps` does not keep out."""
    reporter = reporter_of(action)
    assert reporter is not None
    element = ET.Element(
        "iati-activity",
        {
            "last-updated-datetime": action.updated_at.isoformat(timespec="seconds"),
            LANG: _first_language(action.title),
            "default-currency": "EUR",
            "hierarchy": "1",
            "humanitarian": "0",
        },
    )
    ET.SubElement(element, "iati-identifier").text = identifier.identifier
    _reporting_org(element, reporter)
    _narratives(ET.SubElement(element, "title"), action.title)
    for description in descriptions_of(action):
        _narratives(ET.SubElement(element, "description", type=description.kind), description.text)
    for text in visibility_of(action):
        _narratives(ET.SubElement(element, "description", type=OTHER), text)
    for organisation in organisations_of(action):
        institution = organisation.institution
        named = {"role": organisation.role, "type": type_of(institution)}
        if institution.organisation_identifier:
            named["ref"] = institution.organisation_identifier
        _narratives(ET.SubElement(element, "participating-org", named), institution.name)
    ET.SubElement(element, "other-identifier", ref=action.reference, type=OWN_REFERENCE)
    if identifier.reporter != reporter.organisation_identifier:
        ET.SubElement(element, "other-identifier", ref=identifier.reporter, type=EARLIER_REPORTER)
    ET.SubElement(element, "activity-status", code=status_of(action))
    _dates(element, action)
    countries = [country.code for country in action.countries.all()]
    ET.SubElement(element, "activity-scope", code=NATIONAL if len(countries) == 1 else MULTINATIONAL)
    for code, percentage in shares(countries):
        ET.SubElement(element, "recipient-country", code=code, percentage=_number(percentage))
    ET.SubElement(element, "sector", vocabulary="1", code=SECTOR)
    ET.SubElement(element, "default-flow-type", code=FLOW)
    ET.SubElement(element, "default-finance-type", code=FINANCE)
    ET.SubElement(element, "default-aid-type", code=AID)
    ET.SubElement(element, "default-tied-status", code=UNTIED)
    _budgets(element, action)
    for address in web_pages_of(action):
        _web_page(element, address)
    for item in news:
        _news(element, item)
    for sibling in siblings_of(action):
        ET.SubElement(element, "related-activity", ref=sibling, type=SIBLING)
    _results(element, action)
    return element


def organisation(reporter: Institution) -> ET.Element:
    """One who reports, in the organisation file."""
    element = ET.Element(
        "iati-organisation",
        {
            "last-updated-datetime": reporter.updated_at.isoformat(timespec="seconds"),
            LANG: _first_language(reporter.name),
            "default-currency": "EUR",
        },
    )
    ET.SubElement(element, "organisation-identifier").text = reporter.organisation_identifier
    _narratives(ET.SubElement(element, "name"), reporter.name)
    _reporting_org(element, reporter)
    return element


def _reporting_org(element: ET.Element, reporter: Institution) -> None:
    named = {"ref": reporter.organisation_identifier, "type": type_of(reporter)}
    _narratives(ET.SubElement(element, "reporting-org", named), reporter.name)


def _dates(element: ET.Element, action: Action) -> None:
    dates = dates_of(action)
    if dates.first is not None:
        kind = ACTUAL_START if dates.first_is_actual else PLANNED_START
        started = ET.SubElement(element, "activity-date", {"type": kind, "iso-date": dates.first.isoformat()})
        if dates.first_is_of_activity:
            _narratives(
                started,
                Multilingual(
                    en="The first activity whose day is known.",
                    fr="Première activité dont le jour est connu.",
                    pt="Primeira atividade cujo dia é conhecido.",
                ),
            )
    if dates.last is not None:
        kind = ACTUAL_END if dates.last_is_actual else PLANNED_END
        ET.SubElement(element, "activity-date", {"type": kind, "iso-date": dates.last.isoformat()})


def _budgets(element: ET.Element, action: Action) -> None:
    """The sum of each currency over the whole time; single lines are the programme's own."""
    period = period_of(action)
    if period is None:
        return
    first, last = (day.isoformat() for day in period)
    for total in totals_of(action.budget_lines.all()):
        budget = ET.SubElement(element, "budget", type=ORIGINAL, status=INDICATIVE)
        ET.SubElement(budget, "period-start", {"iso-date": first})
        ET.SubElement(budget, "period-end", {"iso-date": last})
        value = ET.SubElement(budget, "value", {"currency": total.currency, "value-date": first})
        value.text = _number(total.planned)


def _web_page(element: ET.Element, address: str) -> None:
    link = ET.SubElement(element, "document-link", url=address, format="text/html")
    host = urlsplit(address).hostname or address
    ET.SubElement(ET.SubElement(link, "title"), "narrative").text = _clean(host)
    ET.SubElement(link, "category", code=WEB_PAGE)


def _news(element: ET.Element, item: NewsItem) -> None:
    """A public page of the portal's own, in the language in which it was written first."""
    written = [code for code, _name in settings.LANGUAGES if code in item.title] or [settings.LANGUAGE_CODE]
    address = settings.BASE_URL.rstrip("/") + item.public_url(written[0])
    link = ET.SubElement(element, "document-link", url=address, format="text/html")
    _narratives(ET.SubElement(link, "title"), item.title)
    ET.SubElement(link, "category", code=WEB_PAGE)
    for code in written:
        ET.SubElement(link, "language", code=code)
    if item.published_at is not None:
        ET.SubElement(link, "document-date", {"iso-date": item.published_at.date().isoformat()})


def _results(element: ET.Element, action: Action) -> None:
    """One for each indicator: baseline and target are words of the fiche, kept as such."""
    for indicator in action.indicators.all():
        result = ET.SubElement(element, "result", type=OUTCOME)
        _narratives(ET.SubElement(result, "title"), indicator.text)
        measured = ET.SubElement(result, "indicator", measure=QUALITATIVE)
        _narratives(ET.SubElement(measured, "title"), indicator.text)
        said = {
            "Baseline": indicator.baseline,
            "Target": indicator.target,
            "Actual": indicator.actual,
            "Unit": indicator.unit,
        }
        words = "; ".join(f"{label}: {value}" for label, value in said.items() if value)
        if words:
            _narratives(ET.SubElement(measured, "description"), Multilingual(en=words))


def _narratives(element: ET.Element, texts: Mapping[str, str]) -> None:
    for code, text in texts.items():
        ET.SubElement(element, "narrative", {LANG: code}).text = _clean(text)


def _first_language(texts: Mapping[str, str]) -> str:
    return next(iter(texts), "en")


def _clean(text: str) -> str:
    return UNPRINTABLE.sub("", text).strip()


def _number(value: Decimal) -> str:
    """ "33.34", "100": no exponent, no empty places."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
