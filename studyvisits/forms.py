"""Forms of study visits and their parts. They ask; the services and the models decide."""

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar

from babel.dates import format_date
from django import forms
from django.db import transaction
from django.db.models import Max, Q
from django.forms.models import ModelChoiceIterator
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from delegations.enums import PLANNED_STATUSES
from delegations.models import Delegate, Delegation
from fmm_portal.accounts.colleagues import choose_colleague
from fmm_portal.core.conflicts import tidy
from fmm_portal.core.display import hour
from fmm_portal.core.forms import RecordForm, Section, dress_field
from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import Multilingual, active_language
from fmm_portal.core.partial_dates import PartialDateFormField, babel_locale
from fmm_portal.core.principals import Actor, Principal
from fmm_portal.core.querysets import fold
from fmm_portal.core.services import create_record, update_record
from fmm_portal.facility.forms.requests import RequestForm
from fmm_portal.facility.models import Activity
from fmm_portal.institutions.models import Country, Institution
from strategies.models import Milestone, PlanActivity
from studyvisits.agenda import long_day, order_in_day
from studyvisits.debrief_points import Board, Point
from studyvisits.enums import AttendanceStatus, QuestionStatus
from studyvisits.models import (
    AgendaHost,
    AgendaItem,
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
from studyvisits.services import (
    commit_outcome,
    plan_study_visit,
    record_attendance,
    write_note,
    write_outcome,
)
from studyvisits.sources import READ_WITH, SOURCES, label_of, strategy_of

# A visit longer than this chooses the day in a calendar instead of a list of days.
LISTED_DAYS = 21


def session_label(item: AgendaItem) -> str:
    """A session in a list of choices: when, then what."""
    on = format_date(item.day, "d MMM", locale=babel_locale()) if item.day else ""
    when = " ".join(part for part in (on, hour(item.starts_at)) if part)
    return f"{when} · {item}" if when else str(item)


def choose_session(field: forms.Field, visit: StudyVisit) -> None:
    """The visit's own sessions, in the order of the agenda."""
    assert isinstance(field, forms.ModelChoiceField)
    field.iterator = ModelChoiceIterator
    field.label_from_instance = session_label  # type: ignore[assignment, method-assign]
    field.queryset = AgendaItem.objects.filter(visit=visit)


def visit_days(visit: StudyVisit) -> list[date]:
    """The days of a visit whose dates are known exactly, as far as they make a short list."""
    first, last = visit.starts_on, visit.ends_on
    if not first or not last or not first.is_exact or not last.is_exact:
        return []
    count = (last.earliest - first.earliest).days + 1
    return (
        [first.earliest + timedelta(days=offset) for offset in range(count)]
        if 0 < count <= LISTED_DAYS
        else []
    )


def next_order(rows: Any) -> int:
    """The place behind all of these rows."""
    return (rows.aggregate(last=Max("order"))["last"] or 0) + 1


# --- The visit -------------------------------------------------------------------------------------------------


class PlanVisitForm(RecordForm):
    """A visit from nothing: a title is enough."""

    sections: ClassVar = (
        Section(_("The visit"), ("title", ("starts_on", "ends_on"), "programme")),
        Section(
            _("Who visits whom"),
            ("sending_countries", "host_countries"),
            _(
                "A delegation is begun for the sending countries, and a leg for each host. Both can be changed later."
            ),
        ),
        Section(_("What it is for"), ("objectives", "themes")),
    )
    sending_countries = forms.ModelMultipleChoiceField(
        Country.objects.all(), required=False, label=_("Sending countries")
    )
    host_countries = forms.ModelMultipleChoiceField(
        Country.objects.all(), required=False, label=_("Host countries")
    )

    class Meta:
        model = StudyVisit
        fields = ("title", "starts_on", "ends_on", "programme", "objectives", "themes")

    def create(self, actor: Actor) -> Record:
        values = self.changes()
        themes = values.pop("themes")
        for name, value in values.items():
            setattr(self.instance, name, value)
        return plan_study_visit(
            self.instance,
            actor=actor,
            related={"themes": themes},
            sending_countries=self.cleaned_data["sending_countries"],
            host_countries=self.cleaned_data["host_countries"],
        )


class StudyVisitForm(RecordForm):
    sections: ClassVar = (
        Section(_("The visit"), ("title", "programme", "themes", "owner")),
        Section(_("Dates"), (("starts_on", "ends_on"), "stated_duration_days", "dates_note")),
        Section(_("What it is for"), ("objectives", "outcomes")),
        Section(
            _("What it serves"),
            ("action", "activity", "strategy", "milestone", "plan_activity"),
            _("Choose the action and the strategy first; once they are saved, their parts are offered."),
        ),
        Section(_("Where this is known from"), ("sources",)),
    )

    class Meta:
        model = StudyVisit
        fields = (
            "title",
            "programme",
            "themes",
            "owner",
            "starts_on",
            "ends_on",
            "stated_duration_days",
            "dates_note",
            "objectives",
            "outcomes",
            "action",
            "activity",
            "strategy",
            "milestone",
            "plan_activity",
            "sources",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_colleague(self.fields["owner"])
        self._offer_parts("activity", {"action": self.instance.action_id}, Activity)
        strategy = self.instance.strategy_id
        self._offer_parts("milestone", {"strategy": strategy}, Milestone)
        self._offer_parts("plan_activity", {"plan__strategy": strategy}, PlanActivity)

    def _offer_parts(self, name: str, owner: dict[str, int | None], model: type[Record]) -> None:
        """The parts of the action or strategy that the visit has; without any there is nothing to ask."""
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        assert field.queryset is not None
        field.queryset = (
            field.queryset.filter(**owner) if None not in owner.values() else model._default_manager.none()
        )
        if not field.queryset.exists():
            del self.fields[name]


class LegForm(RecordForm):
    class Meta:
        model = Leg
        fields = ("country", "city", "starts_on", "ends_on", "order")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["order"].label = _("Place in the journey")
        if not self.is_edit:
            self.fields["order"].initial = self.initial["order"] = next_order(self.instance.visit.legs)


class LearningQuestionForm(RecordForm):
    """A question as it is asked; on the page of an asked one, also its answer."""

    class Meta:
        model = LearningQuestion
        fields = ("text", "asked_by", "agenda_item", "answer", "status")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_session(self.fields["agenda_item"], self.instance.visit)
        if not self.is_edit:
            del self.fields["answer"], self.fields["status"]

    def create(self, actor: Actor) -> Record:
        self.instance.order = next_order(self.instance.visit.learning_questions)
        return super().create(actor)


class AnswerForm(RecordForm):
    """The answer that the visit gave; saving it ticks the question."""

    class Meta:
        model = LearningQuestion
        fields = ("answer",)

    def changes(self) -> dict[str, Any]:
        answer = self.cleaned_data["answer"]
        return {"answer": answer, "status": QuestionStatus.ANSWERED if answer else QuestionStatus.OPEN}


def day_named(text: str) -> date | None:
    """A day as a form names it; None for the days that are not known."""
    return None if text == "unknown" else date.fromisoformat(text)


# --- The agenda ------------------------------------------------------------------------------------------------


class AgendaItemForm(RecordForm):
    sections: ClassVar = (
        Section(_("When"), ("day", ("starts_at", "ends_at"))),
        Section(_("What and with whom"), ("topic", "kind", "hosts", "host_label")),
        Section(_("Where"), ("leg", "place", "languages", "notes")),
    )
    hosts = forms.ModelMultipleChoiceField(
        Institution.objects.all(),
        required=False,
        label=_("Host institutions"),
        help_text=_("They are asked to confirm the slot. Others can be added on the session's page."),
    )

    class Meta:
        model = AgendaItem
        fields = (
            "day",
            "starts_at",
            "ends_at",
            "topic",
            "kind",
            "host_label",
            "leg",
            "place",
            "languages",
            "notes",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visit = self.instance.visit
        legs = visit.legs.select_related("country")
        leg = self.fields["leg"]
        assert isinstance(leg, forms.ModelChoiceField)
        leg.queryset = legs
        leg.iterator = ModelChoiceIterator
        if not legs:
            del self.fields["leg"]
        if self.is_edit:
            del self.fields["hosts"]
        else:
            self._offer_hosts_of([row.country_id for row in legs])
        days = visit_days(visit)
        if days:
            self.fields["day"] = self._days_as_choices(days)

    def _offer_hosts_of(self, countries: Iterable[int]) -> None:
        """Institutions of the host countries and of no country; all of them while no country is known."""
        field = self.fields["hosts"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        keys = list(countries)
        if keys and field.queryset is not None:
            field.queryset = field.queryset.filter(Q(country__in=keys) | Q(country__isnull=True))

    def _days_as_choices(self, days: list[date]) -> forms.Field:
        shown = [
            (value.isoformat(), _t("%(date)s (day %(number)d)") % {"date": long_day(value), "number": number})
            for number, value in enumerate(days, start=1)
        ]
        return forms.TypedChoiceField(
            label=_("Day"),
            choices=[("", _("Day not known")), *shown],
            coerce=date.fromisoformat,
            empty_value=None,
            required=False,
        )

    def changes(self) -> dict[str, Any]:
        values = super().changes()
        if not self.is_edit or {"day", "starts_at"} & set(self.changed_data):
            siblings = AgendaItem.objects.filter(visit=self.instance.visit_id, day=values["day"])
            values["order"] = order_in_day(values["starts_at"], siblings.exclude(pk=self.instance.pk))
        return values

    def create(self, actor: Actor) -> Record:
        item = super().create(actor)
        for institution in self.cleaned_data["hosts"]:
            create_record(AgendaHost(item=item, institution=institution), actor=actor)  # type: ignore[misc]
        return item


class AgendaHostForm(RecordForm):
    class Meta:
        model = AgendaHost
        fields = ("institution", "comment")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_edit:
            del self.fields["institution"]


class CopyDayForm(forms.Form):
    """Which day to repeat, and on which."""

    submission = forms.UUIDField(initial=uuid.uuid4, widget=forms.HiddenInput)
    day = forms.TypedChoiceField(label=_("Sessions of"), coerce=day_named, empty_value=None)
    to = forms.DateField(label=_("Copy to"), help_text=_("Hosts are asked again for the new slots."))

    def __init__(self, *args: Any, visit: StudyVisit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        planned = AgendaItem.objects.filter(visit=visit).order_by("day").values_list("day", flat=True)
        known = sorted({day for day in planned if day})
        choices = [(day.isoformat(), long_day(day)) for day in known]
        if None in planned:
            choices.append(("unknown", _t("Order known, day not")))
        self.fields["day"].choices = choices  # type: ignore[attr-defined]
        days = visit_days(visit)
        if days:
            self.fields["to"] = forms.TypedChoiceField(
                label=self.fields["to"].label,
                help_text=self.fields["to"].help_text,
                choices=[("", _("Choose…")), *((day.isoformat(), long_day(day)) for day in days)],
                coerce=date.fromisoformat,
            )
        else:
            self.fields["to"].widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("to") is not None and values.get("to") == values.get("day"):
            self.add_error("to", _t("Choose another day than the one that is copied."))
        return values


class PublishForm(forms.Form):
    """What goes with a new version of the agenda, and the visit's version it was looked at upon."""

    record_version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Note for the readers"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Shown with the published version."),
    )


# --- The delegation --------------------------------------------------------------------------------------------


class JoinDelegationForm(forms.Form):
    """An existing delegation that is to take part in a visit, too."""

    delegation = forms.ModelChoiceField(Delegation.objects.none(), label=_("Delegation"))

    def __init__(self, *args: Any, visit: StudyVisit, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["delegation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Delegation.objects.exclude(study_visits=visit)
        dress_field(field, actor.principal)


# --- Notes -----------------------------------------------------------------------------------------------------


class SessionNoteForm(RecordForm):
    class Meta:
        model = SessionNote
        fields = (
            "key_points",
            "practice_observed",
            "transferability",
            "open_questions",
            "people_met",
            "is_shared",
        )

    def create(self, actor: Actor) -> Record:
        for name, value in self.changes().items():
            setattr(self.instance, name, value)
        return write_note(self.instance, actor=actor)


class RoomNoteForm(SessionNoteForm):
    """One's own notes, in the meeting room: nobody is asked for a reason there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("reason", None)


class QuickOutcomeForm(RecordForm):
    """What came out of a session, in one line and in the language that the person works in."""

    line = forms.CharField(label=_("What came out of it"), max_length=500)

    class Meta:
        model = SessionOutcome
        fields = ("kind",)

    def create(self, actor: Actor) -> Record:
        self.instance.kind = self.cleaned_data["kind"]
        self.instance.text = Multilingual.of(self.cleaned_data["line"])
        return write_outcome(self.instance, actor=actor)


class OutcomeForm(RecordForm):
    class Meta:
        model = SessionOutcome
        fields = ("kind", "text")


class PresenceForm(forms.Form):
    """Who is in the room: a tick a delegate. Only what this person changed is written."""

    was = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, item: AgendaItem, delegates: Iterable[Delegate], actor: Actor
    ) -> None:
        self.item, self.actor, self.delegates = item, actor, list(delegates)
        self.known = dict(Attendance.objects.filter(item=item).values_list("delegate_id", "status"))
        here = [pk for pk, status in self.known.items() if status != AttendanceStatus.ABSENT]
        shown = ",".join(str(delegate.pk) for delegate in self.delegates if delegate.pk in here)
        super().__init__(data, initial={"was": shown})
        self.here = set(here)
        self.fields["present"] = forms.TypedMultipleChoiceField(
            choices=[(delegate.pk, str(delegate.position)) for delegate in self.delegates],
            coerce=int,
            required=False,
        )

    @property
    def rows(self) -> list[tuple[Delegate, bool]]:
        return [(delegate, delegate.pk in self.here) for delegate in self.delegates]

    @property
    def recorded(self) -> int:
        return sum(delegate.pk in self.known for delegate in self.delegates)

    @property
    def ticked(self) -> int:
        return sum(delegate.pk in self.here for delegate in self.delegates)

    def save(self) -> None:
        """Ticked is present, not ticked absent; what a colleague ticked since this page was opened stays."""
        ticked = set(self.cleaned_data["present"])
        was = set(self.cleaned_data["was"].split(","))
        statuses: dict[Delegate, str] = {}
        for delegate in self.delegates:
            if delegate.pk in ticked or AttendanceForm.ALL_PRESENT in self.data:
                if delegate.pk not in self.here:
                    statuses[delegate] = AttendanceStatus.PRESENT
            elif delegate.pk not in self.known or str(delegate.pk) in was:
                statuses[delegate] = AttendanceStatus.ABSENT
        record_attendance(self.item, statuses, actor=self.actor)


class AttendanceForm(forms.Form):
    """Who was at a session: one choice a delegate. Only what this person changed is written."""

    ALL_PRESENT = "all_present"

    def __init__(
        self, *args: Any, item: AgendaItem, delegates: Iterable[Delegate], actor: Actor, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.item, self.actor = item, actor
        self.delegates = {f"delegate_{delegate.pk}": delegate for delegate in delegates}
        known = dict(Attendance.objects.filter(item=item).values_list("delegate_id", "status"))
        for name, delegate in self.delegates.items():
            self.fields[name] = forms.ChoiceField(
                label=str(delegate.position),
                choices=[("", _("Not recorded")), *AttendanceStatus.choices],
                required=False,
                initial=known.get(delegate.pk, ""),
            )

    @property
    def rows(self) -> list[tuple[Delegate, forms.BoundField]]:
        return [(delegate, self[name]) for name, delegate in self.delegates.items()]

    def save(self) -> None:
        statuses = {self.delegates[name]: self.cleaned_data[name] for name in self.changed_data}
        if self.ALL_PRESENT in self.data:
            for name, delegate in self.delegates.items():
                if not self.cleaned_data[name]:
                    statuses[delegate] = AttendanceStatus.PRESENT
        record_attendance(self.item, statuses, actor=self.actor)


# --- Debrief ---------------------------------------------------------------------------------------------------


class DebriefForm(RecordForm):
    sections: ClassVar = (
        Section(_("When and where"), (("held_on", "place"), "agenda_item")),
        Section(_("What both sides said"), ("recap", "cooperation_points", "next_steps")),
    )

    class Meta:
        model = Debrief
        fields = ("held_on", "place", "agenda_item", "recap", "cooperation_points", "next_steps")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_session(self.fields["agenda_item"], self.instance.visit)
        self.fields["agenda_item"].label = _("Session of the agenda")


class DebriefHourForm(DebriefForm):
    """The whole debrief on one page: what was said, points ticked once or twice, questions answered."""

    def __init__(self, *args: Any, board: Board, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.board = board
        self._options |= {"board": board}
        self.fields.pop("reason", None)
        self.prefilled = False
        for name, text in board.first_words().items():
            if text and not getattr(self.instance, name):
                self.initial.setdefault(name, text)
                self.initial[name] = self.initial[name] or text
                self.prefilled = True
        for point in board.points:
            self._ask_about(point)
        for question in board.questions:
            answer = str(question.answer)
            self.fields |= {
                f"answered_{question.pk}": forms.BooleanField(
                    label=_("Answered"),
                    required=False,
                    initial=question.status == QuestionStatus.ANSWERED,
                ),
                f"answer_{question.pk}": forms.CharField(
                    label=_("Answer"),
                    required=False,
                    initial=answer,
                    widget=forms.Textarea(attrs={"rows": 2}),
                ),
                # What this page showed, to notice what a colleague wrote meanwhile.
                f"saw_{question.pk}": forms.CharField(
                    required=False, initial=self._state_of(question), widget=forms.HiddenInput
                ),
            }

    def _ask_about(self, point: Point) -> None:
        if point.lesson is None:
            self.fields[f"lesson_{point.key}"] = forms.BooleanField(label=_("Lesson"), required=False)
        if point.commitment is not None:
            return
        sides = [("", _("Not stated")), *((one.pk, str(one)) for one in self.board.parties)]
        self.fields |= {
            f"commit_{point.key}": forms.BooleanField(label=_("Commitment"), required=False),
            f"by_{point.key}": forms.TypedChoiceField(
                label=_("Who owes it"), choices=sides, coerce=int, empty_value=None, required=False
            ),
            f"to_{point.key}": forms.TypedChoiceField(
                label=_("To whom"), choices=sides, coerce=int, empty_value=None, required=False
            ),
            f"due_{point.key}": PartialDateFormField(
                label=_("By when"), required=False, help_text=_("A day, a month or a year.")
            ),
        }

    @staticmethod
    def _state_of(question: LearningQuestion) -> str:
        return f"{question.status}:{question.answer}"

    # --- drawing ---

    @property
    def point_rows(self) -> list[tuple[AgendaItem, list[tuple[Point, dict[str, forms.BoundField]]]]]:
        """Points by session, with the fields that each still has."""
        groups: dict[int, tuple[AgendaItem, list[tuple[Point, dict[str, forms.BoundField]]]]] = {}
        for point in self.board.points:
            parts = {
                part: self[f"{part}_{point.key}"]
                for part in ("lesson", "commit", "by", "to", "due")
                if f"{part}_{point.key}" in self.fields
            }
            groups.setdefault(point.item.pk, (point.item, []))[1].append((point, parts))
        return list(groups.values())

    @property
    def question_rows(self) -> list[tuple[LearningQuestion, list[forms.BoundField]]]:
        return [
            (question, [self[f"{part}_{question.pk}"] for part in ("answered", "answer", "saw")])
            for question in self.board.questions
        ]

    # --- saving ---

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for point in self.board.points:
            by, to = cleaned.get(f"by_{point.key}"), cleaned.get(f"to_{point.key}")
            if cleaned.get(f"commit_{point.key}") and by is not None and by == to:
                self.add_error(f"to_{point.key}", _t("The two sides must differ."))
        for question in self.board.questions:
            now = self._state_of(question)
            if self._rewrites(question, cleaned) and tidy(cleaned[f"saw_{question.pk}"]) != tidy(now):
                words = _t(
                    "Somebody else answered meanwhile: “%(answer)s”. Save again to put yours in its place."
                )
                self.add_error(f"answer_{question.pk}", words % {"answer": question.answer})
                self.data = {**self.data.dict(), f"saw_{question.pk}": now}  # type: ignore[attr-defined]
        return cleaned

    def _wanted(self, question: LearningQuestion, values: dict[str, Any]) -> str:
        status = QuestionStatus.ANSWERED if values.get(f"answered_{question.pk}") else QuestionStatus.OPEN
        return f"{status}:{values.get(f'answer_{question.pk}', '')}"

    def _rewrites(self, question: LearningQuestion, values: dict[str, Any]) -> bool:
        """Whether this person changed what the page showed of a question, and somebody has not done the same."""
        wanted = tidy(self._wanted(question, values))
        return wanted not in (tidy(values.get(f"saw_{question.pk}", "")), tidy(self._state_of(question)))

    @transaction.atomic
    def save(self, actor: Actor | None = None) -> Any:  # type: ignore[override]
        actor = actor or self.actor
        debrief = super().save(actor)
        for point in self.board.points:
            self._save_point(point, actor)
        for question in self.board.questions:
            if self._rewrites(question, self.cleaned_data):
                self._save_answer(question, actor)
        return debrief

    def _save_point(self, point: Point, actor: Actor) -> None:
        values, visit = self.cleaned_data, self.board.visit
        if values.get(f"lesson_{point.key}"):
            point.lesson = create_record(
                Lesson(
                    visit=visit,
                    order=next_order(visit.lessons),
                    agenda_item=point.item,
                    learnt_from=self.board.hosts.get(point.item.pk),
                    text=point.text,
                    transferability=point.transferability,
                ),
                actor=actor,
            )
        if not values.get(f"commit_{point.key}"):
            return
        commitment = Commitment(
            source=visit,
            lesson=point.lesson,
            text=point.text,
            owed_by_id=values[f"by_{point.key}"],
            owed_to_id=values[f"to_{point.key}"],
            due_on=values[f"due_{point.key}"],
            owner_id=actor.user_id,
        )
        if point.outcome is not None:
            commit_outcome(point.outcome, commitment, actor=actor)
        else:
            create_record(commitment, actor=actor)

    def _save_answer(self, question: LearningQuestion, actor: Actor) -> None:
        text = self.cleaned_data[f"answer_{question.pk}"]
        is_answered = self.cleaned_data[f"answered_{question.pk}"]
        # The line shows the answer in the reader's language, or in the one that there is.
        language = question.answer.in_language().language if question.answer else active_language()
        update_record(
            question,
            actor=actor,
            changes={
                "answer": Multilingual({**question.answer, language: text}),
                "status": QuestionStatus.ANSWERED if is_answered else QuestionStatus.OPEN,
            },
        )


class DebriefParticipantForm(RecordForm):
    class Meta:
        model = DebriefParticipant
        fields = ("side", "position", "institution", "has_agreed")

    def create(self, actor: Actor) -> Record:
        self.instance.order = next_order(self.instance.debrief.participants)
        return super().create(actor)


# --- Evaluation ------------------------------------------------------------------------------------------------


class EvaluationForm(RecordForm):
    class Meta:
        model = Evaluation
        fields = ("title", "level", "held_on", "invited", "lowest", "highest", "labels")


class EvaluationQuestionForm(RecordForm):
    class Meta:
        model = EvaluationQuestion
        fields = ("text",)

    def create(self, actor: Actor) -> Record:
        self.instance.order = next_order(self.instance.evaluation.questions)
        return super().create(actor)


class EvaluationResponseForm(RecordForm):
    """One sheet of paper: a value of the scale for each question, and what the person wrote."""

    class Meta:
        model = EvaluationResponse
        fields = ("sex", "liked", "improve")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        evaluation: Evaluation = self.instance.evaluation
        self.questions = {f"question_{question.pk}": question for question in evaluation.questions.all()}
        choices: list[tuple[str, str]] = [
            (str(value), f"{value} – {label}" if (label := evaluation.label_of(value)) else str(value))
            for value in evaluation.scale
        ]
        own = {name: self.fields.pop(name) for name in list(self.fields)}
        for name, question in self.questions.items():
            given = self.instance.answers.get(str(question.pk))
            self.fields[name] = forms.ChoiceField(
                label=str(question),
                choices=[("", _("Not answered")), *choices],
                required=False,
                initial=self.initial.get(name, "" if given is None else str(given)),
            )
        self.fields.update(own)

    def changes(self) -> dict[str, Any]:
        given = {question.pk: self.cleaned_data[name] for name, question in self.questions.items()}
        return super().changes() | {
            "answers": {str(pk): int(value) for pk, value in given.items() if value != ""}
        }


# --- Follow-up -------------------------------------------------------------------------------------------------


class LessonForm(RecordForm):
    class Meta:
        model = Lesson
        fields = ("text", "learnt_from", "agenda_item", "transferability")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_session(self.fields["agenda_item"], self.instance.visit)

    def create(self, actor: Actor) -> Record:
        self.instance.order = next_order(self.instance.visit.lessons)
        return super().create(actor)


class CommitmentForm(RecordForm):
    """What was promised, where its source is known."""

    sections: ClassVar = (
        Section(_("The promise"), ("source", "text", ("owed_by", "owed_to"))),
        Section(_("Follow-up"), (("due_on", "owner"), "lesson", "notes")),
        Section(_("What it leads to"), ("plan_activity", "request")),
    )

    class Meta:
        model = Commitment
        fields = (
            "text",
            "owed_by",
            "owed_to",
            "due_on",
            "owner",
            "lesson",
            "plan_activity",
            "request",
            "notes",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_colleague(self.fields["owner"])
        if not self.is_edit:
            self.initial.setdefault("owner", None)
            self.initial["owner"] = self.initial["owner"] or self.actor.user_id
            # A request comes of a commitment later, by its own button.
            self.fields.pop("request", None)
        self._offer_what_belongs()

    def _offer_what_belongs(self) -> None:
        self._offer_lessons()
        self._offer_plan_activities()

    def _offer_lessons(self) -> None:
        field = self.fields["lesson"]
        assert isinstance(field, forms.ModelChoiceField)
        visit = self.instance.visit
        field.queryset = Lesson.objects.filter(visit=visit) if visit is not None else Lesson.objects.none()
        if not field.queryset.exists():
            del self.fields["lesson"]

    def _offer_plan_activities(self) -> None:
        """Those of the strategy that the source is about; nothing to choose from is not asked."""
        field = self.fields["plan_activity"]
        assert isinstance(field, forms.ModelChoiceField)
        strategy = strategy_of(self.instance.source)
        if strategy is not None and field.queryset is not None:
            field.queryset = field.queryset.filter(plan__strategy=strategy)
        if field.queryset is None or not field.queryset.exists():
            del self.fields["plan_activity"]


class OutcomeCommitmentForm(CommitmentForm):
    """The commitment that a task of a session becomes."""

    def __init__(self, *args: Any, outcome: SessionOutcome, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcome = outcome
        self._options = {"actor": self.actor, "outcome": outcome}

    def create(self, actor: Actor) -> Record:
        for name, value in self.changes().items():
            setattr(self.instance, name, value)
        return commit_outcome(self.outcome, self.instance, actor=actor)


class SourceField(forms.ChoiceField):
    """One record of any kind at which something may be promised; its value is "study-visits:12"."""

    def __init__(self, principal: Principal) -> None:
        super().__init__(
            label=_("Where it was promised"),
            help_text=_("The visit, review, meeting, milestone, action or activity."),
        )
        self.records: dict[str, Record] = {}
        choices: list[Any] = [("", _("Choose…"))]
        for name, model in SOURCES.items():
            rows: Any = model._default_manager
            found = {
                f"{name}:{row.pk}": row
                for row in rows.visible_to(principal).select_related(*READ_WITH.get(model, ()))
            }
            self.records |= found
            if found:
                group = [(value, label_of(row)) for value, row in found.items()]
                title = str(capfirst(model._meta.verbose_name_plural))
                choices.append((title, sorted(group, key=lambda choice: fold(choice[1]))))
        self.choices = choices
        self.widget.attrs |= {"data-searchable": "", "data-none": _("Nothing matches.")}

    def clean(self, value: Any) -> Record | None:
        return self.records.get(super().clean(value))


class NewCommitmentForm(CommitmentForm):
    """What was promised anywhere: where is asked, too."""

    class Meta(CommitmentForm.Meta):
        fields = ("text", "owed_by", "owed_to", "due_on", "owner", "notes")  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"] = SourceField(self.actor.principal)

    def _offer_what_belongs(self) -> None:
        """Lesson and plan activity are chosen once the source is known."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        # The model's own rules look at the source, too.
        self.instance.source = cleaned.get("source")
        return cleaned


class RequestOfCommitmentForm(RequestForm):
    """A new request with what the commitment says already in it; once saved, the commitment names it."""

    def __init__(self, *args: Any, commitment: Commitment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commitment = commitment
        self._options = {"actor": self.actor, "commitment": commitment}

    @transaction.atomic
    def create(self, actor: Actor) -> Record:
        request = super().create(actor)
        update_record(self.commitment, actor=actor, changes={"request": request})
        return request


def delegates_of(visit: StudyVisit) -> Any:
    """The delegates who are meant to take part in a visit, head first, as the attendance sheet lists them."""
    rows = Delegate.objects.filter(delegation__study_visits=visit, status__in=PLANNED_STATUSES)
    return rows.select_related("institution__country", "delegation").order_by("delegation", "order", "pk")
