"""The place of study visits in the navigation, and what they ask of people on the first screen."""

from collections.abc import Iterable

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from fmm_portal.accounts.roles import is_staff
from fmm_portal.core.home import Figure, HomePanel, HomePart, Task, register_home
from fmm_portal.core.navigation import NavigationItem, register_navigation
from fmm_portal.core.partial_dates import today
from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import with_query
from studyvisits.enums import AHEAD_STATUSES, HostStatus, VisitStatus
from studyvisits.models import AgendaHost, Commitment, StudyVisit
from studyvisits.tables import StudyVisitTable

# Enough to fill the first screen; the lists have the rest.
LOOKED_AT = 20
SHOWN_VISITS = 5


def theirs_or_nobodys(principal: Principal) -> Q:
    """What this person answers for, and what has no owner: somebody must see to it."""
    return Q(owner=principal.account_id) | Q(owner__isnull=True)


def _late_commitments(principal: Principal) -> Iterable[Task]:
    """Overdue ones that this person or nobody follows, or whose side they speak for."""
    late = Commitment.objects.visible_to(principal).overdue(today()).with_related()
    mine = late.filter(theirs_or_nobodys(principal)) if is_staff(principal) else late
    for commitment in mine[:LOOKED_AT]:
        if can(principal, "mark_done", commitment).allowed:
            yield Task(
                str(commitment),
                commitment.get_absolute_url(),
                _("Open commitment"),
                commitment.due_on,
                is_late=True,
            )


def _slots_to_answer(principal: Principal) -> Iterable[Task]:
    """Slots that wait for this person's own answer: of hosts, not of the programme that asks them."""
    if is_staff(principal):
        return
    waiting = AgendaHost.objects.visible_to(principal).filter(status=HostStatus.PROPOSED).with_related()
    for host in waiting[:LOOKED_AT]:
        if can(principal, "confirm", host).allowed:
            words = {"session": host.item, "visit": host.item.visit.reference}
            yield Task(
                _("%(session)s (%(visit)s)") % words,
                host.get_absolute_url(),
                _("Answer for the slot"),
                host.item.day,
            )


def _silent_hosts(principal: Principal) -> Iterable[Task]:
    """Visits ahead of this officer whose hosts have not all answered, the next one first."""
    if not is_staff(principal):
        return
    silent = AgendaHost.objects.filter(item__visit=OuterRef("pk"), status=HostStatus.PROPOSED)
    counted = silent.order_by().values("item__visit").annotate(n=Count("pk")).values("n")
    mine = StudyVisit.objects.visible_to(principal).ahead().filter(theirs_or_nobodys(principal))
    asked = mine.annotate(silent=Subquery(counted)).filter(silent__gt=0)
    for visit in asked.order_by(F("starts_on").asc(nulls_last=True), "pk")[:LOOKED_AT]:
        count = visit.silent  # type: ignore[attr-defined]
        text = ngettext(
            "%(count)d slot waits for its host's answer: %(visit)s",
            "%(count)d slots wait for their hosts' answers: %(visit)s",
            count,
        )
        yield Task(
            text % {"count": count, "visit": visit},
            reverse("studyvisits:visit_agenda", args=[visit.pk]),
            _("Open agenda"),
            visit.starts_on,
        )


def _visits_to_report(principal: Principal) -> Iterable[Task]:
    """Completed visits of this officer whose debrief is not agreed or that are not marked as reported."""
    if not is_staff(principal):
        return
    mine = StudyVisit.objects.visible_to(principal).filter(
        theirs_or_nobodys(principal), status=VisitStatus.COMPLETED
    )
    for visit in mine.order_by(F("ends_on").asc(nulls_last=True), "pk")[:LOOKED_AT]:
        yield Task(
            _("%(visit)s is completed and not yet reported") % {"visit": visit},
            reverse("studyvisits:visit_debrief", args=[visit.pk]),
            _("Open debrief"),
            visit.ends_on,
        )


def study_visits_at_a_glance(principal: Principal) -> HomePart:
    visits = StudyVisit.objects.visible_to(principal)
    commitments = Commitment.objects.visible_to(principal)
    ahead = visits.ahead()
    first = ahead.with_related().with_counts().order_by(F("starts_on").asc(nulls_last=True), "pk")
    visit_list, commitment_list = reverse("studyvisits:visit_list"), reverse("studyvisits:commitment_list")
    known, still_open, late = visits.count(), commitments.open().count(), commitments.overdue(today()).count()
    return HomePart(
        tasks=[
            *_slots_to_answer(principal),
            *_silent_hosts(principal),
            *_late_commitments(principal),
            *_visits_to_report(principal),
        ],
        figures=[
            Figure(known, npgettext("figure", "study visit", "study visits", known), visit_list),
            Figure(
                still_open,
                npgettext("figure", "open commitment", "open commitments", still_open),
                with_query(commitment_list, is_open="true"),
            ),
            Figure(
                late,
                npgettext("figure", "overdue commitment", "overdue commitments", late),
                with_query(commitment_list, is_overdue="true"),
                is_warning=bool(late),
            ),
        ],
        panels=[
            HomePanel(
                _("Visits ahead and under way"),
                StudyVisitTable(list(first[:SHOWN_VISITS])),
                with_query(visit_list, status=AHEAD_STATUSES),
                ahead.count(),
                _("No visit is planned or under way."),
            )
        ],
    )


def register() -> None:
    register_navigation(
        NavigationItem(gettext_lazy("Study visits"), "studyvisits:visit_list", 10, ("/study-visits/",))
    )
    register_navigation(
        NavigationItem(gettext_lazy("Commitments"), "studyvisits:commitment_list", 20, ("/commitments/",))
    )
    register_home(study_visits_at_a_glance, order=10)
