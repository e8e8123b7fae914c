"""Rules that periods and head-counts of all records share, in the same words everywhere."""

from datetime import date

from django.utils.translation import gettext as _

from fmm_portal.core.partial_dates import PartialDate, today


def ends_before_it_begins(first: PartialDate | None, last: PartialDate | None) -> bool:
    """Whether no day of the one can lie before a day of the other."""
    return first is not None and last is not None and first.earliest > last.latest


def holds_on(day: date, first: PartialDate | None, last: PartialDate | None) -> bool:
    """Whether a day lies in a period that may be open at either end."""
    return (first is None or first.earliest <= day) and (last is None or day <= last.latest)


def is_in_the_future(value: PartialDate | None) -> bool:
    """Whether even the earliest day that the date may mean is still ahead."""
    return value is not None and value.earliest > today()


def headcount_error(total: int | None, women: int | None, men: int | None) -> str | None:
    """What is wrong with a count of people by sex; None when it can be."""
    if total is not None and (women or 0) + (men or 0) > total:
        return _("Women and men together are more than all people.")
    return None
