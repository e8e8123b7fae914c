"""Institutions, contacts and programmes for tests; countries and themes come with the migrations."""

import factory

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.facility.models import Programme
from fmm_portal.institutions.enums import Constituency, InstitutionKind
from fmm_portal.institutions.models import Contact, Country, Institution


def country(code: str) -> Country:
    return Country.objects.get(code=code)


class InstitutionFactory(factory.django.DjangoModelFactory[Institution]):
    class Meta:
        model = Institution

    name = factory.Sequence(
        lambda n: Multilingual(en=f"Employment agency {n}", fr=f"Agence pour l'emploi {n}")
    )
    acronym = factory.Sequence(lambda n: f"EA{n}")
    country = factory.LazyFunction(lambda: country("TG"))
    kind = InstitutionKind.GOVERNMENT
    constituency = Constituency.GOVERNMENT


class ContactFactory(factory.django.DjangoModelFactory[Contact]):
    class Meta:
        model = Contact

    institution = factory.SubFactory(InstitutionFactory)
    position = factory.Sequence(lambda n: Multilingual(en=f"Director {n}", fr=f"Directeur {n}"))


class ProgrammeFactory(factory.django.DjangoModelFactory[Programme]):
    class Meta:
        model = Programme
        skip_postgeneration_save = True

    acronym = factory.Sequence(lambda n: f"PROG{n}")
    name = factory.LazyAttribute(
        lambda o: Multilingual(en=f"Programme {o.acronym}", fr=f"Programme {o.acronym}")
    )
