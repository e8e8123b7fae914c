"""Entries of a record's history as JSON."""

from typing import Any

from rest_framework.request import Request

from fmm_portal.api.resources import absolute, resource_name, resource_path
from fmm_portal.core.activity import CONCEALED
from fmm_portal.core.models import Activity
from fmm_portal.core.principals import Principal, name_for


def history_entry(entry: Activity, principal: Principal, request: Request) -> dict[str, Any]:
    """One entry. Who a person is, only the programme and the person read; agencies and the portal are named to all."""
    return {
        "id": entry.pk,
        "at": entry.at,
        "actor": name_for(principal, entry.actor_label, entry.user_id) or None,
        "source": entry.source,
        "verb": entry.verb,
        "reason": entry.reason,
        "subject": _subject(entry, request),
        "changes": [_change(name, *pair) for name, pair in entry.changes.items()],
    }


def _subject(entry: Activity, request: Request) -> dict[str, Any]:
    model = entry.subject_type.model_class()
    return {
        "resource": resource_name(model) if model is not None else None,
        "id": entry.subject_id,
        "label": entry.subject_label,
        "url": absolute(request, resource_path(model, entry.subject_id)) if model is not None else None,
    }


def _change(name: str, before: Any, after: Any) -> dict[str, Any]:
    is_restricted = before == CONCEALED and after == CONCEALED
    return {
        "field": name,
        "before": None if is_restricted else before,
        "after": None if is_restricted else after,
        "is_restricted": is_restricted,
    }
