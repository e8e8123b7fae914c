"""From the history to the messages: each entry is told to whoever asked for such events and may see the record.

Written in the transaction of the change itself. What is rolled back is told to nobody, and what is committed is told
even when every worker is down.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from fmm_portal.core.models import Activity
from fmm_portal.core.policies import policy_for
from fmm_portal.core.workflow import workflow_for
from fmm_portal.webhooks.event_types import CREATED, DELETED, UPDATED, Kind, kind_of, matches
from fmm_portal.webhooks.models import Delivery, Subscription
from fmm_portal.webhooks.policies import Subscriber
from fmm_portal.webhooks.waking import wake_after_commit

ROWS_AT_ONCE = 500


class Event(NamedTuple):
    """What an entry of the history says to the outside."""

    kind: Kind
    record_id: int
    type: str
    step: str
    entry: Activity


def tell(entries: Sequence[Activity]) -> None:
    """Write the messages of these entries; called with every entry that is written."""
    subscriptions = list(Subscription.objects.only("pk", "institution_id", "event_types").order_by("pk"))
    if not subscriptions:
        return
    by_kind: dict[Kind, list[Event]] = defaultdict(list)
    for event in filter(None, map(event_of, entries)):
        by_kind[event.kind].append(event)
    for kind, events in by_kind.items():
        for start in range(0, len(events), ROWS_AT_ONCE):
            _tell_some(kind, events[start : start + ROWS_AT_ONCE], subscriptions)


def event_of(entry: Activity) -> Event | None:
    """The event that an entry stands for. What is no resource is told as a change of what it is part of."""
    kind = kind_of(_model(entry.subject_type_id))
    if kind is None:
        root = kind_of(_model(entry.root_type_id))
        return Event(root, entry.root_id, root.event(UPDATED), "", entry) if root is not None else None
    workflow = workflow_for(kind.model)
    target = next((t.target for t in workflow.transitions if t.name == entry.verb), "") if workflow else ""
    what = {"create": CREATED, "delete": DELETED}.get(entry.verb) or target or UPDATED
    return Event(kind, entry.subject_id, kind.event(what), entry.verb if target else "", entry)


def _model(type_id: int) -> type[models.Model] | None:
    # By the cache of content types: entries that are written together would each ask for theirs.
    return ContentType.objects.get_for_id(type_id).model_class()


def _tell_some(kind: Kind, events: Sequence[Event], subscriptions: Iterable[Subscription]) -> None:
    references: dict[int, str] | None = None
    for subscription in subscriptions:
        wanted = [event for event in events if matches(subscription.event_types, event.type)]
        seen = seen_by(subscription, kind.model, {event.record_id for event in wanted}) if wanted else set()
        if not seen:
            continue
        if references is None:
            references = _references(kind.model, {event.record_id for event in events})
        Delivery.objects.bulk_create(_messages(subscription, wanted, seen, references))
        wake_after_commit(subscription.pk)


def seen_by(subscription: Subscription, model: type[models.Model], keys: Iterable[int]) -> set[int]:
    """Those of the records that the agency may see at this moment."""
    rows = model._default_manager.filter(pk__in=list(keys))
    visible = policy_for(model).scope(Subscriber.of(subscription), rows)
    return set(visible.order_by().values_list("pk", flat=True))


def _references(model: type[models.Model], keys: Iterable[int]) -> dict[int, str]:
    try:
        model._meta.get_field("reference")
    except FieldDoesNotExist:
        return {}
    return dict(model._base_manager.filter(pk__in=list(keys)).values_list("pk", "reference"))


def _messages(
    subscription: Subscription, events: Iterable[Event], seen: set[int], references: dict[int, Any]
) -> Iterator[Delivery]:
    for event in events:
        if event.record_id in seen:
            yield Delivery(
                subscription=subscription,
                event_type=event.type,
                occurred_at=event.entry.at,
                subject_type=ContentType.objects.get_for_model(event.kind.model),
                subject_id=event.record_id,
                resource=event.kind.resource,
                reference=references.get(event.record_id) or "",
                step=event.step,
            )
