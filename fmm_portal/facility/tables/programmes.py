"""Tables of programmes."""

from fmm_portal.core.tables import Column, LinkColumn, ManyColumn, Table
from fmm_portal.facility.models import Programme


class ProgrammeTable(Table):
    acronym = LinkColumn(sort="acronym", sub=lambda programme: programme.name)
    implementer = Column()
    funders = ManyColumn()

    model = Programme
    order = "acronym"
