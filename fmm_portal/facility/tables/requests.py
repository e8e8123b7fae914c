"""Tables of facilities and requests."""

from fmm_portal.core.tables import Column, LinkColumn, StatusColumn, Table
from fmm_portal.facility.models import Facility, Request


class FacilityTable(Table):
    code = LinkColumn(sort="code")
    name = Column()

    model = Facility
    order = "code"


class RequestTable(Table):
    title = LinkColumn()
    reference = Column(sort="reference")
    status = StatusColumn(sort="status")

    model = Request
