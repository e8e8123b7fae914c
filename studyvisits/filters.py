"""Filters of study visits and their parts, the same on screen and in the API."""

from typing import Any

import django_filters
from django.db import models
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegate, Delegation
from fmm_portal.accounts.colleagues import ColleagueFilter
from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.roles import institutions_of
from fmm_portal.core.filters import (
    ChoicesFilter,
    MonthFilter,
    RecordFilterSet,
    RelationFilter,
    SearchableFilterSet,
    YesNoFilter,
    from_date,
    until_date,
)
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.facility.models import Action, Activity, Programme, Request
from fmm_portal.institutions.models import Country, Institution, Theme
from strategies.models import Milestone, PlanActivity, Strategy
from studyvisits.enums import (
    OPEN_COMMITMENTS,
    AttendanceStatus,
    CommitmentStatus,
    DebriefStatus,
    HostStatus,
    OutcomeKind,
    QuestionStatus,
    SessionKind,
    Side,
    Transferability,
    VisitStatus,
)
from studyvisits.models import (
    AgendaHost,
    AgendaItem,
    AgendaVersion,
    Attendance,
    Commitment,
    Debrief,
    DebriefParticipant,
    Evaluation,
    LearningQuestion,
    Leg,
    Lesson,
    SessionNote,
    SessionOutcome,
    StudyVisit,
)
from studyvisits.sources import SOURCES, source_kinds


class StudyVisitFilterSet(SearchableFilterSet):
    reference = django_filters.CharFilter(field_name="reference", lookup_expr="iexact", label=_("Reference"))
    status = ChoicesFilter(VisitStatus, label=_("Status"))
    programme_id = RelationFilter(Programme, field_name="programme", label=_("Programme"))
    theme_id = RelationFilter(Theme, field_name="themes", label=_("Theme"))
    host_country_id = RelationFilter(Country, field_name="legs__country", label=_("Host country"))
    sending_country_id = RelationFilter(
        Country, field_name="delegations__sending_countries", label=_("Sending country")
    )
    host_institution_id = RelationFilter(
        Institution, field_name="agenda_items__hosts__institution", label=_("Host institution")
    )
    delegation_id = RelationFilter(Delegation, field_name="delegations", label=_("Delegation"))
    owner_id = ColleagueFilter(field_name="owner", label=_("Responsible officer"))
    country_id = RelationFilter(Country, method="filter_country", label=_("Sending or host country"))
    action_id = RelationFilter(Action, field_name="action", label=_("Action"))
    activity_id = RelationFilter(Activity, field_name="activity", label=_("Activity of the action"))
    strategy_id = RelationFilter(Strategy, field_name="strategy", label=_("Strategy"))
    milestone_id = RelationFilter(Milestone, field_name="milestone", label=_("Milestone"))
    plan_activity_id = RelationFilter(PlanActivity, field_name="plan_activity", label=_("Plan activity"))
    year = django_filters.NumberFilter(method="filter_year", label=_("Year"), min_value=1900, max_value=2200)
    begins_in = MonthFilter(field_name="starts_on", label=_("Begins in the month"))
    has_date = YesNoFilter(
        field_name="starts_on", lookup_expr="isnull", exclude=True, label=_("Its date is known")
    )
    starts_on_from = from_date("starts_on", _("Begins from"))
    starts_on_until = until_date("starts_on", _("Begins until"))
    ends_on_from = from_date("ends_on", _("Ends from"))
    ends_on_until = until_date("ends_on", _("Ends until"))
    has_open_commitments = YesNoFilter(method="filter_open_commitments", label=_("Has open commitments"))
    is_report_late = YesNoFilter(method="filter_report_late", label=_("Its report is late"))

    class Meta:
        model = StudyVisit
        fields = ()

    def filter_country(
        self, queryset: models.QuerySet[StudyVisit], name: str, value: list[Country]
    ) -> models.QuerySet[StudyVisit]:
        return queryset.between(value) if value else queryset  # type: ignore[attr-defined]

    def filter_year(
        self, queryset: models.QuerySet[StudyVisit], name: str, value: int
    ) -> models.QuerySet[StudyVisit]:
        """Visits that begin in a year, as far as that is known."""
        year = int(value)
        return queryset.filter(starts_on__gte=PartialDate(year), starts_on__lt=PartialDate(year + 1))

    def filter_report_late(
        self, queryset: models.QuerySet[StudyVisit], name: str, value: bool
    ) -> models.QuerySet[StudyVisit]:
        late = StudyVisit.objects.with_late_report(today()).any_pk()
        return queryset.filter(pk__in=late) if value else queryset.exclude(pk__in=late)

    def filter_open_commitments(
        self, queryset: models.QuerySet[StudyVisit], name: str, value: bool
    ) -> models.QuerySet[StudyVisit]:
        waiting = Commitment.objects.visible_to(self.principal).open()
        # Of visits only: an unknown among the keys would exclude every row.
        visits = waiting.filter(study_visit__isnull=False).order_by().values("study_visit")
        return queryset.filter(pk__in=visits) if value else queryset.exclude(pk__in=visits)


class LegFilterSet(RecordFilterSet):
    visit_id = RelationFilter(StudyVisit, field_name="visit", label=_("Study visit"))
    country_id = RelationFilter(Country, field_name="country", label=_("Host country"))
    city = django_filters.CharFilter(field_name="city", lookup_expr="iexact", label=_("City"))
    starts_on_from = from_date("starts_on", _("Begins from"))
    starts_on_until = until_date("starts_on", _("Begins until"))

    class Meta:
        model = Leg
        fields = ()


class LearningQuestionFilterSet(RecordFilterSet):
    visit_id = RelationFilter(StudyVisit, field_name="visit", label=_("Study visit"))
    asked_by_id = RelationFilter(Institution, field_name="asked_by", label=_("Asked by"))
    agenda_item_id = RelationFilter(AgendaItem, field_name="agenda_item", label=_("Session"))
    status = ChoicesFilter(QuestionStatus, label=_("Status"))

    class Meta:
        model = LearningQuestion
        fields = ()


class AgendaItemFilterSet(SearchableFilterSet):
    visit_id = RelationFilter(StudyVisit, field_name="visit", label=_("Study visit"))
    leg_id = RelationFilter(Leg, field_name="leg", label=_("Leg"))
    kind = ChoicesFilter(SessionKind, label=_("Kind"))
    day = django_filters.DateFilter(field_name="day", label=_("Day"))
    day_from = django_filters.DateFilter(field_name="day", lookup_expr="gte", label=_("From day"))
    day_until = django_filters.DateFilter(field_name="day", lookup_expr="lte", label=_("Until day"))
    host_institution_id = RelationFilter(
        Institution, field_name="hosts__institution", label=_("Host institution")
    )
    host_status = ChoicesFilter(HostStatus, method="filter_host_status", label=_("Host's answer"))

    class Meta:
        model = AgendaItem
        fields = ()

    def filter_host_status(
        self, queryset: models.QuerySet[AgendaItem], name: str, value: list[str]
    ) -> models.QuerySet[AgendaItem]:
        if not value:
            return queryset
        return queryset.filter(pk__in=AgendaHost.objects.filter(status__in=value).order_by().values("item"))


class AgendaHostFilterSet(RecordFilterSet):
    visit_id = RelationFilter(StudyVisit, field_name="item__visit", label=_("Study visit"))
    item_id = RelationFilter(AgendaItem, field_name="item", label=_("Session"))
    institution_id = RelationFilter(Institution, field_name="institution", label=_("Host institution"))
    status = ChoicesFilter(HostStatus, label=_("Answer"))

    class Meta:
        model = AgendaHost
        fields = ()


class AgendaVersionFilterSet(RecordFilterSet):
    visit_id = RelationFilter(StudyVisit, field_name="visit", label=_("Study visit"))
    number = django_filters.NumberFilter(field_name="number", label=_("Version"))

    class Meta:
        model = AgendaVersion
        fields = ()


class AttendanceFilterSet(RecordFilterSet):
    visit_id = RelationFilter(StudyVisit, field_name="item__visit", label=_("Study visit"))
    item_id = RelationFilter(AgendaItem, field_name="item", label=_("Session"))
    delegate_id = RelationFilter(Delegate, field_name="delegate", label=_("Delegate"))
    status = ChoicesFilter(AttendanceStatus, label=_("Attendance"))

    class Meta:
        model = Attendance
        fields = ()


class SessionOutcomeFilterSet(RecordFilterSet):
    visit_id = RelationFilter(StudyVisit, field_name="item__visit", label=_("Study visit"))
    item_id = RelationFilter(AgendaItem, field_name="item", label=_("Session"))
    kind = ChoicesFilter(OutcomeKind, label=_("Kind"))
    is_committed = YesNoFilter(
        field_name="commitment", lookup_expr="isnull", exclude=True, label=_("A commitment was made of it")
    )

    class Meta:
        model = SessionOutcome
        fields = ()


class SessionNoteFilterSet(RecordFilterSet):
    visit_id = RelationFilter(StudyVisit, field_name="item__visit", label=_("Study visit"))
    item_id = RelationFilter(AgendaItem, field_name="item", label=_("Session"))
    is_shared = YesNoFilter(label=_("Shared"))
    is_mine = YesNoFilter(method="filter_mine", label=_("Written by me"))
    transferability = ChoicesFilter(Transferability, label=_("Transferability"))

    class Meta:
        model = SessionNote
        fields = ()

    def filter_mine(
        self, queryset: models.QuerySet[SessionNote], name: str, value: bool
    ) -> models.QuerySet[SessionNote]:
        account = self.principal.account_id
        mine = models.Q(author=account) if account is not None else models.Q(pk__in=[])
        return queryset.filter(mine) if value else queryset.exclude(mine)


class DebriefFilterSet(RecordFilterSet):
    visit_id = RelationFilter(StudyVisit, field_name="visit", label=_("Study visit"))
    status = ChoicesFilter(DebriefStatus, label=_("Status"))
    held_on_from = from_date("held_on", _("Held from"))
    held_on_until = until_date("held_on", _("Held until"))

    class Meta:
        model = Debrief
        fields = ()


class DebriefParticipantFilterSet(RecordFilterSet):
    debrief_id = RelationFilter(Debrief, field_name="debrief", label=_("Debrief"))
    visit_id = RelationFilter(StudyVisit, field_name="debrief__visit", label=_("Study visit"))
    side = ChoicesFilter(Side, label=_("Side"))
    institution_id = RelationFilter(Institution, field_name="institution", label=_("Institution"))

    class Meta:
        model = DebriefParticipant
        fields = ()


class EvaluationFilterSet(RecordFilterSet):
    visit_id = RelationFilter(StudyVisit, field_name="visit", label=_("Study visit"))
    level = django_filters.NumberFilter(field_name="level", label=_("Level"))
    held_on_from = from_date("held_on", _("Held from"))
    held_on_until = until_date("held_on", _("Held until"))

    class Meta:
        model = Evaluation
        fields = ()


class EvaluationPartFilterSet(RecordFilterSet):
    """Of questions and of answers."""

    evaluation_id = RelationFilter(Evaluation, field_name="evaluation", label=_("Evaluation"))
    visit_id = RelationFilter(StudyVisit, field_name="evaluation__visit", label=_("Study visit"))


class LessonFilterSet(SearchableFilterSet):
    visit_id = RelationFilter(StudyVisit, field_name="visit", label=_("Study visit"))
    agenda_item_id = RelationFilter(AgendaItem, field_name="agenda_item", label=_("Session"))
    learnt_from_id = RelationFilter(Institution, field_name="learnt_from", label=_("Learnt from"))
    transferability = ChoicesFilter(Transferability, label=_("Transferability"))

    class Meta:
        model = Lesson
        fields = ()


class CommitmentFilterSet(SearchableFilterSet):
    reference = django_filters.CharFilter(field_name="reference", lookup_expr="iexact", label=_("Reference"))
    visit_id = RelationFilter(StudyVisit, field_name="study_visit", label=_("Study visit"))
    source_type = django_filters.ChoiceFilter(
        choices=[(name, model._meta.verbose_name_plural) for name, model in SOURCES.items()],
        method="filter_source_type",
        label=_("Made at"),
    )
    source_id = django_filters.NumberFilter(field_name="source_id", label=_("Id of where it was made"))
    lesson_id = RelationFilter(Lesson, field_name="lesson", label=_("Lesson"))
    plan_activity_id = RelationFilter(PlanActivity, field_name="plan_activity", label=_("Plan activity"))
    request_id = RelationFilter(Request, field_name="request", label=_("Request that came of it"))
    owed_by_id = RelationFilter(Institution, field_name="owed_by", label=_("Owed by"))
    owed_to_id = RelationFilter(Institution, field_name="owed_to", label=_("Owed to"))
    institution_id = RelationFilter(
        Institution, method="filter_institution", label=_("Institution of either side")
    )
    country_id = RelationFilter(Country, method="filter_country", label=_("Country of either side"))
    status = ChoicesFilter(CommitmentStatus, label=_("Status"))
    is_mine = YesNoFilter(method="filter_mine", label=_("Followed by me"))
    is_open = YesNoFilter(method="filter_open", label=_("Open"))
    is_overdue = YesNoFilter(method="filter_overdue", label=_("Overdue"))
    owner_id = ColleagueFilter(field_name="owner", label=_("Followed by"))
    due_on_from = from_date("due_on", _("Due from"))
    due_on_until = until_date("due_on", _("Due until"))

    class Meta:
        model = Commitment
        fields = ()

    def filter_source_type(
        self, queryset: models.QuerySet[Commitment], name: str, value: str
    ) -> models.QuerySet[Commitment]:
        return queryset.filter(source_type=source_kinds()[SOURCES[value]])

    def filter_country(
        self, queryset: models.QuerySet[Commitment], name: str, value: list[Country]
    ) -> models.QuerySet[Commitment]:
        if not value:
            return queryset
        either = models.Q(owed_by__country__in=value) | models.Q(owed_to__country__in=value)
        return queryset.filter(either)

    def filter_institution(
        self, queryset: models.QuerySet[Commitment], name: str, value: list[Institution]
    ) -> models.QuerySet[Commitment]:
        return (
            queryset.filter(models.Q(owed_by__in=value) | models.Q(owed_to__in=value)) if value else queryset
        )

    def filter_mine(
        self, queryset: models.QuerySet[Commitment], name: str, value: bool
    ) -> models.QuerySet[Commitment]:
        """Those that the person follows, or that their institution owes."""
        principal = self.principal
        mine = models.Q(owed_by__in=institutions_of(principal, {Role.PARTNER, Role.HOST}))
        if principal.account_id is not None:
            mine |= models.Q(owner=principal.account_id)
        return queryset.filter(mine) if value else queryset.exclude(mine)

    def filter_open(
        self, queryset: models.QuerySet[Commitment], name: str, value: bool
    ) -> models.QuerySet[Commitment]:
        still_open = models.Q(status__in=OPEN_COMMITMENTS)
        return queryset.filter(still_open) if value else queryset.exclude(still_open)

    def filter_overdue(self, queryset: Any, name: str, value: bool) -> models.QuerySet[Commitment]:
        late = Commitment.objects.overdue(today()).order_by().values("pk")
        return queryset.filter(pk__in=late) if value else queryset.exclude(pk__in=late)
