"""Names of countries out of CLDR, in the reader's language, and their order there."""

from collections.abc import Callable
from functools import lru_cache

from babel import Locale
from django.db.models import F, Value
from django.db.models.functions import StrIndex

from fmm_portal.core.partial_dates import babel_locale
from fmm_portal.core.querysets import fold

# Where CLDR gives two names at once, "Côte d’Ivoire (Costa do Marfim)", that of official documents.
OFFICIAL_NAMES = {"pt_PT": {"CI": "Costa do Marfim"}}


@lru_cache(maxsize=16)
def _territories(locale: str) -> dict[str, str]:
    return {**Locale.parse(locale, sep="_").territories, **OFFICIAL_NAMES.get(locale, {})}


def country_name(code: str, language: str | None = None) -> str:
    """The country's usual name; the code itself where CLDR has none."""
    locale = babel_locale(language)
    return _territories(locale).get(code, code)


@lru_cache(maxsize=16)
def _codes_by_name(locale: str) -> str:
    names = {code: name for code, name in _territories(locale).items() if len(code) == 2}
    return " ".join(sorted(names, key=lambda code: fold(names[code])))


def by_country_name(field: str) -> Callable[[], StrIndex]:
    """What to order rows by so that countries, known by the code in `field`, stand as the reader's alphabet has them.

    No database knows the names; each finds a code's place among all codes in the order of their names. A code
    without a name stands before them.
    """
    return lambda: StrIndex(Value(_codes_by_name(babel_locale())), F(field))
