"""What a caller wants of records: `?fields=` leaves fields out, `?expand=` puts related records in for their briefs."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import models
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from fmm_portal.api.fields import Brief
from fmm_portal.api.permissions import has_scope
from fmm_portal.api.resources import viewset_of
from fmm_portal.api.serializers import ResourceSerializer, singular
from fmm_portal.core.errors import Forbidden

if TYPE_CHECKING:
    from fmm_portal.api.viewsets import ResourceViewSet

DEEPEST = 2
# `{"visit": {"programme": {}}}` for `expand=visit.programme`.
Tree = dict[str, Any]


class Selection(NamedTuple):
    """`only` is None where all fields are wanted."""

    only: tuple[str, ...] | None = None
    expand: Tree = {}


def selection_of(request: Request, serializer_class: type[ResourceSerializer], *, in_list: bool) -> Selection:
    """Raises ValidationError for a field or relation that is not there, Forbidden for one out of the key's scopes."""
    expand: Tree = {}
    for path in _parts(request, "expand"):
        _plant(expand, path, serializer_class, in_list=in_list)
    _check_scopes(request, expand, serializer_class)
    wanted = _parts(request, "fields")
    if "fields" not in request.query_params:
        return Selection(None, expand)
    known = serializer_class.names(in_list=in_list)
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted:
        message = _("There is no field “%(name)s” here. Known are: %(known)s.")
        raise ValidationError(
            {"fields": [message % {"name": name, "known": ", ".join(known)} for name in unknown or [""]]},
            code="unknown_field",
        )
    # What is expanded is shown.
    return Selection(tuple(name for name in known if name in wanted or name in expand), expand)


def _parts(request: Request, parameter: str) -> list[str]:
    """The words of a parameter, divided by commas or given several times."""
    given = ",".join(request.query_params.getlist(parameter))
    return [part.strip() for part in given.split(",") if part.strip()]


def expandable(serializer_class: type[ResourceSerializer], *, in_list: bool) -> dict[str, type[models.Model]]:
    """The relations that can be expanded: those to records that are resources themselves."""
    with serializer_class.reading({}, in_list=in_list) as serializer:
        return {
            name: field.related_model
            for name, field in serializer.fields.items()
            if isinstance(field, Brief) and viewset_of(field.related_model) is not None
        }


def _plant(tree: Tree, path: str, serializer_class: type[ResourceSerializer], *, in_list: bool) -> None:
    steps = path.split(".")
    if len(steps) > DEEPEST:
        message = _("“%(path)s” goes too far: at most %(count)d steps, such as “visit.programme”.")
        raise ValidationError({"expand": [message % {"path": path, "count": DEEPEST}]}, code="too_deep")
    for at, step in enumerate(steps):
        known = expandable(serializer_class, in_list=in_list or at > 0)
        if step not in known:
            message = _("“%(path)s” cannot be expanded. Known are: %(known)s.")
            stem = "".join(f"{before}." for before in steps[:at])
            names = ", ".join(f"{stem}{name}" for name in known) or "–"
            raise ValidationError(
                {"expand": [message % {"path": path, "known": names}]}, code="unknown_relation"
            )
        tree = tree.setdefault(step, {})
        serializer_class = viewset_of(known[step]).serializer_class


def _check_scopes(request: Request, tree: Tree, serializer_class: type[ResourceSerializer]) -> None:
    """What a key may not read as a resource it may not read inside another either."""
    for name, below in tree.items():
        viewset = viewset_of(expandable(serializer_class, in_list=False)[name])
        principal = request.actor.principal  # type: ignore[attr-defined]
        if not has_scope(principal, viewset.resource, "read"):
            raise Forbidden(
                _("The key lacks the scope %(scope)s.") % {"scope": f"{viewset.resource}:read"},
                code="missing_scope",
            )
        _check_scopes(request, below, viewset.serializer_class)


def expand_in(rows: Sequence[dict[str, Any]], tree: Tree, view: "ResourceViewSet") -> None:
    """Complete the briefs in these rows to the records that the caller may see, as their own list shows them.

    One reading for each relation, whatever the number of rows. Of what is out of sight the brief stays.
    """
    for name, below in tree.items():
        with view.serializer_class.reading({}, in_list=False) as serializer:
            model = serializer.fields[name].related_model  # type: ignore[attr-defined]
        briefs = [brief for row in rows for brief in _briefs(row.get(name))]
        target = view.beside(viewset_of(model))
        whole = target.rows_by_key({brief["id"] for brief in briefs})
        expand_in(list(whole.values()), below, target)
        for row in rows:
            value = row.get(name)
            if isinstance(value, dict):
                row[name] = value | whole.get(value["id"], {})
            elif value:
                row[name] = [brief | whole.get(brief["id"], {}) for brief in value]


def _briefs(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value]
    return value or []


def columns_for(serializer_class: type[ResourceSerializer], only: Collection[str]) -> list[str] | None:
    """The columns that these fields need, where none of them is worked out of others; None where all are fetched."""
    model = serializer_class.model()
    if not serializer_class.reads_only_columns():
        return None
    columns = {field.name for field in model._meta.concrete_fields}
    elsewhere = {"url", *(slot.name for slot in serializer_class.slots(only))}
    elsewhere |= {f"{singular(name)}_ids" for name in elsewhere}
    needed = {"id", "version"}
    for name in only:
        column = name if name in columns else name.removesuffix("_id")
        if name in serializer_class._declared_fields or (column not in columns and name not in elsewhere):
            return None
        if column in columns:
            needed.add(column)
    return sorted(needed)
