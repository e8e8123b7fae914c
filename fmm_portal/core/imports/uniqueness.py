"""The unique constraints of a model for many rows at once: with what is in the file, and with what is kept already."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from fmm_portal.core.imports.planning import PlannedRow

AT_ONCE = 5000


def refuse_doubles(model: type[models.Model], rows: Sequence["PlannedRow"]) -> None:
    """Refuse every row that a constraint would, in the constraint's own words; one query a constraint."""
    changed = {row.record.pk for row in rows if not row.is_new}
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            _check(model, constraint, rows, changed)


def _check(
    model: type[models.Model], constraint: Any, rows: Sequence["PlannedRow"], changed: Iterable[int]
) -> None:
    terms = list(constraint.expressions) or [models.F(name) for name in constraint.fields]
    keys: dict[tuple[Any, ...], list[PlannedRow]] = {}
    for row in rows:
        if constraint.condition is None or holds(constraint.condition, row.record):
            key = tuple(_value(term, row.record) for term in terms)
            if None not in key:
                keys.setdefault(key, []).append(row)
    if not keys:
        return
    words = constraint.get_violation_error_message() % {"name": constraint.name}
    for same in keys.values():
        for row in same[1:]:
            row.refuse(
                NON_FIELD_ERRORS, f"{words} {_('Row %(row)d has the same.') % {'row': same[0].number}}"
            )
    named = [f"unique_{place}" for place in range(len(terms))]
    found = model._base_manager.filter(constraint.condition or models.Q()).exclude(pk__in=changed)
    found = found.annotate(**{name: _expression(term) for name, term in zip(named, terms, strict=True)})
    firsts = list({key[0] for key in keys})
    for start in range(0, len(firsts), AT_ONCE):
        taken = found.filter(unique_0__in=firsts[start : start + AT_ONCE])
        for key in taken.values_list(*named):
            for row in keys.get(key, ()):
                row.refuse(NON_FIELD_ERRORS, words)


def _expression(term: Any) -> Any:
    return models.ExpressionWrapper(term, models.TextField()) if isinstance(term, Upper) else term


def _value(term: Any, record: Any) -> Any:
    if isinstance(term, Upper):
        return str(_value(term.source_expressions[0], record) or "").upper()
    if isinstance(term, models.F):
        field: Any = record._meta.get_field(term.name)  # type: ignore[attr-defined]
        return getattr(record, field.attname)
    raise TypeError(f"{term!r} is no expression that imports know; add it here.")


def holds(condition: models.Q, record: Any) -> bool:
    """Whether a record meets a constraint's condition, told from its own fields."""
    answers = (
        holds(child, record) if isinstance(child, models.Q) else _meets(child, record)
        for child in condition.children
    )
    is_met = all(answers) if condition.connector == models.Q.AND else any(answers)
    return is_met != condition.negated


def _meets(child: Any, record: Any) -> bool:
    path, wanted = child
    name, _separator, lookup = path.partition("__")
    value = getattr(record, record._meta.get_field(name).attname)
    if lookup == "isnull":
        return (value is None) == wanted
    if lookup == "in":
        return value in wanted
    if lookup in ("", "exact"):
        return bool(value == wanted)
    raise TypeError(f"{path} is no condition that imports know; add it here.")
