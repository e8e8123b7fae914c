"""Tables of strategies, milestones and committees."""

from fmm_portal.core.tables import Column, LinkColumn, Table
from strategies.models import Strategy


class StrategyTable(Table):
    reference = LinkColumn(sort="reference")
    title = Column()

    model = Strategy
