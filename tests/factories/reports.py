"""Reports for tests: rows as the services write them, and the founding case to print."""

from datetime import date, timedelta
from typing import Any

import factory
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from delegations.enums import DelegateRole, DelegateStatus
from delegations.models import Delegation
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.facility.models import VisibilityText
from fmm_portal.institutions.enums import Constituency, InstitutionKind
from fmm_portal.reports.fingerprints import fingerprint_of, template_version
from fmm_portal.reports.models import Report
from studyvisits.enums import DebriefStatus, SessionKind, Transferability
from studyvisits.models import StudyVisit
from tests.factories.delegations import DelegateFactory, DelegationFactory
from tests.factories.institutions import InstitutionFactory, ProgrammeFactory, country
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    CommitmentFactory,
    DebriefFactory,
    DebriefParticipantFactory,
    LearningQuestionFactory,
    LessonFactory,
    SessionNoteFactory,
    StudyVisitFactory,
)


class ReportFactory(factory.django.DjangoModelFactory[Report]):
    """A queued debrief note of a visit, with data of its own that print nothing."""

    class Meta:
        model = Report
        exclude = ("visit",)

    visit = factory.SubFactory(StudyVisitFactory)
    kind = "debrief-note"
    subject_type = factory.LazyFunction(lambda: ContentType.objects.get_for_model(StudyVisit))
    subject_id = factory.SelfAttribute("visit.pk")
    subject_label = factory.SelfAttribute("visit.reference")
    language = "en"
    audience = "programme"
    reference = factory.LazyAttribute(lambda o: f"{o.visit.reference}-DN")
    number = 1
    template_version = factory.LazyFunction(lambda: template_version("en"))
    data = factory.Sequence(lambda n: {"number": n})
    data_fingerprint = factory.LazyAttribute(lambda o: fingerprint_of(o.data))
    sent_at = factory.LazyFunction(timezone.now)


def later(seconds: float) -> Any:
    return timezone.now() + timedelta(seconds=seconds)


def founding_visit(title: Multilingual | None = None, reference: str = "SV-2019-001") -> StudyVisit:
    """Togo's visit to Tunisia of January 2019: six positions, six stops, a debrief at ANETI."""
    eu = InstitutionFactory(
        acronym="EU",
        country=None,
        name=Multilingual(en="European Union", fr="Union européenne"),
        kind=InstitutionKind.DONOR,
    )
    icmpd = InstitutionFactory(
        acronym="ICMPD",
        country=None,
        name=Multilingual(en="International Centre for Migration Policy Development"),
        kind=InstitutionKind.INTERNATIONAL_ORGANISATION,
    )
    programme = ProgrammeFactory(acronym="FMM West Africa", implementer=icmpd)
    programme.funders.set([eu])
    VisibilityText.objects.create(
        programme=programme,
        valid_until=PartialDate(2021),
        funding_line=Multilingual(
            en="This project is funded by the European Union.",
            fr="Ce projet est financé par l'Union européenne.",
        ),
        disclaimer=Multilingual(
            en="The contents are the sole responsibility of ICMPD.",
            fr="Le contenu relève de la seule responsabilité de l'ICMPD.",
        ),
    )
    visit = StudyVisitFactory(
        reference=reference,
        title=title
        or Multilingual(
            en="Study visit of senior Togolese managers to Tunisia on labour migration governance",
            fr="Visite d'étude de cadres togolais en Tunisie sur la gouvernance de la migration de travail",
        ),
        programme=programme,
        objectives=Multilingual(en="Learn from Tunisian experience\nOpen institutional cooperation"),
        sources=["https://www.icmpd.org/news-centre/fmm-promotes-south-south-cooperation"],
        sending="",
    )
    visit.delegations.add(_delegation())
    hosts = _agenda(visit)
    _debrief(visit, hosts["ANETI"])
    return visit


def _delegation() -> Delegation:
    delegation = DelegationFactory(
        name=Multilingual(en="Delegation of Togo", fr="Délégation du Togo"), sending_countries=[country("TG")]
    )
    names = {
        "DGE": "Directorate General of Employment",
        "ANPE": "National Employment Agency",
        "DTE": "Directorate of Togolese Abroad",
    }
    found = {
        acronym: InstitutionFactory(acronym=acronym, name=Multilingual(en=name))
        for acronym, name in names.items()
    }
    employers = InstitutionFactory(
        acronym="",
        name=Multilingual(en="Togolese Employers' Association"),
        kind=InstitutionKind.EMPLOYERS,
        constituency=Constituency.EMPLOYERS,
    )
    unions = InstitutionFactory(
        acronym="",
        name=Multilingual(en="Trade Union Centres"),
        kind=InstitutionKind.TRADE_UNION,
        constituency=Constituency.WORKERS,
    )
    seats = [
        ("Director General of Employment", found["DGE"]),
        ("Collaborator of the Director General of Employment", found["DGE"]),
        ("Director General", found["ANPE"]),
        ("Director of Togolese Abroad", found["DTE"]),
        ("Representative", employers),
        ("Representative", unions),
    ]
    for order, (position, institution) in enumerate(seats):
        DelegateFactory(
            delegation=delegation,
            order=order,
            position=Multilingual(en=position),
            institution=institution,
            person_name=f"Secret Person {order}",
            role=DelegateRole.MEMBER if order else DelegateRole.HEAD,
            status=DelegateStatus.ATTENDED,
        )
    return delegation


def _agenda(visit: StudyVisit) -> dict[str, Any]:
    names = {
        "MRC": "Migrant Resource Centre",
        "OTE": "Office of Tunisians Abroad",
        "TAT": "Terre d'asile Tunisie",
        "ANETI": "Agency for Employment and Independent Labour",
    }
    hosts = {
        acronym: InstitutionFactory(acronym=acronym, country=country("TN"), name=Multilingual(en=name))
        for acronym, name in names.items()
    }
    stops = [
        ("", "Tunisian authorities", "Migration policy and strategies", SessionKind.POLICY_EXCHANGE),
        ("", "Operational structures", "Operational management of labour migration", SessionKind.SITE_VISIT),
        ("MRC", "", "Services to migrants", SessionKind.SITE_VISIT),
        ("OTE", "", "Relations with nationals abroad", SessionKind.SITE_VISIT),
        ("TAT", "", "Services to immigrants in Tunisia", SessionKind.SITE_VISIT),
        ("ANETI", "", "Summary and debriefing session", SessionKind.DEBRIEF),
    ]
    for order, (acronym, label, topic, kind) in enumerate(stops, start=1):
        item = AgendaItemFactory(
            visit=visit,
            day=date(2019, 1, 25) if acronym == "ANETI" else None,
            order=order,
            kind=kind,
            topic=Multilingual(en=topic),
            host_label=Multilingual(en=label) if label else Multilingual(),
        )
        if acronym:
            AgendaHostFactory(item=item, institution=hosts[acronym])
    return hosts


def _debrief(visit: StudyVisit, aneti: Any) -> None:
    last = visit.agenda_items.get(kind=SessionKind.DEBRIEF)
    anpe = visit.delegations.get().delegates.get(institution__acronym="ANPE").institution
    SessionNoteFactory(
        item=last, key_points=Multilingual(en="Bilateral agreements come first."), is_shared=True
    )
    SessionNoteFactory(item=last, key_points=Multilingual(en="Unfinished thought."), is_shared=False)
    LearningQuestionFactory(visit=visit, text=Multilingual(en="How are candidates prepared?"), asked_by=anpe)
    LessonFactory(
        visit=visit,
        text=Multilingual(en="One office saves three journeys.", fr="Un guichet évite trois déplacements."),
        learnt_from=aneti,
        agenda_item=last,
        transferability=Transferability.HIGH,
    )
    debrief = DebriefFactory(
        visit=visit,
        agenda_item=last,
        held_on=PartialDate(2019, 1, 25),
        place="Tunis",
        cooperation_points=Multilingual(en="Further cooperation between ANPE and ANETI"),
        next_steps=Multilingual(en="Exchange of documents"),
        status=DebriefStatus.AGREED,
    )
    DebriefParticipantFactory(
        debrief=debrief, position=Multilingual(en="Director General of Employment"), has_agreed=True
    )
    DebriefParticipantFactory(
        debrief=debrief,
        side="hosting",
        position=Multilingual(en="Head of ANETI"),
        institution=aneti,
        has_agreed=True,
    )
    CommitmentFactory(
        visit=visit,
        text=Multilingual(en="Explore institutional cooperation"),
        owed_by=anpe,
        owed_to=aneti,
        due_on=PartialDate(2019, 6),
    )
