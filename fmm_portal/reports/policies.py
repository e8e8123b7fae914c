"""Who may see a report: who sees its subject and belongs to the audience it was built for."""

import hashlib
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models

from fmm_portal.accounts.agencies import AgencyPrincipal
from fmm_portal.accounts.roles import READERS_OF_THE_PROGRAMME, STAFF, has_role_everywhere
from fmm_portal.core.policies import Decision, Policy, no, policy_for, register_policy
from fmm_portal.core.principals import Principal
from fmm_portal.reports.models import Report
from fmm_portal.reports.registry import report_kinds

# Built from all there is: for staff of the whole programme.
PROGRAMME = "programme"
# Built from what viewers may read, which staff may read too.
READERS = "readers"


def audience_of(principal: Principal) -> str:
    """For whom a report that this principal asks for is built.

    Everybody with rights in some countries or institutions only is an audience of their own, and another one
    once their rights change: what such a person may see is nobody else's measure.
    """
    if has_role_everywhere(principal, STAFF):
        return PROGRAMME
    if has_role_everywhere(principal, READERS_OF_THE_PROGRAMME):
        return READERS
    rights = hashlib.sha256(repr(sorted(map(str, principal.grants))).encode()).hexdigest()[:16]
    if isinstance(principal, AgencyPrincipal):
        return f"key:{principal.key_id}:{rights}"
    return f"user:{principal.account_id}:{rights}"


def audiences_of(principal: Principal) -> set[str]:
    """The audiences that a principal belongs to."""
    own = audience_of(principal)
    return {PROGRAMME, READERS} if own == PROGRAMME else {own}


class ReportPolicy(Policy):
    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if not principal.is_authenticated:
            return queryset.none()
        about = models.Q(pk__in=[])
        for model in {kind.model for kind in report_kinds()}:
            subjects = policy_for(model).scope(principal, model._default_manager.all()).order_by()
            kind = ContentType.objects.get_for_model(model)
            about |= models.Q(subject_type=kind, subject_id__in=subjects.values("pk"))
        return queryset.filter(about, audience__in=audiences_of(principal))

    def may_retry(self, principal: Principal, obj: Any) -> Decision:
        """Who sees it and may ask for it may ask for it again."""
        if obj.subject is None or not self.may_view(principal, obj).allowed:
            return no()
        return policy_for(obj.subject).can(principal, "request_report", obj.subject)


def register() -> None:
    register_policy(Report, ReportPolicy())
