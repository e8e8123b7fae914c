"""What is done to requests beyond saving one: a draft filled in as far as it goes without saying, an action opened."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.roles import institutions_of
from fmm_portal.core.errors import Refused
from fmm_portal.core.policies import require
from fmm_portal.core.principals import Actor, Principal
from fmm_portal.core.services import create_record, lock
from fmm_portal.facility.enums import RequestStatus
from fmm_portal.facility.models import Action, Facility, Request
from fmm_portal.institutions.models import Institution


def own_institution(principal: Principal) -> Institution | None:
    """The institution that an agency's people speak for, when there is only one."""
    keys = institutions_of(principal, {Role.PARTNER})
    return Institution.objects.select_related("country").get(pk=next(iter(keys))) if len(keys) == 1 else None


def only_open_facility() -> Facility | None:
    """The facility that is asked when there is no choice."""
    found = list(Facility.objects.filter(is_open=True)[:2])
    return found[0] if len(found) == 1 else None


def draft_request(request: Request, *, actor: Actor, related: Mapping[str, Any] | None = None) -> Request:
    """Begin a request: a title is enough. What goes without saying is filled in. Raises Forbidden, ValidationError."""
    many = dict(related or {})
    if request.institution is None:
        request.institution = own_institution(actor.principal)
    if request.facility is None:
        request.facility = only_open_facility()
    if not many.get("countries") and request.institution is not None and request.institution.country:
        many["countries"] = [request.institution.country]
    return create_record(request, actor=actor, related=many)


@transaction.atomic
def open_action(request: Request, actor: Actor) -> Action:
    """The action that an approved request becomes; once there is one, that one: a second click makes no second.

    Raises Forbidden, Refused before the approval.
    """
    current = lock(request)
    require(actor.principal, "open_action", current)
    if current.status != RequestStatus.APPROVED:
        raise Refused(_("An action is opened once the request is approved."), code="not_approved")
    first = current.actions.order_by("pk").first()
    if first is not None:
        return first
    action = Action(
        title=current.title,
        programme=current.facility.programme if current.facility else None,
        facility=current.facility,
        request=current,
        requesting_institution=current.institution,
        context=current.need,
        specific_objectives=current.objectives,
        expected_results=current.expected_results,
        duration_months=current.duration_months,
        owner=current.owner,
    )
    related = {
        "countries": list(current.countries.all()),
        "beneficiaries": list(current.joint_with.all()),
        "themes": list(current.themes.all()),
    }
    return create_record(action, actor=actor, related=related)
