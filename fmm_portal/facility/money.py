"""Sums of budget lines: exact, one a currency, never added across currencies."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format

from fmm_portal.facility.models import BudgetLine


def money(amount: Decimal | None) -> str:
    """ "1,500.50", as the reader writes numbers; "" where it is not known."""
    return number_format(amount, 2, force_grouping=True) if amount is not None else ""


@dataclass(frozen=True, slots=True)
class Total:
    """What is planned and spent in one currency. `spent` is None while no line says."""

    currency: str
    planned: Decimal
    spent: Decimal | None


def totals_of(lines: Iterable[BudgetLine]) -> list[Total]:
    """In the order in which the currencies first appear."""
    by_currency: dict[str, list[BudgetLine]] = {}
    for line in lines:
        by_currency.setdefault(line.currency, []).append(line)
    totals = []
    for currency, found in by_currency.items():
        spent = [line.spent for line in found if line.spent is not None]
        planned = sum((line.amount for line in found), Decimal(0))
        totals.append(Total(currency, planned, sum(spent, Decimal(0)) if spent else None))
    return totals
