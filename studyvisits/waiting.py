"""What a visit waits for: hosts who have not answered, nominations, questions, commitments, an unpublished agenda."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from delegations.enums import DelegateStatus
from delegations.models import Delegate
from fmm_portal.core.partial_dates import today
from fmm_portal.core.principals import Principal
from studyvisits.enums import HostStatus, QuestionStatus
from studyvisits.models import AgendaHost, Commitment, LearningQuestion, StudyVisit

# A commitment due within this time is worth a line before it is late.
SOON = timedelta(days=30)
MOST_NAMED = 3


class Waiting(NamedTuple):
    """One sentence, and the page where it is settled. `details` names the first few."""

    text: str
    url: str
    details: str = ""
    is_late: bool = False


def _named(names: Iterable[str]) -> str:
    """The first few names, and how many more there are."""
    known = list(dict.fromkeys(names))
    shown = ", ".join(known[:MOST_NAMED])
    rest = len(known) - MOST_NAMED
    return _("%(names)s and %(count)d more") % {"names": shown, "count": rest} if rest > 0 else shown


def _hosts(visit: StudyVisit, principal: Principal, url: str) -> Iterable[Waiting]:
    open_to_answer = (HostStatus.PROPOSED, HostStatus.CONFIRMED)
    hosts = AgendaHost.objects.visible_to(principal).filter(item__visit=visit, status__in=open_to_answer)
    rows = list(hosts.select_related("item", "institution__country"))
    silent = [str(host.institution) for host in rows if host.status == HostStatus.PROPOSED]
    moved = [str(host.institution) for host in rows if host.is_outdated]
    if silent:
        text = ngettext(
            "%(count)d slot waits for its host's answer",
            "%(count)d slots wait for their hosts' answers",
            len(silent),
        )
        yield Waiting(text % {"count": len(silent)}, url, _named(silent))
    if moved:
        text = ngettext(
            "%(count)d confirmed slot was moved since",
            "%(count)d confirmed slots were moved since",
            len(moved),
        )
        yield Waiting(text % {"count": len(moved)}, url, _named(moved))


def _nominations(visit: StudyVisit, principal: Principal, url: str) -> Iterable[Waiting]:
    seats = Delegate.objects.visible_to(principal).filter(
        delegation__study_visits=visit, status=DelegateStatus.NOMINATED
    )
    names = [str(delegate.position) for delegate in seats]
    if names:
        text = ngettext(
            "%(count)d nomination to confirm or decline",
            "%(count)d nominations to confirm or decline",
            len(names),
        )
        yield Waiting(text % {"count": len(names)}, url, _named(names))


def _commitments(visit: StudyVisit, principal: Principal, url: str) -> Iterable[Waiting]:
    still_open = list(Commitment.objects.visible_to(principal).made_at(visit).open())
    late = [commitment.reference for commitment in still_open if commitment.is_overdue]
    soon = [
        commitment.reference
        for commitment in still_open
        if commitment.due_on and not commitment.is_overdue and commitment.due_on.latest <= today() + SOON
    ]
    if late:
        text = ngettext("%(count)d commitment is overdue", "%(count)d commitments are overdue", len(late))
        yield Waiting(text % {"count": len(late)}, url, _named(late), is_late=True)
    if soon:
        text = ngettext(
            "%(count)d commitment falls due within 30 days",
            "%(count)d commitments fall due within 30 days",
            len(soon),
        )
        yield Waiting(text % {"count": len(soon)}, url, _named(soon))


def waiting_for(visit: StudyVisit, principal: Principal, *, keeps: bool) -> list[Waiting]:
    """In the order in which people would settle it. A closed or cancelled visit waits for its commitments only."""
    pages = {
        page: reverse(f"studyvisits:visit_{page}", args=[visit.pk])
        for page in ("agenda", "delegation", "followup")
    }
    found: list[Waiting] = []
    if not visit.is_frozen:
        found += _hosts(visit, principal, pages["agenda"])
        found += _nominations(visit, principal, pages["delegation"])
        asked: Any = LearningQuestion.objects.visible_to(principal).filter(
            visit=visit, status=QuestionStatus.OPEN
        )
        count = asked.count()
        if count:
            text = ngettext(
                "%(count)d learning question is open", "%(count)d learning questions are open", count
            )
            found.append(Waiting(text % {"count": count}, "#questions"))
    found += _commitments(visit, principal, pages["followup"])
    return found
