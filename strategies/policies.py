"""Who may see and do what with strategies and their parts."""

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
)
from fmm_portal.core.document_policies import DocumentHost
from fmm_portal.core.enums import Audience
from fmm_portal.core.policies import YES, Decision, PartPolicy, Policy, no, register_policy
from fmm_portal.core.principals import Principal
from strategies.enums import MeetingStatus, ReviewStatus
from strategies.models import (
    ActionPlan,
    Amendment,
    Axis,
    Committee,
    CommitteeMeeting,
    CommitteeMember,
    Milestone,
    MilestoneParticipant,
    PlanActivity,
    PlanObjective,
    PlanResult,
    Review,
    ReviewEntry,
    Stakeholder,
    Strategy,
    StrategyVersion,
)

AGENCY_ROLES: AbstractSet[str] = {Role.PARTNER, Role.HOST}


def concerning(principal: Principal, roles: AbstractSet[str]) -> models.Q:
    """Strategies that these roles' institutions own, carry out, have a stake or a seat in."""
    institutions = institutions_of(principal, roles)
    stakes = Stakeholder.objects.filter(institution__in=institutions).order_by().values("strategy")
    seats = CommitteeMember.objects.filter(institution__in=institutions).order_by()
    led = PlanActivity.objects.filter(lead__in=institutions).order_by()
    joined = PlanActivity.partners.through.objects.filter(institution__in=institutions)
    return (
        models.Q(owner_institution__in=institutions)
        | models.Q(ministry__in=institutions)
        | models.Q(coordinator__in=institutions)
        | models.Q(pk__in=stakes)
        | models.Q(pk__in=seats.values("committee__strategy"))
        | models.Q(pk__in=led.values("plan__strategy"))
        | models.Q(pk__in=joined.values("planactivity__plan__strategy"))
    )


def of_countries(principal: Principal, roles: AbstractSet[str]) -> models.Q:
    return models.Q(country__in=countries_of(principal, roles))


class StrategyPolicy(DocumentHost, Policy):
    """The programme sees all strategies; agencies those that concern them or their countries."""

    def sees_all(self, principal: Principal) -> bool:
        return has_role_everywhere(principal, READERS_OF_THE_PROGRAMME)

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.sees_all(principal):
            return queryset
        roles: AbstractSet[str] = {*READERS_OF_THE_PROGRAMME, Role.PARTNER}
        return queryset.filter(of_countries(principal, roles) | concerning(principal, AGENCY_ROLES))

    def is_kept_by(self, principal: Principal, strategy: Strategy | None) -> bool:
        """Whether the principal is programme staff for this strategy."""
        if has_role_everywhere(principal, STAFF):
            return True
        countries = countries_of(principal, STAFF)
        if not countries:
            return False
        return strategy is None or strategy.country_id in countries

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        return YES if self.is_kept_by(principal, obj) else no()

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        """A strategy is the memory of a country; one entered by mistake is removed by a manager."""
        if not self.is_kept_by(principal, obj):
            return no()
        return YES if is_manager(principal) else no(_("Only a manager may delete a strategy."))

    def may_override(self, principal: Principal, obj: Any) -> Decision:
        return YES if is_manager(principal) else no(_("Only a manager may pass over what is missing."))

    def may_attach(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    def may_add_from_template(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    may_request_report = Policy.may_view

    def document_scope(
        self, principal: Principal, audience: str, hosts: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        if has_role_everywhere(principal, STAFF):
            return hosts
        kept = of_countries(principal, STAFF)
        if audience == Audience.PROGRAMME:
            return hosts.filter(kept)
        if audience == Audience.PARTICIPANTS:
            partners = of_countries(principal, {Role.PARTNER}) | concerning(principal, AGENCY_ROLES)
            return hosts.filter(kept | partners)
        return super().document_scope(principal, audience, hosts)


STRATEGIES = StrategyPolicy()


class StrategyPartPolicy(DocumentHost, PartPolicy):
    """A part of a strategy, at any depth; those that carry documents show them as the strategy does."""

    def __init__(self, path: str = "strategy") -> None:
        super().__init__(Strategy, path)

    def keeps(self, principal: Principal, obj: Any) -> bool:
        return STRATEGIES.is_kept_by(principal, self.owner_of(obj) if obj is not None else None)

    def may_attach(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    may_request_report = Policy.may_view

    def document_scope(
        self, principal: Principal, audience: str, hosts: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        strategies = STRATEGIES.document_scope(principal, audience, Strategy.objects.all()).order_by()
        return hosts.filter(**{f"{self.path}__in": strategies.values("pk")})


class MilestonePolicy(StrategyPartPolicy):
    def may_reopen(self, principal: Principal, obj: Any) -> Decision:
        if not self.keeps(principal, obj):
            return no()
        return YES if is_manager(principal) else no(_("Only a manager may reopen a milestone."))


class MeetingPolicy(StrategyPartPolicy):
    def may_reopen(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        if obj is not None and obj.status == MeetingStatus.HELD and not is_manager(principal):
            return no(_("Only a manager may delete a meeting that was held."))
        return self.may_change(principal, obj)


class PlanActivityPolicy(StrategyPartPolicy):
    """The institution that leads an activity says how far it is; the programme keeps the rest."""

    def leads(self, principal: Principal, obj: Any) -> bool:
        return (
            obj is not None
            and obj.lead_id is not None
            and obj.lead_id in institutions_of(principal, {Role.PARTNER})
        )

    def _progress(self, principal: Principal, obj: Any) -> Decision:
        if self.leads(principal, obj) or self.keeps(principal, obj):
            return YES
        return no(_("Only the lead institution or the programme may do this."))

    may_begin = may_finish = may_postpone = may_restart = may_update_progress = _progress

    def may_cancel(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)


class ReviewPolicy(StrategyPartPolicy):
    """A draft is for the programme; a final review is read with the strategy and not changed."""

    def sees_all(self, principal: Principal) -> bool:
        return has_role_everywhere(principal, STAFF)

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        visible = super().scope(principal, queryset)
        if self.sees_all(principal):
            return visible
        kept = Strategy.objects.filter(of_countries(principal, STAFF)).order_by().values("pk")
        return visible.filter(models.Q(status=ReviewStatus.FINAL) | models.Q(plan__strategy__in=kept))

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        if obj is not None and obj.status == ReviewStatus.FINAL and self.keeps(principal, obj):
            return no(_("A final review cannot be changed. Reopen it first."))
        return super().may_change(principal, obj)

    def may_finalise(self, principal: Principal, obj: Any) -> Decision:
        return super().may_change(principal, obj)

    def may_reopen(self, principal: Principal, obj: Any) -> Decision:
        if not self.keeps(principal, obj):
            return no()
        return YES if is_manager(principal) else no(_("Only a manager may reopen a review."))


REVIEWS = ReviewPolicy("plan__strategy")


def register() -> None:
    register_policy(Strategy, STRATEGIES)
    for part in (StrategyVersion, Stakeholder, Committee, ActionPlan):
        register_policy(part, StrategyPartPolicy())
    register_policy(Axis, StrategyPartPolicy("version_of__strategy"))
    register_policy(Milestone, MilestonePolicy())
    for deeper in (MilestoneParticipant, Amendment):
        register_policy(deeper, StrategyPartPolicy("milestone__strategy"))
    register_policy(CommitteeMember, StrategyPartPolicy("committee__strategy"))
    register_policy(CommitteeMeeting, MeetingPolicy("committee__strategy"))
    register_policy(PlanObjective, StrategyPartPolicy("plan__strategy"))
    register_policy(PlanResult, StrategyPartPolicy("objective__plan__strategy"))
    register_policy(PlanActivity, PlanActivityPolicy("plan__strategy"))
    register_policy(Review, REVIEWS)
    register_policy(ReviewEntry, PartPolicy(Review, "review"))
