"""The institutions on the two sides of a visit: who came, who received them."""

from delegations.enums import PLANNED_STATUSES
from delegations.models import Delegate
from fmm_portal.institutions.models import Institution
from studyvisits.enums import HostStatus, Side
from studyvisits.models import AgendaHost, AgendaItem, StudyVisit

GONE = (HostStatus.DECLINED, HostStatus.REPLACED)


def parties_of(visit: StudyVisit) -> dict[str, list[Institution]]:
    """By side, each institution once: the head's first, then the delegates', the senders'; hosts by the agenda."""
    visiting: dict[int, Institution] = {}
    seats = Delegate.objects.filter(delegation__study_visits=visit, status__in=PLANNED_STATUSES)
    for seat in seats.select_related("institution__country").order_by("delegation", "order", "pk"):
        if seat.institution is not None:
            visiting.setdefault(seat.institution.pk, seat.institution)
    senders = Institution.objects.filter(delegations_sent__study_visits=visit).select_related("country")
    for institution in senders.order_by("pk"):
        visiting.setdefault(institution.pk, institution)
    hosting: dict[int, Institution] = {}
    hosts = AgendaHost.objects.filter(item__visit=visit).exclude(status__in=GONE)
    for host in hosts.select_related("institution__country").order_by("item__day", "item__order", "pk"):
        hosting.setdefault(host.institution_id, host.institution)
    return {Side.VISITING: list(visiting.values()), Side.HOSTING: list(hosting.values())}


def sides_of(visit: StudyVisit, item: AgendaItem | None) -> tuple[Institution | None, Institution | None]:
    """Who most likely promises whom at a session: the first of the visiting side, and the session's own host."""
    parties = parties_of(visit)
    own = AgendaHost.objects.filter(item=item).exclude(status__in=GONE).select_related("institution__country")
    host = own.first() if item is not None else None
    visiting = next(iter(parties[Side.VISITING]), None)
    return visiting, host.institution if host else next(iter(parties[Side.HOSTING]), None)
