"""Where a commitment may have been made: the kinds of sources, by the name that the API gives them."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db import models
from django.db.models.signals import pre_delete
from django.utils.text import capfirst

from fmm_portal.core.models import Record
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal
from fmm_portal.facility.models import Action, Activity
from strategies.models import CommitteeMeeting, Milestone, Review, Strategy
from studyvisits.models.visit import StudyVisit

SOURCES: dict[str, type[Record]] = {
    "study-visits": StudyVisit,
    "reviews": Review,
    "committee-meetings": CommitteeMeeting,
    "milestones": Milestone,
    "actions": Action,
    "activities": Activity,
}
# What the name and the address of a source read of other records.
READ_WITH: dict[type[Record], tuple[str, ...]] = {
    Review: ("plan__strategy__country",),
    CommitteeMeeting: ("committee__strategy__country",),
    Milestone: ("strategy__country",),
    Activity: ("action",),
}


def source_name(record: Record | type[Record]) -> str:
    """The name of a kind of source, such as "study-visits"; "" for what is none."""
    model = record if isinstance(record, type) else type(record)
    return next((name for name, known in SOURCES.items() if known is model), "")


def source_kinds() -> dict[type[Record], ContentType]:
    return {model: ContentType.objects.get_for_model(model) for model in SOURCES.values()}


def with_sources() -> GenericPrefetch:
    """The sources of commitments with what their names and addresses need: one query a kind."""
    rows: list[models.QuerySet[Any]] = [
        model._base_manager.select_related(*READ_WITH.get(model, ())) for model in SOURCES.values()
    ]
    return GenericPrefetch("source", rows)


def name_of_kind(source: Record) -> str:
    return str(capfirst(source._meta.verbose_name))


def label_of(source: Record) -> str:
    """A source in one line: its reference where it has one, else its name and the record that it is part of."""
    owner = owner_of(source)
    return f"{owner.reference} · {source}" if owner is not None else str(source)


def owner_of(source: Record) -> Any:
    """The strategy or action that a source is part of; None for one that stands by itself."""
    return source.action if isinstance(source, Activity) else strategy_of(source, parts_only=True)


def short_label(source: Record) -> str:
    """What a column of a list has room for."""
    return str(getattr(source, "reference", "") or source)


def strategy_of(source: Record | None, *, parts_only: bool = False) -> Strategy | None:
    """The strategy that a source is about, if it is about one."""
    if isinstance(source, Review):
        return source.plan.strategy
    if isinstance(source, CommitteeMeeting):
        return source.committee.strategy
    if isinstance(source, Milestone):
        return source.strategy
    if isinstance(source, StudyVisit) and not parts_only:
        return source.strategy
    return None


def begins_on(source: Any) -> PartialDate | None:
    for name in ("starts_on", "held_on", "begins_on"):
        if hasattr(source, name):
            found: PartialDate | None = getattr(source, name)
            return found
    return None


def ends_on(source: Any) -> PartialDate | None:
    """Its last day, or the first where no other is known."""
    for name in ("ends_on", "held_until"):
        if found := getattr(source, name, None):
            return found
    return begins_on(source)


def source_is_seen(commitment: Any, principal: Principal) -> bool:
    """Whether a reader of the commitment may see its source; lists know it beforehand, see `for_reader`."""
    if not hasattr(commitment, "source_is_seen"):
        commitment.source_is_seen = can(principal, "view", commitment.source).allowed
    return bool(commitment.source_is_seen)


def protect_sources(sender: type[models.Model], instance: Record, **kwargs: Any) -> None:
    """What was promised outlives its source: a record at which something was promised is not deleted."""
    from studyvisits.models import Commitment

    kept = list(
        Commitment.objects.filter(
            source_type=ContentType.objects.get_for_model(sender), source_id=instance.pk
        )
    )
    if kept:
        raise models.ProtectedError("Commitments were made at it.", set(kept))


def register() -> None:
    for model in SOURCES.values():
        pre_delete.connect(protect_sources, sender=model, dispatch_uid=f"sources-{model.__name__}")
