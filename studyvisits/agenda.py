"""Reading an agenda: overlaps, days, and what changed between two published versions."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from itertools import combinations, groupby
from typing import Any

from django.conf import settings
from django.utils import translation

from fmm_portal.core.display import full_day
from fmm_portal.core.models import Record
from studyvisits.models import AgendaItem

# A session without a stated end is taken to last until the next one begins: it overlaps nothing by itself.
Snapshot = dict[str, Any]
# The answer of a host that confirmed another slot than the one that is published.
MOVED_SINCE = "outdated"


@dataclass(frozen=True, slots=True)
class Overlap:
    first: AgendaItem
    second: AgendaItem


def overlaps(items: Iterable[AgendaItem]) -> list[Overlap]:
    """Pairs of sessions of one day whose hours cut into each other."""
    timed = [item for item in items if item.day and item.starts_at]
    timed.sort(key=lambda item: (item.day, item.starts_at))
    found = []
    for _day, of_day in groupby(timed, key=lambda item: item.day):
        for first, second in combinations(of_day, 2):
            starts_together = first.starts_at == second.starts_at
            if starts_together or (first.ends_at and second.starts_at and second.starts_at < first.ends_at):
                found.append(Overlap(first, second))
    return found


def by_day(items: Iterable[AgendaItem]) -> list[tuple[date | None, list[AgendaItem]]]:
    """Items grouped by day in agenda order; those without a day in one last group."""
    return [(day, list(group)) for day, group in groupby(items, key=lambda item: item.day)]


def long_day(day: date) -> str:
    """A day with its weekday: "Monday 21 January 2019"."""
    return full_day(day)


def order_in_day(starts_at: time | None, siblings: Iterable[AgendaItem]) -> int:
    """The order that puts an item among the others of its day: by its hour, or last when it has none.

    Items of the same order stand by their hours, so that nothing else need be renumbered.
    """
    others = list(siblings)
    if starts_at is None:
        return max((item.order for item in others), default=0) + 1
    before = [item.order for item in others if item.starts_at and item.starts_at <= starts_at]
    if before:
        return max(before)
    after = [item.order for item in others if item.starts_at]
    return min(after, default=1)


def state_of(items: Iterable[AgendaItem]) -> int:
    """A number that differs as soon as an item or a host of a visit's agenda was added, changed or removed."""
    rows = sorted(
        (item.pk, item.version, sorted((host.pk, host.version) for host in item.hosts.all()))
        for item in items
    )
    return int(hashlib.sha256(repr(rows).encode()).hexdigest()[:12], 16)


def snapshot_item(item: AgendaItem) -> Snapshot:
    """An item as a published version keeps it."""
    return {
        "id": item.pk,
        "day": item.day.isoformat() if item.day else None,
        "starts_at": item.starts_at.strftime("%H:%M") if item.starts_at else None,
        "ends_at": item.ends_at.strftime("%H:%M") if item.ends_at else None,
        "order": item.order,
        "kind": item.kind,
        "topic": dict(item.topic),
        "host_label": dict(item.host_label),
        "hosts": [
            {
                "institution_id": host.institution_id,
                "label": in_every_language(host.institution),
                "answer": MOVED_SINCE if host.is_outdated else host.status,
            }
            for host in item.hosts.all()
        ],
        "place": item.place,
        "leg": in_every_language(item.leg) if item.leg else {},
    }


def in_every_language(record: Record) -> dict[str, str]:
    """How a record is called now, in each language that readers may choose."""
    names = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            names[code] = str(record)
    return names


def without_labels(item: Mapping[str, Any]) -> Snapshot:
    """A published item without the names that its hosts and its place happened to have, and without answers."""
    hosts = [host["institution_id"] for host in item["hosts"]]
    return {**{name: value for name, value in item.items() if name != "leg"}, "hosts": hosts}


def answers_between(
    before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]
) -> list[list[Snapshot]]:
    """The hosts whose answer differs, `[before, after]`; empty when none does. Old versions hold no answers."""
    old = {host["institution_id"]: dict(host) for host in before if "answer" in host}
    changed = [
        (old[host["institution_id"]], dict(host))
        for host in after
        if host["institution_id"] in old and old[host["institution_id"]]["answer"] != host["answer"]
    ]
    return [list(hosts) for hosts in zip(*changed, strict=True)]


def changes_between(
    before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What changed from one version's items to another's: added, removed, and changed fields `[before, after]`."""
    old = {item["id"]: item for item in before}
    new = {item["id"]: item for item in after}
    changes: list[dict[str, Any]] = []
    for key, item in new.items():
        if key not in old:
            changes.append({"change": "added", "item": dict(item)})
            continue
        known = without_labels(old[key])
        fields = {
            name: [old[key].get(name), item[name]]
            for name, value in without_labels(item).items()
            if known.get(name) != value
        }
        answered = answers_between(old[key]["hosts"], item["hosts"])
        if answered:
            fields["answers"] = answered
        if fields:
            changes.append({"change": "changed", "item": dict(item), "fields": fields})
    changes.extend({"change": "removed", "item": dict(item)} for key, item in old.items() if key not in new)
    return changes
