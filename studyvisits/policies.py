"""Who may see and do what with study visits and their parts."""

from collections.abc import Set as AbstractSet
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from delegations.models import Delegate, Delegation
from delegations.policies import register_delegation_scope, sent_by
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
from fmm_portal.core.policies import (
    YES,
    Decision,
    PartPolicy,
    Policy,
    no,
    policy_for,
    register_policy,
    remembered,
)
from fmm_portal.core.principals import Principal
from studyvisits.enums import DebriefStatus
from studyvisits.models import (
    AgendaHost,
    AgendaItem,
    AgendaVersion,
    Attendance,
    Commitment,
    Debrief,
    DebriefParticipant,
    Evaluation,
    EvaluationQuestion,
    EvaluationResponse,
    LearningQuestion,
    Leg,
    Lesson,
    SessionNote,
    SessionOutcome,
    StudyVisit,
)
from studyvisits.sources import owner_of, source_kinds

HOSTING_ROLES: AbstractSet[str] = {Role.PARTNER, Role.HOST}


def _hosted_by(principal: Principal, roles: AbstractSet[str], hosting_roles: AbstractSet[str]) -> models.Q:
    """Visits with a leg in these roles' countries or a session hosted by their institutions."""
    countries, institutions = countries_of(principal, roles), institutions_of(principal, hosting_roles)
    hosted = models.Q(pk__in=[])
    if countries:
        hosted |= models.Q(pk__in=Leg.objects.filter(country__in=countries).order_by().values("visit"))
    if institutions:
        hosts = AgendaHost.objects.filter(institution__in=institutions).order_by()
        hosted |= models.Q(pk__in=hosts.values("item__visit"))
    return hosted


def _sending(principal: Principal, roles: AbstractSet[str]) -> models.Q:
    if not countries_of(principal, roles) and not institutions_of(principal, roles):
        return models.Q(pk__in=[])
    delegations = Delegation.objects.filter(sent_by(principal, roles)).order_by()
    through = StudyVisit.delegations.through.objects.filter(delegation__in=delegations.values("pk"))
    return models.Q(pk__in=through.values("studyvisit"))


def _travelling(principal: Principal) -> models.Q:
    """Visits in which the principal has a seat."""
    if principal.account_id is None:
        return models.Q(pk__in=[])
    seats = Delegate.objects.filter(account=principal.account_id).order_by().values("delegation")
    return models.Q(
        pk__in=StudyVisit.delegations.through.objects.filter(delegation__in=seats).values("studyvisit")
    )


class StudyVisitPolicy(DocumentHost, Policy):
    """The programme sees all visits; agencies, hosts and delegates those that they take part in."""

    def sees_all(self, principal: Principal) -> bool:
        return has_role_everywhere(principal, READERS_OF_THE_PROGRAMME)

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.sees_all(principal):
            return queryset
        roles: AbstractSet[str] = {*READERS_OF_THE_PROGRAMME, Role.PARTNER}
        return queryset.filter(
            _sending(principal, roles) | _hosted_by(principal, roles, HOSTING_ROLES) | _travelling(principal)
        )

    def kept_by(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """The visits for which the principal is programme staff."""
        if has_role_everywhere(principal, STAFF):
            return queryset
        return queryset.filter(_sending(principal, STAFF) | _hosted_by(principal, STAFF, frozenset()))

    def is_kept_by(self, principal: Principal, visit: StudyVisit | None) -> bool:
        if has_role_everywhere(principal, STAFF):
            return True
        if not countries_of(principal, STAFF):
            return False
        if visit is None or visit.pk is None:
            return True
        kept = self.kept_by(principal, StudyVisit.objects.filter(pk=visit.pk))
        return remembered(visit, principal, "kept", kept.exists)

    def sends(self, principal: Principal, visit: StudyVisit) -> bool:
        """Whether the principal's agency or country sends delegates on the visit."""
        sent = StudyVisit.objects.filter(_sending(principal, {Role.PARTNER}), pk=visit.pk)
        return remembered(visit, principal, "sent", sent.exists)

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        return YES if self.is_kept_by(principal, None) else no()

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        if not self.is_kept_by(principal, obj):
            return no()
        if obj is not None and obj.is_frozen:
            return no(_("A closed or cancelled visit cannot be changed. Reopen it first."))
        return YES

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        """A visit is cancelled, not deleted: its history is the programme's memory."""
        return no(_("Study visits are not deleted. Cancel the visit instead."))

    def _steps(self, principal: Principal, obj: Any) -> Decision:
        return YES if self.is_kept_by(principal, obj) else no()

    may_confirm = may_start = may_complete = may_report = may_close = _steps
    may_postpone = may_replan = may_cancel = _steps
    # A report holds no more than its requester may see, so whoever sees the visit may ask for one.
    may_request_report = Policy.may_view

    def may_reopen(self, principal: Principal, obj: Any) -> Decision:
        if not self.is_kept_by(principal, obj):
            return no()
        return YES if is_manager(principal) else no(_("Only a manager may reopen a visit."))

    def may_reinstate(self, principal: Principal, obj: Any) -> Decision:
        return self.may_reopen(principal, obj)

    def may_override(self, principal: Principal, obj: Any) -> Decision:
        return YES if is_manager(principal) else no(_("Only a manager may pass over what is missing."))

    def may_publish_agenda(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    def may_attach(self, principal: Principal, obj: Any) -> Decision:
        return self._steps(principal, obj)

    def document_scope(
        self, principal: Principal, audience: str, hosts: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        """The programme's own documents are for staff; viewers read only what is for everyone."""
        if has_role_everywhere(principal, STAFF):
            return hosts
        kept = self.kept_by(principal, hosts)
        if audience == Audience.PROGRAMME:
            return kept
        if audience == Audience.PARTICIPANTS:
            roles: AbstractSet[str] = {Role.PARTNER}
            taking_part = (
                _sending(principal, roles)
                | _hosted_by(principal, roles, HOSTING_ROLES)
                | _travelling(principal)
            )
            return hosts.filter(taking_part | models.Q(pk__in=kept.order_by().values("pk")))
        return super().document_scope(principal, audience, hosts)


VISITS = StudyVisitPolicy()


class VisitPartPolicy(PartPolicy):
    """A part of a visit is seen with the visit and changed by who may change the visit."""

    # The path from the part to its visit.
    path = "visit"

    def __init__(self) -> None:
        super().__init__(StudyVisit, self.path)

    def in_kept_visits(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """The parts of visits for which the principal is programme staff."""
        if has_role_everywhere(principal, STAFF):
            return queryset
        visits = VISITS.kept_by(principal, StudyVisit.objects.all()).order_by()
        return queryset.filter(**{f"{self.path}__in": visits.values("pk")})

    def keeps(self, principal: Principal, obj: Any) -> bool:
        return VISITS.is_kept_by(principal, self.owner_of(obj) if obj is not None else None)


class AgendaHostPolicy(VisitPartPolicy):
    """The host answers for itself; the programme may record an answer given by telephone."""

    path = "item__visit"

    def _answers(self, principal: Principal, obj: Any) -> Decision:
        is_own = obj is not None and obj.institution_id in institutions_of(principal, HOSTING_ROLES)
        return (
            YES
            if is_own or self.keeps(principal, obj)
            else no(_("Only the host or the programme may answer."))
        )

    may_confirm = may_decline = _answers

    def may_propose(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    may_replace = may_propose


class AttendancePolicy(VisitPartPolicy):
    """Who was where is for the programme, its viewers and those who send the delegation."""

    path = "item__visit"

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if reads_the_programme(principal):
            return super().scope(principal, queryset)
        sent = StudyVisit.objects.filter(
            _sending(principal, {Role.PARTNER}) | _travelling(principal)
        ).order_by()
        return queryset.filter(item__visit__in=sent.values("pk"))


class AgendaVersionPolicy(VisitPartPolicy):
    """Versions come only from publishing; nobody edits or deletes one."""

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        return VISITS.may_publish_agenda(principal, self.owner_of(obj) if obj is not None else None)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        return no(_("A published agenda is never changed. Publish a new version."))


class LearningQuestionPolicy(VisitPartPolicy):
    """Those who send the delegation may ask, too."""

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        if obj is None:
            return (
                YES
                if self.keeps(principal, None)
                or countries_of(principal, {Role.PARTNER})
                or institutions_of(principal, {Role.PARTNER})
                else no()
            )
        visit = self.owner_of(obj)
        if visit is not None and not visit.is_frozen and VISITS.sends(principal, visit):
            return YES
        return super().may_create(principal, obj)


class SessionNotePolicy(VisitPartPolicy):
    """Shared notes are read with the visit; drafts by their author and the programme. Authors edit their own."""

    path = "item__visit"

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        visible = super().scope(principal, queryset)
        if has_role_everywhere(principal, STAFF):
            return visible
        readable = models.Q(is_shared=True)
        if principal.account_id is not None:
            readable |= models.Q(author=principal.account_id)
        kept = self.in_kept_visits(principal, SessionNote.objects.all()).order_by()
        return visible.filter(readable | models.Q(pk__in=kept.values("pk")))

    def _takes_part(self, principal: Principal, obj: Any) -> bool:
        """Delegates and sending agencies may write; hosts and viewers read."""
        visit = self.owner_of(obj)
        if visit is None:
            return False
        sending_or_travelling = _sending(principal, {Role.PARTNER}) | _travelling(principal)
        taking_part = StudyVisit.objects.filter(sending_or_travelling, pk=visit.pk)
        return remembered(visit, principal, "taking part", taking_part.exists)

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        if obj is not None and self._takes_part(principal, obj) and not obj.item.visit.is_frozen:
            return YES
        return VISITS.may_change(principal, self.owner_of(obj) if obj is not None else None)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        is_author = (
            obj is not None and principal.account_id is not None and obj.author_id == principal.account_id
        )
        if is_author and not obj.item.visit.is_frozen:
            return YES
        return VISITS.may_change(principal, self.owner_of(obj) if obj is not None else None)


class SessionOutcomePolicy(SessionNotePolicy):
    """Work in progress: for whoever wrote it and the programme, until the debrief takes it up."""

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        visible = VisitPartPolicy.scope(self, principal, queryset)
        if has_role_everywhere(principal, STAFF):
            return visible
        kept = self.in_kept_visits(principal, SessionOutcome.objects.all()).order_by()
        readable = models.Q(pk__in=kept.values("pk"))
        if principal.account_id is not None:
            readable |= models.Q(author=principal.account_id)
        return visible.filter(readable)


class DebriefPolicy(VisitPartPolicy):
    """A draft is for the programme; once agreed everyone who sees the visit reads it."""

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        visible = super().scope(principal, queryset)
        if has_role_everywhere(principal, STAFF):
            return visible
        kept = self.in_kept_visits(principal, Debrief.objects.all()).order_by()
        return visible.filter(models.Q(status=DebriefStatus.AGREED) | models.Q(pk__in=kept.values("pk")))

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        if obj is not None and obj.status == DebriefStatus.AGREED:
            return no(_("An agreed debrief cannot be changed. Reopen it first."))
        return super().may_change(principal, obj)

    def may_agree(self, principal: Principal, obj: Any) -> Decision:
        return super().may_change(principal, obj)

    def may_reopen(self, principal: Principal, obj: Any) -> Decision:
        return super().may_change(principal, obj)


class DebriefParticipantPolicy(VisitPartPolicy):
    path = "debrief__visit"

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        debriefs = DebriefPolicy().scope(principal, Debrief.objects.all()).order_by()
        return queryset.filter(debrief__in=debriefs.values("pk"))

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        return DebriefPolicy().may_change(principal, obj.debrief if obj is not None else None)


class EvaluationPolicy(VisitPartPolicy):
    """Figures are read with the visit; forms are kept by the programme, also long after the visit is closed."""

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        return YES if self.keeps(principal, obj) else no()


class EvaluationQuestionPolicy(EvaluationPolicy):
    path = "evaluation__visit"

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        if (
            obj is not None
            and EvaluationResponse.objects.filter(
                evaluation=obj.evaluation_id, answers__has_key=str(obj.pk)
            ).exists()
        ):
            return no(_("This question has answers already. Delete these first."))
        return super().may_delete(principal, obj)


class EvaluationResponsePolicy(EvaluationPolicy):
    """One by one for the programme's staff alone: not for hosts, viewers or whoever sent the delegate."""

    path = "evaluation__visit"

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return self.in_kept_visits(principal, queryset)


class CommitmentPolicy(DocumentHost, Policy):
    """Seen with its source and by its two sides, kept by whoever keeps the source, after that is closed, too.

    The side that owes may report progress.
    """

    def sees_all(self, principal: Principal) -> bool:
        return has_role_everywhere(principal, STAFF)

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.sees_all(principal):
            return queryset
        sides = institutions_of(principal, HOSTING_ROLES)
        theirs = models.Q(owed_by__in=sides) | models.Q(owed_to__in=sides)
        return queryset.filter(theirs | self.at_seen_sources(principal))

    def at_seen_sources(self, principal: Principal) -> models.Q:
        """Those made at what the principal may see."""
        seen = models.Q(pk__in=[])
        for model, kind in source_kinds().items():
            policy, about = policy_for(model), models.Q(source_type=kind)
            if not policy.sees_all(principal):
                rows = policy.scope(principal, model._default_manager.all()).order_by()
                about &= models.Q(source_id__in=rows.values("pk"))
            seen |= about
        return seen

    def keeps(self, principal: Principal, obj: Any) -> bool:
        """Whether the principal is programme staff for the source; without one, for any."""
        if has_role_everywhere(principal, STAFF):
            return True
        source = obj.source if obj is not None else None
        if source is None:
            return bool(countries_of(principal, STAFF))
        owner = owner_of(source) or source
        policy: Any = policy_for(owner)
        return bool(policy.is_kept_by(principal, owner))

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        return YES if self.keeps(principal, obj) else no()

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    def may_override(self, principal: Principal, obj: Any) -> Decision:
        return VISITS.may_override(principal, None)

    def _progress(self, principal: Principal, obj: Any) -> Decision:
        owes = (
            obj is not None
            and obj.owed_by_id is not None
            and obj.owed_by_id in institutions_of(principal, HOSTING_ROLES)
        )
        return (
            YES
            if owes or self.keeps(principal, obj)
            else no(_("Only the side that owes it or the programme may do this."))
        )

    may_start = may_mark_done = _progress
    may_attach = _progress

    def may_drop(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    def may_reopen(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    def document_scope(
        self, principal: Principal, audience: str, hosts: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        """As the documents of its source; what is for those who take part is for its two sides, too."""
        if audience == Audience.EVERYONE:
            return self.scope(principal, hosts)
        seen = models.Q(pk__in=[])
        for model, kind in source_kinds().items():
            policy: Any = policy_for(model)
            # A review carries no documents of its own: those of its strategy's parts say who reads them.
            if isinstance(policy, DocumentHost):
                rows = policy.document_scope(principal, audience, model._default_manager.all()).order_by()
                seen |= models.Q(source_type=kind, source_id__in=rows.values("pk"))
        if audience == Audience.PARTICIPANTS:
            sides = institutions_of(principal, HOSTING_ROLES)
            seen |= models.Q(owed_by__in=sides) | models.Q(owed_to__in=sides)
        return hosts.filter(seen)


COMMITMENTS = CommitmentPolicy()


def _delegations_received(principal: Principal) -> models.QuerySet[Any]:
    """Hosts see, by position, the delegations that they receive."""
    visits = StudyVisit.objects.filter(
        _hosted_by(principal, {*READERS_OF_THE_PROGRAMME, Role.PARTNER}, HOSTING_ROLES)
    ).order_by()
    return StudyVisit.delegations.through.objects.filter(studyvisit__in=visits.values("pk")).values(
        "delegation"
    )


def register() -> None:
    register_policy(StudyVisit, VISITS)
    for model in (Leg, AgendaItem, Lesson):
        register_policy(model, VisitPartPolicy())
    register_policy(AgendaHost, AgendaHostPolicy())
    register_policy(Attendance, AttendancePolicy())
    register_policy(AgendaVersion, AgendaVersionPolicy())
    register_policy(LearningQuestion, LearningQuestionPolicy())
    register_policy(SessionNote, SessionNotePolicy())
    register_policy(SessionOutcome, SessionOutcomePolicy())
    register_policy(Debrief, DebriefPolicy())
    register_policy(DebriefParticipant, DebriefParticipantPolicy())
    register_policy(Evaluation, EvaluationPolicy())
    register_policy(EvaluationQuestion, EvaluationQuestionPolicy())
    register_policy(EvaluationResponse, EvaluationResponsePolicy())
    register_policy(Commitment, COMMITMENTS)
    register_delegation_scope(_delegations_received)
