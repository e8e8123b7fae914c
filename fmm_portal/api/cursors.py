"""Walking through ordered rows: each page begins after the last row of the one before, found by its own values."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import connections, models
from django.db.models import F, Q
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from fmm_portal.core.activity import plain


class Key(NamedTuple):
    """One part of the order. `nulls_last` is None where the value is never missing."""

    expression: Any
    descending: bool
    nulls_last: bool | None

    def after(self, name: str, value: Any) -> Q:
        """Rows that this key alone puts after the value."""
        if value is None:
            return Q(pk__in=[]) if self.nulls_last else Q(**{f"{name}__isnull": False})
        beyond = Q(**{f"{name}__{'lt' if self.descending else 'gt'}": value})
        return beyond | Q(**{f"{name}__isnull": True}) if self.nulls_last else beyond

    def from_there(self, name: str, value: Any) -> Q:
        """Rows that it puts nowhere before: what an index can be entered by."""
        if value is None:
            return Q(**{f"{name}__isnull": True}) if self.nulls_last else Q()
        beyond = Q(**{f"{name}__{'lte' if self.descending else 'gte'}": value})
        return beyond | Q(**{f"{name}__isnull": True}) if self.nulls_last else beyond

    def order(self, name: str) -> OrderBy:
        if self.nulls_last is None:
            return OrderBy(F(name), descending=self.descending)
        nulls = {"nulls_last": True} if self.nulls_last else {"nulls_first": True}
        return OrderBy(F(name), descending=self.descending, **nulls)


class Cursors:
    """The pages of one query, whose order must end with a unique key."""

    def __init__(self, rows: models.QuerySet[Any]) -> None:
        self.largest = connections[rows.db].vendor == "postgresql"
        self.keys = self._keys(rows.model, rows.query.order_by)
        self.names = [f"cursor_{at}" for at in range(len(self.keys))]
        self.rows = rows.annotate(**dict(zip(self.names, (key.expression for key in self.keys), strict=True)))
        # A cursor of another order would leave rows out.
        self.order = "|".join(f"{'-' if key.descending else ''}{key.expression!r}" for key in self.keys)

    def page(self, cursor: str | None, size: int) -> tuple[list[Any], str | None]:
        """The rows after the cursor, or the first ones, and the cursor of the next page if there is one."""
        rows = self.rows
        try:
            if cursor is not None:
                rows = rows.filter(self._after(self._values(cursor)))
            ordered = rows.order_by(
                *(key.order(name) for key, name in zip(self.keys, self.names, strict=True))
            )
            found = list(ordered[: size + 1])
        except (ValueError, TypeError, DjangoValidationError) as error:
            message = _("This cursor leads nowhere in this order. Begin again with paging=cursor.")
            raise ValidationError({"cursor": [message]}, code="invalid_cursor") from error
        return found[:size], self._cursor(found[size - 1]) if len(found) > size else None

    def _after(self, values: list[Any]) -> Q:
        places = list(zip(self.keys, self.names, values, strict=True))
        found, equal = Q(pk__in=[]), Q()
        for key, name, value in places:
            found |= equal & key.after(name, value)
            equal &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
        first = places[0]
        return first[0].from_there(first[1], first[2]) & found

    def _cursor(self, row: Any) -> str:
        values = [plain(getattr(row, name)) for name in self.names]
        return urlsafe_b64encode(json.dumps([_digest(self.order), *values]).encode()).decode().rstrip("=")

    def _values(self, cursor: str) -> list[Any]:
        order, *values = json.loads(urlsafe_b64decode(cursor.encode() + b"=="))
        if order != _digest(self.order):
            raise ValueError("of another order")
        return values

    def _keys(self, model: type[models.Model], order: Any, prefix: str = "", flip: bool = False) -> list[Key]:
        """The order in single values; a relation stands for the order of its own records."""
        found: list[Key] = []
        for part in order:
            if isinstance(part, OrderBy):
                last = part.nulls_last or (not part.nulls_first and self._last(part.descending))
                found.append(
                    Key(_behind(prefix, part.expression), part.descending != flip, bool(last) != flip)
                )
            elif isinstance(part, str):
                found += self._named(model, part, prefix, flip)
            else:
                found.append(Key(_behind(prefix, part), flip, self._last(flip)))
        return found

    def _named(self, model: type[models.Model], part: str, prefix: str, flip: bool) -> list[Key]:
        descending = part.startswith("-") != flip
        path = part.removeprefix("-")
        field, is_missing = _field(model, path)
        if (
            field.is_relation
            and path.rpartition("__")[2] == field.name
            and field.remote_field.model._meta.ordering
        ):
            related = field.remote_field.model
            return self._keys(related, related._meta.ordering, f"{prefix}{path}__", descending)
        may_miss = is_missing or bool(prefix)
        return [Key(F(f"{prefix}{path}"), descending, self._last(descending) if may_miss else None)]

    def _last(self, descending: bool) -> bool:
        """Whether the database puts missing values last when nobody says so: PostgreSQL holds them for the largest."""
        return self.largest != descending


def _field(model: type[models.Model], path: str) -> tuple[Any, bool]:
    """The field at the end of a path, and whether a row may have no value there."""
    is_missing = False
    field: Any = model._meta.pk
    for step in path.split("__"):
        field = model._meta.pk if step == "pk" else model._meta.get_field(step)
        is_missing = is_missing or field.null
        if field.is_relation:
            model = field.remote_field.model
    return field, is_missing


def _behind(prefix: str, expression: Any) -> Any:
    """The same expression, read from a related record."""
    if not prefix:
        return expression
    copy = expression.copy() if hasattr(expression, "copy") else expression
    if isinstance(expression, F):
        return F(f"{prefix}{expression.name}")  # type: ignore[attr-defined]
    copy.set_source_expressions([_behind(prefix, each) for each in copy.get_source_expressions()])
    return copy


def _digest(order: str) -> str:
    return sha256(order.encode()).hexdigest()[:8]
