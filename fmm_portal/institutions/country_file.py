"""The file of a country: figures and one time line, from what higher layers know of it.

Apps register builders; each is asked for one country and one principal and answers in a few queries, however many
rows there are.
"""

from collections.abc import Callable, Iterable

from fmm_portal.core.home import Figure
from fmm_portal.core.principals import Principal
from fmm_portal.core.time_line import BuildEvents, register_events
from fmm_portal.institutions.models import Country

BuildFigures = Callable[[Country, Principal], Iterable[Figure]]

_figures: list[tuple[int, BuildFigures]] = []


def register_country_events(build: BuildEvents, *, order: int) -> None:
    """What an app adds to the time line of a country."""
    register_events(Country, build, order=order)


def register_country_figures(build: BuildFigures, *, order: int) -> None:
    if all(known is not build for _order, known in _figures):
        _figures.append((order, build))
        _figures.sort(key=lambda entry: entry[0])


def figures_of(country: Country, principal: Principal) -> list[Figure]:
    return [figure for _order, build in _figures for figure in build(country, principal)]
