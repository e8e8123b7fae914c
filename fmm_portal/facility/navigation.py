"""The place of requests in the navigation, and what they ask of people on the first screen."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, F, Max, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.roles import countries_of, institutions_of, is_manager, is_staff
from fmm_portal.core.home import NEAR, Coming, Figure, HomePart, HomeSection, Task, Wait, register_home
from fmm_portal.core.models import Activity
from fmm_portal.core.navigation import NavigationItem, register_in_section, register_navigation
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import with_query
from fmm_portal.facility.consultation import time_left
from fmm_portal.facility.enums import EDITABLE_REQUESTS, PENDING_REQUESTS, ConsulteeStatus, RequestStatus
from fmm_portal.facility.models import Consultee, Request
from fmm_portal.facility.policies import ANSWERING_ROLES, asked_by
from fmm_portal.facility.workflow import REQUEST_WORKFLOW
from fmm_portal.institutions.models import Country
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


def _in_hand(principal: Principal) -> tuple[list[Task], list[Wait]]:
    """Requests in this officer's hands or in nobody's: what is to be done, and who waits for it since when.

    The late ones come first, then the oldest.
    """
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
    tasks, waits = [], []
    for request in rows:
        entry = _next_for_the_programme(request, principal)
        if entry is not None:
            text, url, action = entry
            due = due_at(request, since.get(request.pk))
            is_late = due is not None and due < now
            tasks.append(Task(text, url, action, timezone.localdate(due) if due else None, is_late=is_late))
            waits.append(Wait(text, request.get_absolute_url(), since.get(request.pk)))
    return sorted(tasks, key=lambda task: not task.is_late), waits


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


def _out_of_hand(principal: Principal) -> list[Wait]:
    """Requests of this officer or nobody that wait for somebody else: stakeholders, or who must complete them."""
    asked = Consultee.objects.filter(request=OuterRef("pk"), status=ConsulteeStatus.ASKED).order_by()
    silent = asked.values("request").annotate(n=Count("pk")).values("n")
    mine = Q(owner=principal.account_id) | Q(owner__isnull=True)
    elsewhere = Q(status=RequestStatus.RETURNED) | Q(status=RequestStatus.CONSULTATION, silent__gt=0)
    requests = Request.objects.visible_to(principal).filter(mine).annotate(silent=Subquery(silent))
    rows = list(requests.filter(elsewhere).order_by("updated_at", "pk")[:LOOKED_AT])
    since = reached_at(rows)
    waits = []
    for request in rows:
        if request.status == RequestStatus.RETURNED:
            text = _("To be completed by who asked: %(request)s") % {"request": request}
        else:
            count = request.silent  # type: ignore[attr-defined]
            words = ngettext(
                "%(count)d stakeholder has not answered: %(request)s",
                "%(count)d stakeholders have not answered: %(request)s",
                count,
            )
            text = words % {"count": count, "request": request}
        waits.append(Wait(text, request.get_absolute_url(), since.get(request.pk)))
    return waits


def _deadlines(principal: Principal) -> list[Coming]:
    """Consultations that end soon."""
    now = timezone.now()
    ending = Request.objects.visible_to(principal).filter(
        status=RequestStatus.CONSULTATION, consultation_due_at__gt=now, consultation_due_at__lte=now + NEAR
    )
    return [
        Coming(
            PartialDate.of(timezone.localdate(request.consultation_due_at)),
            _("End of consultation"),
            str(request),
            request.get_absolute_url(),
        )
        for request in ending.order_by("consultation_due_at", "pk")[:LOOKED_AT]
    ]


def what_it_waits_for(request: Request) -> str:
    """Who must do what before a request goes on, for those who asked; "" when it is settled."""
    return {
        RequestStatus.DRAFT: _("You: complete it and submit it"),
        RequestStatus.RETURNED: _("You: complete it and submit it again"),
        RequestStatus.SUBMITTED: _("The programme: register it"),
        RequestStatus.REGISTERED: _("The programme: check whether it is eligible"),
        RequestStatus.ELIGIBILITY: _("The programme: check whether it is eligible"),
        RequestStatus.CONSULTATION: _("The stakeholders: answer the consultation"),
        RequestStatus.ASSESSMENT: _("The programme: assess it"),
        RequestStatus.DECISION: _("The programme: decide"),
    }.get(RequestStatus(request.status), "")


class Followed(NamedTuple):
    """A request of one's own institution, what it waits for, and for how many days."""

    request: Request
    waits_for: str
    wait: Wait


def _own_requests(principal: Principal) -> HomeSection:
    """The requests that a focal point's institution has sent or writes, those that wait for something first."""
    own = Request.objects.visible_to(principal).filter(asked_by(principal, {Role.PARTNER}))
    rows = list(
        own.filter(status__in=[*EDITABLE_REQUESTS, *PENDING_REQUESTS]).order_by("-updated_at", "pk")[
            :LOOKED_AT
        ]
    )
    since = reached_at(rows)
    followed = [
        Followed(request, what_it_waits_for(request), Wait(str(request), "", since.get(request.pk)))
        for request in rows
    ]
    countries = institutions_countries(principal)
    context = {
        "followed": followed,
        "countries": countries,
        "count": own.count(),
        "all_url": with_query(reverse("facility:request_list"), is_mine="true"),
        "create_url": reverse("facility:request_create"),
    }
    return HomeSection("facility/home_requests.html", context, is_first=True)


def institutions_countries(principal: Principal) -> list[Country]:
    """The countries of a focal point: those of the role, or of the institution."""
    partner = {Role.PARTNER}
    of_institutions = Q(institutions__in=institutions_of(principal, partner))
    return list(
        Country.objects.visible_to(principal)
        .filter(of_institutions | Q(pk__in=countries_of(principal, partner)))
        .distinct()
        .order_by("code")
    )


def requests_at_a_glance(principal: Principal) -> HomePart:
    if is_staff(principal):
        tasks, asked = _in_hand(principal)
        pending = Request.objects.visible_to(principal).pending().count()
        figure = Figure(
            pending,
            npgettext("figure", "request under way", "requests under way", pending),
            with_query(reverse("facility:request_list"), is_pending="true"),
        )
        return HomePart(
            tasks=tasks,
            coming=_deadlines(principal),
            awaited=_out_of_hand(principal),
            asked=asked,
            figures=[figure] if is_manager(principal) else [],
        )
    tasks = [*_to_complete(principal), *_to_answer(principal)]
    if institutions_of(principal, {Role.PARTNER}):
        return HomePart(tasks=tasks, sections=[_own_requests(principal)])
    return HomePart(tasks=tasks)


def register() -> None:
    register_navigation(
        NavigationItem(gettext_lazy("Requests"), "facility:request_list", 5, ("/requests/", "/consultation/"))
    )
    register_in_section(DIRECTORY, NavigationItem(gettext_lazy("Facilities"), "facility:facility_list", 60))
    register_home(requests_at_a_glance, order=5)
