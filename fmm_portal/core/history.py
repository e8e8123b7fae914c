"""Who may read which entries of a record's history: those of its parts that they may see, without hidden fields."""

from collections.abc import Iterable
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.translation import gettext as _

from fmm_portal.core.activity import Change, history_of, read_changes
from fmm_portal.core.models import Activity, Record
from fmm_portal.core.policies import can, colleague_fields, policy_for
from fmm_portal.core.principals import Principal
from fmm_portal.core.workflow import workflow_for

VERBS_OF_SAVING = {"create", "update", "delete"}


class Entry(NamedTuple):
    """One entry as people read it."""

    activity: Activity
    changes: list[Change]
    is_step: bool
    is_part: bool
    verb: str
    may_undo: bool = False


def readable_history(record: Record, principal: Principal) -> models.QuerySet[Activity]:
    """The history that the principal may read: of the record, and of the parts that they may see.

    Parts that no longer exist are shown to those who may change the record.
    """
    entries = history_of(record)
    readable = models.Q(subject_type=ContentType.objects.get_for_model(record), subject_id=record.pk)
    may_change = can(principal, "change", record).allowed
    for kind in ContentType.objects.filter(pk__in=entries.order_by().values("subject_type").distinct()):
        model = kind.model_class()
        if model is None:
            continue
        try:
            rows = policy_for(model).scope(principal, model._default_manager.all())
        except ImproperlyConfigured:
            continue
        part = models.Q(subject_type=kind)
        readable |= part & models.Q(subject_id__in=rows.order_by().values("pk"))
        if may_change:
            readable |= part & ~models.Q(subject_id__in=model._base_manager.order_by().values("pk"))
    return entries.filter(readable)


def entries_for(record: Record, activities: Iterable[Activity], principal: Principal) -> list[Entry]:
    """The entries with their changes; fields that the principal may not read on the subject are left out."""
    found = []
    for activity in activities:
        model = activity.subject_type.model_class()
        hidden: frozenset[str] = frozenset()
        label = activity.verb
        if model is not None:
            hidden = policy_for(model).hidden_fields(principal, None)
            if not principal.knows_colleagues:
                hidden |= colleague_fields(model)
            label = verb_label(model, activity.verb)
        kept = {name: pair for name, pair in activity.changes.items() if name not in hidden}
        activity.changes = kept
        is_part = not (model is type(record) and activity.subject_id == record.pk)
        found.append(
            Entry(
                activity, list(read_changes(activity)), activity.verb not in VERBS_OF_SAVING, is_part, label
            )
        )
    return found


def verb_label(model: type[models.Model], verb: str) -> str:
    """What was done, in words: the label of the workflow's step where it was one."""
    workflow = workflow_for(model)
    if workflow is not None:
        for transition in workflow.transitions:
            if transition.name == verb:
                return str(transition.label)
    words = {
        "create": _("Added"),
        "update": _("Changed"),
        "delete": _("Deleted"),
        "merge": _("Merged"),
        "unmerge": _("Merging undone"),
        "publish": _("Published"),
        "take_review": _("State of the activities taken"),
        "revoke": _("Revoked"),
        "rotate": _("Secret renewed"),
        "renew_link": _("Personal link renewed"),
        "request_report": _("Report requested"),
        "retry_report": _("Report tried again"),
        "show_secret": _("Secret shown"),
        "rotate_secret": _("Secret renewed"),
        "redeliver": _("Message sent again"),
    }
    return words.get(verb, verb.replace("_", " ").capitalize())
