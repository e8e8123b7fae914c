"""Forms of strategies, milestones and committees. They ask; the services and the models decide."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Max, Q
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from fmm_portal.accounts.colleagues import choose_colleague
from fmm_portal.core.forms import RecordForm, Section
from fmm_portal.core.models import Record
from fmm_portal.core.principals import Actor
from fmm_portal.facility.models import Activity
from strategies.enums import TEMPLATE, MilestoneKind
from strategies.models import (
    Amendment,
    Axis,
    Committee,
    CommitteeMeeting,
    CommitteeMember,
    Milestone,
    MilestoneParticipant,
    Stakeholder,
    Strategy,
    StrategyVersion,
)
from strategies.services import missing_from_template
from strategies.timeline import likely_ahead


def next_order(rows: Any) -> int:
    """The place behind all of these rows."""
    return (rows.aggregate(last=Max("order"))["last"] or 0) + 1


def choose_among(form: RecordForm, name: str, rows: Any) -> None:
    """Offer these rows in their own order, as far as the person sees them; no field where there are none."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.iterator = ModelChoiceIterator
    field.queryset = rows.visible_to(form.actor.principal).with_related()
    if not field.queryset.exists():
        del form.fields[name]


# --- The strategy ---------------------------------------------------------------------------------------------


class StrategyForm(RecordForm):
    sections: ClassVar = (
        Section(
            _("The strategy"),
            ("title", ("acronym", "kind"), "country", "themes", ("period_from", "period_until")),
        ),
        Section(_("Who carries it"), ("owner_institution", "ministry", "coordinator")),
        Section(_("Who supports it"), ("programme", "actions", "owner")),
        Section(_("What it looks to"), ("vision", "horizon")),
        Section(_("Where this is known from"), ("notes", "sources")),
    )

    class Meta:
        model = Strategy
        fields = (
            "title",
            "acronym",
            "kind",
            "country",
            "themes",
            "period_from",
            "period_until",
            "owner_institution",
            "ministry",
            "coordinator",
            "programme",
            "actions",
            "owner",
            "vision",
            "horizon",
            "notes",
            "sources",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_colleague(self.fields["owner"])
        if not self.is_edit:
            self.initial["owner"] = self.actor.user_id


class VersionForm(RecordForm):
    class Meta:
        model = StrategyVersion
        fields = ("name", "dated", "note", "sources")


class AxisForm(RecordForm):
    class Meta:
        model = Axis
        fields = ("code", "title", "order")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["order"].label = _("Place in the list")
        if not self.is_edit:
            self.initial["order"] = next_order(self.instance.version_of.axes)


class StakeholderForm(RecordForm):
    class Meta:
        model = Stakeholder
        fields = ("institution", "label", "role")


class TemplateForm(forms.Form):
    """Which steps of the template to plan. Those likely still ahead are ticked; the service has the last word."""

    kinds = forms.MultipleChoiceField(
        label=_("Steps to add"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, strategy: Strategy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kinds"]
        assert isinstance(field, forms.MultipleChoiceField)
        # The service refuses in its own words what somebody else has added meanwhile.
        field.choices = [(kind.value, kind.label) for kind in TEMPLATE]
        field.widget.choices = [(kind.value, kind.label) for kind in missing_from_template(strategy)]
        field.initial = [kind.value for kind in likely_ahead(list(strategy.milestones.all()))]


# --- Milestones -----------------------------------------------------------------------------------------------


class MilestoneForm(RecordForm):
    sections: ClassVar = (
        Section(_("The milestone"), ("kind", "title")),
        Section(
            _("When"),
            (("planned_on", "planned_until"), ("actual_on", "actual_until"), "dates_note"),
            _("As far as it is known: a day, a month or a year."),
        ),
        Section(_("Where and who"), ("place", ("people", "women", "men"))),
        Section(_("What came of it"), ("outcome", ("instrument", "instrument_reference"))),
        Section(_("What it belongs to"), ("text_version", "activity")),
        Section(_("Where this is known from"), ("sources",)),
    )

    class Meta:
        model = Milestone
        fields = (
            "kind",
            "title",
            "planned_on",
            "planned_until",
            "actual_on",
            "actual_until",
            "dates_note",
            "place",
            "people",
            "women",
            "men",
            "outcome",
            "instrument",
            "instrument_reference",
            "text_version",
            "activity",
            "sources",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        strategy = self.instance.strategy
        choose_among(self, "text_version", StrategyVersion.objects.filter(strategy=strategy))
        supporting = Q(action__in=strategy.actions.values("pk")) | Q(pk=self.instance.activity_id)
        choose_among(self, "activity", Activity.objects.filter(supporting))
        if self.is_edit and self.instance.kind != MilestoneKind.ADOPTION and not self.instance.instrument:
            for name in ("instrument", "instrument_reference"):
                del self.fields[name]


class ParticipantForm(RecordForm):
    sections: ClassVar = (Section("", ("institution", "label", ("people", "women", "men"))),)

    class Meta:
        model = MilestoneParticipant
        fields = ("institution", "label", "people", "women", "men")


class AmendmentForm(RecordForm):
    """An amendment as it was asked for; where it was taken in is said by the step that marks it so."""

    class Meta:
        model = Amendment
        fields = ("text", "asked_by", "integrated_where", "integrated_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_edit:
            del self.fields["integrated_where"], self.fields["integrated_on"]

    def create(self, actor: Actor) -> Record:
        self.instance.order = next_order(self.instance.milestone.amendments)
        return super().create(actor)


# --- Committees -----------------------------------------------------------------------------------------------


class CommitteeForm(RecordForm):
    sections: ClassVar = (
        Section(_("The committee"), ("name", "kind", "mandate", ("created_by", "created_on"))),
        Section(_("Its members"), ("stated_member_count", "composition_note")),
        Section(_("Where this is known from"), ("sources",)),
    )

    class Meta:
        model = Committee
        fields = (
            "name",
            "kind",
            "mandate",
            "created_by",
            "created_on",
            "stated_member_count",
            "composition_note",
            "sources",
        )


class MemberForm(RecordForm):
    sections: ClassVar = (
        Section("", ("position", "institution", ("role", "seats"), ("starts_on", "ends_on"), "order")),
    )

    class Meta:
        model = CommitteeMember
        fields = ("position", "institution", "role", "seats", "starts_on", "ends_on", "order")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["order"].label = _("Place in the list")
        if not self.is_edit:
            self.initial["order"] = next_order(self.instance.committee.members)


class MeetingForm(RecordForm):
    sections: ClassVar = (
        Section(_("The meeting"), ("title", "milestone")),
        Section(
            _("When, where and who"),
            (("held_on", "held_until"), "dates_note", "place", ("people", "women", "men")),
        ),
        Section(_("What it dealt with"), ("agenda", "conclusions")),
        Section(_("Where this is known from"), ("sources",)),
    )

    class Meta:
        model = CommitteeMeeting
        fields = (
            "title",
            "milestone",
            "held_on",
            "held_until",
            "dates_note",
            "place",
            "people",
            "women",
            "men",
            "agenda",
            "conclusions",
            "sources",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        strategy = self.instance.committee.strategy_id
        choose_among(self, "milestone", Milestone.objects.filter(strategy=strategy))
