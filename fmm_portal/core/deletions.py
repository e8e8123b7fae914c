"""What is left of a record that went, so that whoever keeps a copy learns of it: which one, when, and who had seen it.

What a principal sees follows from their grants; so each grant in use is asked while the record is still there.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.db.models.signals import pre_delete
from django.utils import timezone

from fmm_portal.core.models import Deletion, Record
from fmm_portal.core.policies import policy_for
from fmm_portal.core.principals import Grant, Principal

# Gives one principal for each grant that anybody has; filled by the layer that knows people and keys.
_sources: list[Callable[[], Iterable[Principal]]] = []


def register_onlookers(source: Callable[[], Iterable[Principal]]) -> None:
    if source not in _sources:
        _sources.append(source)


def register() -> None:
    for model in apps.get_models():
        if issubclass(model, Record):
            pre_delete.connect(_goes, sender=model, dispatch_uid=f"deletion of {model._meta.label}")


def _goes(sender: type[Record], instance: Record, **kwargs: Any) -> None:
    touch_what_shows(instance)
    note_deletion(instance)


def note_deletion(record: Record) -> None:
    """Tell of a record that is about to go out of everybody's sight; of what no policy opens nobody is told."""
    try:
        seen_by = _seen_by(record)
    except ImproperlyConfigured:
        return
    Deletion.objects.create(
        subject_type=ContentType.objects.get_for_model(record), subject_id=record.pk, seen_by=seen_by
    )


def _word(grant: Grant) -> str:
    return f"|{grant.role}:{grant.institution_id or ''}:{grant.country_id or ''}|"


def _seen_by(record: Record) -> str:
    model = type(record)
    policy = policy_for(model)
    row: models.QuerySet[Any] = model._default_manager.filter(pk=record.pk).order_by()
    onlookers = [principal for source in _sources for principal in source()]
    found: set[int] = set()
    asked: list[models.QuerySet[Any, Any]] = []
    for number, principal in enumerate(onlookers):
        seen = policy.scope(principal, row)
        if seen is row:
            found.add(number)
        elif not seen.query.is_empty():
            place = models.Value(number, output_field=models.IntegerField())
            asked.append(seen.annotate(onlooker=place).values_list("onlooker", flat=True))
    if asked:
        found.update(asked[0].union(*asked[1:], all=True) if asked[1:] else asked[0])
    return "".join(sorted({_word(grant) for number in found for grant in onlookers[number].grants}))


def deletions_for(principal: Principal) -> models.QuerySet[Deletion]:
    """Those of records that one of the principal's grants had shown."""
    seen = models.Q(pk__in=[])
    for grant in principal.grants:
        seen |= models.Q(seen_by__contains=_word(grant))
    return Deletion.objects.filter(seen)


def touch_what_shows(record: Record) -> None:
    """Renew `updated_at` of what shows a record that goes: its owner, what lists it, and what named it."""
    columns: tuple[Any, ...] = record._meta.concrete_fields
    for field in columns:
        if is_part_of(field):
            touch(field.remote_field.model, getattr(record, field.attname))
    for relation in record._meta.related_objects:
        naming: Any = relation.related_model
        if not issubclass(naming, Record):
            continue
        if relation.many_to_many or getattr(relation, "on_delete", None) is models.SET_NULL:
            naming._base_manager.filter(**{relation.field.name: record.pk}).update(updated_at=timezone.now())


def is_part_of(field: Any) -> bool:
    """Whether the field names the record that this one is a part of, and goes with."""
    return (
        isinstance(field, models.ForeignKey)
        and field.remote_field.on_delete is models.CASCADE
        and issubclass(field.remote_field.model, Record)
    )


def touch(model: type[models.Model], pk: Any) -> None:
    if pk is not None:
        model._base_manager.filter(pk=pk).update(updated_at=timezone.now())


def settled_moment() -> datetime:
    """A moment before which nothing is written any more: transactions that began earlier have ended.

    PostgreSQL knows its open transactions; for the rest, such as clocks that differ, an overlap is taken off.
    """
    moment = timezone.now()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            oldest = cursor.fetchone()[0]
        moment = min(moment, oldest) if oldest is not None else moment
    return moment - timedelta(seconds=settings.SYNC_OVERLAP_SECONDS)
