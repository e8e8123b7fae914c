"""Names of countries out of CLDR, in the reader's language."""

from functools import lru_cache

from babel import Locale

from fmm_portal.core.partial_dates import babel_locale


@lru_cache(maxsize=16)
def _territories(locale: str) -> dict[str, str]:
    return dict(Locale.parse(locale, sep="_").territories)


def country_name(code: str, language: str | None = None) -> str:
    """The country's usual name; the code itself where CLDR has none."""
    locale = babel_locale(language)
    return _territories(locale).get(code, code)
