"""What a key did lately, out of the history of the records that it changed."""

from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import ImproperlyConfigured

from fmm_portal.accounts.models import ApiKey
from fmm_portal.core.history import verb_label
from fmm_portal.core.models import Activity
from fmm_portal.core.policies import policy_for
from fmm_portal.core.principals import Principal

SHOWN = 20


class Deed(NamedTuple):
    """One change; `label` is empty for a record that the reader may not see."""

    at: datetime
    what: str
    kind: str
    label: str


def lately(key: ApiKey, principal: Principal) -> list[Deed]:
    """The last changes made with the key, newest first; one query for each kind of record."""
    entries = list(Activity.objects.filter(api_key_id=key.pk).select_related("subject_type")[:SHOWN])
    seen: set[tuple[int, int]] = set()
    for kind in {entry.subject_type for entry in entries}:
        model = kind.model_class()
        try:
            policy = policy_for(model) if model is not None else None
        except ImproperlyConfigured:
            continue
        if model is None or policy is None:
            continue
        named = [entry.subject_id for entry in entries if entry.subject_type_id == kind.pk]
        rows = policy.scope(principal, model._default_manager.filter(pk__in=named))
        seen |= {(kind.pk, pk) for pk in rows.order_by().values_list("pk", flat=True)}
    deeds = []
    for entry in entries:
        model = entry.subject_type.model_class()
        what = verb_label(model, entry.verb) if model is not None else entry.verb
        is_seen = (entry.subject_type_id, entry.subject_id) in seen
        deeds.append(Deed(entry.at, what, entry.subject_type.name, entry.subject_label if is_seen else ""))
    return deeds
