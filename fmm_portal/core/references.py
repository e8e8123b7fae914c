"""Human references: SV-2019-001. Given once, immutable, never used again."""

import re

from django.db import transaction
from django.utils.translation import gettext as _

from fmm_portal.core.errors import Refused
from fmm_portal.core.models import ReferenceSequence


def next_reference(prefix: str, year: int) -> str:
    """The next reference of a series; call it inside the transaction that creates the record."""
    return next_references(prefix, year, 1)[0]


def next_references(prefix: str, year: int, count: int) -> list[str]:
    """The next references of a series, in their order."""
    with transaction.atomic():
        sequence, _is_new = ReferenceSequence.objects.select_for_update().get_or_create(
            prefix=prefix, year=year
        )
        first = sequence.last_number + 1
        sequence.last_number += count
        sequence.save(update_fields=["last_number"])
    return [f"{prefix}-{year}-{number:03d}" for number in range(first, first + count)]


def adopt_reference(reference: str, prefix: str) -> str:
    """Take over a reference given elsewhere, such as in an export, and never give its number again.

    Raises Refused when it is not of the series.
    """
    match = re.fullmatch(rf"{re.escape(prefix)}-(\d{{4}})-(\d{{3,}})", reference)
    if match is None:
        raise Refused(
            _("%(reference)s is not a reference such as %(prefix)s-2019-001.")
            % {"reference": reference, "prefix": prefix}
        )
    year, number = int(match[1]), int(match[2])
    with transaction.atomic():
        sequence, _is_new = ReferenceSequence.objects.select_for_update().get_or_create(
            prefix=prefix, year=year
        )
        if number > sequence.last_number:
            sequence.last_number = number
            sequence.save(update_fields=["last_number"])
    return reference
