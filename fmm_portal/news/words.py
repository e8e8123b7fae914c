"""Words that the stories of all records share, in the active language."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.querysets import fold
from fmm_portal.institutions.models import Country, Institution
from fmm_portal.reports.words import period


def institution_name(institution: Institution, on: PartialDate | None) -> str:
    """As it was called then, with its acronym: "National Employment Agency (ANPE)"."""
    name, acronym = institution.name_on(on)
    return f"{name} ({acronym})" if acronym and fold(acronym) not in fold(str(name)).split() else str(name)


def country_list(countries: Iterable[Country]) -> str:
    return ", ".join(country.name for country in countries)


def days(first: PartialDate | None, last: PartialDate | None) -> str:
    """ "21–25 January 2019", never more exact than known; "" when unknown."""
    return period(first.isoformat() if first else None, last.isoformat() if last else None)


def dated(text: str, first: PartialDate | None, last: PartialDate | None) -> str:
    """ "13–14 November 2017: Final validation workshop", or the text alone."""
    when = days(first, last)
    return _("%(when)s: %(text)s") % {"when": when, "text": text} if when else text


def lines_of(text: Multilingual) -> list[str]:
    """A text of one thing a line, as a list."""
    return [line.strip() for line in str(text).splitlines() if line.strip()]
