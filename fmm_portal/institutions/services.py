"""Renaming an institution without losing what it was called."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate, today
from fmm_portal.core.principals import Actor
from fmm_portal.core.services import create_record, field_error, lock, update_record
from fmm_portal.institutions.models import FormerName, Institution


@transaction.atomic
def rename_institution(
    institution: Institution,
    *,
    actor: Actor,
    name: Multilingual,
    acronym: str,
    former_until: PartialDate | None,
    expected_version: int | None = None,
    reason: str = "",
) -> Institution:
    """Give the institution a new name; the present one is kept as valid until `former_until`.

    Records dated before keep showing the former name. Raises ValidationError, Forbidden, StaleRecord.
    """
    current = lock(institution, expected_version=expected_version)
    if former_until is None:
        raise field_error(
            "former_until", _("Say until when the former name held; the year is enough."), "required"
        )
    if former_until.earliest > today():
        raise field_error("former_until", _("A former name cannot end in the future."))
    if name == current.name and acronym == current.acronym:
        raise ValidationError({"name": _("This is already the name.")})
    previous = current.former_names.order_by("-valid_until").first()
    former = FormerName(
        institution=current,
        name=current.name,
        acronym=current.acronym,
        valid_from=previous.valid_until if previous else None,
        valid_until=former_until,
    )
    create_record(former, actor=actor, reason=reason)
    return update_record(current, actor=actor, changes={"name": name, "acronym": acronym}, reason=reason)
