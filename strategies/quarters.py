"""Quarters as plans write them: "2018-Q3" sorts as it stands."""

import re
from datetime import date

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

QUARTER = re.compile(r"(\d{4})-Q([1-4])")
is_a_quarter = RegexValidator(r"^\d{4}-Q[1-4]$", _("Write a quarter as 2018-Q3."))


def quarter_of(day: date) -> str:
    return f"{day.year:04d}-Q{(day.month - 1) // 3 + 1}"


def last_day_of(quarter: str) -> date | None:
    """The last day of a quarter such as "2018-Q3"; None for no quarter."""
    found = QUARTER.fullmatch(quarter)
    if found is None:
        return None
    year, number = int(found[1]), int(found[2])
    return date(year, number * 3, 31 if number in (1, 4) else 30)
