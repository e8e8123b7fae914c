"""Generated study visits: as many as asked for, each with a leg, a delegation of six and twelve agenda items."""

from datetime import date, timedelta

from delegations.enums import DelegateRole
from delegations.models import Delegate, Delegation
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.querysets import fold
from fmm_portal.institutions.models import Country
from studyvisits.models import AgendaItem, Leg, StudyVisit

DELEGATES = 6
ITEMS = 12
FIRST_DAY = date(2015, 1, 5)


def make_visits(number: int) -> None:
    """Written in bulk: the services would lock, check and log each of the tens of thousands of rows."""
    countries = list(Country.objects.order_by("code"))
    delegations = Delegation.objects.bulk_create(
        Delegation(name=_text("Delegation", each), search_text=fold(f"Delegation {each}"))
        for each in range(number)
    )
    visits = StudyVisit.objects.bulk_create(_visit(each) for each in range(number))
    Delegation.sending_countries.through.objects.bulk_create(
        Delegation.sending_countries.through(
            delegation_id=delegation.pk, country_id=countries[each % len(countries)].pk
        )
        for each, delegation in enumerate(delegations)
    )
    StudyVisit.delegations.through.objects.bulk_create(
        StudyVisit.delegations.through(studyvisit_id=visit.pk, delegation_id=delegation.pk)
        for visit, delegation in zip(visits, delegations, strict=True)
    )
    Leg.objects.bulk_create(
        Leg(visit=visit, order=1, country=countries[(each + 7) % len(countries)], city="Tunis")
        for each, visit in enumerate(visits)
    )
    Delegate.objects.bulk_create(
        Delegate(
            delegation=delegation,
            order=seat,
            position=_text("Director", seat),
            role=DelegateRole.MEMBER if seat else DelegateRole.HEAD,
            search_text=fold(f"Director {seat}"),
        )
        for delegation in delegations
        for seat in range(DELEGATES)
    )
    AgendaItem.objects.bulk_create(
        AgendaItem(
            visit=visit,
            order=item,
            day=visit.starts_on.earliest + timedelta(days=item // 3),
            topic=_text("Session", item),
            search_text=fold(f"Session {item}"),
        )
        for visit in visits
        for item in range(ITEMS)
    )


def _visit(each: int) -> StudyVisit:
    start = FIRST_DAY + timedelta(days=each % 3000)
    end = start + timedelta(days=4)
    title = _text("Study visit on labour migration", each)
    return StudyVisit(
        reference=f"SV-{start.year}-{each + 1000}",
        title=title,
        starts_on=PartialDate(start.year, start.month, start.day),
        ends_on=PartialDate(end.year, end.month, end.day),
        search_text=fold(" ".join(title.values())),
    )


def _text(words: str, number: int) -> Multilingual:
    return Multilingual(en=f"{words} {number}", fr=f"{words} (fr) {number}")
