"""Signing in, and what people keep up to date about themselves."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from fmm_portal.accounts.models import User


class SignInForm(AuthenticationForm):
    """By e-mail address. One message for a wrong address and a wrong password: neither is told apart."""

    error_messages = {
        "invalid_login": _("This e-mail address and password do not belong together. Please try again."),
        "inactive": _("This account is closed."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("E-mail address")
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "maxlength": 254}
        )


class PasswordForm(PasswordChangeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("Present password")
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password2"].label = _("New password, once more")


class ProfileForm(forms.ModelForm[User]):
    preferred_language = forms.ChoiceField(label=_("Language of the portal"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = ("full_name", "preferred_language")
