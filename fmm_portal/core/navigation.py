"""The main navigation and the tabs between lists: apps register their entries when they load, pillars included."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise

from fmm_portal.core.principals import Principal


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One entry. It is the current one on every page whose address begins with one of `prefixes`.

    A list may open with `filters` set, as pairs of parameter and value: they stand there to be taken off.
    """

    label: str | Promise
    url_name: str
    order: int
    prefixes: tuple[str, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()

    @property
    def url(self) -> str:
        address = reverse(self.url_name)
        return f"{address}?{urlencode(self.filters)}" if self.filters else address

    def is_current(self, path: str) -> bool:
        if not self.prefixes:
            return path == reverse(self.url_name)
        return path.startswith(self.prefixes)


_items: list[NavigationItem] = []


def register_navigation(item: NavigationItem) -> None:
    if item not in _items:
        _items.append(item)


_sections: dict[str, list[NavigationItem]] = {}


def register_in_section(section: str, item: NavigationItem) -> None:
    """Lists that belong together, such as those of the directory, lead to each other by tabs."""
    items = _sections.setdefault(section, [])
    if item not in items:
        items.append(item)


def section(name: str) -> list[NavigationItem]:
    return sorted(_sections.get(name, []), key=lambda item: item.order)


def sections() -> list[NavigationItem]:
    """The lists of all sections."""
    return [item for name in sorted(_sections) for item in section(name)]


@dataclass(frozen=True, slots=True)
class AccountItem:
    """An entry of the account menu, for those to whom it is of use."""

    label: str | Promise
    url_name: str
    is_for: Callable[[Principal], bool]

    @property
    def url(self) -> str:
        return reverse(self.url_name)


_account_items: list[AccountItem] = []


def register_account_item(item: AccountItem) -> None:
    if item not in _account_items:
        _account_items.append(item)


def account_items(principal: Principal) -> list[AccountItem]:
    return [item for item in _account_items if item.is_for(principal)]


def navigation() -> list[NavigationItem]:
    return sorted(_items, key=lambda item: item.order)
