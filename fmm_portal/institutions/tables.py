"""Tables of countries, institutions, contacts and themes."""

from collections.abc import Callable
from functools import lru_cache

from fmm_portal.core.multilingual import Multilingual, active_language
from fmm_portal.core.tables import Column, DateColumn, InFile, LinkColumn, PeriodColumn, Table
from fmm_portal.institutions.countries import by_country_name, country_name
from fmm_portal.institutions.models import Contact, Country, Institution, Theme
from fmm_portal.institutions.querysets import in_order


def _acronym_and_name() -> Callable[[str, Multilingual], str]:
    language = active_language()

    def called(acronym: str, name: Multilingual) -> str:
        words = name.in_language(language).text
        return f"{acronym} ({words})" if acronym else words

    return called


def _country() -> Callable[[str | None], str]:
    """The names of the few countries that many rows have, each looked up once."""
    return lru_cache(maxsize=None)(lambda code: country_name(code) if code else "")


class CountryTable(Table):
    name = LinkColumn(label=Country._meta.verbose_name, sort=by_country_name("code"))
    code = Column(sort="code", is_narrow=True)
    is_programme_country = Column(sort="is_programme_country")
    ecowas_member_from = DateColumn(sort="ecowas_member_from")
    ecowas_member_until = DateColumn(sort="ecowas_member_until")

    model = Country
    order = "name"


class InstitutionTable(Table):
    acronym = LinkColumn(
        sort=in_order, value=lambda institution: institution.acronym or institution.name,
        sub=lambda institution: institution.name if institution.acronym else "",
        file=InFile(("acronym", "name"), _acronym_and_name),
    )  # fmt: skip
    country = Column(
        value=lambda institution: institution.country and institution.country.name,
        sort=by_country_name("country__code"),
        file=InFile(("country__code",), _country),
    )
    kind = Column("get_kind_display", Institution._meta.get_field("kind").verbose_name, sort="kind")
    constituency = Column(
        "get_constituency_display",
        Institution._meta.get_field("constituency").verbose_name,
        sort="constituency",
    )
    city = Column(sort="city")
    parent = Column(is_optional=True, value=lambda institution: institution.parent)
    website = Column(is_optional=True)
    updated_at = DateColumn(sort="updated_at", is_optional=True)

    model = Institution
    order = "acronym"


class ContactTable(Table):
    """By position. Who holds a post never stands in a list."""

    position = LinkColumn(sort="search_text")
    institution = Column(sort="institution__acronym")
    sex = Column("get_sex_display", Contact._meta.get_field("sex").verbose_name, sort="sex")
    starts_on = PeriodColumn(
        "starts_on", "ends_on", Contact._meta.get_field("starts_on").verbose_name, sort="starts_on"
    )
    updated_at = DateColumn(sort="updated_at", is_optional=True)

    model = Contact
    order = "institution"


class ThemeTable(Table):
    name = LinkColumn(sort="search_text")
    code = Column(sort="code")

    model = Theme
    order = "code"
