"""Published agendas as people read them: the frozen items by day, and what changed from one version to the next."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fmm_portal.core.multilingual import Multilingual
from studyvisits.agenda import long_day
from studyvisits.enums import SessionKind

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
}


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


def _title(item: Mapping[str, Any]) -> str:
    return str(Multilingual(item["topic"]) or Multilingual(item["host_label"]) or _kind(item["kind"]))


def _kind(code: str) -> str:
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
                    _title(item),
                    _kind(item["kind"]),
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
        when = ", ".join(part for part in (_heading(item["day"]), _hours(item)) if part)
        found.append(ItemChange(change["change"], verb, _title(item), when, fields))
    return found


def _shown(name: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    if name in {"topic", "host_label", "leg"}:
        return str(Multilingual.of(value))
    if name == "day":
        return long_day(date.fromisoformat(value))
    if name == "kind":
        return _kind(value)
    return _hosts(value) if name == "hosts" else str(value)
