"""What a person may do from the command palette: apps register commands, and every place of the navigation is one."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fmm_portal.core.navigation import navigation, sections
from fmm_portal.core.principals import Principal
from fmm_portal.core.querysets import fold

MOST_COMMANDS = 8


class Command(NamedTuple):
    """A page to go to: a form, a list already filtered, a place of the navigation."""

    label: str | Promise
    url: str
    icon: str = "next"


BuildCommands = Callable[[Principal], Iterable[Command]]

_builders: list[tuple[int, BuildCommands]] = []


def register_commands(build: BuildCommands, *, order: int) -> None:
    """`build(principal)` gives the commands that this principal may use; it asks the database nothing."""
    if all(known is not build for _order, known in _builders):
        _builders.append((order, build))
        _builders.sort(key=lambda entry: entry[0])


def commands_for(principal: Principal, text: str = "") -> list[Command]:
    """Those whose label holds every word, accents and case apart; the first ones when nothing is typed."""
    words = fold(text).split()
    found = [
        command for command in _all(principal) if all(word in fold(str(command.label)) for word in words)
    ]
    return found[:MOST_COMMANDS]


def _all(principal: Principal) -> Iterable[Command]:
    for _order, build in _builders:
        yield from build(principal)
    places = [*navigation(), *sections()]
    seen: set[str] = set()
    for item in places:
        if item.url not in seen:
            seen.add(item.url)
            yield Command(_("Go to: %(page)s") % {"page": item.label}, item.url)
