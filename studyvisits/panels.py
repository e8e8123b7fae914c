"""What study visits and commitments add to the pages of other records."""

from typing import Any

from django.db import models
from django.urls import reverse

from fmm_portal.core.models import Record
from fmm_portal.core.panels import Panel, register_panel
from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import with_query
from fmm_portal.facility.enums import MISSIONS
from fmm_portal.facility.models import Action, Activity, Request
from fmm_portal.institutions.models import Institution
from strategies.models import CommitteeMeeting, Milestone, PlanActivity, Review, Strategy
from studyvisits.carried import Occasion, carried_points
from studyvisits.models import Commitment, Lesson, StudyVisit
from studyvisits.sources import source_name
from studyvisits.tables import CommitmentTable, StudyVisitTable

# A panel shows the first rows; a link leads to all of them.
SHOWN = 12


def commitments_made_here(source: Record, principal: Principal) -> Panel | None:
    """What was promised at a review, meeting, milestone, action or activity."""
    rows = Commitment.objects.visible_to(principal).made_at(source).with_related()
    return _commitments(
        rows,
        {"source_type": source_name(source), "source_id": source.pk},
        may_add=can(principal, "create", Commitment(source=source)).allowed,
        template="studyvisits/panels/commitments_made.html",
    )


def commitments_that_feed(activity: PlanActivity, principal: Principal) -> Panel | None:
    rows = Commitment.objects.visible_to(principal).for_reader(principal).filter(plan_activity=activity)
    return _commitments(
        rows.with_related(),
        {"plan_activity_id": activity.pk},
        may_add=False,
        template="studyvisits/panels/commitments_feeding.html",
    )


def _commitments(rows: Any, query: dict[str, Any], *, may_add: bool, template: str) -> Panel | None:
    found = list(rows)
    if not found and not may_add:
        return None
    is_elsewhere = "plan_activity_id" in query
    return Panel(
        template,
        {
            "table": CommitmentTable(found[:SHOWN], without=() if is_elsewhere else ("source",)),
            "count": len(found),
            "all_url": with_query(reverse("studyvisits:commitment_list"), **query),
            "add_url": with_query(reverse("studyvisits:commitment_create"), **query) if may_add else "",
        },
    )


def visits_that_serve(record: Record, principal: Principal) -> Panel | None:
    """The study visits of an action or activity, or for a strategy, milestone or plan activity."""
    name = VISIT_RELATIONS[type(record)]
    rows = StudyVisit.objects.visible_to(principal).filter(**{name: record}).with_related().with_counts()
    found = list(rows)
    if not found:
        return None
    return Panel(
        "studyvisits/panels/visits.html",
        {
            "table": StudyVisitTable(found[:SHOWN]),
            "count": len(found),
            "all_url": with_query(reverse("studyvisits:visit_list"), **{f"{name}_id": record.pk}),
        },
    )


VISIT_RELATIONS: dict[type[Record], str] = {
    Action: "action",
    Activity: "activity",
    Strategy: "strategy",
    Milestone: "milestone",
    PlanActivity: "plan_activity",
}


def what_a_request_came_from(request: Request, principal: Principal) -> Panel | None:
    """The commitments out of which somebody made the request."""
    rows: models.QuerySet[Any] = Commitment.objects.visible_to(principal).filter(request=request)
    found = list(rows)
    return Panel("studyvisits/panels/came_from.html", {"commitments": found}) if found else None


def lessons_from(institution: Institution, principal: Principal) -> Panel | None:
    """What delegations learnt from an institution."""
    rows = Lesson.objects.visible_to(principal).filter(learnt_from=institution).select_related("visit")
    found = list(rows[:SHOWN])
    return Panel("studyvisits/panels/lessons.html", {"lessons": found}) if found else None


def carried_forward(record: Any, principal: Principal) -> Panel | None:
    """What is still open from earlier occasions with the same institutions, to take along."""
    if isinstance(record, Activity) and record.kind not in MISSIONS:
        return None

    points = carried_points(Occasion.of(record), principal)
    if not points:
        return None
    open_count = sum(point.is_open for point in points)
    return Panel("studyvisits/panels/carried.html", {"points": points, "open_count": open_count})


def register() -> None:
    for occasion in (StudyVisit, CommitteeMeeting, Activity):
        register_panel(occasion, carried_forward, order=10)
    for source in (Review, CommitteeMeeting, Milestone, Action, Activity):
        register_panel(source, commitments_made_here, order=30)
    for model in VISIT_RELATIONS:
        register_panel(model, visits_that_serve, order=20)
    register_panel(PlanActivity, commitments_that_feed, order=30)
    register_panel(Request, what_a_request_came_from, order=20)
    register_panel(Institution, lessons_from, order=20)
