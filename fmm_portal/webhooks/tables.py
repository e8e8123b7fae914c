"""The lists of webhooks, of the messages of one, and of the attempts to deliver one."""

from django.utils.translation import gettext_lazy as _

from fmm_portal.core.tables import Column, DateColumn, LinkColumn, NumberColumn, StatusColumn, Table
from fmm_portal.webhooks.models import Delivery, Subscription


class SubscriptionTable(Table):
    name = LinkColumn(sort="name", sub=lambda webhook: webhook.endpoint)
    institution = Column(sort="institution__search_text")
    events = Column("events_label", _("Events"))
    failing_since = DateColumn(sort="failing_since", is_optional=True)
    status = StatusColumn(sort="status")

    model = Subscription
    order = "institution"


class DeliveryTable(Table):
    event_type = LinkColumn("event_label", _("Event"), sub=lambda delivery: delivery.reference)
    occurred_at = DateColumn()
    attempts = NumberColumn()
    status = StatusColumn()

    model = Delivery
