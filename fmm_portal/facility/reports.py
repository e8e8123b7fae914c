"""The data of the action fiche: plain, the same in every language, of what the requester may see.

Positions and profiles, never persons; the budget only for those who may see it.
"""

from decimal import Decimal
from typing import Any, TypedDict

from django.utils.translation import gettext_lazy as _

from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal
from fmm_portal.facility import action_fiche
from fmm_portal.facility.models import (
    Action,
    Activity,
    Approval,
    BudgetLine,
    Expert,
    Indicator,
    Risk,
)
from fmm_portal.facility.money import totals_of
from fmm_portal.facility.policies import request_behind
from fmm_portal.facility.report_data import (
    InstitutionData,
    ProgrammeData,
    Text,
    institution_data,
    iso,
    known_institution_data,
    programme_data,
)
from fmm_portal.reports.registry import ReportKind, register_report


class ActionData(TypedDict):
    """`request` is the reference of the request that it answers."""

    reference: str
    title: Text
    status: str
    request: str
    facility: Text
    countries: list[str]
    themes: list[Text]
    requesting_institution: InstitutionData | None
    beneficiaries: list[InstitutionData]
    partners: list[InstitutionData]
    implementer: InstitutionData | None
    starts_on: str | None
    ends_on: str | None
    dates_note: Text
    duration_months: int | None
    context: Text
    overall_objective: Text
    specific_objectives: Text
    expected_results: Text
    outcomes: Text
    visibility_note: Text


class HeadcountData(TypedDict):
    people: int | None
    women: int | None
    men: int | None


class ActivityData(TypedDict):
    number: int
    kind: str
    title: Text
    starts_on: str | None
    ends_on: str | None
    days: int | None
    country: str | None
    place: str
    is_online: bool
    planned: HeadcountData
    actual: HeadcountData
    status: str


class ExpertData(TypedDict):
    """Days are decimals, written as text."""

    profile: Text
    country: str | None
    institution: InstitutionData | None
    days_planned: str | None
    days_actual: str | None


class BudgetLineData(TypedDict):
    """Amounts are exact decimals, written as text."""

    text: Text
    currency: str
    amount: str
    spent: str | None


class TotalData(TypedDict):
    currency: str
    planned: str
    spent: str | None


class BudgetData(TypedDict):
    lines: list[BudgetLineData]
    totals: list[TotalData]


class IndicatorData(TypedDict):
    text: Text
    unit: str
    baseline: str
    target: str
    actual: str
    source_of_verification: Text


class RiskData(TypedDict):
    text: Text
    likelihood: str
    impact: str
    mitigation: Text


class ApprovalData(TypedDict):
    position: Text
    institution: InstitutionData | None
    decision: str
    decided_on: str | None
    comment: str


class ActionFicheData(TypedDict):
    """`format` names this structure for who reads the file in the PDF; `budget` is None where it is not for them."""

    format: str
    action: ActionData
    programme: ProgrammeData | None
    activities: list[ActivityData]
    experts: list[ExpertData]
    budget: BudgetData | None
    indicators: list[IndicatorData]
    risks: list[RiskData]
    approvals: list[ApprovalData]
    sources: list[str]


def register() -> None:
    register_report(
        ReportKind(
            code="action-fiche",
            suffix="AF",
            label=_("Action fiche"),
            model=Action,
            template="reports/action_fiche.html",
            stylesheets=("reports/base.css", "reports/document.css", "reports/action_fiche.css"),
            build=build_action_fiche,
            present=action_fiche.present,
        )
    )


def build_action_fiche(action: Action, principal: Principal) -> ActionFicheData:
    """Everything the fiche says, as far as the principal may see it."""
    action = (
        Action.objects.with_detail()
        .prefetch_related(
            "programme__funders__former_names",
            "programme__funders__country",
            "programme__visibility_texts",
            "programme__logos",
            "beneficiaries__former_names",
            "partners__former_names",
        )
        .get(pk=action.pk)
    )
    sees_budget = can(principal, "see_budget", action).allowed
    return {
        "format": "fmm-portal/action-fiche/1",
        "action": _action(action, principal),
        "programme": programme_data(action.programme, action.ends_on or action.starts_on),
        "activities": [_activity(row) for row in _of(Activity, action, principal)],
        "experts": [_expert(row, action) for row in _of(Expert, action, principal)],
        "budget": _budget(list(_of(BudgetLine, action, principal))) if sees_budget else None,
        "indicators": [_indicator(row) for row in _of(Indicator, action, principal)],
        "risks": [_risk(row) for row in _of(Risk, action, principal)],
        "approvals": [_approval(row, action) for row in _of(Approval, action, principal)],
        "sources": [str(source) for source in action.sources],
    }


def _of(model: Any, action: Action, principal: Principal) -> Any:
    """The parts of the action that the principal may see, in their order."""
    rows = model.objects.visible_to(principal).filter(action=action).with_related()
    return rows.prefetch_related("institution__former_names") if model in (Expert, Approval) else rows


def _action(action: Action, principal: Principal) -> ActionData:
    on, request = action.starts_on, request_behind(action, principal)
    return {
        "reference": action.reference,
        "title": dict(action.title),
        "status": action.status,
        "request": (request.reference or "") if request else "",
        "facility": dict(action.facility.name) if action.facility else {},
        "countries": [country.code for country in action.countries.all()],
        "themes": [dict(theme.name) for theme in action.themes.all()],
        "requesting_institution": institution_data(action.requesting_institution, on),
        "beneficiaries": [known_institution_data(row, on) for row in action.beneficiaries.all()],
        "partners": [known_institution_data(row, on) for row in action.partners.all()],
        "implementer": institution_data(action.implementer, on),
        "starts_on": iso(action.starts_on),
        "ends_on": iso(action.ends_on),
        "dates_note": dict(action.dates_note),
        "duration_months": action.duration_months,
        "context": dict(action.context),
        "overall_objective": dict(action.overall_objective),
        "specific_objectives": dict(action.specific_objectives),
        "expected_results": dict(action.expected_results),
        "outcomes": dict(action.outcomes),
        "visibility_note": dict(action.visibility_note),
    }


def _activity(activity: Activity) -> ActivityData:
    return {
        "number": activity.number,
        "kind": activity.kind,
        "title": dict(activity.title),
        "starts_on": iso(activity.starts_on),
        "ends_on": iso(activity.ends_on),
        "days": activity.stated_duration_days,
        "country": activity.country.code if activity.country else None,
        "place": activity.place,
        "is_online": activity.is_online,
        "planned": _people(activity, "planned"),
        "actual": _people(activity, "actual"),
        "status": activity.status,
    }


def _people(activity: Activity, stage: str) -> HeadcountData:
    count = activity.people(stage)
    return {"people": count.people, "women": count.women, "men": count.men}


def _expert(expert: Expert, action: Action) -> ExpertData:
    return {
        "profile": dict(expert.profile),
        "country": expert.country.code if expert.country else None,
        "institution": institution_data(expert.institution, action.starts_on),
        "days_planned": _decimal(expert.days_planned),
        "days_actual": _decimal(expert.days_actual),
    }


def _budget(lines: list[BudgetLine]) -> BudgetData:
    return {
        "lines": [
            {
                "text": dict(line.text),
                "currency": line.currency,
                "amount": str(line.amount),
                "spent": _decimal(line.spent),
            }
            for line in lines
        ],
        "totals": [
            {"currency": total.currency, "planned": str(total.planned), "spent": _decimal(total.spent)}
            for total in totals_of(lines)
        ],
    }


def _indicator(indicator: Indicator) -> IndicatorData:
    return {
        "text": dict(indicator.text),
        "unit": indicator.unit,
        "baseline": indicator.baseline,
        "target": indicator.target,
        "actual": indicator.actual,
        "source_of_verification": dict(indicator.source_of_verification),
    }


def _risk(risk: Risk) -> RiskData:
    return {
        "text": dict(risk.text),
        "likelihood": risk.likelihood,
        "impact": risk.impact,
        "mitigation": dict(risk.mitigation),
    }


def _approval(approval: Approval, action: Action) -> ApprovalData:
    return {
        "position": dict(approval.position),
        "institution": institution_data(approval.institution, action.starts_on),
        "decision": approval.decision,
        "decided_on": iso(approval.decided_on),
        "comment": approval.comment,
    }


def _decimal(value: Decimal | None) -> str | None:
    return str(value) if value is not None else None
