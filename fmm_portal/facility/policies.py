"""Who may see and do what with programmes, facilities, requests and actions."""

from collections.abc import Set as AbstractSet
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.roles import (
    READERS_OF_THE_PROGRAMME,
    STAFF,
    countries_of,
    has_role_everywhere,
    institutions_of,
    is_manager,
    reads_the_programme,
)
from fmm_portal.core.document_policies import DocumentHost
from fmm_portal.core.enums import Audience
from fmm_portal.core.policies import YES, Decision, PartPolicy, Policy, no, register_policy, remembered
from fmm_portal.core.principals import Portal, Principal
from fmm_portal.facility.enums import CONSULTED_REQUESTS, GIVEN_ANSWERS, RequestStatus
from fmm_portal.facility.models import (
    Action,
    Activity,
    Approval,
    AssessmentScore,
    BudgetLine,
    Consultee,
    Criterion,
    Expert,
    Facility,
    Indicator,
    Logo,
    Programme,
    Request,
    Risk,
    VisibilityText,
)
from fmm_portal.institutions.policies import DirectoryPolicy

ANSWERING_ROLES: AbstractSet[str] = {Role.PARTNER, Role.HOST}


class ConfigurationPolicy(DirectoryPolicy):
    """Programmes and facilities are read by everyone who has a role and kept by managers."""

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        return YES if is_manager(principal) else no()


class ProgrammePolicy(ConfigurationPolicy):
    def may_request_report(self, principal: Principal, obj: Any) -> Decision:
        """The programme at a glance is for its staff and its viewers."""
        return YES if reads_the_programme(principal) else no()


# --- Requests ------------------------------------------------------------------------------------------------


def asked_by(principal: Principal, roles: AbstractSet[str]) -> models.Q:
    """Requests of the institutions that these roles are limited to, alone or jointly."""
    institutions = institutions_of(principal, roles)
    joint = Request.joint_with.through.objects.filter(institution__in=institutions).values("request")
    return models.Q(institution__in=institutions) | models.Q(pk__in=joint)


def asked_for(principal: Principal, roles: AbstractSet[str]) -> models.Q:
    """Requests for, or from an institution of, the countries that these roles are limited to."""
    countries = countries_of(principal, roles)
    concerned = Request.countries.through.objects.filter(country__in=countries).values("request")
    return models.Q(institution__country__in=countries) | models.Q(pk__in=concerned)


class RequestPolicy(DocumentHost, Policy):
    """The programme reads requests, institutions their own, stakeholders what they are asked about; drafts few."""

    def sees_all(self, principal: Principal) -> bool:
        return has_role_everywhere(principal, STAFF)

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.sees_all(principal):
            return queryset
        sent = ~models.Q(status=RequestStatus.DRAFT)
        visible = asked_by(principal, {Role.PARTNER}) | asked_for(principal, STAFF)
        # Nobody else reads a draft: it is not said yet.
        visible |= sent & asked_for(principal, {Role.PARTNER, Role.VIEWER})
        if has_role_everywhere(principal, {Role.VIEWER}):
            visible |= sent
        consulted = Consultee.objects.filter(
            institution__in=institutions_of(principal, ANSWERING_ROLES), due_at__isnull=False
        ).order_by()
        visible |= sent & models.Q(pk__in=consulted.values("request"))
        return queryset.filter(visible)

    def is_kept_by(self, principal: Principal, request: Request | None) -> bool:
        """Whether the principal is programme staff for this request."""
        if has_role_everywhere(principal, STAFF):
            return True
        if not countries_of(principal, STAFF):
            return False
        if request is None or request.pk is None:
            return True
        kept = Request.objects.filter(asked_for(principal, STAFF), pk=request.pk)
        return remembered(request, principal, "kept", kept.exists)

    def is_asked_by(self, principal: Principal, request: Request | None) -> bool:
        """Whether the principal speaks for the requesting authority, or for one that asks jointly."""
        institutions = institutions_of(principal, {Role.PARTNER})
        if not institutions:
            return False
        if request is None or request.institution_id in institutions:
            return True
        joint = Request.objects.filter(asked_by(principal, {Role.PARTNER}), pk=request.pk)
        return remembered(request, principal, "asked", joint.exists)

    def _sends(self, principal: Principal, obj: Any) -> Decision:
        if self.is_kept_by(principal, obj) or self.is_asked_by(principal, obj):
            return YES
        return no(_("Only the requesting authority or the programme may do this."))

    def _handles(self, principal: Principal, obj: Any) -> Decision:
        return YES if self.is_kept_by(principal, obj) else no()

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        return self._sends(principal, obj)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        decision = self._sends(principal, obj)
        if decision.allowed and obj is not None and not obj.is_editable:
            return no(_("A request is changed only as a draft, or after it was returned for completion."))
        return decision

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        if obj is not None and (obj.status != RequestStatus.DRAFT or obj.reference):
            return no(_("Only a draft can be deleted. Withdraw the request instead."))
        return self._sends(principal, obj)

    may_submit = may_withdraw = _sends
    may_register = may_check_eligibility = may_consult = may_skip_consultation = may_assess = _handles
    may_decide = may_return_for_completion = may_open_action = _handles
    # Asking stakeholders and scoring is the programme's work, whatever the state of the text.
    may_keep_consultees = may_score = _handles

    def may_see_scores(self, principal: Principal, obj: Any) -> Decision:
        """Scores are the programme's own papers."""
        return YES if reads_the_programme(principal) else no()

    def _decides(self, principal: Principal, obj: Any) -> Decision:
        if not self.is_kept_by(principal, obj):
            return no()
        return YES if is_manager(principal) else no(_("Only a manager may record the decision."))

    may_approve = may_reject = _decides

    def may_reopen(self, principal: Principal, obj: Any) -> Decision:
        if not self.is_kept_by(principal, obj):
            return no()
        return YES if is_manager(principal) else no(_("Only a manager may reopen a request."))

    may_reinstate = may_reopen

    def may_override(self, principal: Principal, obj: Any) -> Decision:
        return YES if is_manager(principal) else no(_("Only a manager may pass over what is missing."))

    def may_attach(self, principal: Principal, obj: Any) -> Decision:
        return self._sends(principal, obj)

    # A report holds no more than its requester may see.
    may_request_report = Policy.may_view

    def document_scope(
        self, principal: Principal, audience: str, hosts: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        if has_role_everywhere(principal, STAFF):
            return hosts
        kept = asked_for(principal, STAFF)
        if audience == Audience.PROGRAMME:
            return hosts.filter(kept)
        if audience == Audience.PARTICIPANTS:
            return hosts.filter(kept | asked_by(principal, {Role.PARTNER}))
        return super().document_scope(principal, audience, hosts)


REQUESTS = RequestPolicy()


class ConsulteePolicy(PartPolicy):
    """Kept by the programme; the institution that is asked answers for itself, the programme for one who rang."""

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """The programme sees all answers, everybody else those of their own institution."""
        if has_role_everywhere(principal, READERS_OF_THE_PROGRAMME):
            return queryset
        own = models.Q(institution__in=institutions_of(principal, ANSWERING_ROLES), due_at__isnull=False)
        kept = Request.objects.filter(asked_for(principal, STAFF)).order_by()
        return queryset.filter(own | models.Q(request__in=kept.values("pk")))

    def _keeps(self, principal: Principal, obj: Any) -> Decision:
        return REQUESTS.can(principal, "keep_consultees", obj.request if obj is not None else None)

    may_create = may_ask = may_ask_again = _keeps

    def may_lapse(self, principal: Principal, obj: Any) -> Decision:
        """Nobody presses "silence"."""
        return YES if isinstance(principal, Portal) else no(_("Silence is counted by the clock."))

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        decision = self._keeps(principal, obj)
        if not decision.allowed or obj is None:
            return decision
        if obj.round != obj.request.round or obj.request.status in CONSULTED_REQUESTS:
            return no(_("The consultation is over."))
        return decision

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        decision = self.may_change(principal, obj)
        if decision.allowed and obj is not None and obj.status in GIVEN_ANSWERS:
            return no(_("Who has answered stays on record."))
        return decision

    def _answers(self, principal: Principal, obj: Any) -> Decision:
        is_own = obj is not None and obj.institution_id in institutions_of(principal, ANSWERING_ROLES)
        if is_own or self._keeps(principal, obj).allowed:
            return YES
        return no(_("Only the stakeholder or the programme may answer."))

    may_agree = may_object = _answers

    def hidden_fields(self, principal: Principal, obj: Any) -> frozenset[str]:
        return Consultee.restricted_fields


class AssessmentScorePolicy(PartPolicy):
    """Scores are the programme's own papers; a reviewer changes only their own, and only while it is assessed."""

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if not reads_the_programme(principal):
            return queryset.none()
        return super().scope(principal, queryset)

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        decision = REQUESTS.can(principal, "score", obj.request if obj is not None else None)
        if decision.allowed and obj is not None and obj.request.status != RequestStatus.ASSESSMENT:
            return no(_("Scores are given while the request is under assessment."))
        return decision

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        if obj is not None and obj.reviewer_id != principal.account_id:
            return no(_("Only the reviewer may change this score."))
        if obj is not None and obj.round != obj.request.round:
            return no(_("Scores of an earlier round stay as they are."))
        return self.may_create(principal, obj)


# --- Actions -------------------------------------------------------------------------------------------------


def taking_part(principal: Principal, roles: AbstractSet[str]) -> models.Q:
    """Actions asked for by, given to or run with the institutions of these roles."""
    institutions = institutions_of(principal, roles)
    return (
        models.Q(requesting_institution__in=institutions)
        | models.Q(implementer__in=institutions)
        | models.Q(
            pk__in=Action.beneficiaries.through.objects.filter(institution__in=institutions).values("action")
        )
        | models.Q(
            pk__in=Action.partners.through.objects.filter(institution__in=institutions).values("action")
        )
        | models.Q(pk__in=Activity.objects.filter(institutions__in=institutions).order_by().values("action"))
    )


def in_countries(principal: Principal, roles: AbstractSet[str]) -> models.Q:
    """Actions in the countries that these roles are limited to."""
    countries = countries_of(principal, roles)
    return models.Q(pk__in=Action.countries.through.objects.filter(country__in=countries).values("action"))


class ActionPolicy(DocumentHost, Policy):
    """The programme sees all actions, agencies those that they take part in or that are in their countries."""

    def sees_all(self, principal: Principal) -> bool:
        return has_role_everywhere(principal, READERS_OF_THE_PROGRAMME)

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.sees_all(principal):
            return queryset
        roles: AbstractSet[str] = {*READERS_OF_THE_PROGRAMME, Role.PARTNER}
        return queryset.filter(in_countries(principal, roles) | taking_part(principal, ANSWERING_ROLES))

    def is_kept_by(self, principal: Principal, action: Action | None) -> bool:
        """Whether the principal is programme staff for this action."""
        if has_role_everywhere(principal, STAFF):
            return True
        if not countries_of(principal, STAFF):
            return False
        if action is None or action.pk is None:
            return True
        kept = Action.objects.filter(in_countries(principal, STAFF), pk=action.pk)
        return remembered(action, principal, "kept", kept.exists)

    def _steps(self, principal: Principal, obj: Any) -> Decision:
        return YES if self.is_kept_by(principal, obj) else no()

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        return self._steps(principal, None)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        if obj is not None and obj.is_frozen and self.is_kept_by(principal, obj):
            return no(_("A closed or cancelled action cannot be changed. Reopen it first."))
        return self._steps(principal, obj)

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        """An action is cancelled, not deleted: its history is the programme's memory."""
        return no(_("Actions are not deleted. Cancel the action instead."))

    may_draft_fiche = may_plan = may_start = may_report = may_complete = may_follow_up = may_close = _steps
    may_suspend = may_resume = may_plan_again = may_find_facts_again = may_return_to_work = may_cancel = (
        _steps
    )
    # An officer who presented the fiche may take it back.
    may_return_fiche = may_revise_fiche = _steps

    def _managed(self, principal: Principal, obj: Any) -> Decision:
        if not self.is_kept_by(principal, obj):
            return no()
        return YES if is_manager(principal) else no(_("Only a manager may do this."))

    may_approve_fiche = may_reopen = may_reinstate = _managed
    # Also of a closed action: what is over is published like what runs.
    may_publish_open_data = _managed

    def may_override(self, principal: Principal, obj: Any) -> Decision:
        return YES if is_manager(principal) else no(_("Only a manager may pass over what is missing."))

    def may_attach(self, principal: Principal, obj: Any) -> Decision:
        return self._steps(principal, obj)

    def hidden_fields(self, principal: Principal, obj: Any) -> frozenset[str]:
        """The request that an action answers is for the programme and for those who asked."""
        asks = obj is not None and obj.requesting_institution_id in institutions_of(principal, {Role.PARTNER})
        return frozenset() if asks or reads_the_programme(principal) else frozenset({"request"})

    def may_see_budget(self, principal: Principal, obj: Any) -> Decision:
        """Money is for the programme and its viewers."""
        return YES if reads_the_programme(principal) else no()

    may_request_report = Policy.may_view

    def document_scope(
        self, principal: Principal, audience: str, hosts: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        if has_role_everywhere(principal, STAFF):
            return hosts
        kept = in_countries(principal, STAFF)
        if audience == Audience.PROGRAMME:
            return hosts.filter(kept)
        if audience == Audience.PARTICIPANTS:
            return hosts.filter(
                kept | in_countries(principal, {Role.PARTNER}) | taking_part(principal, ANSWERING_ROLES)
            )
        return super().document_scope(principal, audience, hosts)


ACTIONS = ActionPolicy()


def request_behind(action: Action, principal: Principal) -> Request | None:
    """The request that the action answers, for those who may read it."""
    if action.request_id is None or "request" in ACTIONS.hidden_fields(principal, action):
        return None
    return Request.objects.visible_to(principal).filter(pk=action.request_id).first()


class ActivityPolicy(DocumentHost, PartPolicy):
    """As its action."""

    def may_attach(self, principal: Principal, obj: Any) -> Decision:
        """Papers come in after the end, too."""
        return ACTIONS.may_attach(principal, self.owner_of(obj) if obj is not None else None)

    may_request_report = Policy.may_view

    def document_scope(
        self, principal: Principal, audience: str, hosts: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        actions = ACTIONS.document_scope(principal, audience, Action.objects.all()).order_by()
        return hosts.filter(action__in=actions.values("pk"))


class BudgetLinePolicy(PartPolicy):
    """As its action, for those who may see its budget."""

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if not ACTIONS.may_see_budget(principal, None).allowed:
            return queryset.none()
        return super().scope(principal, queryset)


def register() -> None:
    register_policy(Programme, ProgrammePolicy())
    for model in (VisibilityText, Logo, Facility, Criterion):
        register_policy(model, ConfigurationPolicy())
    register_policy(Request, REQUESTS)
    register_policy(Consultee, ConsulteePolicy(Request, "request"))
    register_policy(AssessmentScore, AssessmentScorePolicy(Request, "request"))
    register_policy(Action, ACTIONS)
    register_policy(Activity, ActivityPolicy(Action, "action"))
    register_policy(BudgetLine, BudgetLinePolicy(Action, "action"))
    for part in (Expert, Indicator, Risk, Approval):
        register_policy(part, PartPolicy(Action, "action"))
