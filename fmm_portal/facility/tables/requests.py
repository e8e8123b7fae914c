"""Tables of facilities and requests."""

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.tables import (
    Column,
    DateColumn,
    LinkColumn,
    ManyColumn,
    NumberColumn,
    StatusColumn,
    Table,
)
from fmm_portal.facility.models import Facility, Request


def reference_of(request: Request) -> str:
    """Its reference, or that it has none yet: one is given at registration."""
    return request.reference or _t("no reference yet")


class FacilityTable(Table):
    model = Facility
    order = "code"
    code = LinkColumn(sort="code", sub=lambda facility: facility.name)
    programme = Column(sort="programme__acronym")
    is_open = Column()


class RequestTable(Table):
    model = Request
    order = "-requested_on"
    reference = LinkColumn(sort="reference", value=reference_of, sub=lambda request: request.title)
    institution = Column()
    countries = ManyColumn()
    requested_on = Column("requested_on", _("Date"), sort="requested_on", is_narrow=True)
    status = StatusColumn(sort="status")
    decided_on = DateColumn(sort="decided_on", is_optional=True)
    duration_months = NumberColumn(sort="duration_months", is_optional=True)
    updated_at = DateColumn(sort="updated_at", is_optional=True)


class RequestTableForColleagues(RequestTable):
    """Names of people stay with the programme."""

    owner = Column("owner", _("Responsible"))
