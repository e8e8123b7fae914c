"""Kinds of institution, the constituencies of social dialogue, sexes as counted."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class InstitutionKind(models.TextChoices):
    MINISTRY = "ministry", _("Ministry")
    GOVERNMENT = "government", _("Government body")
    PUBLIC_EMPLOYMENT_SERVICE = "public_employment_service", _("Public employment service")
    DIASPORA_AGENCY = "diaspora_agency", _("Diaspora agency")
    BORDER_IMMIGRATION = "border_immigration", _("Border and immigration service")
    ANTI_TRAFFICKING = "anti_trafficking", _("Anti-trafficking body")
    OBSERVATORY = "observatory", _("Observatory")
    MIGRANT_RESOURCE_CENTRE = "migrant_resource_centre", _("Migrant resource centre")
    EMPLOYERS = "employers", _("Employers' organisation")
    TRADE_UNION = "trade_union", _("Trade union")
    NGO = "ngo", _("Non-governmental organisation")
    REGIONAL_ORGANISATION = "regional_organisation", _("Regional organisation")
    INTERNATIONAL_ORGANISATION = "international_organisation", _("International organisation")
    DONOR = "donor", _("Donor")
    OTHER = "other", _("Other")


class Constituency(models.TextChoices):
    GOVERNMENT = "government", _("Government")
    EMPLOYERS = "employers", _("Employers")
    WORKERS = "workers", _("Workers")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    REGIONAL = "regional", _("Regional body")
    INTERNATIONAL = "international", _("International organisation")
    DONOR = "donor", _("Donor")


# What a new institution of a kind is taken to speak for, until somebody says otherwise.
USUAL_CONSTITUENCY = {
    InstitutionKind.EMPLOYERS: Constituency.EMPLOYERS,
    InstitutionKind.TRADE_UNION: Constituency.WORKERS,
    InstitutionKind.NGO: Constituency.CIVIL_SOCIETY,
    InstitutionKind.REGIONAL_ORGANISATION: Constituency.REGIONAL,
    InstitutionKind.INTERNATIONAL_ORGANISATION: Constituency.INTERNATIONAL,
    InstitutionKind.DONOR: Constituency.DONOR,
}


class Sex(models.TextChoices):
    FEMALE = "female", _("Woman")
    MALE = "male", _("Man")
    NOT_STATED = "not_stated", _("Not stated")
