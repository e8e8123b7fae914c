"""Support screens for administrators: people, their memberships (with history) and the agencies' keys."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fmm_portal.accounts.models import ApiKey, Membership, User
from fmm_portal.accounts.services import revoke_api_key
from fmm_portal.core.services import create_record, delete_record, update_record


class MembershipInline(admin.TabularInline[Membership, User]):
    model = Membership
    extra = 0
    raw_id_fields = ("institution", "country")


class AddressForm(forms.BaseForm):
    """Keeps an address in lower case, by which the person is found who signs in."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class AccountCreationForm(AddressForm, AdminUserCreationForm[User]):
    class Meta:
        model = User
        fields = ("email", "full_name", "preferred_language")


class AccountChangeForm(AddressForm, UserChangeForm[User]):
    class Meta:
        model = User
        fields = (
            "email", "password", "full_name", "preferred_language", "is_active", "is_staff", "is_superuser",
        )  # fmt: skip


@admin.register(User)
class AccountAdmin(UserAdmin[User]):
    """A person's account; what they may do is in the memberships below it."""

    form = AccountChangeForm
    add_form = AccountCreationForm
    ordering = ("full_name",)
    list_display = ("full_name", "email", "is_active", "last_login")
    list_filter = ("is_active", "memberships__role")
    search_fields = ("full_name", "email")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("email", "password", "full_name", "preferred_language")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "email",
                    "full_name",
                    "preferred_language",
                    "usable_password",
                    "password1",
                    "password2",
                )
            },
        ),
    )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: Any) -> None:
        """Memberships go through the services, so that who gave which role stands in the history."""
        actor = request.actor  # type: ignore[attr-defined]
        changed = formset.save(commit=False)
        for membership in formset.deleted_objects:
            delete_record(membership, actor=actor)
        for membership in changed:
            if membership.pk is None:
                create_record(membership, actor=actor)
            else:
                fields = ("role", "institution", "country", "starts_on", "ends_on")
                update_record(
                    membership, actor=actor, changes={name: getattr(membership, name) for name in fields}
                )
        formset.save_m2m()


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin[ApiKey]):
    """Keys are kept on pages of their own, which show a secret once; here they are revoked in numbers."""

    list_display = ("name", "role", "prefix", "institution", "expires_at", "last_used_at", "revoked_at")
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    @admin.action(description=_("Revoke the selected keys"), permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        for key in queryset:
            revoke_api_key(key, actor=request.actor, reason="support screen")  # type: ignore[attr-defined]
        self.message_user(request, _("The keys are revoked."))
