"""Pages of milestones, of who took part in them, and of the amendments that validations asked for."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fmm_portal.core.display import dates
from fmm_portal.core.facts import Fact
from fmm_portal.core.models import Activity as HistoryEntry
from fmm_portal.core.policies import can
from fmm_portal.core.steps import ShownStep, Steps, StripStep, steps_of, strip_of
from strategies.enums import AmendmentStatus, MilestoneStatus
from strategies.forms.process import AmendmentForm, MilestoneForm, ParticipantForm
from strategies.models import Amendment, CommitteeMeeting, Milestone, MilestoneParticipant
from strategies.timeline import people_in_words
from strategies.views.process import DeeperPartViews, StrategyPartViews, document_context
from strategies.workflow import out_of_order

# What a validation can end with, drawn side by side; other steps sit in the menu.
OUTCOMES = ("validate", "validate_with_reservations", "return_text", "postpone")
# Outcomes that ask for changes to the text.
WITH_AMENDMENTS = (MilestoneStatus.RESERVED, MilestoneStatus.RETURNED)
MENDED_ON = {"amendments_listed": "#amendments", "amendments_integrated": "#amendments"}


def stages_of(milestone: Milestone) -> tuple[MilestoneStatus, ...]:
    """The road of a milestone; reservations are a stop on that of a validation."""
    if not milestone.is_validation:
        return MilestoneStatus.PLANNED, MilestoneStatus.DONE
    if milestone.status == MilestoneStatus.RESERVED or milestone.amendment_count:
        return MilestoneStatus.PLANNED, MilestoneStatus.RESERVED, MilestoneStatus.VALIDATED
    return MilestoneStatus.PLANNED, MilestoneStatus.VALIDATED


def undated(strip: Sequence[StripStep]) -> list[StripStep]:
    """Without the days on which the steps were recorded: the facts tell when it took place."""
    return [replace(step, at=None) for step in strip]


class MilestoneViews(StrategyPartViews):
    model = Milestone
    prefix = "strategies/<int:strategy_pk>/milestones"
    pages = ("create", "detail", "edit", "delete", "step", "history")
    form_class = MilestoneForm
    detail_template = "strategies/milestone_detail.html"
    tab = "milestones"
    add_title = _("Add milestone")
    facts = (
        "kind",
        "dates_note",
        "place",
        "instrument",
        "instrument_reference",
        "text_version",
        "activity",
        "outcome",
    )

    def new_record(self) -> Milestone:
        kind = self.request.GET.get("kind", "")
        known = dict(Milestone._meta.get_field("kind").flatchoices)
        return Milestone(strategy=self.owner, kind=kind if kind in known else "")

    def after(self, record: Any) -> str:
        """Reservations lead straight to the list of amendments."""
        found = super().after(record)
        is_reserved = record.status == MilestoneStatus.RESERVED and self.kwargs.get("name")
        return f"{found}#amendments" if is_reserved and "#" not in found else found

    def mend_url(self, record: Any, code: str) -> str:
        anchor = MENDED_ON.get(code)
        return f"{record.get_absolute_url()}{anchor}" if anchor else ""

    def fact_list(self, record: Any) -> list[Fact]:
        known = {fact.name: fact for fact in super().fact_list(record)}
        planned = Fact(str(_("Planned for")), dates(record.planned_on, record.planned_until), "planned_on")
        actual = Fact(str(_("Took place")), dates(record.actual_on, record.actual_until), "actual_on")
        people = Fact(str(_("People")), people_in_words(record), "people")
        order = [
            *([known["kind"]] if record.title else []),
            planned,
            actual,
            known["dates_note"],
            known["place"],
            people,
            *(known[name] for name in self.facts[3:]),
        ]
        asked = {"actual_on"} | ({"planned_on"} if not record.is_reached else set())
        return [fact for fact in order if fact.value or fact.name in asked]

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        record.strategy = self.owner
        context = super().page_of(record, current=current)
        outcomes, steps = self._outcomes(record, context["steps"])
        return context | {
            "strategy": self.owner,
            "outcomes": outcomes,
            "steps": steps,
            "strip": undated(strip_of(record, stages_of(record))),
        }

    def extra(self, record: Any) -> dict[str, Any]:
        strategy = self.owner
        amendments = list(record.amendments.all())
        may_edit = can(self.principal, "change", record).allowed
        meetings = CommitteeMeeting.objects.visible_to(self.principal).filter(milestone=record)
        return {
            "may_edit": may_edit,
            "warnings": out_of_order(record, strategy.milestones.reached()) if record.is_reached else [],
            "amendments": self._shown(record, amendments),
            "has_amendments": bool(amendments) or record.status in WITH_AMENDMENTS,
            "participants": [
                (row, people_in_words(row))
                for row in record.participants.select_related("institution__country")
            ],
            "meetings": meetings.select_related("committee"),
            **document_context(record, self.principal, f"{record.get_absolute_url()}#documents"),
        }

    def _outcomes(self, record: Milestone, steps: Steps | None) -> tuple[list[ShownStep], Steps | None]:
        """The ways in which a validation that is still awaited can end, apart from the other steps."""
        if not steps or not record.is_validation or record.is_reached:
            return [], steps
        every = [*([steps.primary] if steps.primary else []), *steps.others]
        by_name = {entry.step.name: entry for entry in every}
        outcomes = [by_name[name] for name in OUTCOMES if name in by_name]
        return outcomes, replace(
            steps, primary=None, others=[entry for entry in every if entry not in outcomes]
        )

    def _shown(self, record: Milestone, amendments: list[Amendment]) -> list[dict[str, Any]]:
        """Amendments with their steps and, of those set aside, the reason that the history keeps."""
        aside = [row.pk for row in amendments if row.status == AmendmentStatus.SET_ASIDE]
        reasons = set_aside_reasons(aside)
        found = []
        for amendment in amendments:
            amendment.milestone = record
            keys = [record.strategy_id, record.pk, amendment.pk]
            found.append(
                {
                    "amendment": amendment,
                    "reason": reasons.get(amendment.pk, ""),
                    "steps": steps_of(
                        amendment,
                        self.principal,
                        lambda name, keys=keys: reverse("strategies:amendment_step", args=[*keys, name]),  # type: ignore[misc]
                    ),
                }
            )
        return found


def set_aside_reasons(keys: list[int]) -> dict[int, str]:
    """Why amendments were set aside, the latest reason of each."""
    if not keys:
        return {}
    kind = ContentType.objects.get_for_model(Amendment)
    entries = HistoryEntry.objects.filter(subject_type=kind, subject_id__in=keys, verb="set_aside")
    return dict(entries.order_by("at", "pk").values_list("subject_id", "reason"))


class MilestonePartViews(DeeperPartViews):
    """Pages of the parts of one milestone, shown on its page."""

    owner_model = Milestone
    owner_key = "milestone_pk"
    path = "milestone"
    tab = "milestones"
    adds_another = True


class ParticipantViews(MilestonePartViews):
    model = MilestoneParticipant
    resource = "participant"
    prefix = "strategies/<int:strategy_pk>/milestones/<int:milestone_pk>/participants"
    pages = ("create", "edit", "delete")
    form_class = ParticipantForm
    add_title = pgettext_lazy("milestone", "Add participant")

    def anchor(self, record: Any) -> str:
        return "participants"


class AmendmentViews(MilestonePartViews):
    model = Amendment
    prefix = "strategies/<int:strategy_pk>/milestones/<int:milestone_pk>/amendments"
    pages = ("create", "edit", "delete", "step")
    form_class = AmendmentForm
    form_template = "strategies/amendment_form.html"
    add_title = _("Add amendment")

    def render(self, template: str, context: dict[str, Any], **options: Any) -> HttpResponse:
        return super().render(template, {"milestone": self.owner, **context}, **options)
