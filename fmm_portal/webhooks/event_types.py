"""What can be told: a record of any resource was created, updated or deleted, or came into another state.

Derived from the resources of the API and the tables of transitions, so a new resource or step is told at once.
`study-visit.confirmed` is a step that led to that state; `study-visit.*` stands for all of a kind, `*` for all.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from django.db import models
from django.urls import get_resolver
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from fmm_portal.api.resources import resource_models
from fmm_portal.core.models import Record
from fmm_portal.core.workflow import workflow_for

EVERYTHING = "*"
CREATED, UPDATED, DELETED = "created", "updated", "deleted"
TEST = "webhook.test"
USUAL: dict[str, str | Promise] = {
    CREATED: _("created"),
    UPDATED: _("changed"),
    DELETED: _("deleted"),
}


class Kind(NamedTuple):
    """One resource: what its events are about. `name` is the word before the dot."""

    name: str
    resource: str
    model: type[Record]

    @property
    def label(self) -> str:
        return str(capfirst(str(self.model._meta.verbose_name_plural)))

    @property
    def every(self) -> str:
        return f"{self.name}.*"

    def event(self, what: str) -> str:
        return f"{self.name}.{what.replace('_', '-')}"

    def events(self) -> dict[str, str]:
        """All event types of the kind, in words."""
        found = {self.event(what): str(word) for what, word in USUAL.items()}
        workflow = workflow_for(self.model)
        if workflow is not None:
            for transition in workflow.transitions:
                found.setdefault(self.event(transition.target), workflow.state_label(transition.target))
        return found


@cache
def _kinds() -> dict[type[models.Model], Kind]:
    # The resources are known once the addresses are, and a worker has had no need of them yet.
    assert get_resolver().url_patterns
    return {
        model: Kind(re.sub(r"(?<!^)(?=[A-Z])", "-", model.__name__).lower(), resource, model)
        for resource, model in resource_models().items()
        # What tells of changes is not told of: its own log would never end.
        if issubclass(model, Record) and model._meta.app_label != "webhooks"
    }


def kinds() -> list[Kind]:
    return list(_kinds().values())


def kind_of(model: type[models.Model] | None) -> Kind | None:
    """None for what is no resource of the API."""
    return _kinds().get(model) if model is not None else None


def unknown(patterns: Iterable[str]) -> list[str]:
    """Those that name nothing that can be told."""
    known = {
        EVERYTHING,
        *(kind.every for kind in kinds()),
        *(name for kind in kinds() for name in kind.events()),
    }
    return [pattern for pattern in patterns if pattern not in known]


def matches(patterns: Iterable[str], event_type: str) -> bool:
    """Whether somebody who asked for these is told of such an event."""
    return bool({EVERYTHING, event_type, f"{event_type.partition('.')[0]}.*"}.intersection(patterns))


def resources_of(patterns: Iterable[str]) -> set[str]:
    """The resources that these patterns tell of; "*" for all."""
    by_name = {kind.name: kind.resource for kind in kinds()}
    names = {pattern.partition(".")[0] for pattern in patterns}
    return {
        EVERYTHING if name == EVERYTHING else by_name[name]
        for name in names
        if name in {EVERYTHING, *by_name}
    }


def described(event_type: str) -> str:
    """An event in the reader's language: "Study visits: confirmed"."""
    if event_type == EVERYTHING:
        return str(_("All events"))
    if event_type == TEST:
        return str(_("Test message"))
    for kind in kinds():
        if event_type == kind.every:
            return str(_("%(kind)s: all events") % {"kind": kind.label})
        if event_type.startswith(f"{kind.name}."):
            words = {"kind": kind.label, "event": kind.events().get(event_type, event_type)}
            return str(_("%(kind)s: %(event)s") % words)
    return event_type
