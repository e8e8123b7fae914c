"""Making one record of two: everything that names the one is made to name the other, and nothing is named twice.

Found by looking, not by a list: a model that comes to name institutions tomorrow takes part in their merging.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from fmm_portal.core.activity import difference, plain, record_activity, snapshot
from fmm_portal.core.models import Activity, Merge, Record, Submission
from fmm_portal.core.models.record import renew_what_names
from fmm_portal.core.principals import Actor
from fmm_portal.core.workflow import workflow_for

# What was done to a record stays told of it.
STAYING: tuple[type[models.Model], ...] = (Activity, Submission)


@dataclass(frozen=True, slots=True)
class Naming:
    """One way in which rows name records of a model: by a relation, in a joining table, or generically."""

    model: type[models.Model]
    # The field with the other's key, and beside it, where the relation is generic, the one with its kind.
    name: str
    kind: str = ""

    def rows(self, record: Record) -> models.QuerySet[Any]:
        named: dict[str, Any] = {self.name: record.pk}
        if self.kind:
            named[self.kind] = ContentType.objects.get_for_model(record)
        return self.model._base_manager.filter(**named).order_by("pk")

    @property
    def owner(self) -> type[models.Model]:
        """The model that people know: that of the rows, or the one whose lists a joining table holds."""
        joins: Any = self.model._meta.auto_created
        return joins or self.model

    @property
    def field(self) -> Any:
        """The field of the owner that names the record."""
        if self.owner is self.model:
            return self.model._meta.get_field(self.name)
        lists = self.owner._meta.many_to_many
        return next(field for field in lists if field.remote_field.through is self.model)

    def owner_of(self, row: Any) -> Any:
        if self.owner is self.model:
            return row
        return getattr(row, str(self.owner._meta.model_name))

    @property
    def label(self) -> str:
        kinds = capfirst(str(self.owner._meta.verbose_name_plural))
        if self.kind:
            return kinds
        return _("%(label)s: %(value)s") % {"label": kinds, "value": self.field.verbose_name}

    def same_as(self, other: Record, record: Record) -> dict[int, int]:
        """Rows that would be there twice: the key of each row of `other`, with that of its equal of `record`."""
        found: dict[int, int] = {}
        for names, condition in self._unique_together():
            beside = [name for name in names if name != self.name]

            def keyed(of: Record, beside: list[str] = beside, condition: Any = condition) -> dict[Any, int]:
                rows = self.rows(of).filter(condition) if condition is not None else self.rows(of)
                return {tuple(values): pk for pk, *values in rows.values_list("pk", *beside)}

            mine, theirs = keyed(other), keyed(record)
            found |= {pk: theirs[key] for key, pk in mine.items() if key in theirs and None not in key}
        return found

    def _unique_together(self) -> Iterator[tuple[tuple[str, ...], models.Q | None]]:
        meta = self.model._meta
        for names in meta.unique_together:
            if self.name in names:
                yield tuple(names), None
        for constraint in meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and self.name in constraint.fields:
                yield tuple(constraint.fields), constraint.condition
        if not self.kind and getattr(meta.get_field(self.name), "unique", False):
            yield (self.name,), None


def namings_of(model: type[models.Model]) -> list[Naming]:
    """Every way in which other rows name a record of this model. Its own lists are its own to join."""
    found = []
    for relation in model._meta.get_fields(include_hidden=True):
        if (
            not relation.auto_created
            or relation.concrete
            or not (relation.one_to_many or relation.one_to_one)
        ):
            continue
        rows: Any = relation.related_model
        if rows._meta.auto_created is not model and rows not in STAYING:
            found.append(Naming(rows, relation.field.name))  # type: ignore[union-attr]
    for rows in apps.get_models():
        generic = [field for field in rows._meta.private_fields if isinstance(field, GenericForeignKey)]
        found += [Naming(rows, field.fk_field, field.ct_field) for field in generic if rows not in STAYING]
    return found


class Part(NamedTuple):
    """What becomes of the rows of one naming: those that move, and those that the record has already."""

    naming: Naming
    moving: list[Any]
    joining: list[tuple[Any, Any]]

    @property
    def owners(self) -> list[Any]:
        """The records that people know, as they are listed before."""
        rows = [*self.moving, *(row for row, _into in self.joining)]
        return [self.naming.owner_of(row) for row in rows]


def parts_of(other: Record, record: Record) -> list[Part]:
    """All that names `other`, as it would move to `record`."""
    found = []
    for naming in namings_of(type(record)):
        rows = naming.rows(other)
        if naming.owner is not naming.model:
            rows = rows.select_related(str(naming.owner._meta.model_name))
        if naming.model is type(record):
            rows = rows.exclude(pk=record.pk)
        same = naming.same_as(other, record)
        into = naming.model._base_manager.in_bulk(same.values())
        moving = [row for row in rows if row.pk not in same]
        joining = [(row, into[same[row.pk]]) for row in rows if row.pk in same]
        if moving or joining:
            found.append(Part(naming, moving, joining))
    return found


def clashes(parts: list[Part], record: Record) -> list[str]:
    """What somebody must settle first: rows that would become wrong, and equals that say different things."""
    found = []
    for part in parts:
        workflow = workflow_for(part.naming.owner)
        for row, into in part.joining:
            if workflow is not None and part.naming.owner is part.naming.model:
                states = [workflow.state_label(workflow.state_of(each)) for each in (row, into)]
                if states[0] != states[1]:
                    words = {"row": row, "one": states[0], "two": states[1]}
                    found.append(
                        _("%(row)s is there for both, with different states: %(one)s, %(two)s.") % words
                    )
        # What stands above or below the record itself is put right by who knows the model.
        is_other_kind = part.naming.model is not type(record)
        if is_other_kind and part.naming.owner is part.naming.model and not part.naming.kind:
            found += [why for row in part.moving for why in _what_becomes_wrong(row, part.naming, record)]
    return found


def _what_becomes_wrong(row: Any, naming: Naming, record: Record) -> list[str]:
    """What the row's own rules say against it only once it names the other record."""
    before = _refusals(row)
    old = getattr(row, naming.name)
    setattr(row, naming.name, record)
    after = _refusals(row)
    setattr(row, naming.name, old)
    return [_("%(label)s: %(value)s") % {"label": row, "value": why} for why in after if why not in before]


def _refusals(row: Any) -> list[str]:
    try:
        row.clean()
    except ValidationError as error:
        return list(error.messages)
    return []


def begin_merge(parts: list[Part], other: Record, record: Record, *, actor: Actor) -> Merge:
    """Note what is about to move, so that exactly that can go back."""
    moved = [
        {
            "model": part.naming.model._meta.label_lower,
            "name": part.naming.name,
            "kind": part.naming.kind,
            "keys": [row.pk for row in part.moving],
        }
        for part in parts
        if part.moving
    ]
    return Merge.objects.create(
        user_id=actor.user_id,
        model_type=ContentType.objects.get_for_model(record),
        kept_id=record.pk,
        other_id=other.pk,
        moved=moved,
        joined=sum(len(part.joining) for part in parts),
    )


class Return(NamedTuple):
    """Of what moved by one naming: the rows that still name the kept record, and how many do not any more."""

    naming: Naming
    rows: list[Any]
    staying: int


def returns_of(merge: Merge, record: Record) -> list[Return]:
    """What would go back if a merge were undone."""
    found = []
    for entry in merge.moved:
        naming = Naming(apps.get_model(entry["model"]), entry["name"], entry["kind"])
        rows = list(naming.rows(record).filter(pk__in=entry["keys"]))
        found.append(Return(naming, rows, len(entry["keys"]) - len(rows)))
    return found


def move_back(returns: list[Return], record: Record, other: Record, *, actor: Actor, reason: str) -> None:
    """Let the rows name the other record again. In a transaction, with both records locked."""
    for each in returns:
        for row in each.rows:
            _move(row, each.naming, record, other, actor=actor, reason=reason)
    renew_what_names(record)
    renew_what_names(other)


def move_all(parts: list[Part], other: Record, record: Record, *, actor: Actor, reason: str = "") -> None:
    """Let every row of the parts name `record`, with an entry in its history; equals become one.

    In a transaction, with both records locked. It is no edit of the rows: who may merge the two needs no other right.
    """
    for part in parts:
        for row, into in part.joining:
            _join(row, into, part.naming, other, actor=actor, reason=reason)
        for row in part.moving:
            _move(row, part.naming, other, record, actor=actor, reason=reason)
    renew_what_names(record)


def _move(row: Any, naming: Naming, other: Record, record: Record, *, actor: Actor, reason: str) -> None:
    field: Any = naming.model._meta.get_field(naming.name)
    setattr(row, field.attname, record.pk)
    naming.model._base_manager.filter(pk=row.pk).update(**{field.attname: record.pk})
    told = "subject" if naming.kind else naming.field.name
    values = ([plain(other)], [plain(record)]) if naming.field.many_to_many else (plain(other), plain(record))
    _tell(naming.owner_of(row), told, *values, actor=actor, reason=reason)


def _join(row: Any, into: Any, naming: Naming, other: Record, *, actor: Actor, reason: str) -> None:
    """The record has an equal row: what hangs on this one goes over to it, and this one goes."""
    owner = naming.owner_of(row)
    if owner is row and isinstance(row, Record):
        move_all(parts_of(row, into), row, into, actor=actor, reason=reason)
        changes = difference(row, snapshot(row), {})
        record_activity(actor=actor, verb="delete", subject=row, changes=changes, reason=reason)
    else:
        _tell(owner, naming.field.name, [plain(other)], [], actor=actor, reason=reason)
    naming.model._base_manager.filter(pk=row.pk).delete()


def _tell(row: Any, name: str, before: Any, after: Any, *, actor: Actor, reason: str) -> None:
    """An entry of history and, for who is editing it just now, a new version."""
    if not isinstance(row, Record):
        return
    kind = type(row)
    kind._base_manager.filter(pk=row.pk).update(version=models.F("version") + 1, updated_at=timezone.now())
    changes = difference(row, {name: before}, {name: after})
    record_activity(actor=actor, verb="update", subject=row, changes=changes, reason=reason)
