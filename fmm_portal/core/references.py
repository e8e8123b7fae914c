"""Human references: SV-2019-001. Given once, immutable, never used again."""

from django.db import transaction

from fmm_portal.core.models import ReferenceSequence


def next_reference(prefix: str, year: int) -> str:
    """The next reference of a series; call it inside the transaction that creates the record."""
    with transaction.atomic():
        sequence, _created = ReferenceSequence.objects.select_for_update().get_or_create(prefix=prefix, year=year)
        sequence.last_number += 1
        sequence.save(update_fields=["last_number"])
    return f"{prefix}-{year}-{sequence.last_number:03d}"
