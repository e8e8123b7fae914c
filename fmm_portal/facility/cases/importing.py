"""Reading case files of requests and actions."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from fmm_portal.casefiles.importing import DocumentImport, Entry, given
from fmm_portal.casefiles.schema import Step, validated
from fmm_portal.casefiles.steps import take
from fmm_portal.core.models import Record
from fmm_portal.core.principals import Actor
from fmm_portal.core.references import adopt_reference
from fmm_portal.facility.cases.programmes import facility_of, find_or_add_programme
from fmm_portal.facility.cases.schema import ActionDocument, RequestDocument
from fmm_portal.facility.enums import RequestStatus
from fmm_portal.facility.models import (
    Action,
    Activity,
    Approval,
    BudgetLine,
    Consultee,
    Expert,
    Indicator,
    Programme,
    Request,
    Risk,
)

REQUEST = (
    "title", "contact_position", "need", "objectives", "expected_results", "support_wanted", "estimated_cost",
    "currency", "duration_months", "requested_on", "dates_note", "sources", "eligibility_note", "decided_on",
    "decision_body", "decided_by", "decision_reasons",
)  # fmt: skip
CONSULTEE = ("position", "has_veto", "comment")
ACTION = (
    "reference", "title", "context", "overall_objective", "specific_objectives", "expected_results", "outcomes",
    "visibility_note", "starts_on", "ends_on", "duration_months", "dates_note", "sources",
)  # fmt: skip
ACTIVITY = (
    "number", "kind", "title", "description", "starts_on", "ends_on", "stated_duration_days", "dates_note",
    "place", "is_online", "target_groups", "people_note", "outcome", "sources",
)  # fmt: skip
HEADCOUNT = ("people", "women", "men")
EXPERT = ("profile", "days_planned", "days_actual")
BUDGET_LINE = ("text", "currency", "amount", "spent")
INDICATOR = ("text", "unit", "baseline", "target", "actual", "source_of_verification")
RISK = ("text", "likelihood", "impact", "mitigation")
APPROVAL = ("position", "decision", "decided_on", "comment")


def import_action(document: Mapping[str, Any], *, actor: Actor) -> Action:
    """Make the action of a document of format fmm-action/1, with its request, its parts and their states.

    Raises InvalidCase with everything that is wrong, each with its place; then nothing has changed.
    """
    case = validated(ActionDocument, document)
    with transaction.atomic():
        return _ActionImport(case, actor).run()


def import_request(document: Mapping[str, Any], *, actor: Actor) -> Request:
    """Make the request of a document of format fmm-request/1.  Raises InvalidCase as above."""
    case = validated(RequestDocument, document)
    with transaction.atomic():
        return _RequestImport(case, actor).run()


class RequestReader(DocumentImport):
    """Makes a request with its stakeholders, and takes its steps with their answers in turn."""

    def programme(self) -> Programme | None:
        self.directory.load()
        programme, _is_new = find_or_add_programme(self.directory, self.case.get("programme"), "programme")
        return programme

    def add_request(self) -> Request | None:
        entry: Entry | None = self.case.get("request")
        if entry is None or not self.is_new(Request, entry, "request"):
            return None
        request = Request(
            reference=entry.get("reference"),
            facility=facility_of(self.directory, entry, "request"),
            institution=self.institution(entry, "institution", "request"),
            **given(entry, REQUEST),
        )
        related = {
            "joint_with": self.directory.institutions(entry.get("joint_with", ()), "request.joint_with"),
            "countries": self.directory.countries(entry.get("countries", ()), "request.countries"),
            "themes": self.directory.themes(entry.get("themes", ()), "request.themes"),
        }
        if self.create(request, "request", related=related) is None:
            return None
        if request.reference:
            # Its number is not given again.
            with self.errors.at("request.reference"):
                adopt_reference(request.reference, request.reference.rsplit("-", 2)[0])
        self.add_other_dates(request, entry, "request")
        # Without it the steps would only repeat the errors above.
        return None if self.errors else self.take_request_steps(request, entry)

    def take_request_steps(self, request: Request, entry: Entry) -> Request:
        """Each consultation is opened with the stakeholders of its round, who then answer."""
        steps: Sequence[Step] = entry.get("steps", ())
        current: Any = request
        for number, step in enumerate(steps):
            asked: list[tuple[Consultee, Entry, str]] = []
            if step.name == "consult":
                asked = self.add_consultees(current, entry)
            current = take(
                current, [step], actor=self.actor, errors=self.errors, path="request.steps", first=number
            )
            if self.errors:
                return current
            for consultee, answer, path in asked:
                self.take(consultee, answer, path)
        if current.status not in PAST_CONSULTATION:
            self.add_consultees(current, entry)
        return self.tell_the_moments(current, entry)

    def add_consultees(self, request: Request, entry: Entry) -> list[tuple[Consultee, Entry, str]]:
        """The stakeholders of the present round."""
        added = []
        for number, asked in enumerate(entry.get("consultees", ())):
            if asked.get("round", 1) != request.round:
                continue
            path = f"request.consultees[{number}]"
            consultee = Consultee(
                request=request,
                round=request.round,
                institution=self.institution(asked, "institution", path),
                **given(asked, CONSULTEE),
            )
            if self.create(consultee, path):
                added.append((consultee, asked, path))
        return added

    def tell_the_moments(self, request: Request, entry: Entry) -> Request:
        """The moments of the steps are those of the file, as far as it knows them; not the moment of the import."""
        moments = {"submitted_at": entry.get("submitted_at")}
        if "consultation_due_at" in entry or request.status != RequestStatus.CONSULTATION:
            moments["consultation_due_at"] = entry.get("consultation_due_at")
        Request.objects.filter(pk=request.pk).update(**moments)
        consultees = Consultee.objects.filter(request=request)
        if "consultation_due_at" in moments:
            consultees.exclude(due_at=None).update(due_at=moments["consultation_due_at"])
        for consultee in consultees.exclude(answered_at=None):
            told = [
                asked.get("answered_at")
                for asked in entry.get("consultees", ())
                if asked.get("round", 1) == consultee.round
                and self.directory.institution(asked.get("institution"), "") == consultee.institution
                and asked.get("position", {}) == consultee.position
            ]
            consultees.filter(pk=consultee.pk).update(answered_at=told[0] if told else None)
        return Request.objects.get(pk=request.pk)


# Whose stakeholders have been asked: none are listed any more.
PAST_CONSULTATION = (
    RequestStatus.CONSULTATION,
    RequestStatus.ASSESSMENT,
    RequestStatus.DECISION,
    RequestStatus.APPROVED,
    RequestStatus.REJECTED,
    RequestStatus.WITHDRAWN,
)


class _RequestImport(RequestReader):
    def run(self) -> Request:
        self.programme()
        request = self.add_request()
        self.errors.raise_any()
        assert request is not None
        return request


class _ActionImport(RequestReader):
    def run(self) -> Action:
        action = self.add_action() if self.is_new(Action, self.case["action"], "action") else None
        if action is not None:
            self.add_activities(action)
            self.add_fiche(action)
            # States last: their guards look at everything above. Without it they would only repeat its errors.
            if not self.errors:
                self.take(action, self.case["action"], "action")
        self.errors.raise_any()
        assert action is not None
        return Action.objects.get(pk=action.pk)

    def add_action(self) -> Action | None:
        entry = self.case["action"]
        programme = self.programme()
        action = Action(
            programme=programme,
            facility=facility_of(self.directory, entry, "action"),
            request=self.add_request(),
            requesting_institution=self.institution(entry, "requesting_institution", "action"),
            implementer=self.institution(entry, "implementer", "action"),
            owner_id=self.actor.user_id,
            **given(entry, ACTION),
        )
        related: dict[str, Any] = {
            "countries": self.directory.countries(entry.get("countries", ()), "action.countries"),
            "themes": self.directory.themes(entry.get("themes", ()), "action.themes"),
        }
        for name in ("beneficiaries", "partners"):
            related[name] = self.directory.institutions(entry.get(name, ()), f"action.{name}")
        if self.create(action, "action", related=related) is None:
            return None
        self.add_other_dates(action, entry, "action")
        return action

    def add_activities(self, action: Action) -> None:
        for number, entry in enumerate(self.entries("activities")):
            path = f"activities[{number}]"
            country = (
                self.directory.country(entry["country"], f"{path}.country") if "country" in entry else None
            )
            activity = Activity(action=action, country=country, **given(entry, ACTIVITY))
            for stage in ("planned", "actual"):
                for name, value in entry.get(stage, {}).items():
                    setattr(activity, f"{stage}_{name}", value)
            institutions = self.directory.institutions(entry.get("institutions", ()), f"{path}.institutions")
            if self.create(activity, path, related={"institutions": institutions}) is None:
                continue
            self.add_other_dates(activity, entry, path)
            self.take(activity, entry, path)

    def add_fiche(self, action: Action) -> None:
        for number, entry in enumerate(self.entries("experts")):
            path = f"experts[{number}]"
            expert = Expert(
                country=self.directory.country(entry["country"], f"{path}.country")
                if "country" in entry
                else None,
                institution=self.institution(entry, "institution", path),
                **given(entry, EXPERT),
            )
            self.add_line(action, expert, entry, number, path)
        for number, entry in enumerate(self.entries("budget")):
            line = BudgetLine(**given(entry, BUDGET_LINE))
            self.add_line(action, line, entry, number, f"budget[{number}]")
        for number, entry in enumerate(self.entries("indicators")):
            indicator = Indicator(**given(entry, INDICATOR))
            self.add_line(action, indicator, entry, number, f"indicators[{number}]")
        for number, entry in enumerate(self.entries("risks")):
            self.add_line(action, Risk(**given(entry, RISK)), entry, number, f"risks[{number}]")
        for number, entry in enumerate(self.entries("approvals")):
            path = f"approvals[{number}]"
            approval = Approval(
                institution=self.institution(entry, "institution", path), **given(entry, APPROVAL)
            )
            self.add_line(action, approval, entry, number, path)

    def add_line(self, action: Action, line: Any, entry: Entry, number: int, path: str) -> Record | None:
        line.action = action
        line.order = entry.get("order", number + 1)
        made: Record | None = self.create(line, path)
        return made
