"""One line for each country on the first screen: what apps know of it, and the last time there was contact."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.functional import Promise

from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.roles import READERS_OF_THE_PROGRAMME, countries_of, is_staff, reads_the_programme
from fmm_portal.core.home import HomePart, HomeSection, register_home
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import Principal
from fmm_portal.core.querysets import fold
from fmm_portal.institutions.models import Country


class LineCell(NamedTuple):
    """What stands in a country's line: a number or a few words, and the page that tells more."""

    text: Any
    url: str
    note: Any = ""


@dataclass(frozen=True, slots=True)
class _Column:
    key: str
    heading: str | Promise
    build: Callable[[Principal], Mapping[int, LineCell]] = field(compare=False)
    order: int = 0


_columns: dict[str, _Column] = {}
_contacts: dict[str, Callable[[Principal], Mapping[int, PartialDate]]] = {}


def register_country_line(
    key: str, heading: str | Promise, build: Callable[[Principal], Mapping[int, LineCell]], *, order: int
) -> None:
    """`build` takes the same few queries for all countries, by their primary keys."""
    _columns[key] = _Column(key, heading, build, order)


def register_last_contact(key: str, build: Callable[[Principal], Mapping[int, PartialDate]]) -> None:
    """When an app last knows of a meeting, a mission or a visit with each country."""
    _contacts[key] = build


class Line(NamedTuple):
    country: Country
    cells: list[tuple[str | Promise, LineCell | None]]
    last_contact: PartialDate | None


def lines_for(principal: Principal) -> list[Line]:
    """The countries that the person's role is limited to; else those of the programme of which something is known."""
    own = countries_of(principal, {*READERS_OF_THE_PROGRAMME, Role.PARTNER})
    wanted = Country.objects.visible_to(principal).order_by("code")
    wanted = wanted.filter(pk__in=own) if own else wanted.filter(is_programme_country=True)
    columns = [(column.heading, column.build(principal)) for column in _sorted_columns()]
    contacts = [build(principal) for build in _contacts.values()]
    lines = []
    for country in wanted:
        cells = [(heading, known.get(country.pk)) for heading, known in columns]
        met = [day for contact in contacts if (day := contact.get(country.pk))]
        if own or met or any(cell for _heading, cell in cells):
            lines.append(Line(country, cells, max(met, default=None)))
    return sorted(lines, key=lambda line: fold(line.country.name))


def _sorted_columns() -> Iterable[_Column]:
    return sorted(_columns.values(), key=lambda column: column.order)


def my_countries(principal: Principal) -> HomePart:
    if not reads_the_programme(principal):
        return HomePart()
    context = {
        "lines": lines_for(principal),
        "headings": [column.heading for column in _sorted_columns()],
        "is_staff": is_staff(principal),
    }
    return HomePart(sections=[HomeSection("institutions/home_countries.html", context)])


def register() -> None:
    register_home(my_countries, order=60)
