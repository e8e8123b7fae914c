"""Who may see and do what with news: the public reads what is published, the programme's staff write it."""

from collections.abc import Set as AbstractSet
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.roles import (
    READERS_OF_THE_PROGRAMME,
    STAFF,
    countries_of,
    has_role_everywhere,
    is_manager,
)
from fmm_portal.core.policies import YES, Decision, PartPolicy, Policy, no, register_policy, remembered
from fmm_portal.core.principals import Principal
from fmm_portal.news.enums import NewsStatus
from fmm_portal.news.models import NewsItem, NewsPicture

MANAGERS: AbstractSet[str] = frozenset({Role.ADMINISTRATOR, Role.MANAGER})


def about(countries: set[int]) -> models.Q:
    """News of these countries."""
    through = NewsItem.countries.through.objects.filter(country__in=countries)
    return models.Q(pk__in=through.values("newsitem"))


class NewsPolicy(Policy):
    """Published news is for everybody, drafts for the programme; a manager publishes and withdraws."""

    def sees_all(self, principal: Principal) -> bool:
        return has_role_everywhere(principal, READERS_OF_THE_PROGRAMME)

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.sees_all(principal):
            return queryset
        public = models.Q(status=NewsStatus.PUBLISHED)
        countries = countries_of(principal, READERS_OF_THE_PROGRAMME)
        return queryset.filter(public | about(countries) if countries else public)

    def is_kept_by(
        self, principal: Principal, item: NewsItem | None, roles: AbstractSet[str] = STAFF
    ) -> bool:
        """Whether the principal is programme staff, in one of these roles, for this item."""
        if has_role_everywhere(principal, roles):
            return True
        countries = countries_of(principal, roles)
        if not countries:
            return False
        if item is None or item.pk is None:
            return True
        kept = NewsItem.objects.filter(about(countries), pk=item.pk)
        return remembered(item, principal, f"kept by {sorted(roles)}", kept.exists)

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        return YES if self.is_kept_by(principal, obj) else no()

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        if not self.is_kept_by(principal, obj):
            return no()
        if obj is not None and not obj.is_editable:
            return no(_("News is changed as a draft. Withdraw it, then return it to draft."))
        return YES

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        if obj is not None and obj.published_at is not None:
            return no(_("News that was published is not deleted. Withdraw it instead."))
        return self.may_change(principal, obj)

    def _publishes(self, principal: Principal, obj: Any) -> Decision:
        if not self.is_kept_by(principal, obj):
            return no()
        if not (is_manager(principal) and self.is_kept_by(principal, obj, MANAGERS)):
            return no(_("Only a manager publishes and withdraws news."))
        return YES

    may_publish = may_withdraw = may_redraft = _publishes

    def may_read_history(self, principal: Principal, obj: Any) -> Decision:
        """The public reads what is published, not the drafts that led to it."""
        if self.is_kept_by(principal, obj, READERS_OF_THE_PROGRAMME):
            return YES
        return no(_("How news came about is for the programme."))

    def hidden_fields(self, principal: Principal, obj: Any) -> frozenset[str]:
        """What it was drafted from is the programme's to know."""
        if has_role_everywhere(principal, READERS_OF_THE_PROGRAMME):
            return frozenset()
        return frozenset({"source", "source_type", "source_id"})


def register() -> None:
    register_policy(NewsItem, NewsPolicy())
    register_policy(NewsPicture, PartPolicy(NewsItem, "item"))
