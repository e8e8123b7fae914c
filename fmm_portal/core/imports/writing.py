"""Writing what a file changes: all of it or nothing, in few queries, with an entry in the history for each row."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models

from fmm_portal.core.activity import (
    difference,
    entry_of,
    plain,
    plain_fields,
    record_activities,
)
from fmm_portal.core.imports.formats import ImportFormat
from fmm_portal.core.imports.planning import CREATE, UPDATE, PlannedRow, SheetPlan
from fmm_portal.core.models import Activity, BulkChange, Record, Referenced, Searchable
from fmm_portal.core.models.record import renew_what_names
from fmm_portal.core.principals import Actor
from fmm_portal.core.references import next_references

AT_ONCE = 2000


class Outdated(Exception):
    """Rows have changed since they were compared; nothing is written."""


def hold(import_format: ImportFormat) -> None:
    """Let two imports of one kind wait for each other, until the transaction ends."""
    list(ContentType.objects.select_for_update().filter(pk=_kind(import_format.model).pk))


def write_plan(import_format: ImportFormat, plan: SheetPlan, *, actor: Actor, reason: str) -> BulkChange:
    """Inside a transaction.  Raises Outdated when a row was saved since, IntegrityError when the database refuses."""
    model = import_format.model
    created = [row for row in plan.rows if row.action == CREATE]
    updated = [row for row in plan.rows if row.action == UPDATE]
    _lock(model, updated)
    bulk = BulkChange.objects.create(
        user_id=actor.user_id,
        actor_label=actor.label[:200],
        reason=reason,
        model_type=_kind(model),
        count=len(created) + len(updated),
    )
    actor = actor.within(bulk.pk)
    entries = [*_create(model, created, actor, reason), *_update(model, updated, actor, reason)]
    for bring in import_format.children.values():
        entries += bring(created, actor, reason)
    record_activities(entries)
    return bulk


def _kind(model: type[models.Model]) -> ContentType:
    return ContentType.objects.get_for_model(model)


def _lock(model: type[Record], rows: Sequence[PlannedRow]) -> None:
    versions = {row.record.pk: row.record.version for row in rows}
    locked = model._base_manager.select_for_update(of=("self",)).filter(pk__in=list(versions)).order_by("pk")
    if dict(locked.values_list("pk", "version")) != versions:
        raise Outdated


def _create(model: type[Record], rows: Sequence[PlannedRow], actor: Actor, reason: str) -> Iterable[Activity]:
    records = [row.record for row in rows]
    if issubclass(model, Referenced):
        _give_references(records)
    _renew_words(records)
    model._base_manager.bulk_create(records, batch_size=AT_ONCE)
    _join(model, rows)
    fields = (*model._meta.concrete_fields, *model._meta.many_to_many)
    relations = [one.name for one in fields if one.is_relation]
    told = cache(plain)
    for row in rows:
        named = row.values | row.many
        related = {name: named[name] for name in relations if name in named}
        after = plain_fields(row.record) | _plain_all(related, told)
        yield entry_of(
            actor=actor, verb="create", subject=row.record,
            changes=difference(row.record, {}, after), reason=reason,
        )  # fmt: skip


def _give_references(records: Sequence[Any]) -> None:
    years = [record.reference_year() for record in records]
    for year, count in Counter(years).items():
        given = iter(next_references(type(records[0]).reference_prefix, year, count))
        for record, its_year in zip(records, years, strict=True):
            if its_year == year:
                record.reference = next(given)


def _update(model: type[Record], rows: Sequence[PlannedRow], actor: Actor, reason: str) -> Iterable[Activity]:
    records = [row.record for row in rows]
    if not records:
        return
    words = {record.pk: getattr(record, "search_text", "") for record in records}
    for record in records:
        record.version += 1
    _renew_words(records)
    kept = {"id", "created_at"}
    # What a row holds is written over where it is there already, which it is: it is locked.
    model._base_manager.bulk_create(
        records,
        batch_size=AT_ONCE,
        update_conflicts=True,
        unique_fields=[model._meta.pk.name],
        update_fields=[one.name for one in model._meta.concrete_fields if one.name not in kept],
    )
    _join(model, rows)
    renamed = [one for one in records if getattr(one, "search_text", "") != words[one.pk]]
    if renamed:
        renew_what_names(*renamed)
    told = cache(plain)
    for row in rows:
        related = {name: value for name, value in row.changed.items() if _is_related(model, name)}
        after = plain_fields(row.record) | _plain_all(related, told)
        yield entry_of(
            actor=actor, verb="update", subject=row.record,
            changes=difference(row.record, row.before, after), reason=reason,
        )  # fmt: skip


def _is_related(model: type[models.Model], name: str) -> bool:
    return bool(model._meta.get_field(name).is_relation)


def _plain_all(values: Mapping[str, Any], told: Callable[[Any], Any]) -> dict[str, Any]:
    """Records as history names them; `told` remembers what many rows name."""
    return {
        name: [told(one) for one in sorted(value, key=lambda one: one.pk)]
        if isinstance(value, list)
        else told(value)
        for name, value in values.items()
    }


def _renew_words(records: Iterable[Any]) -> None:
    for record in records:
        if isinstance(record, Searchable):
            record.renew_search_text()


def _join(model: type[models.Model], rows: Sequence[PlannedRow]) -> None:
    """Write relations to several records: those of new rows, and those that differ."""
    joined: dict[str, list[PlannedRow]] = defaultdict(list)
    own = {one.name for one in model._meta.many_to_many}
    for row in rows:
        for name in own & row.many.keys():
            if row.is_new or name in row.changed:
                joined[name].append(row)
    for name, some in joined.items():
        its_field: Any = model._meta.get_field(name)
        through, mine, other = (
            its_field.remote_field.through,
            its_field.m2m_field_name(),
            its_field.m2m_reverse_field_name(),
        )
        old = [row.record.pk for row in some if not row.is_new]
        if old:
            through._base_manager.filter(**{f"{mine}__in": old}).delete()
        links = [
            through(**{f"{mine}_id": row.record.pk, f"{other}_id": one.pk})
            for row in some
            for one in row.many[name]
        ]
        through._base_manager.bulk_create(links, batch_size=AT_ONCE)
