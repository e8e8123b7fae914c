"""Writing requests and actions as case files: everything that the actor may see, never who the people are."""

from datetime import UTC, datetime
from typing import Any

from fmm_portal.casefiles.exporting import DocumentExport, codes, fields, unless, without
from fmm_portal.casefiles.steps import steps_taken, written
from fmm_portal.casefiles.values import told
from fmm_portal.core.policies import require
from fmm_portal.core.principals import Actor
from fmm_portal.facility.cases.importing import (
    ACTION,
    ACTIVITY,
    APPROVAL,
    BUDGET_LINE,
    CONSULTEE,
    EXPERT,
    HEADCOUNT,
    INDICATOR,
    REQUEST,
    RISK,
)
from fmm_portal.facility.cases.programmes import describe_programme
from fmm_portal.facility.cases.schema import ACTION_FORMAT, REQUEST_FORMAT
from fmm_portal.facility.models import (
    Action,
    Activity,
    Approval,
    BudgetLine,
    Consultee,
    Expert,
    Indicator,
    Request,
    Risk,
)


def export_action(action: Action, *, actor: Actor) -> dict[str, Any]:
    """The action as a document of format fmm-action/1 that can be imported elsewhere.  Raises Forbidden."""
    require(actor.principal, "view", action)
    return _ActionExport(actor).document(action)


def export_request(request: Request, *, actor: Actor) -> dict[str, Any]:
    """The request as a document of format fmm-request/1 that can be imported elsewhere.  Raises Forbidden."""
    require(actor.principal, "view", request)
    export = RequestWriter(actor)
    facts = export.request(request)
    facility = request.facility
    programme = describe_programme(export.directory, facility.programme if facility else None, facility)
    return {
        "format": REQUEST_FORMAT,
        "request": facts,
        **told(institutions=export.directory.described(), programme=programme),
    }


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None


class RequestWriter(DocumentExport):
    def request(self, request: Request) -> dict[str, Any]:
        return told(
            reference=request.reference,
            **{**fields(request, REQUEST), "currency": unless(request.currency, "EUR")},
            facility=request.facility.code if request.facility else None,
            institution=self.directory.key(request.institution),
            joint_with=self.directory.keys(request.joint_with.select_related("country", "parent__country")),
            countries=codes(request.countries.all()),
            themes=codes(request.themes.all()),
            other_dates=self.other_dates([request])[request.pk],
            submitted_at=_in_utc(request.submitted_at),
            consultation_due_at=_in_utc(request.consultation_due_at),
            consultees=self.consultees(request),
            steps=written(steps_taken([request])[request.pk]),
        )

    def consultees(self, request: Request) -> list[dict[str, Any]]:
        rows = sorted(
            self.seen(Consultee, "institution__country", request=request),
            key=lambda consultee: (consultee.round, consultee.pk),
        )
        steps = steps_taken(rows)
        return [
            told(
                round=unless(row.round, 1),
                institution=self.directory.key(row.institution),
                answered_at=_in_utc(row.answered_at),
                steps=written(without(steps[row.pk], "ask")),
                **fields(row, CONSULTEE),
            )
            for row in rows
        ]


class _ActionExport(RequestWriter):
    def document(self, action: Action) -> dict[str, Any]:
        request = action.request if action.request and self.seen(Request, pk=action.request.pk) else None
        facilities = (action.facility, request.facility if request else None)
        parts = {
            "programme": describe_programme(self.directory, action.programme, *facilities),
            "request": self.request(request) if request else None,
            "activities": self.activities(action),
            "experts": self.experts(action),
            "budget": self.lines(BudgetLine, action, BUDGET_LINE),
            "indicators": self.lines(Indicator, action, INDICATOR),
            "risks": self.lines(Risk, action, RISK),
            "approvals": self.approvals(action),
        }
        facts = told(
            **fields(action, ACTION),
            facility=action.facility.code if action.facility else None,
            countries=codes(action.countries.all()),
            requesting_institution=self.directory.key(action.requesting_institution),
            beneficiaries=self.directory.keys(
                action.beneficiaries.select_related("country", "parent__country")
            ),
            partners=self.directory.keys(action.partners.select_related("country", "parent__country")),
            implementer=self.directory.key(action.implementer),
            themes=codes(action.themes.all()),
            other_dates=self.other_dates([action])[action.pk],
            steps=written(steps_taken([action])[action.pk]),
        )
        return {
            "format": ACTION_FORMAT,
            "action": facts,
            **told(institutions=self.directory.described()),
            **told(**parts),
        }

    def activities(self, action: Action) -> list[dict[str, Any]]:
        rows = self.seen(Activity, "country", action=action)
        steps, others = steps_taken(rows), self.other_dates(rows)
        return [
            told(
                country=row.country.code if row.country else None,
                institutions=self.directory.keys(
                    row.institutions.select_related("country", "parent__country")
                ),
                planned=told(**{name: getattr(row, f"planned_{name}") for name in HEADCOUNT}),
                actual=told(**{name: getattr(row, f"actual_{name}") for name in HEADCOUNT}),
                other_dates=others[row.pk],
                steps=written(steps[row.pk]),
                **fields(row, ACTIVITY),
            )
            for row in rows
        ]

    def experts(self, action: Action) -> list[dict[str, Any]]:
        rows = self.seen(Expert, "country", "institution__country", action=action)
        return [
            told(
                order=unless(row.order, number),
                country=row.country.code if row.country else None,
                institution=self.directory.key(row.institution),
                **fields(row, EXPERT),
            )
            for number, row in enumerate(rows, start=1)
        ]

    def approvals(self, action: Action) -> list[dict[str, Any]]:
        rows = self.seen(Approval, "institution__country", action=action)
        return [
            told(
                order=unless(row.order, number),
                institution=self.directory.key(row.institution),
                **fields(row, APPROVAL),
            )
            for number, row in enumerate(rows, start=1)
        ]

    def lines(
        self, model: type[BudgetLine] | type[Indicator] | type[Risk], action: Action, names: tuple[str, ...]
    ) -> list[dict[str, Any]]:
        rows: list[Any] = self.seen(model, action=action)
        return [
            told(order=unless(row.order, number), **fields(row, names))
            for number, row in enumerate(rows, start=1)
        ]
