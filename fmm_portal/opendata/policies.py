"""Who sees how the open data was written; who publishes an action is said by the action's own policy."""

from typing import Any

from django.db import models

from fmm_portal.accounts.roles import is_manager, reads_the_programme
from fmm_portal.core.policies import YES, Decision, Policy, no, register_policy
from fmm_portal.core.principals import Principal
from fmm_portal.opendata.models import Publication


class PublicationPolicy(Policy):
    """The programme and its viewers look; managers have the files written."""

    def sees_all(self, principal: Principal) -> bool:
        return reads_the_programme(principal)

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return queryset if self.sees_all(principal) else queryset.none()

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        return YES if is_manager(principal) else no()


def register() -> None:
    register_policy(Publication, PublicationPolicy())
