"""Tables of actions."""

from fmm_portal.core.tables import Column, LinkColumn, StatusColumn, Table
from fmm_portal.facility.models import Action


class ActionTable(Table):
    reference = LinkColumn(sort="reference")
    title = Column()
    status = StatusColumn(sort="status")

    model = Action
