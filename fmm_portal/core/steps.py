"""Workflow steps on pages: the strip of states, the next step as a button, the page that asks for a reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.errors import StaleRecord, TransitionRefused
from fmm_portal.core.forms import dress_field
from fmm_portal.core.models import Activity, Record
from fmm_portal.core.principals import Actor, Principal, Source
from fmm_portal.core.workflow import AvailableTransition, Workflow, workflow_for


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step with the address that takes it. `asks` when a page must come before: reason, values, warnings.

    `missing` is what blocks it, each sentence with the address where it is put right ("" where only time helps).
    """

    step: AvailableTransition
    url: str
    missing: list[tuple[str, str]]

    @property
    def asks(self) -> bool:
        return bool(self.step.needs_reason or self.step.fields or self.step.warnings or self.step.blockers)


@dataclass(frozen=True, slots=True)
class Steps:
    """What components/steps.html draws: whose steps, upon which version they are taken, the one next, the others."""

    label: str
    version: int
    primary: ShownStep | None
    others: list[ShownStep]

    def __bool__(self) -> bool:
        return bool(self.primary or self.others)


@dataclass(frozen=True, slots=True)
class StripStep:
    """One state of the road: "done", "current" or "ahead", with the day it was reached."""

    label: str
    progress: str
    at: Any = None


def steps_of(
    record: Record,
    principal: Principal,
    url_for: Callable[[str], str],
    mend_for: Callable[[str], str] = lambda code: "",
) -> Steps:
    """The steps that this person may take now; blocked ones come with their reasons.

    `mend_for` gives the address where what a guard (by its code) asks for is put right.
    """
    workflow = workflow_for(record)
    available = workflow.available(record, principal) if workflow is not None else []
    shown = [
        ShownStep(
            step, url_for(step.name), [(blocker.message, mend_for(blocker.code)) for blocker in step.blockers]
        )
        for step in available
    ]
    primary = next((entry for entry in shown if entry.step.primary), None)
    return Steps(
        str(record) if shown else "",
        record.version,
        primary,
        [entry for entry in shown if entry is not primary],
    )


def strip_of(record: Record, stages: Sequence[str]) -> list[StripStep]:
    """The states of the normal road in order. A state off the road (cancelled) leaves what was reached before."""
    workflow = workflow_for(record)
    if workflow is None:
        return []
    reached = _days_reached(record, workflow)
    state = workflow.state_of(record)
    position = list(stages).index(state) if state in stages else -1
    strip = []
    for index, stage in enumerate(stages):
        is_done = index < position or (position == -1 and stage in reached)
        progress = "current" if index == position else "done" if is_done else "ahead"
        strip.append(
            StripStep(
                workflow.state_label(stage), progress, reached.get(stage) if progress != "ahead" else None
            )
        )
    return strip


def _days_reached(record: Record, workflow: Workflow) -> dict[str, Any]:
    """When each state was last entered, out of the history.

    Not for what was loaded from elsewhere: its entries tell when it was loaded.
    """
    entries = Activity.objects.exclude(source__in=[Source.IMPORT, Source.SYSTEM]).filter(
        subject_type=ContentType.objects.get_for_model(record),
        subject_id=record.pk,
        verb__in=["create", *(transition.name for transition in workflow.transitions)],
    )
    reached: dict[str, Any] = {}
    for at, changes in entries.order_by("at", "pk").values_list("at", "changes"):
        pair = changes.get(workflow.field)
        if pair:
            reached[str(pair[1])] = at.date()
    return reached


class StepForm(forms.Form):
    """What a step needs: the version it was seen upon, its values, a reason, the override of a manager."""

    record_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, record: Record, step: AvailableTransition, actor: Actor, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.record, self.step, self.actor = record, step, actor
        self.fields["record_version"].initial = record.version
        for name, field in forms.fields_for_model(type(record), fields=step.fields).items():
            dress_field(field, actor.principal)
            field.initial = getattr(record, name)
            self.fields[name] = field
        if step.can_override:
            self.fields["override"] = forms.BooleanField(
                label=_("Take this step all the same"),
                required=False,
                help_text=_("As a manager you may. The history keeps what was missing, and your reason."),
            )
        self.fields["reason"] = forms.CharField(
            label=_("Reason"),
            required=step.needs_reason,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("It is kept in the history."),
        )

    def apply(self) -> Record:
        """Take the step. Raises StaleRecord, Forbidden, TransitionRefused, ValidationError."""
        workflow = workflow_for(self.record)
        assert workflow is not None
        return workflow.apply(
            self.record,
            self.step.name,
            actor=self.actor,
            reason=self.cleaned_data.get("reason", ""),
            data={name: self.cleaned_data[name] for name in self.step.fields},
            expected_version=self.cleaned_data["record_version"],
            override=self.cleaned_data.get("override", False),
        )

    def take(self) -> Record | None:
        """Take the step, or keep the refusal as the form's errors and return None."""
        if not self.is_valid():
            return None
        try:
            return self.apply()
        except StaleRecord as error:
            # The next attempt is made upon the record as it now is.
            data = cast("QueryDict", self.data).copy()
            data[self.add_prefix("record_version")] = str(error.current.version)
            self.data = data
            who = error.author_for(self.actor.principal) or _t("somebody else")
            self.add_error(
                None,
                _t("%(who)s changed this record meanwhile. Look at it again, then take the step.")
                % {"who": who},
            )
        except TransitionRefused as error:
            for message in error.messages:
                self.add_error(None, message)
        except ValidationError as error:
            for name, errors in getattr(error, "error_dict", {None: [error]}).items():
                self.add_error(name if name in self.fields else None, errors)
        return None
