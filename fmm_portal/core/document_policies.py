"""Policies of the platform's own models: a document is seen as its subject is, narrowed by its audience."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models

from fmm_portal.core.documents import document_hosts, documents_of
from fmm_portal.core.enums import Audience
from fmm_portal.core.models import Document, Record
from fmm_portal.core.panels import Panel
from fmm_portal.core.policies import YES, Decision, Policy, no, policy_for, register_policy, remembered
from fmm_portal.core.principals import Principal
from fmm_portal.core.querysets import RecordQuerySet


class DocumentHost:
    """What the policy of a model that carries documents adds."""

    def document_scope(
        self, principal: Principal, audience: str, hosts: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        """The subjects whose documents of this audience the principal may open."""
        if audience == Audience.EVERYONE:
            return self.scope(principal, hosts)  # type: ignore[attr-defined]
        return hosts.none()

    def internal_scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Who opens the programme's own documents reads its own words."""
        return self.document_scope(principal, Audience.PROGRAMME, queryset)

    def may_comment(self, principal: Principal, obj: Any) -> Decision:
        """The programme and those who take part: who opens the documents that pass between them."""

        def takes_part() -> bool:
            rows = type(obj)._default_manager.filter(pk=obj.pk)
            return self.document_scope(principal, Audience.PARTICIPANTS, rows).exists()

        return YES if obj is not None and remembered(obj, principal, "takes part", takes_part) else no()


class DocumentPolicy(Policy):
    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        visible = models.Q(pk__in=[])
        for model in document_hosts():
            visible |= self.at(principal, model._default_manager.all())
        return queryset.filter(visible)

    def at(self, principal: Principal, subjects: models.QuerySet[Any]) -> models.Q:
        """The documents of these subjects, all of one model, that the principal may open."""
        policy: Any = policy_for(subjects.model)
        kind = ContentType.objects.get_for_model(subjects.model)
        visible, at_every_subject = models.Q(pk__in=[]), []
        for audience in Audience.values:
            hosts = policy.document_scope(principal, audience, subjects)
            if hosts is subjects:
                at_every_subject.append(audience)
            else:
                in_scope = hosts.order_by().values("pk")
                visible |= models.Q(subject_type=kind, audience=audience, subject_id__in=in_scope)
        if at_every_subject:
            keys = subjects.order_by().values("pk")
            visible |= models.Q(subject_type=kind, audience__in=at_every_subject, subject_id__in=keys)
        return visible

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        """Who may change the subject may attach to it."""
        if obj is None or obj.subject is None:
            return no()
        return policy_for(obj.subject).can(principal, "attach", obj.subject)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        return self.may_create(principal, obj)

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        return self.may_create(principal, obj)


DOCUMENTS = DocumentPolicy()


def documents_seen_at(record: Record, principal: Principal) -> RecordQuerySet[Document]:
    """Those of one record that the principal may open: as `visible_to`, without asking about every other model."""
    subjects = type(record)._default_manager.filter(pk=record.pk)
    return documents_of(record).filter(DOCUMENTS.at(principal, subjects))


def documents_panel(record: Record, principal: Principal) -> Panel:
    """The documents of a record whose page has no other place for them."""
    return Panel(
        "core/documents_panel.html",
        {
            "subject": record,
            "documents": list(documents_seen_at(record, principal)),
            "may_attach": policy_for(record).can(principal, "attach", record).allowed,
        },
    )


def register() -> None:
    register_policy(Document, DOCUMENTS)
