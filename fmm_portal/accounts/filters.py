"""Filters of API keys, the same on screen and in the API."""

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fmm_portal.accounts.enums import KeyRole, KeyState
from fmm_portal.accounts.models import SOON, ApiKey
from fmm_portal.core.filters import ChoicesFilter, RecordFilterSet, RelationFilter

# Institutions lie in a higher layer; the key's own relation names them.
AGENCY: Any = ApiKey._meta.get_field("institution").related_model


def in_state(states: Sequence[str]) -> Q:
    """Keys that stand so now."""
    now = timezone.now()
    standing = Q(revoked_at__isnull=True)
    ways = {
        KeyState.REVOKED.value: Q(revoked_at__isnull=False),
        KeyState.EXPIRED.value: standing & Q(expires_at__lte=now),
        KeyState.EXPIRING.value: standing & Q(expires_at__gt=now, expires_at__lte=now + SOON),
        KeyState.LIVE.value: standing & (Q(expires_at__isnull=True) | Q(expires_at__gt=now + SOON)),
    }
    found = Q(pk__in=[])
    for state in states:
        found |= ways[state]
    return found


class ApiKeyFilterSet(RecordFilterSet):
    state = ChoicesFilter(KeyState, method="filter_state", label=_("State"))
    institution_id = RelationFilter(AGENCY, field_name="institution", label=_("Agency"))
    role = ChoicesFilter(KeyRole, label=_("Role"))

    class Meta:
        model = ApiKey
        fields = ()

    def filter_state(
        self, queryset: models.QuerySet[ApiKey], name: str, value: Sequence[str]
    ) -> models.QuerySet[ApiKey]:
        return queryset.filter(in_state(value)) if value else queryset
