"""Tables of delegations."""

from django.utils.translation import gettext_lazy as _

from delegations.models import Delegation
from fmm_portal.core.tables import DateColumn, LinkColumn, ManyColumn, NumberColumn, Table


class DelegationTable(Table):
    name = LinkColumn(sort="search_text")
    sending_countries = ManyColumn()
    planned_seats = NumberColumn(label=_("Seats"), sort="planned_seats")
    target_size = NumberColumn(sort="target_size")
    target_women_percent = NumberColumn(sort="target_women_percent", is_optional=True)
    reported_size = NumberColumn(sort="reported_size", is_optional=True)
    updated_at = DateColumn(sort="updated_at", is_optional=True)

    model = Delegation
