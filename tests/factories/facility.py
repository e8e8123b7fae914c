"""Facilities, requests, actions and their parts for tests."""

from decimal import Decimal

import factory

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.facility.enums import ActivityKind
from fmm_portal.facility.models import (
    Action,
    Activity,
    Approval,
    AssessmentScore,
    BudgetLine,
    Consultee,
    Criterion,
    Expert,
    Facility,
    Indicator,
    Request,
    Risk,
)
from fmm_portal.institutions.models import Theme
from tests.factories.institutions import InstitutionFactory, ProgrammeFactory, country


def numbered(english: str, french: str) -> factory.Sequence:
    """A text in two languages that differs from row to row."""
    return factory.Sequence(lambda n: Multilingual(en=f"{english} {n}", fr=f"{french} {n}"))


class FacilityFactory(factory.django.DjangoModelFactory[Facility]):
    class Meta:
        model = Facility

    programme = factory.SubFactory(ProgrammeFactory)
    code = factory.Sequence(lambda n: f"F{n}")
    name = numbered("Facility", "Facilité")


class CriterionFactory(factory.django.DjangoModelFactory[Criterion]):
    class Meta:
        model = Criterion

    facility = factory.SubFactory(FacilityFactory)
    order = factory.Sequence(lambda n: n)
    name = numbered("Criterion", "Critère")


class RequestFactory(factory.django.DjangoModelFactory[Request]):
    """A draft that could be submitted as it stands, from an agency of Togo."""

    class Meta:
        model = Request
        skip_postgeneration_save = True

    facility = factory.SubFactory(FacilityFactory)
    title = numbered("Help with a strategy", "Appui à une stratégie")
    institution = factory.SubFactory(InstitutionFactory)
    need = Multilingual(en="There is no strategy.", fr="Il n'existe pas de stratégie.")
    objectives = Multilingual(en="Have a strategy", fr="Disposer d'une stratégie")
    requested_on = PartialDate(2018, 3)

    @factory.post_generation
    def themes(self, create: bool, codes: str | None, **kwargs: object) -> None:
        if create:
            self.themes.set(Theme.objects.filter(code__in=(codes or "labour_migration").split()))

    @factory.post_generation
    def countries(self, create: bool, codes: str | None, **kwargs: object) -> None:
        if create:
            self.countries.set([country(code) for code in ("TG" if codes is None else codes).split()])


class ConsulteeFactory(factory.django.DjangoModelFactory[Consultee]):
    class Meta:
        model = Consultee

    request = factory.SubFactory(RequestFactory)
    institution = factory.SubFactory(InstitutionFactory)


class AssessmentScoreFactory(factory.django.DjangoModelFactory[AssessmentScore]):
    class Meta:
        model = AssessmentScore

    request = factory.SubFactory(RequestFactory)
    criterion = factory.SubFactory(CriterionFactory, facility=factory.SelfAttribute("..request.facility"))
    score = Decimal(3)


class ActionFactory(factory.django.DjangoModelFactory[Action]):
    """An action for Togo."""

    class Meta:
        model = Action
        skip_postgeneration_save = True

    reference = factory.Sequence(lambda n: f"AC-2018-{n + 500:03d}")
    title = numbered("Support to a strategy", "Appui à une stratégie")

    @factory.post_generation
    def countries(self, create: bool, codes: str | None, **kwargs: object) -> None:
        if create:
            self.countries.set([country(code) for code in ("TG" if codes is None else codes).split()])


class ActivityFactory(factory.django.DjangoModelFactory[Activity]):
    class Meta:
        model = Activity

    action = factory.SubFactory(ActionFactory)
    number = factory.Sequence(lambda n: n + 1)
    kind = ActivityKind.WORKSHOP
    title = numbered("Workshop", "Atelier")


class ExpertFactory(factory.django.DjangoModelFactory[Expert]):
    class Meta:
        model = Expert

    action = factory.SubFactory(ActionFactory)
    profile = numbered("Labour migration expert", "Expert en migration professionnelle")


class BudgetLineFactory(factory.django.DjangoModelFactory[BudgetLine]):
    class Meta:
        model = BudgetLine

    action = factory.SubFactory(ActionFactory)
    text = numbered("Workshop costs", "Frais d'atelier")
    amount = Decimal("1500.50")


class IndicatorFactory(factory.django.DjangoModelFactory[Indicator]):
    class Meta:
        model = Indicator

    action = factory.SubFactory(ActionFactory)
    text = numbered("Officials trained", "Agents formés")


class RiskFactory(factory.django.DjangoModelFactory[Risk]):
    class Meta:
        model = Risk

    action = factory.SubFactory(ActionFactory)
    text = numbered("Staff are transferred", "Mutation du personnel")


class ApprovalFactory(factory.django.DjangoModelFactory[Approval]):
    class Meta:
        model = Approval

    action = factory.SubFactory(ActionFactory)
    institution = factory.SubFactory(InstitutionFactory)
