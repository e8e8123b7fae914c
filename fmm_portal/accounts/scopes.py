"""Scopes of API keys: which resources there are to open, in words, and which scopes cover which right.

Resources lie in higher layers; the API's router registers them, and apps register presets of what belongs together.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

RIGHTS: Mapping[str, str | Promise] = MappingProxyType(
    {
        "read": pgettext_lazy("right of a key", "Read"),
        "write": pgettext_lazy("right of a key", "Add and change"),
        "act": pgettext_lazy("right of a key", "Take steps"),
    }
)
EVERYTHING = "*"
# The keys themselves are no part of everything: a key that makes keys is made on purpose.
KEYS = "api-keys"


@dataclass(frozen=True, slots=True)
class ScopedResource:
    """A resource that keys can open, and the rights it has any use for."""

    name: str
    label: str | Promise
    rights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScopePreset:
    """Scopes that belong together, named after the job that they are for."""

    code: str
    label: str | Promise
    scopes: tuple[str, ...]
    order: int = field(default=50)


READ_EVERYTHING = ScopePreset("read", gettext_lazy("Read everything that the agency may see"), ("*:read",), 0)

_resources: dict[str, ScopedResource] = {}
_presets: dict[str, ScopePreset] = {READ_EVERYTHING.code: READ_EVERYTHING}


def register_scopes(name: str, label: str | Promise, rights: Iterable[str]) -> None:
    """Let keys open a resource."""
    _resources[name] = ScopedResource(name, label, tuple(right for right in RIGHTS if right in set(rights)))


def register_preset(preset: ScopePreset) -> None:
    _presets[preset.code] = preset


def scoped_resources() -> dict[str, ScopedResource]:
    """All resources of the API; they register when the addresses of the portal are loaded."""
    if not _resources:
        import_module(settings.ROOT_URLCONF)
    return _resources


def presets() -> list[ScopePreset]:
    return sorted(_presets.values(), key=lambda preset: preset.order)


def covers(scopes: Collection[str], resource: str, right: str) -> bool:
    """Whether a scope such as "study-visits:read" or "*:read" gives this right on this resource."""
    if f"{resource}:{right}" in scopes:
        return True
    return resource != KEYS and f"{EVERYTHING}:{right}" in scopes


def exceeding(scopes: Iterable[str], limits: Collection[str]) -> list[str]:
    """Those of the scopes that the limits do not cover."""
    return [scope for scope in scopes if not covers(limits, *scope.split(":", 1))]


def check_scopes(scopes: Collection[str]) -> None:
    """Raises ValidationError on what is no scope, naming it."""
    if not scopes:
        raise ValidationError(_("A key needs at least one scope."), code="required")
    known = scoped_resources()
    for scope in scopes:
        resource, _colon, right = scope.partition(":")
        if right not in RIGHTS:
            raise ValidationError(
                _(
                    "“%(scope)s” is no scope. A scope is resource:read, resource:write or resource:act; "
                    "* stands for every resource."
                ),
                code="invalid_scope",
                params={"scope": scope},
            )
        if resource != EVERYTHING and resource not in known:
            raise ValidationError(
                _("“%(scope)s” names no resource. Known are: %(known)s."),
                code="unknown_resource",
                params={"scope": scope, "known": ", ".join(sorted(known))},
            )


def in_words(scopes: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Scopes by resource as people read them: [("Study visits", ["Read", "Take steps"])]."""
    known = scoped_resources()
    rights: dict[str, set[str]] = {}
    for scope in scopes:
        resource, _colon, right = scope.partition(":")
        rights.setdefault(resource, set()).add(right)
    found = []
    for resource, given in rights.items():
        label = (
            _("Everything")
            if resource == EVERYTHING
            else known[resource].label
            if resource in known
            else resource
        )
        words = [str(word) for right, word in RIGHTS.items() if right in given]
        found.append((resource != EVERYTHING, capfirst(str(label)), words))
    return [(label, words) for _is_one, label, words in sorted(found)]
