"""What an action lacks for the open data, in our words and with the page where it is put right.

What the standard demands keeps an action out of the file. What it recommends does not: the action is written with
what is there.
"""

from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from fmm_portal.facility.models import Action, BudgetLine
from fmm_portal.institutions.models import Institution
from fmm_portal.opendata.facts import (
    dates_of,
    descriptions_of,
    first_known_day,
    period_of,
    reporter_of,
    web_pages_of,
)


class Gap(NamedTuple):
    """One thing that is missing. With `keeps_out` the action is not in the file at all."""

    code: str
    text: str
    url: str
    keeps_out: bool = False


def gaps_of(action: Action) -> list[Gap]:
    """What keeps the action out comes first. Reads what `facts.for_open_data` has loaded."""
    edit = reverse("facility:action_edit", args=[action.pk])
    return [*_demanded(action, edit), *_recommended(action, edit)]


def keeps_out(gaps: list[Gap]) -> bool:
    return any(gap.keeps_out for gap in gaps)


def _demanded(action: Action, edit: str) -> list[Gap]:
    found: list[Gap] = []

    def miss(code: str, text: str, url: str) -> None:
        found.append(Gap(code, text, url, keeps_out=True))

    reporter = reporter_of(action)
    if action.programme is None:
        miss("programme", _("Say which programme it belongs to: its implementer reports the action."), edit)
    elif reporter is None:
        url = reverse("facility:programme_edit", args=[action.programme.pk])
        miss("implementer", _("Say who implements the programme: that organisation reports the action."), url)
    elif not reporter.organisation_identifier:
        text = _("Give the organisation identifier of %(institution)s, which reports the action.")
        miss("organisation_identifier", text % {"institution": reporter}, _edit(reporter))
    if not descriptions_of(action):
        miss("description", _("Describe it: the context, an objective or the expected results."), edit)
    if not action.countries.all():
        miss("countries", _("Give its countries."), edit)
    if first_known_day(action) is None:
        if action.starts_on is not None:
            text = _(
                "Its beginning is known only as %(date)s. Give the day, or the day of its first activity."
            )
            miss("starts_on", text % {"date": action.starts_on}, edit)
        else:
            miss(
                "starts_on",
                _("Give the day on which it began or begins, or the day of its first activity."),
                edit,
            )
    elif dates_of(action).are_in_disorder:
        miss("ends_on", _("It ends before its first activity: put the dates right."), edit)
    return found


def _recommended(action: Action, edit: str) -> list[Gap]:
    found: list[Gap] = []
    if action.ends_on is None or not action.ends_on.is_exact:
        found.append(Gap("ends_on", _("The day on which it ends is not known."), edit))
    if not (action.overall_objective or action.specific_objectives):
        found.append(Gap("objectives", _("No objective is written."), edit))
    if not action.indicators.all():
        url = reverse("facility:indicator_create", args=[action.pk])
        found.append(Gap("indicators", _("No indicator: the file has results only with indicators."), url))
    lines: list[BudgetLine] = list(action.budget_lines.all())
    if not lines:
        url = reverse("facility:action_budget", args=[action.pk])
        found.append(Gap("budget", _("No budget line is entered."), url))
    elif period_of(action) is None:
        found.append(
            Gap("budget_period", _("The budget is not written: it needs the first and the last day."), edit)
        )
    if not web_pages_of(action):
        found.append(Gap("sources", _("No public web page is named among its sources."), edit))
    if action.programme is not None:
        for funder in action.programme.funders.all():
            if not funder.organisation_identifier:
                text = _("%(institution)s has no organisation identifier: it is written by its name alone.")
                found.append(Gap("funder", text % {"institution": funder}, _edit(funder)))
    return found


def _edit(institution: Institution) -> str:
    return reverse("institutions:institution_edit", args=[institution.pk])
