"""Filters of strategies, milestones and committees."""

from fmm_portal.core.filters import SearchableFilterSet
from strategies.models import Strategy


class StrategyFilterSet(SearchableFilterSet):
    class Meta:
        model = Strategy
        fields = ()
