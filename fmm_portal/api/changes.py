"""Since when a record's answer differs: its own changes, and those of the records that it shows."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q

from fmm_portal.core.models import Record


def changed_since(
    rows: models.QuerySet[Any], serializer_class: Any, moment: datetime
) -> models.QuerySet[Any]:
    """Rows whose list entry may differ from what it was at a moment. Parts that went have renewed their owners."""
    model = serializer_class.model()
    found = Q(updated_at__gte=moment)
    for path in sorted(_shown(model, serializer_class)):
        generic = next((field for field in model._meta.private_fields if field.name == path), None)
        if isinstance(generic, GenericForeignKey):
            found |= _about_changed(model, generic, moment)
        else:
            others = model._base_manager.filter(**{f"{path}__updated_at__gte": moment}).order_by()
            found |= Q(pk__in=others.values("pk"))
    return rows.filter(found)


def _shown(model: type[models.Model], serializer_class: Any) -> set[str]:
    """The paths to all records of which a list shows something, each with the steps that lead there."""
    names = serializer_class.names(in_list=True)
    paths = [*serializer_class.paths_shown(names)]
    return {
        "__".join(steps[:at])
        for steps in (path.split("__") for path in paths)
        for at in range(1, len(steps) + 1)
        if _has_moment(model, steps[:at])
    }


def _has_moment(model: Any, steps: list[str]) -> bool:
    """Whether a path ends at records that say when they changed; names of accounts do not."""
    for step in steps:
        try:
            field: Any = model._meta.get_field(step)
        except FieldDoesNotExist:
            return False
        if isinstance(field, GenericForeignKey):
            return True
        model = field.related_model
    return issubclass(model, Record)


def _about_changed(model: Any, generic: GenericForeignKey, moment: datetime) -> Q:
    """Rows about a record of any kind that changed."""
    found = Q(pk__in=[])
    kinds = model._base_manager.order_by().values_list(generic.ct_field, flat=True).distinct()
    for kind in _kinds(kinds):
        subject: Any = kind.model_class()
        if subject is not None and issubclass(subject, Record):
            changed = subject._base_manager.filter(updated_at__gte=moment).order_by().values("pk")
            found |= Q(**{generic.ct_field: kind, f"{generic.fk_field}__in": changed})
    return found


def _kinds(keys: Any) -> Iterator[ContentType]:
    for key in keys:
        if key is not None:
            yield ContentType.objects.get_for_id(key)
