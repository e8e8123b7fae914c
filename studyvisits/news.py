"""A study visit as news: the delegation by positions, the programme, the debrief, what came before. No names.

Session notes, remarks, evaluations and what nobody agreed to yet stay inside.
"""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from delegations.composition import composition_of
from delegations.models import Delegate, Delegation
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.facility.enums import ActivityStatus
from fmm_portal.facility.models import Activity
from fmm_portal.news.drafting import About, Story, StoryKind
from fmm_portal.news.panels import register_news
from fmm_portal.news.prose import Section, written
from fmm_portal.news.words import country_list, dated, days, institution_name, lines_of
from strategies.models import Milestone
from studyvisits.enums import DebriefStatus, HostStatus, SessionKind, VisitStatus
from studyvisits.models import AgendaItem, Debrief, StudyVisit

TOLD = (VisitStatus.COMPLETED, VisitStatus.REPORTED, VisitStatus.CLOSED)
RECEIVING = (HostStatus.PROPOSED, HostStatus.CONFIRMED)


def not_yet(visit: StudyVisit) -> str:
    if visit.status in TOLD:
        return ""
    return _("News is drafted once the visit is completed.")


def about(visit: StudyVisit) -> About:
    return About(
        told_in=visit.title,
        date=visit.ends_on or visit.starts_on,
        countries=[*visit.sending_countries, *visit.host_countries],
        themes=visit.themes.all(),
        programme=visit.programme,
    )


def tell(visit: StudyVisit) -> Story:
    sections = (
        Section(_("What it was for"), lines=lines_of(visit.objectives)),
        *_delegations(visit),
        _programme(visit),
        _debrief(visit),
        Section(_("What came of it"), lines=lines_of(visit.outcomes)),
        _before(visit),
    )
    return Story(title=str(visit.title), lead=_lead(visit), body=written(sections))


def _lead(visit: StudyVisit) -> str:
    people = sum(composition_of(delegation).shown_total for delegation in _sent(visit))
    words = {
        "count": people,
        "senders": country_list(visit.sending_countries),
        "hosts": country_list(visit.host_countries),
        "when": days(visit.starts_on, visit.ends_on),
    }
    if not people:
        text = _("A study visit from %(senders)s to %(hosts)s, %(when)s.") % words
    else:
        text = (
            ngettext(
                "A delegation of %(count)d person from %(senders)s on a study visit to %(hosts)s, %(when)s.",
                "A delegation of %(count)d people from %(senders)s on a study visit to %(hosts)s, %(when)s.",
                people,
            )
            % words
        )
    if visit.programme is None:
        return text
    return f"{text} " + _("Programme: %(programme)s.") % {"programme": visit.programme.acronym}


def _sent(visit: StudyVisit) -> list[Delegation]:
    rows = Delegation.objects.filter(study_visits=visit).order_by("pk")
    return list(rows.prefetch_related("delegates__institution__former_names", "delegates__country"))


def _delegations(visit: StudyVisit) -> Iterator[Section]:
    delegations = _sent(visit)
    for delegation in delegations:
        seats = [_seat(seat, visit.starts_on) for seat in delegation.delegates.all() if seat.is_standing]
        heading = str(delegation.name) if len(delegations) > 1 else _("The delegation")
        yield Section(heading, lines=seats)


def _seat(seat: Delegate, on: PartialDate | None) -> str:
    place = institution_name(seat.institution, on) if seat.institution else ""
    place = place or (seat.country.name if seat.country else "")
    text = f"{seat.position}, {place}" if place else str(seat.position)
    return f"{text} ({seat.seats})" if seat.seats > 1 else text


def _programme(visit: StudyVisit) -> Section:
    items = AgendaItem.objects.filter(visit=visit).exclude(kind=SessionKind.LOGISTICS)
    stops = [
        _stop(item, visit.starts_on) for item in items.prefetch_related("hosts__institution__former_names")
    ]
    count = len(stops)
    intro = ngettext("The programme had %(count)d stop.", "The programme had %(count)d stops.", count)
    return Section(_("The programme"), [intro % {"count": count}] if count else [], stops)


def _stop(item: AgendaItem, on: PartialDate | None) -> str:
    hosts = [institution_name(host.institution, on) for host in item.hosts.all() if host.status in RECEIVING]
    where = ", ".join(hosts) or str(item.host_label)
    topic = str(item.topic)
    if not where or not topic:
        return where or topic
    return _("%(host)s: %(topic)s") % {"host": where, "topic": topic}


def _debrief(visit: StudyVisit) -> Section:
    """Only what both sides agreed to."""
    debrief = Debrief.objects.filter(visit=visit, status=DebriefStatus.AGREED).first()
    if debrief is None:
        return Section()
    return Section(
        _("The debrief"),
        lines_of(debrief.recap),
        [*lines_of(debrief.cooperation_points), *lines_of(debrief.next_steps)],
    )


def _before(visit: StudyVisit) -> Section:
    """Earlier steps of the same work in the sending countries: of the action, and of the strategy that it serves."""
    if visit.starts_on is None:
        return Section()
    begins, senders = visit.starts_on, visit.sending_countries
    found: list[tuple[PartialDate, str]] = []
    if visit.action_id is not None:
        in_place = Q(country__in=senders) | Q(country__isnull=True)
        done = Activity.objects.filter(
            in_place, action=visit.action_id, status=ActivityStatus.DONE, starts_on__lt=begins
        )
        found += [
            (row.starts_on, dated(str(row.title), row.starts_on, row.ends_on))
            for row in done
            if row.starts_on
        ]
    if visit.strategy_id is not None:
        # What an activity already tells is not told twice.
        reached = Milestone.objects.reached().filter(
            strategy=visit.strategy_id, actual_on__lt=begins, strategy__country__in=senders
        )
        told = Activity.objects.filter(action=visit.action_id, status=ActivityStatus.DONE).any_pk()
        found += [
            (row.actual_on, dated(str(row), row.actual_on, row.actual_until))
            for row in reached.exclude(activity__in=told)
            if row.actual_on
        ]
    heading = _("Earlier activities: %(countries)s") % {"countries": country_list(senders)}
    return Section(heading, lines=[text for _day, text in sorted(found, key=lambda entry: entry[0])])


def names(visit: StudyVisit) -> Iterator[str]:
    """Those of its delegates, as far as the portal keeps them."""
    seats = Delegate.objects.filter(delegation__study_visits=visit)
    for own, of_contact in seats.values_list("person_name", "contact__person_name"):
        yield from (name for name in (own, of_contact) if name)


def register() -> None:
    register_news(StoryKind(StudyVisit, "study-visits", about, tell, not_yet, names))
