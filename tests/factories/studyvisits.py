"""Study visits and their parts for tests."""

from datetime import date

import factory

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.institutions.models import Country
from studyvisits.models import (
    AgendaHost,
    AgendaItem,
    Commitment,
    Debrief,
    DebriefParticipant,
    Evaluation,
    EvaluationQuestion,
    EvaluationResponse,
    LearningQuestion,
    Leg,
    Lesson,
    SessionNote,
    SessionOutcome,
    StudyVisit,
)
from tests.factories.delegations import DelegationFactory
from tests.factories.institutions import InstitutionFactory, country


class StudyVisitFactory(factory.django.DjangoModelFactory[StudyVisit]):
    """A visit of Togo to Tunisia in the week of 21 January 2019, unless told otherwise."""

    class Meta:
        model = StudyVisit
        skip_postgeneration_save = True

    reference = factory.Sequence(lambda n: f"SV-2019-{n + 500:03d}")
    title = factory.Sequence(lambda n: Multilingual(en=f"Study visit {n}", fr=f"Visite d'étude {n}"))
    starts_on = PartialDate(2019, 1, 21)
    ends_on = PartialDate(2019, 1, 25)

    @factory.post_generation
    def sending(self, create: bool, codes: str | None, **kwargs: object) -> None:
        """`sending="TG GH"`: one delegation of these countries; "" for none."""
        codes = "TG" if codes is None else codes
        if create and codes:
            senders = list(Country.objects.filter(code__in=codes.split()))
            self.delegations.add(DelegationFactory(sending_countries=senders))

    @factory.post_generation
    def hosting(self, create: bool, codes: str | None, **kwargs: object) -> None:
        """`hosting="TN IT"`: a leg in each."""
        codes = "TN" if codes is None else codes
        if create:
            for order, code in enumerate(codes.split(), start=1):
                LegFactory(visit=self, order=order, country=country(code))


class LegFactory(factory.django.DjangoModelFactory[Leg]):
    class Meta:
        model = Leg

    visit = factory.SubFactory(StudyVisitFactory)
    country = factory.LazyFunction(lambda: country("TN"))


class AgendaItemFactory(factory.django.DjangoModelFactory[AgendaItem]):
    class Meta:
        model = AgendaItem

    visit = factory.SubFactory(StudyVisitFactory)
    day = date(2019, 1, 21)
    order = factory.Sequence(lambda n: n)
    topic = factory.Sequence(lambda n: Multilingual(en=f"Session {n}", fr=f"Séance {n}"))


class AgendaHostFactory(factory.django.DjangoModelFactory[AgendaHost]):
    class Meta:
        model = AgendaHost

    item = factory.SubFactory(AgendaItemFactory)
    institution = factory.SubFactory(InstitutionFactory)


class SessionNoteFactory(factory.django.DjangoModelFactory[SessionNote]):
    class Meta:
        model = SessionNote

    item = factory.SubFactory(AgendaItemFactory)
    key_points = factory.Sequence(lambda n: Multilingual(en=f"Key point {n}", fr=f"Point clé {n}"))
    author_label = "Programme officer"


class SessionOutcomeFactory(factory.django.DjangoModelFactory[SessionOutcome]):
    class Meta:
        model = SessionOutcome

    item = factory.SubFactory(AgendaItemFactory)
    text = factory.Sequence(lambda n: Multilingual(en=f"Outcome {n}", fr=f"Résultat {n}"))


class LearningQuestionFactory(factory.django.DjangoModelFactory[LearningQuestion]):
    class Meta:
        model = LearningQuestion

    visit = factory.SubFactory(StudyVisitFactory)
    order = factory.Sequence(lambda n: n)
    text = factory.Sequence(lambda n: Multilingual(en=f"How is it done, question {n}?"))


class LessonFactory(factory.django.DjangoModelFactory[Lesson]):
    class Meta:
        model = Lesson

    visit = factory.SubFactory(StudyVisitFactory)
    order = factory.Sequence(lambda n: n)
    text = factory.Sequence(lambda n: Multilingual(en=f"Lesson {n}", fr=f"Enseignement {n}"))


class DebriefFactory(factory.django.DjangoModelFactory[Debrief]):
    class Meta:
        model = Debrief

    visit = factory.SubFactory(StudyVisitFactory)
    recap = Multilingual(en="What we saw.", fr="Ce que nous avons vu.")


class DebriefParticipantFactory(factory.django.DjangoModelFactory[DebriefParticipant]):
    class Meta:
        model = DebriefParticipant

    debrief = factory.SubFactory(DebriefFactory)
    side = "visiting"
    position = factory.Sequence(lambda n: Multilingual(en=f"Director {n}"))


class CommitmentFactory(factory.django.DjangoModelFactory[Commitment]):
    """Made at a visit, unless told another `source`."""

    class Meta:
        model = Commitment
        exclude = ("visit",)

    reference = factory.Sequence(lambda n: f"CM-2019-{n + 500:03d}")
    visit = None
    source = factory.LazyAttribute(lambda made: made.visit or StudyVisitFactory())
    text = factory.Sequence(lambda n: Multilingual(en=f"Send the manual {n}", fr=f"Envoyer le manuel {n}"))


class EvaluationFactory(factory.django.DjangoModelFactory[Evaluation]):
    """The usual form of the last day: 1 very poor to 5 very good."""

    class Meta:
        model = Evaluation

    visit = factory.SubFactory(StudyVisitFactory)
    title = factory.Sequence(lambda n: Multilingual(en=f"End of visit {n}", fr=f"Fin de visite {n}"))
    labels = Multilingual(
        en="Very poor\nPoor\nFair\nGood\nVery good", fr="Très faible\nFaible\nMoyen\nBon\nTrès bon"
    )


class EvaluationQuestionFactory(factory.django.DjangoModelFactory[EvaluationQuestion]):
    class Meta:
        model = EvaluationQuestion

    evaluation = factory.SubFactory(EvaluationFactory)
    order = factory.Sequence(lambda n: n)
    text = factory.Sequence(lambda n: Multilingual(en=f"Was it relevant, question {n}?"))


class EvaluationResponseFactory(factory.django.DjangoModelFactory[EvaluationResponse]):
    class Meta:
        model = EvaluationResponse

    evaluation = factory.SubFactory(EvaluationFactory)
    liked = "The Migrant Resource Centre"
