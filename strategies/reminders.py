"""Overdue and stalled activities of a plan by lead institution, each group with a text to send; nothing is sent."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fmm_portal.institutions.models import Institution
from strategies.models import ActionPlan, PlanActivity


@dataclass(frozen=True, slots=True)
class ReminderText:
    """The reminder in one language of the portal."""

    language: str
    language_name: str
    text: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """One lead institution, or None, with its activities and what to write to it."""

    lead: Institution | None
    activities: list[PlanActivity]
    texts: list[ReminderText]


def needs_reminder(activity: PlanActivity) -> bool:
    return activity.is_overdue or activity.is_stalled


def state_in_words(activity: PlanActivity) -> str:
    """ "In progress, 40 %": the state as the reminder says it."""
    state = str(activity.get_status_display())
    if activity.percent is not None:
        state = _("%(state)s, %(percent)d%% done") % {"state": state, "percent": activity.percent}
    if activity.stall_reason:
        held = {"state": state, "reason": activity.get_stall_reason_display()}
        return _("%(state)s; held up by: %(reason)s") % held
    return state


def _line(activity: PlanActivity) -> str:
    words = {"code": activity.code, "text": activity.text, "state": state_in_words(activity)}
    due = activity.ends_in or activity.starts_in
    if due:
        return _("- %(code)s %(text)s (due by %(due)s; %(state)s)") % {**words, "due": due}
    return _("- %(code)s %(text)s (%(state)s)") % words


def text_for(plan: ActionPlan, activities: list[PlanActivity]) -> str:
    """The reminder in the active language."""
    count = len(activities)
    words = {"count": count, "plan": plan, "strategy": plan.strategy.title}
    opening = ngettext(
        "According to the action plan “%(plan)s” of “%(strategy)s”, %(count)d activity that you lead is overdue"
        " or has not moved:",
        "According to the action plan “%(plan)s” of “%(strategy)s”, %(count)d activities that you lead are overdue"
        " or have not moved:",
        count,
    )
    asked = ngettext(
        "Please say how far it is, what holds it up, and by when it can be finished.",
        "Please say for each how far it is, what holds it up, and by when it can be finished.",
        count,
    )
    parts = [
        _("Dear colleagues,"),
        opening % words,
        "\n".join(_line(activity) for activity in activities),
        asked,
        _("You can also enter this in the portal yourselves."),
    ]
    if plan.is_sample:
        parts.insert(0, _("Sample data"))
    return "\n\n".join(parts)


def _texts(plan: ActionPlan, activities: list[PlanActivity]) -> list[ReminderText]:
    found = []
    for code, name in settings.LANGUAGES:
        with translation.override(code):
            found.append(ReminderText(code, str(name), text_for(plan, activities)))
    current = translation.get_language()
    return sorted(found, key=lambda text: text.language != current)


def reminders_of(plan: ActionPlan, activities: Iterable[PlanActivity]) -> list[Reminder]:
    """The lead institution with most to be reminded of first; activities that nobody leads come last."""
    groups: dict[int | None, list[PlanActivity]] = {}
    for activity in activities:
        if needs_reminder(activity):
            groups.setdefault(activity.lead_id, []).append(activity)
    found = [Reminder(rows[0].lead, rows, _texts(plan, rows)) for rows in groups.values()]
    return sorted(found, key=lambda item: (item.lead is None, -len(item.activities), str(item.lead)))
