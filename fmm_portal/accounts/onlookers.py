"""One principal for each grant that a person or a key has: who may have seen a record that goes."""

from collections.abc import Iterator

from fmm_portal.accounts.agencies import OWN_ROWS, AgencyPrincipal
from fmm_portal.accounts.models import ApiKey, Membership
from fmm_portal.core.principals import Grant


def onlookers() -> Iterator[AgencyPrincipal]:
    names = ("role", "institution_id", "country_id")
    memberships = Membership.objects.order_by().values_list(*names)
    found = {Grant(*row) for row in memberships.distinct()}
    for role, institution, country in ApiKey.objects.order_by().values_list(*names).distinct():
        if role in OWN_ROWS:
            found.add(Grant(role, institution_id=institution))
        if role not in OWN_ROWS or country:
            found.add(Grant(role, country_id=country))
    for grant in sorted(found, key=str):
        yield AgencyPrincipal(key_id=0, label="", grants=(grant,), scopes=frozenset())
