"""Currencies in which budgets and costs are kept, by their ISO 4217 codes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Currency(models.TextChoices):
    EUR = "EUR", _("Euro")
    USD = "USD", _("US dollar")
    XOF = "XOF", _("CFA franc (BCEAO)")
    CVE = "CVE", _("Cabo Verde escudo")
    GHS = "GHS", _("Ghana cedi")
    GMD = "GMD", _("Gambia dalasi")
    GNF = "GNF", _("Guinea franc")
    LRD = "LRD", _("Liberia dollar")
    MRU = "MRU", _("Mauritania ouguiya")
    NGN = "NGN", _("Nigeria naira")
    SLE = "SLE", _("Sierra Leone leone")
    MAD = "MAD", _("Morocco dirham")
    TND = "TND", _("Tunisia dinar")
    CHF = "CHF", _("Swiss franc")
