"""Rows of institutions, contacts, countries and themes."""

from typing import Self

from django.db import models

from fmm_portal.core.querysets import RecordQuerySet


class CountryQuerySet(RecordQuerySet):
    def programme_countries(self) -> Self:
        """The fifteen ECOWAS states of 2013 and Mauritania."""
        return self.filter(is_programme_country=True)


class InstitutionQuerySet(RecordQuerySet):
    def with_related(self) -> Self:
        return self.select_related("country", "parent", "parent__country")

    def with_detail(self) -> Self:
        return self.with_related().prefetch_related("former_names", "themes")


class ContactQuerySet(RecordQuerySet):
    def with_related(self) -> Self:
        return self.select_related("institution", "institution__country")

    def current(self, on: object) -> Self:
        """Posts not known to have ended before a PartialDate."""
        return self.filter(models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=on))
