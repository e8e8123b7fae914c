"""The door: signing in and out, one's own account, the language."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from fmm_portal.accounts.forms import PasswordForm, ProfileForm, SignInForm
from fmm_portal.accounts.models import Membership, User
from fmm_portal.accounts.preferences import choose_language, greet_in_own_language
from fmm_portal.core.resource import page_asked_for

YEAR_IN_SECONDS = 365 * 24 * 3600


class SignInView(auth_views.LoginView):
    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        user = form.get_user()
        if isinstance(user, User):
            greet_in_own_language(self.request, user)
        return response


class PasswordView(auth_views.PasswordChangeView):
    template_name = "accounts/password.html"
    form_class = PasswordForm
    success_url = reverse_lazy("accounts:profile")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Your password is changed. Other devices have been signed out."))
        return super().form_valid(form)


@never_cache
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """One's own name, language and roles; roles are given by an administrator."""
    user = request.user
    assert isinstance(user, User)
    form = ProfileForm(
        request.POST if request.method == "POST" else None, instance=User.objects.get(pk=user.pk)
    )
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        choose_language(request, saved.preferred_language)
        with translation.override(saved.preferred_language):
            messages.success(request, _("Your account is saved."))
        return redirect("accounts:profile")
    memberships = Membership.objects.filter(user=user).select_related("institution__country", "country")
    context = {
        "form": form,
        "memberships": memberships,
        "title": _("Your account"),
        "cancel_url": reverse("home"),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "accounts/profile.html", context, status=status)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language and stay on the page."""
    response = redirect(page_asked_for(request) or "home")
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        choose_language(request, language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=YEAR_IN_SECONDS,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
        )
    return response
