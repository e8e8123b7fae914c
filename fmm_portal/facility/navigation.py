"""The place of requests in the navigation, and what they ask of people on the first screen."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext

from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.roles import institutions_of, is_staff
from fmm_portal.core.home import Figure, HomePart, Task, register_home
from fmm_portal.core.models import Activity
from fmm_portal.core.navigation import NavigationItem, register_in_section, register_navigation
from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import with_query
from fmm_portal.facility.consultation import time_left
from fmm_portal.facility.enums import ConsulteeStatus, RequestStatus
from fmm_portal.facility.models import Consultee, Request
from fmm_portal.facility.policies import ANSWERING_ROLES, asked_by
from fmm_portal.facility.workflow import REQUEST_WORKFLOW
from fmm_portal.institutions.navigation import DIRECTORY

# Enough to fill the first screen; the list has the rest.
LOOKED_AT = 20
STEPS = [transition.name for transition in REQUEST_WORKFLOW.transitions]
# What waits for the programme in a state: the days that the facility gives for it.
DAYS = {
    RequestStatus.SUBMITTED: "registration_days",
    RequestStatus.ASSESSMENT: "assessment_days",
    RequestStatus.DECISION: "decision_days",
}


def reached_at(requests: Iterable[Request]) -> dict[int, datetime]:
    """When each request came into its present state: its last step, out of the history."""
    steps = Activity.objects.filter(
        subject_type=ContentType.objects.get_for_model(Request),
        subject_id__in=[request.pk for request in requests],
        verb__in=STEPS,
    )
    return dict(steps.order_by().values_list("subject_id").annotate(last=Max("at")))


def due_at(request: Request, since: datetime | None) -> datetime | None:
    """By when the facility wants the request out of its state; None where it sets no days."""
    days = getattr(request.facility, DAYS.get(RequestStatus(request.status), ""), None)
    return since + timedelta(days=days) if since is not None and days is not None else None


def _next_for_the_programme(request: Request, principal: Principal) -> tuple[str, str, str] | None:
    """The sentence, the page and the button for a request that waits for this officer; None when it does not."""
    page, words = request.get_absolute_url(), {"request": request}
    if request.status == RequestStatus.SUBMITTED:
        return _("To register: %(request)s") % words, page, _("Register request")
    if request.status in (RequestStatus.REGISTERED, RequestStatus.ELIGIBILITY):
        return _("Eligibility to check: %(request)s") % words, page, _("Open request")
    if request.status == RequestStatus.CONSULTATION:
        return _("Everybody has answered: %(request)s") % words, page, _("Begin assessment")
    if request.status == RequestStatus.ASSESSMENT:
        scoring = reverse("facility:request_assessment", args=[request.pk])
        return _("To assess: %(request)s") % words, scoring, _("Score request")
    if request.status == RequestStatus.DECISION and can(principal, "approve", request).allowed:
        return _("To decide: %(request)s") % words, page, _("Record decision")
    return None


def _for_the_programme(principal: Principal) -> Iterable[Task]:
    """Requests in this officer's hands or in nobody's; the late ones first, then the oldest."""
    if not is_staff(principal):
        return
    still_asked = Consultee.objects.filter(
        status=ConsulteeStatus.ASKED, request__status=RequestStatus.CONSULTATION
    )
    waiting = (
        Request.objects.visible_to(principal)
        .pending()
        .filter(Q(owner=principal.account_id) | Q(owner__isnull=True))
        .exclude(status=RequestStatus.CONSULTATION, pk__in=still_asked.order_by().values("request"))
    )
    rows = list(
        waiting.select_related("facility").order_by(F("submitted_at").asc(nulls_first=True), "pk")[:LOOKED_AT]
    )
    since, now = reached_at(rows), timezone.now()
    tasks = []
    for request in rows:
        entry = _next_for_the_programme(request, principal)
        if entry is not None:
            text, url, action = entry
            due = due_at(request, since.get(request.pk))
            is_late = due is not None and due < now
            tasks.append(Task(text, url, action, timezone.localdate(due) if due else None, is_late=is_late))
    yield from sorted(tasks, key=lambda task: not task.is_late)


def _to_complete(principal: Principal) -> Iterable[Task]:
    """Requests that came back to the institution that this person speaks for."""
    asked = asked_by(principal, {Role.PARTNER})
    returned = Request.objects.visible_to(principal).filter(asked, status=RequestStatus.RETURNED)
    for request in returned.order_by("-updated_at", "pk")[:LOOKED_AT]:
        yield Task(
            _("Returned for completion: %(request)s") % {"request": request},
            request.get_absolute_url(),
            _("Complete request"),
        )


def _to_answer(principal: Principal) -> Iterable[Task]:
    """Consultations that wait for the institution of this person, the shortest time first."""
    own = institutions_of(principal, ANSWERING_ROLES)
    if not own:
        return
    now = timezone.now()
    asked = Consultee.objects.visible_to(principal).filter(
        institution__in=own,
        status=ConsulteeStatus.ASKED,
        request__status=RequestStatus.CONSULTATION,
        due_at__gt=now,
    )
    for consultee in asked.select_related("request").order_by("due_at", "pk")[:LOOKED_AT]:
        assert consultee.due_at is not None
        words = {"request": consultee.request, "left": time_left(consultee.due_at, now)}
        yield Task(
            _("Answer the consultation about %(request)s: %(left)s") % words,
            f"{consultee.request.get_absolute_url()}#answer-{consultee.pk}",
            _("Answer consultation"),
            consultee.due_at,
        )


def requests_at_a_glance(principal: Principal) -> HomePart:
    pending = Request.objects.visible_to(principal).pending().count()
    listed = with_query(reverse("facility:request_list"), is_pending="true")
    return HomePart(
        tasks=[*_to_complete(principal), *_to_answer(principal), *_for_the_programme(principal)],
        figures=[
            Figure(pending, npgettext("figure", "request under way", "requests under way", pending), listed)
        ],
    )


def register() -> None:
    register_navigation(
        NavigationItem(gettext_lazy("Requests"), "facility:request_list", 5, ("/requests/", "/consultation/"))
    )
    register_in_section(DIRECTORY, NavigationItem(gettext_lazy("Facilities"), "facility:facility_list", 60))
    register_home(requests_at_a_glance, order=5)
