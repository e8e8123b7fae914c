"""Filters of actions and their parts."""

from django.utils.translation import gettext_lazy as _

from fmm_portal.core.filters import ChoicesFilter, SearchableFilterSet
from fmm_portal.facility.enums import ActionStatus
from fmm_portal.facility.models import Action


class ActionFilterSet(SearchableFilterSet):
    status = ChoicesFilter(ActionStatus, label=_("Status"))

    class Meta:
        model = Action
        fields = ()
