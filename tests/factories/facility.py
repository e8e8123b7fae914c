"""Facilities, requests, actions and their parts for tests."""

import io
from decimal import Decimal
from typing import Any

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import system_actor
from fmm_portal.facility.enums import ActivityKind
from fmm_portal.facility.logos import add_logo
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
    Logo,
    Programme,
    Request,
    Risk,
    VisibilityText,
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


def png(width: int = 300, height: int = 120, colour: str = "#003399") -> bytes:
    """A small picture."""
    content = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(content, "PNG")
    return content.getvalue()


def logo(programme: Programme, content: bytes | None = None, **values: Any) -> Logo:
    """A logo as its service takes it in."""
    text = values.pop("alternative_text", Multilingual(en="European Union", fr="Union européenne"))
    upload = SimpleUploadedFile("eu.png", content or png(), content_type="image/png")
    new = Logo(programme=programme, alternative_text=text, **values)
    return add_logo(new, upload, actor=system_actor())


def full_action() -> Action:
    """Support to Togo's strategy with every part of a fiche: two countries, two currencies, women counted."""
    eu = InstitutionFactory(acronym="EU", country=None, name=Multilingual(en="European Union"))
    icmpd = InstitutionFactory(
        acronym="ICMPD",
        country=None,
        name=Multilingual(en="International Centre for Migration Policy Development"),
    )
    programme = ProgrammeFactory(acronym="FMM West Africa", implementer=icmpd)
    programme.funders.add(eu)
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
    facility = FacilityFactory(programme=programme, name=Multilingual(en="Demand Driven Facility"))
    ministry = InstitutionFactory(acronym="MFPTAS", name=Multilingual(en="Ministry of Labour of Togo"))
    request = RequestFactory(
        facility=facility, institution=ministry, reference="DDF-TG-2014-001", status="approved"
    )
    action = ActionFactory(
        reference="AC-2014-001",
        title=Multilingual(
            en="Support to Togo's national labour migration strategy",
            fr="Appui à la stratégie nationale de migration professionnelle du Togo",
        ),
        programme=programme,
        facility=facility,
        request=request,
        countries="TG TN",
        requesting_institution=ministry,
        implementer=icmpd,
        starts_on=PartialDate(2014, 7),
        ends_on=PartialDate(2018, 12),
        duration_months=18,
        context=Multilingual(en="Togo has no strategy.", fr="Le Togo ne dispose pas de stratégie."),
        overall_objective=Multilingual(en="Govern labour migration."),
        specific_objectives=Multilingual(en="Write the strategy\nHave it validated"),
        expected_results=Multilingual(en="A validated strategy\nA funded action plan"),
        visibility_note=Multilingual(en="Logos on every banner."),
        sources=["https://www.icmpd.org/news-centre", "Programme archive, box 4"],
    )
    action.beneficiaries.set([ministry, InstitutionFactory()])
    action.partners.add(InstitutionFactory())
    action.themes.set(Theme.objects.filter(code="labour_migration"))
    ActivityFactory(
        action=action,
        number=1,
        kind=ActivityKind.FACT_FINDING,
        title=Multilingual(en="Fact-finding mission", fr="Mission de cadrage"),
        starts_on=PartialDate(2014, 7),
        country=country("TG"),
        place="Lomé",
        status="done",
    )
    ActivityFactory(
        action=action,
        number=2,
        kind=ActivityKind.VALIDATION,
        title=Multilingual(en="Validation workshop", fr="Atelier de validation"),
        starts_on=PartialDate(2017, 11, 14),
        ends_on=PartialDate(2017, 11, 16),
        country=country("TG"),
        place="Lomé",
        planned_people=40,
        planned_women=15,
        planned_men=25,
        actual_people=50,
        actual_women=18,
        actual_men=22,
        status="done",
    )
    ActivityFactory(
        action=action,
        number=3,
        kind=ActivityKind.PEER_EXCHANGE,
        title=Multilingual(en="Exchange with ANETI", fr="Échange avec l'ANETI"),
        is_online=True,
    )
    ExpertFactory(
        action=action,
        profile=Multilingual(en="Labour migration lawyer"),
        institution=icmpd,
        days_planned=Decimal("20"),
        days_actual=Decimal("17.5"),
    )
    ExpertFactory(
        action=action,
        profile=Multilingual(en="Statistician"),
        country=country("TN"),
        days_planned=Decimal("10"),
    )
    BudgetLineFactory(
        action=action, text=Multilingual(en="Expert fees"), amount=Decimal("12500.10"), spent=Decimal("9000")
    )
    BudgetLineFactory(action=action, text=Multilingual(en="Travel"), amount=Decimal("3000.20"))
    BudgetLineFactory(
        action=action,
        text=Multilingual(en="Workshop in Lomé"),
        currency="XOF",
        amount=Decimal("4500000"),
    )
    IndicatorFactory(
        action=action,
        text=Multilingual(en="Strategies validated"),
        baseline="0",
        target="1",
        actual="1",
        source_of_verification=Multilingual(en="Minutes of the workshop"),
    )
    RiskFactory(
        action=action,
        text=Multilingual(en="Focal points are transferred"),
        likelihood="high",
        impact="medium",
        mitigation=Multilingual(en="Name alternates."),
    )
    ApprovalFactory(
        action=action,
        institution=icmpd,
        position=Multilingual(en="Programme Manager", fr="Responsable du programme"),
        decided_on=PartialDate(2014, 9),
    )
    return action
