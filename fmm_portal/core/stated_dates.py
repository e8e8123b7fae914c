"""Records whose dates sources give differently: which may carry such dates, and who may read and keep them."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models

from fmm_portal.core.models import Record, StatedDate
from fmm_portal.core.panels import register_panel
from fmm_portal.core.policies import Decision, Policy, no, policy_for, register_policy
from fmm_portal.core.principals import Principal
from fmm_portal.core.querysets import RecordQuerySet

_hosts: list[type[Record]] = []


def register_dated(model: type[Record]) -> None:
    """Let records of this model carry the dates that other sources give."""
    if model not in _hosts:
        from fmm_portal.core.stated_date_views import other_dates_panel

        _hosts.append(model)
        # The page of every such record shows them; the views stand above this module.
        register_panel(model, other_dates_panel, order=90)


def dated_models() -> list[type[Record]]:
    return list(_hosts)


def stated_dates_of(record: Record) -> RecordQuerySet[StatedDate]:
    return StatedDate.objects.of_subject(record)


class StatedDatePolicy(Policy):
    """Seen as the subject is, kept by whoever may change the subject."""

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        visible = models.Q(pk__in=[])
        for model in dated_models():
            policy, about = policy_for(model), models.Q(subject_type=ContentType.objects.get_for_model(model))
            if not policy.sees_all(principal):
                subjects = policy.scope(principal, model._default_manager.all()).order_by()
                about &= models.Q(subject_id__in=subjects.values("pk"))
            visible |= about
        return queryset.filter(visible)

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        if obj is None or obj.subject is None:
            return no()
        return policy_for(obj.subject).can(principal, "change", obj.subject)

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)


def register() -> None:
    register_policy(StatedDate, StatedDatePolicy())
