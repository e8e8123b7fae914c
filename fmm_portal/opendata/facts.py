"""What the open data says of an action, read out of its record: nothing is made up, nothing is rounded to a day.

Everything here reads rows that `for_open_data` has loaded.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.db.models import Q

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.facility.enums import ActionStatus, ActivityStatus
from fmm_portal.facility.models import Action
from fmm_portal.facility.querysets import ActionQuerySet
from fmm_portal.institutions.enums import Constituency
from fmm_portal.institutions.models import Institution

PIPELINE, IMPLEMENTATION, FINALISATION, CLOSED, CANCELLED, SUSPENDED = "123456"
STATUS = {
    ActionStatus.FACT_FINDING: PIPELINE,
    ActionStatus.FICHE_DRAFTED: PIPELINE,
    ActionStatus.FICHE_APPROVED: PIPELINE,
    ActionStatus.PLANNED: PIPELINE,
    ActionStatus.IN_PROGRESS: IMPLEMENTATION,
    ActionStatus.REPORTING: FINALISATION,
    ActionStatus.COMPLETED: FINALISATION,
    ActionStatus.EX_POST: FINALISATION,
    ActionStatus.CLOSED: CLOSED,
    ActionStatus.CANCELLED: CANCELLED,
    ActionStatus.SUSPENDED: SUSPENDED,
}
BEGUN = {IMPLEMENTATION, FINALISATION, CLOSED, SUSPENDED}
ENDED = {FINALISATION, CLOSED}
# The kinds of organisations of the standard, by whom an institution speaks for.
ORGANISATION_TYPES = {
    Constituency.GOVERNMENT: "10",
    Constituency.EMPLOYERS: "70",
    Constituency.WORKERS: "22",
    Constituency.CIVIL_SOCIETY: "22",
    Constituency.REGIONAL: "40",
    Constituency.INTERNATIONAL: "40",
    Constituency.DONOR: "40",
}
OTHER_ORGANISATION = "90"
FUNDING, ACCOUNTABLE, IMPLEMENTING = "1", "2", "4"
GENERAL, OBJECTIVES, TARGET_GROUPS, OTHER = "1234"


class Dates(NamedTuple):
    """The days that are known, with whether each is planned or actual."""

    first: date | None
    first_is_actual: bool
    # The beginning of the first activity stands for that of the action, whose own day is not known.
    first_is_of_activity: bool
    last: date | None
    last_is_actual: bool

    @property
    def are_in_disorder(self) -> bool:
        return self.first is not None and self.last is not None and self.last < self.first


class Description(NamedTuple):
    kind: str
    text: Multilingual


class Organisation(NamedTuple):
    """Who takes part, in which role."""

    role: str
    institution: Institution


def for_open_data(rows: ActionQuerySet) -> ActionQuerySet:
    return rows.select_related(
        "programme__implementer__country", "implementer__country", "open_identifier"
    ).prefetch_related(
        "countries",
        "activities",
        "budget_lines",
        "indicators",
        "partners__country",
        "programme__funders__country",
        "programme__visibility_texts",
        "request__actions__open_identifier",
    )


def reporter_of(action: Action) -> Institution | None:
    """The organisation that answers for what is published: the implementer of the programme."""
    return action.programme.implementer if action.programme is not None else None


def status_of(action: Action) -> str:
    return STATUS[ActionStatus(action.status)]


def _exact(known: PartialDate | None) -> date | None:
    return known.earliest if known is not None and known.is_exact else None


def first_known_day(action: Action) -> date | None:
    """The day on which the action begins or, where that is not known, its first activity that has a day."""
    return _exact(action.starts_on) or _first_of_activities(action)


def _first_of_activities(action: Action) -> date | None:
    days = [
        day
        for activity in action.activities.all()
        if activity.status != ActivityStatus.CANCELLED and (day := _exact(activity.starts_on)) is not None
    ]
    return min(days, default=None)


def dates_of(action: Action) -> Dates:
    """Actual is what a begun or ended action says of days that have come; all else is planned."""
    status, now = status_of(action), today()
    first, last = first_known_day(action), _exact(action.ends_on)
    return Dates(
        first=first,
        first_is_actual=status in BEGUN and first is not None and first <= now,
        first_is_of_activity=_exact(action.starts_on) is None,
        last=last,
        last_is_actual=status in ENDED and last is not None and last <= now,
    )


def period_of(action: Action) -> tuple[date, date] | None:
    """First and last day, where both are known."""
    first, last = _exact(action.starts_on), _exact(action.ends_on)
    return (first, last) if first is not None and last is not None and first <= last else None


def descriptions_of(action: Action) -> list[Description]:
    """What is written, the general first: the schema wants at least one."""
    wanted = (
        (GENERAL, action.context),
        (OBJECTIVES, action.overall_objective),
        (OBJECTIVES, action.specific_objectives),
        (OTHER, action.expected_results),
        (OTHER, action.outcomes),
    )
    return [Description(kind, text) for kind, text in wanted if text]


def visibility_of(action: Action) -> list[Multilingual]:
    """The funding line and the disclaimer that held when the action began."""
    first = first_known_day(action)
    texts = action.programme.visibility_on(first) if action.programme is not None and first else None
    return [text for text in (texts.funding_line, texts.disclaimer) if text] if texts is not None else []


def organisations_of(action: Action) -> list[Organisation]:
    """Funders, who answers for it, who carries it out; each once in a role."""
    reporter = reporter_of(action)
    found: list[Organisation] = []
    if action.programme is not None:
        found += [Organisation(FUNDING, funder) for funder in action.programme.funders.all()]
    if reporter is not None:
        found.append(Organisation(ACCOUNTABLE, reporter))
    implementer = action.implementer or reporter
    if implementer is not None:
        found.append(Organisation(IMPLEMENTING, implementer))
    found += [Organisation(IMPLEMENTING, partner) for partner in action.partners.all()]
    return list({(each.role, each.institution.pk): each for each in found}.values())


def type_of(institution: Institution) -> str:
    if not institution.constituency:
        return OTHER_ORGANISATION
    return ORGANISATION_TYPES.get(Constituency(institution.constituency), OTHER_ORGANISATION)


def shares(codes: Iterable[str]) -> list[tuple[str, Decimal]]:
    """Equal parts of a hundred, to two places; what is left over falls to the first."""
    ordered = sorted(codes)
    if not ordered:
        return []
    part = (Decimal(100) / len(ordered)).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
    first = Decimal(100) - part * (len(ordered) - 1)
    return [(code, first if number == 0 else part) for number, code in enumerate(ordered)]


def web_pages_of(action: Action) -> list[str]:
    """The public pages among its sources."""
    return [
        source
        for source in action.sources
        if urlsplit(source).scheme in ("http", "https") and " " not in source
    ]


def siblings_of(action: Action) -> list[str]:
    """The identifiers of published actions that answer the same request."""
    others: Mapping[int, Any] = (
        {other.pk: other for other in action.request.actions.all()} if action.request is not None else {}
    )
    return [
        other.open_identifier.identifier
        for pk, other in sorted(others.items())
        if pk != action.pk and other.is_open_data and hasattr(other, "open_identifier")
    ]


def published_actions() -> ActionQuerySet:
    rows: ActionQuerySet = Action.objects.filter(Q(is_open_data=True)).order_by("pk")
    return rows
