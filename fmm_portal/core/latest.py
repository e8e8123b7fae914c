"""What changed lately in a person's scope: one line for each record on whose page the changes are told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured

from fmm_portal.core.history import verb_label
from fmm_portal.core.models import Activity
from fmm_portal.core.policies import policy_for
from fmm_portal.core.principals import Principal, name_for

# How many entries are looked at, and how many records are shown.
LOOKED_AT = 120
SHOWN = 8


@dataclass(slots=True)
class Change:
    """A record, what was done last to it or to a part of it, and how many entries there are of it."""

    record: Any
    what: str
    who: str
    at: datetime
    count: int = 1


def _seen(kind: ContentType, keys: set[int], principal: Principal) -> dict[int, Any]:
    """The records of a kind that the principal may see; none of kinds that no policy opens."""
    model: Any = kind.model_class()
    if model is None:
        return {}
    try:
        rows = policy_for(model).scope(principal, model._default_manager.filter(pk__in=keys))
    except ImproperlyConfigured:
        return {}
    return {row.pk: row for row in rows}


def latest_changes(principal: Principal) -> list[Change]:
    """Newest first. Parts that the principal may not see, such as others' draft notes, are not told of."""
    return changes_of(Activity.objects.select_related("root_type", "subject_type")[:LOOKED_AT], principal)


def changes_of(entries: Iterable[Activity], principal: Principal, *, most: int = SHOWN) -> list[Change]:
    """The records of some entries, newest entry first, as far as the principal may see record and entry."""
    entries = list(entries)
    wanted: dict[ContentType, set[int]] = {}
    for entry in entries:
        wanted.setdefault(entry.root_type, set()).add(entry.root_id)
        wanted.setdefault(entry.subject_type, set()).add(entry.subject_id)
    seen = {kind.pk: _seen(kind, keys, principal) for kind, keys in wanted.items()}
    found: dict[tuple[int, int], Change] = {}
    for entry in entries:
        record = seen[entry.root_type_id].get(entry.root_id)
        # What has no page of its own, such as a membership, leads nowhere.
        if not hasattr(record, "get_absolute_url") or entry.subject_id not in seen[entry.subject_type_id]:
            continue
        key = (entry.root_type_id, entry.root_id)
        if key in found:
            found[key].count += 1
        elif len(found) < most:
            model = entry.subject_type.model_class()
            assert model is not None
            who = name_for(principal, entry.actor_label, entry.user_id)
            found[key] = Change(record, verb_label(model, entry.verb), who, entry.at)
    return list(found.values())
