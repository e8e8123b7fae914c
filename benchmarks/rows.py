"""Generated rows, the same at every run: institutions, and study visits with all that their pages and lists show."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Any, NamedTuple, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction

from delegations.enums import DelegateRole, DelegateStatus
from delegations.models import Delegate, Delegation
from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.models import Membership, User
from fmm_portal.core.models import Activity
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.querysets import fold
from fmm_portal.facility.models import Programme
from fmm_portal.institutions.enums import Constituency, InstitutionKind
from fmm_portal.institutions.models import Country, Institution, Theme
from studyvisits.enums import CommitmentStatus, HostStatus, QuestionStatus, VisitStatus
from studyvisits.models import AgendaHost, AgendaItem, Commitment, LearningQuestion, Leg, StudyVisit

M = TypeVar("M", bound=models.Model)

OFFICER = "officer@bench.example"
OFFICERS = 12
PROGRAMMES = 4
DELEGATES = 6
ITEMS = 20
ITEMS_A_DAY = 4
# Visits that are still ahead; the others lie behind and are closed, but for the last few.
AHEAD, TO_REPORT = 24, 12
AT_ONCE = 5_000
FIRST_DAY = date(2008, 1, 7)


class Sizes(NamedTuple):
    institutions: int = 100_000
    visits: int = 10_000

    @property
    def agenda_items(self) -> int:
        return self.visits * ITEMS


@dataclass
class _Ground:
    """What the generated rows refer to."""

    random: Random
    countries: Sequence[Country]
    themes: Sequence[Theme]
    officers: Sequence[User]
    programmes: Sequence[Programme]
    institutions: Sequence[Institution]


def rows_are_there(sizes: Sizes) -> bool:
    """Whether an earlier run left these rows. Raises SystemExit where the database holds anything else."""
    if User.objects.filter(email=OFFICER).exists():
        found = Sizes(Institution.objects.count(), StudyVisit.objects.count())
        if found == sizes:
            return True
        raise SystemExit(f"The database holds {found}; empty it, or ask for as many rows.")
    if Institution.objects.exists() or StudyVisit.objects.exists():
        raise SystemExit("The database holds rows that are not the timings' own; name an empty one.")
    return False


@transaction.atomic
def make_rows(sizes: Sizes) -> None:
    """Written in bulk: the services would lock, check and log each of the hundreds of thousands of rows."""
    ground = _Ground(
        random=Random(2018),
        countries=list(Country.objects.order_by("code")),
        themes=list(Theme.objects.order_by("code")),
        officers=_officers(),
        programmes=_programmes(),
        institutions=(),
    )
    ground.institutions = _saved(_institutions(sizes.institutions, ground))
    _saved(
        Institution.themes.through(institution_id=row.pk, theme_id=ground.random.choice(ground.themes).pk)
        for row in ground.institutions[::5]
    )
    visits = _saved(_visit(each, sizes.visits, ground) for each in range(sizes.visits))
    _what_visits_have(visits, ground)


def analyse() -> None:
    """What autovacuum does within minutes on a database in use."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _saved(rows: Iterable[M]) -> list[M]:
    rows, found = iter(rows), []
    while some := list(islice(rows, AT_ONCE)):
        found += type(some[0])._base_manager.bulk_create(some)
    return found


def _officers() -> list[User]:
    addresses = [OFFICER, *(f"officer{each}@bench.example" for each in range(1, OFFICERS))]
    officers = _saved(
        User(email=address, full_name=f"Officer {each}") for each, address in enumerate(addresses)
    )
    _saved(Membership(user=officer, role=Role.OFFICER) for officer in officers)
    return officers


def _programmes() -> list[Programme]:
    return _saved(
        Programme(acronym=f"FMM{each}", name=_text("Programme", each), search_text=f"fmm{each} programme")
        for each in range(PROGRAMMES)
    )


def _institutions(number: int, ground: _Ground) -> Iterator[Institution]:
    words = ("Ministry of Labour", "Employment Agency", "Statistics Office", "Migration Directorate")
    for each in range(number):
        country = ground.random.choice(ground.countries)
        name, acronym = _text(f"{ground.random.choice(words)} of {country.name}", each), f"INS{each:06}"
        yield Institution(
            acronym=acronym,
            name=name,
            country=country,
            kind=ground.random.choice(InstitutionKind.values),
            constituency=ground.random.choice(Constituency.values),
            city=f"City {each % 400}",
            search_text=fold(" ".join([acronym, *name.values(), f"City {each % 400}"])),
        )


def _visit(each: int, number: int, ground: _Ground) -> StudyVisit:
    left = number - each
    if left <= AHEAD:
        start, status = today() + timedelta(days=4 * (AHEAD - left) + 2), VisitStatus.CONFIRMED
    else:
        start = FIRST_DAY + timedelta(days=each % 6000)
        status = VisitStatus.COMPLETED if left <= AHEAD + TO_REPORT else VisitStatus.CLOSED
    end = start + timedelta(days=4)
    title, reference = _text("Study visit on labour migration", each), f"SV-{start.year}-{each:05}"
    programme = ground.random.choice(ground.programmes)
    return StudyVisit(
        reference=reference,
        title=title,
        programme=programme,
        owner=ground.officers[each % OFFICERS],
        objectives=_text("See how the agency registers those who leave", each),
        starts_on=PartialDate.of(start),
        ends_on=PartialDate.of(end),
        status=status,
        search_text=fold(" ".join([reference, *title.values(), programme.acronym])),
    )


def _what_visits_have(visits: Sequence[StudyVisit], ground: _Ground) -> None:
    choose = ground.random.choice
    delegations = _saved(
        Delegation(name=_text("Delegation", each), search_text=fold(f"Delegation {each}"))
        for each, _visit in enumerate(visits)
    )
    pairs = list(zip(visits, delegations, strict=True))
    _saved(
        StudyVisit.delegations.through(studyvisit_id=visit.pk, delegation_id=delegation.pk)
        for visit, delegation in pairs
    )
    _saved(
        StudyVisit.themes.through(studyvisit_id=visit.pk, theme_id=choose(ground.themes).pk)
        for visit in visits
    )
    senders = Delegation.sending_countries.through
    _saved(senders(delegation_id=row.pk, country_id=choose(ground.countries).pk) for row in delegations)
    sending = Delegation.sending_institutions.through
    _saved(
        sending(delegation_id=row.pk, institution_id=choose(ground.institutions).pk) for row in delegations
    )
    legs = _saved(
        Leg(visit=visit, order=order, country=choose(ground.countries), city="Tunis")
        for visit in visits
        for order in (1, 2)
    )
    _saved(
        Delegate(
            delegation=delegation,
            order=seat,
            position=_text("Director", seat),
            institution=choose(ground.institutions),
            role=DelegateRole.MEMBER if seat else DelegateRole.HEAD,
            status=DelegateStatus.CONFIRMED,
            search_text=fold(f"Director {seat}"),
        )
        for delegation in delegations
        for seat in range(DELEGATES)
    )
    _saved(
        LearningQuestion(visit=visit, order=order, text=_text("How is it done", order), status=status)
        for visit in visits
        for order, status in enumerate((QuestionStatus.OPEN, QuestionStatus.ANSWERED))
    )
    items = _saved(
        _item(visit, order, legs[2 * at]) for at, visit in enumerate(visits) for order in range(ITEMS)
    )
    _saved(_host(item, choose(ground.institutions)) for item in items[::2])
    _saved(_commitment(each, visit, ground) for each, visit in enumerate(visits))
    _saved(_history(visit, ground.officers) for visit in visits)


def _item(visit: StudyVisit, order: int, leg: Leg) -> AgendaItem:
    assert visit.starts_on is not None
    return AgendaItem(
        visit=visit,
        leg=leg,
        order=order,
        day=visit.starts_on.earliest + timedelta(days=order // ITEMS_A_DAY),
        topic=_text("Session on the register of those who leave", order),
        place="Head office",
        search_text=fold(f"Session on the register of those who leave {order} Head office"),
    )


def _host(item: AgendaItem, institution: Institution) -> AgendaHost:
    waits = item.visit.status == VisitStatus.CONFIRMED and item.order % 4 == 0
    return AgendaHost(
        item=item,
        institution=institution,
        status=HostStatus.PROPOSED if waits else HostStatus.CONFIRMED,
        answered_slot="" if waits else item.slot,
    )


def _commitment(each: int, visit: StudyVisit, ground: _Ground) -> Commitment:
    assert visit.ends_on is not None
    owed_by, owed_to = ground.random.sample(ground.institutions, 2)
    text = _text("Send the forms of the register", each)
    return Commitment(
        reference=f"CM-{visit.ends_on.year}-{each:05}",
        source_type=ContentType.objects.get_for_model(StudyVisit),
        source_id=visit.pk,
        text=text,
        owed_by=owed_by,
        owed_to=owed_to,
        owner=visit.owner,
        due_on=PartialDate.of(visit.ends_on.earliest + timedelta(days=60)),
        status=CommitmentStatus.DONE if visit.status == VisitStatus.CLOSED else CommitmentStatus.OPEN,
        search_text=fold(" ".join([*text.values(), owed_by.acronym, owed_to.acronym])),
    )


def _history(visit: StudyVisit, officers: Sequence[User]) -> Activity:
    kind: Any = ContentType.objects.get_for_model(StudyVisit)
    return Activity(
        user=officers[0],
        actor_label=str(officers[0]),
        source="screen",
        verb="create",
        subject_type=kind,
        subject_id=visit.pk,
        subject_label=str(visit),
        root_type=kind,
        root_id=visit.pk,
    )


def _text(words: str, number: int) -> Multilingual:
    return Multilingual(en=f"{words} {number}", fr=f"{words} (fr) {number}")
