"""Delegations and delegates for tests."""

import factory

from delegations.models import Delegate, Delegation
from fmm_portal.core.multilingual import Multilingual
from tests.factories.institutions import InstitutionFactory


class DelegationFactory(factory.django.DjangoModelFactory[Delegation]):
    class Meta:
        model = Delegation
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: Multilingual(en=f"Delegation {n}", fr=f"Délégation {n}"))

    @factory.post_generation
    def sending_countries(self, create: bool, countries: list | None, **kwargs: object) -> None:
        if create and countries:
            self.sending_countries.set(countries)


class DelegateFactory(factory.django.DjangoModelFactory[Delegate]):
    class Meta:
        model = Delegate

    delegation = factory.SubFactory(DelegationFactory)
    order = factory.Sequence(lambda n: n)
    position = factory.Sequence(lambda n: Multilingual(en=f"Director {n}", fr=f"Directrice {n}"))
    institution = factory.SubFactory(InstitutionFactory)
