"""Addresses of delegations and delegates."""

from delegations.views import DelegateViews, DelegationViews

app_name = "delegations"

urlpatterns = [*DelegateViews.get_urls(), *DelegationViews.get_urls()]
