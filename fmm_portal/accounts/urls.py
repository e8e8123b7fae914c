"""Addresses of the door and of one's own account."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from fmm_portal.accounts import views
from fmm_portal.accounts.key_views import ApiKeyViews

app_name = "accounts"

urlpatterns = [
    path("sign-in/", views.SignInView.as_view(), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("", views.profile, name="profile"),
    *ApiKeyViews.get_urls(),
    path("password/", views.PasswordView.as_view(), name="password_change"),
]
