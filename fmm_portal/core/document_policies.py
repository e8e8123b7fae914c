"""Policies of the platform's own models: a document is seen as its subject is, narrowed by its audience."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models

from fmm_portal.core.documents import document_hosts
from fmm_portal.core.enums import Audience
from fmm_portal.core.models import Document
from fmm_portal.core.policies import Decision, Policy, no, policy_for, register_policy
from fmm_portal.core.principals import Principal


class DocumentHost:
    """What the policy of a model that carries documents adds."""

    def document_scope(
        self, principal: Principal, audience: str, hosts: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        """The subjects whose documents of this audience the principal may open."""
        if audience == Audience.EVERYONE:
            return self.scope(principal, hosts)  # type: ignore[attr-defined]
        return hosts.none()


class DocumentPolicy(Policy):
    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        visible = models.Q(pk__in=[])
        for model in document_hosts():
            kind = ContentType.objects.get_for_model(model)
            policy = policy_for(model)
            for audience in Audience.values:
                hosts = policy.document_scope(principal, audience, model._default_manager.all())  # type: ignore[attr-defined]
                visible |= models.Q(
                    subject_type=kind, audience=audience, subject_id__in=hosts.order_by().values("pk")
                )
        return queryset.filter(visible)

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        """Who may change the subject may attach to it."""
        if obj is None or obj.subject is None:
            return no()
        return policy_for(obj.subject).can(principal, "attach", obj.subject)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        return self.may_create(principal, obj)

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        return self.may_create(principal, obj)


def register() -> None:
    register_policy(Document, DocumentPolicy())
