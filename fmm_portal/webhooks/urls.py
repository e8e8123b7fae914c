"""Addresses of the pages of webhooks."""

from fmm_portal.webhooks.views import DeliveryViews, SubscriptionViews

app_name = "webhooks"

urlpatterns = [*SubscriptionViews.get_urls(), *DeliveryViews.get_urls()]
