"""Columns that show countries, in the tables of every app above this one."""

from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t

from fmm_portal.core.tables import Column
from fmm_portal.institutions.models import Country

# More countries than this are counted, the rest is read on hover and on the record's page.
NAMED_COUNTRIES = 3


def countries_in_short(countries: Sequence[Country]) -> str | SafeString:
    """ "Togo, Ghana, Benin and 9 more"."""
    names = [str(country) for country in countries]
    if len(names) <= NAMED_COUNTRIES + 1:
        return ", ".join(names)
    shown = ", ".join(names[:NAMED_COUNTRIES])
    rest = _t("and %(count)d more") % {"count": len(names) - NAMED_COUNTRIES}
    return format_html(
        '<span>{} <abbr title="{}">{}</abbr></span>', shown, ", ".join(names[NAMED_COUNTRIES:]), rest
    )


class CountriesColumn(Column):
    """Countries by name, the first few. Prefetch them."""

    def render(self, record: Any) -> str | SafeString:
        return countries_in_short(self.read(record))
