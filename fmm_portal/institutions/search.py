"""How the directory is found: institutions by all their names, countries, contacts by post."""

from django.utils.translation import gettext_lazy as _

from fmm_portal.core.search import SearchKind, register_search
from fmm_portal.institutions.models import Contact, Country, Institution


def full_name(institution: Institution) -> str:
    """Acronym and name, as the country stands beside them."""
    return f"{institution.acronym} – {institution.name}" if institution.acronym else str(institution.name)


def register() -> None:
    register_search(
        SearchKind(
            110, Institution, _("Institutions"), full_name,
            place=lambda row: row.country, joined=("country",), icon="building",
        )
    )  # fmt: skip
    register_search(SearchKind(120, Country, _("Countries"), lambda row: row.name, icon="globe"))
    register_search(
        SearchKind(
            130, Contact, _("Contacts"), lambda row: row.position,
            place=lambda row: row.institution, joined=("institution__country",), icon="person",
        )
    )  # fmt: skip
