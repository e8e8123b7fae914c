"""Filters of webhooks and their messages, for the list and the API."""

import django_filters
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.filters import ChoicesFilter, RecordFilterSet, RelationFilter
from fmm_portal.institutions.models import Institution
from fmm_portal.webhooks.enums import DeliveryStatus, SubscriptionStatus
from fmm_portal.webhooks.models import Delivery, Subscription


class SubscriptionFilterSet(RecordFilterSet):
    institution_id = RelationFilter(Institution, field_name="institution", label=_("Agency"))
    status = ChoicesFilter(SubscriptionStatus, field_name="status", label=_("Status"))

    class Meta:
        model = Subscription
        fields = ()


class DeliveryFilterSet(RecordFilterSet):
    subscription_id = RelationFilter(Subscription, field_name="subscription", label=_("Webhook"))
    status = ChoicesFilter(DeliveryStatus, field_name="status", label=_("Status"))
    event_type = django_filters.CharFilter(field_name="event_type", label=_("Event"))

    class Meta:
        model = Delivery
        fields = ()
