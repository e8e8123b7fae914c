"""The action fiche in words: its data as the template shows them, in the active language. Reads no database."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fmm_portal.core.headcounts import Headcount
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.facility.enums import (
    ActionStatus,
    ActivityKind,
    ActivityStatus,
    ApprovalDecision,
    Level,
)
from fmm_portal.facility.report_words import (
    Shown,
    author_of,
    country_names,
    institution_in_words,
    programme_in_words,
)
from fmm_portal.institutions.countries import country_name
from fmm_portal.reports.words import period, sources_in_words, title_size

if TYPE_CHECKING:
    from fmm_portal.facility.reports import (
        ActionFicheData,
        ActivityData,
        ApprovalData,
        BudgetData,
        ExpertData,
        HeadcountData,
        RiskData,
    )


def present(data: "ActionFicheData") -> Shown:
    """The context of templates/reports/action_fiche.html."""
    action = data["action"]
    title = Multilingual(action["title"])
    return {
        "title": title,
        "title_size": title_size(str(title)),
        "kind_label": _("Action fiche"),
        "author": author_of(data["programme"]),
        "programme": programme_in_words(data["programme"]),
        "reference": action["reference"],
        "period": period(action["starts_on"], action["ends_on"]),
        "countries": country_names(action["countries"]),
        "asker": institution_in_words(action["requesting_institution"]),
        "facts": _facts(data),
        "parties": [
            {"label": _("Beneficiary institutions"), "institutions": _institutions(action["beneficiaries"])},
            {"label": _("Partners"), "institutions": _institutions(action["partners"])},
        ],
        **{
            name: Multilingual(action[name])
            for name in (
                "context",
                "overall_objective",
                "specific_objectives",
                "expected_results",
                "outcomes",
                "visibility_note",
            )
        },
        "activities": [_activity(activity) for activity in data["activities"]],
        "experts": [_expert(expert) for expert in data["experts"]],
        "expert_days": {
            "planned": _sum(expert["days_planned"] for expert in data["experts"]),
            "actual": _sum(expert["days_actual"] for expert in data["experts"]),
        },
        "budget": _budget(data["budget"]) if data["budget"] is not None else None,
        "indicators": [
            {
                **indicator,
                "text": Multilingual(indicator["text"]),
                "source_of_verification": Multilingual(indicator["source_of_verification"]),
            }
            for indicator in data["indicators"]
        ],
        "risks": [_risk(risk) for risk in data["risks"]],
        "approvals": [_approval(approval) for approval in data["approvals"]],
        "sources": sources_in_words(data["sources"]),
    }


def _facts(data: "ActionFicheData") -> list[Shown]:
    action, programme = data["action"], data["programme"]
    months = action["duration_months"]
    themes = [Multilingual(theme) for theme in action["themes"]]
    duration = ngettext("%(count)d month", "%(count)d months", months) % {"count": months} if months else ""
    rows: list[tuple[str, Any, bool]] = [
        (_("Reference"), action["reference"], True),
        (_("Programme"), programme["acronym"] if programme else "", True),
        (_("Facility"), Multilingual(action["facility"]), False),
        (_("Request"), action["request"], False),
        (_("Countries"), ", ".join(country_names(action["countries"])), True),
        (_("Themes"), "; ".join(str(theme) for theme in themes), True),
        (_("Dates"), period(action["starts_on"], action["ends_on"]), True),
        (_("Note on the dates"), Multilingual(action["dates_note"]), False),
        (_("Duration"), duration, True),
        (_("Status of the action"), ActionStatus(action["status"]).label, True),
    ]
    # What is not known is said, except where the line is for few actions only.
    return [{"label": label, "value": value} for label, value, is_expected in rows if value or is_expected]


def _institutions(rows: Iterable[Any]) -> list[Shown | None]:
    return [institution_in_words(row) for row in rows]


def _activity(activity: "ActivityData") -> Shown:
    country = country_name(activity["country"]) if activity["country"] else ""
    place = [activity["place"], country, _("online") if activity["is_online"] else ""]
    days = activity["days"]
    return {
        "number": activity["number"],
        "title": Multilingual(activity["title"]),
        "kind_label": ActivityKind(activity["kind"]).label,
        "period": period(activity["starts_on"], activity["ends_on"]),
        "duration": ngettext("%(count)d day", "%(count)d days", days) % {"count": days} if days else "",
        "place": ", ".join(part for part in place if part),
        "planned": _people(activity["planned"]),
        "actual": _people(activity["actual"]),
        "status_label": ActivityStatus(activity["status"]).label,
    }


def _people(count: "HeadcountData") -> Shown:
    people = Headcount(count["people"], count["women"], count["men"])
    return {"total": people.total, "women": people.women_in_words}


def _expert(expert: "ExpertData") -> Shown:
    return {
        "profile": Multilingual(expert["profile"]),
        "institution": institution_in_words(expert["institution"]),
        "country": country_name(expert["country"]) if expert["country"] else "",
        "planned": _days(expert["days_planned"]),
        "actual": _days(expert["days_actual"]),
    }


def _days(days: str | None) -> str:
    """Whole days without decimals, half days with one."""
    if days is None:
        return ""
    value = Decimal(days)
    return number_format(value, 0 if value == value.to_integral_value() else 1, force_grouping=True)


def _sum(days: Iterable[str | None]) -> str:
    known = [Decimal(value) for value in days if value is not None]
    return _days(str(sum(known, Decimal(0)))) if known else ""


def _money(amount: str | None) -> str:
    return number_format(Decimal(amount), 2, force_grouping=True) if amount is not None else ""


def _budget(budget: "BudgetData") -> Shown:
    """Currency by currency: a table and a total each."""
    return {
        "currencies": [
            {
                "currency": total["currency"],
                "planned": _money(total["planned"]),
                "spent": _money(total["spent"]),
                "lines": [
                    {
                        "text": Multilingual(line["text"]),
                        "planned": _money(line["amount"]),
                        "spent": _money(line["spent"]),
                    }
                    for line in budget["lines"]
                    if line["currency"] == total["currency"]
                ],
            }
            for total in budget["totals"]
        ]
    }


def _risk(risk: "RiskData") -> Shown:
    return {
        "text": Multilingual(risk["text"]),
        "likelihood_label": Level(risk["likelihood"]).label if risk["likelihood"] else "",
        "impact_label": Level(risk["impact"]).label if risk["impact"] else "",
        "mitigation": Multilingual(risk["mitigation"]),
    }


def _approval(approval: "ApprovalData") -> Shown:
    return {
        "position": Multilingual(approval["position"]),
        "institution": institution_in_words(approval["institution"]),
        "decision_label": ApprovalDecision(approval["decision"]).label,
        "decided": period(approval["decided_on"], None),
        "comment": approval["comment"],
    }
