"""Published agendas as people read them: the frozen items by day, and what changed from one version to the next."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.querysets import fold
from studyvisits.agenda import MOVED_SINCE, long_day
from studyvisits.enums import HostStatus, SessionKind

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
LABELS = {
    "day": gettext_lazy("day"),
    "starts_at": gettext_lazy("from"),
    "ends_at": gettext_lazy("until"),
    "order": gettext_lazy("order"),
    "kind": gettext_lazy("kind"),
    "topic": gettext_lazy("topic"),
    "host_label": gettext_lazy("host, as described"),
    "hosts": gettext_lazy("host institutions"),
    "place": gettext_lazy("place"),
    "leg": gettext_lazy("leg"),
    "answers": gettext_lazy("answers of hosts"),
}
# What a session changes when it only moves.
WHEN = {"day", "starts_at", "ends_at", "order"}


class PublishedItem(NamedTuple):
    """A session as a version holds it."""

    hours: str
    title: str
    kind: str
    hosts: str
    place: str


class PublishedDay(NamedTuple):
    heading: str
    items: list[PublishedItem]


class FieldChange(NamedTuple):
    label: str
    before: str
    after: str


class ItemChange(NamedTuple):
    """One session that was added, changed or removed."""

    change: str
    verb: str
    title: str
    when: str
    fields: list[FieldChange]
    # Whom it concerns besides the delegation: the hosts that the session has or had.
    hosts: list[str]


class Concerned(NamedTuple):
    """A host and the sessions of its own that changed."""

    host: str
    changes: list[ItemChange]


def title_of(item: Mapping[str, Any]) -> str:
    """What a session of a version is called."""
    return str(Multilingual(item["topic"]) or Multilingual(item["host_label"]) or kind_of(item["kind"]))


def kind_of(code: str) -> str:
    return str(dict(SessionKind.choices).get(code, code))


def _heading(day: str | None) -> str:
    return long_day(date.fromisoformat(day)) if day else _("Day not known")


def _hours(item: Mapping[str, Any]) -> str:
    return "–".join(hour for hour in (item["starts_at"], item["ends_at"]) if hour)


def _hosts(hosts: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(str(Multilingual.of(host["label"])) for host in hosts)


def days_of(items: Iterable[Mapping[str, Any]]) -> list[PublishedDay]:
    """The sessions of a version by day, in its own order."""
    return [
        PublishedDay(
            _heading(day),
            [
                PublishedItem(
                    _hours(item),
                    title_of(item),
                    kind_of(item["kind"]),
                    _hosts(item["hosts"]) or str(Multilingual(item["host_label"])),
                    item["place"],
                )
                for item in group
            ],
        )
        for day, group in groupby(items, key=lambda item: item["day"])
    ]


def read_changes(changes: Iterable[Mapping[str, Any]]) -> list[ItemChange]:
    """What changed since the version before, in words. A mere renumbering reads as "moved within the day"."""
    verbs = {ADDED: _("Added"), CHANGED: _("Changed"), REMOVED: _("Removed")}
    found = []
    for change in changes:
        item = change["item"]
        pairs = change.get("fields", {})
        fields = [
            FieldChange(str(LABELS.get(name, name)), _shown(name, before), _shown(name, after))
            for name, (before, after) in pairs.items()
            if name != "order"
        ]
        verb = verbs[change["change"]]
        if set(pairs) == {"order"}:
            verb = _("Moved within the day")
        elif set(pairs) == {"answers"}:
            verb = _("Answered")
        elif pairs and set(pairs) <= WHEN | {"answers"}:
            verb = _("Moved")
        when = ", ".join(part for part in (_heading(item["day"]), _hours(item)) if part)
        found.append(
            ItemChange(change["change"], verb, title_of(item), when, fields, _concerned(item, pairs))
        )
    return found


def _concerned(item: Mapping[str, Any], pairs: Mapping[str, Any]) -> list[str]:
    """The hosts after the change, and those that it takes out."""
    hosts = [*item["hosts"], *(pairs["hosts"][0] if "hosts" in pairs else ())]
    return list(dict.fromkeys(_hosts([host]) for host in hosts if isinstance(host, Mapping)))


def by_host(changes: Iterable[ItemChange]) -> list[Concerned]:
    """The same changes by the hosts whom they concern; all of them concern the delegation."""
    found: dict[str, list[ItemChange]] = {}
    for change in changes:
        for host in change.hosts:
            found.setdefault(host, []).append(change)
    return [Concerned(host, found[host]) for host in sorted(found, key=fold)]


def _shown(name: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    if name in {"topic", "host_label", "leg"}:
        return str(Multilingual.of(value))
    if name == "day":
        return long_day(date.fromisoformat(value))
    if name == "kind":
        return kind_of(value)
    if name == "answers":
        return ", ".join(f"{_hosts([host])} ({_answer(host['answer'])})" for host in value)
    return _hosts(value) if name == "hosts" else str(value)


def _answer(code: str) -> str:
    if code == MOVED_SINCE:
        return _("confirmed for another slot")
    return str(dict(HostStatus.choices).get(code, code))
