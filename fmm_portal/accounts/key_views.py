"""Pages of an agency's API keys: the list, a key with what it did, issuing, renewing and revoking."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from fmm_portal.accounts.filters import ApiKeyFilterSet
from fmm_portal.accounts.key_activity import lately
from fmm_portal.accounts.key_forms import KeyForm, RotateForm
from fmm_portal.accounts.models import ApiKey
from fmm_portal.accounts.services import revoke_api_key, rotate_api_key
from fmm_portal.accounts.tables import ApiKeyTable, key_badge
from fmm_portal.core.errors import StaleRecord
from fmm_portal.core.models import Record
from fmm_portal.core.policies import can, require
from fmm_portal.core.views import CrudViews


class ApiKeyViews(CrudViews):
    model = ApiKey
    prefix = "api-keys"
    resource = "key"
    pages = ("list", "create", "detail", "edit", "history", "rotate", "revoke")
    form_class = KeyForm
    table_class = ApiKeyTable
    filterset_class = ApiKeyFilterSet
    filter_names = ("state",)
    more_filters = ("institution_id", "role")
    create_label = _l("Issue API key")
    detail_template = "accounts/key_detail.html"
    form_template = "accounts/key_form.html"
    frame_template = "accounts/key_frame.html"

    def list(self) -> HttpResponse:
        self.empty_text = (  # type: ignore[misc]
            _(
                "A key lets a system of your agency read and write what your agency may, without a person’s password."
            )
            if can(self.principal, "create", ApiKey).allowed
            else _(
                "Keys are kept by the administrator of an agency, whom an administrator of the programme names."
            )
        )
        return super().list()

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        may_change = record.revoked_at is None and can(self.principal, "rotate", record).allowed
        may_revoke = record.revoked_at is None and can(self.principal, "revoke", record).allowed
        return super().page_of(record, current=current) | {
            "title": record.name,
            "state": key_badge(record),
            "edit_url": self.url("edit", record.pk) if may_change else "",
            "rotate_url": self.url("rotate", record.pk) if may_change else "",
            "revoke_url": self.url("revoke", record.pk) if may_revoke else "",
        }

    def extra(self, record: Any) -> dict[str, Any]:
        return {"lately": lately(record, self.principal)}

    def saved(self, record: Record) -> HttpResponse:
        """A new key is shown here and now: nothing keeps its secret for another page."""
        if isinstance(record, ApiKey) and record.full_text:
            return self.shown_once(record, record.full_text)
        return super().saved(record)

    def shown_once(self, key: ApiKey, text: str) -> HttpResponse:
        address = f"{settings.BASE_URL}{reverse('api:root')}"
        context = {
            "object": key,
            "title": _("The secret of %(key)s") % {"key": key.name},
            "crumbs": self.crumbs(key),
            "text": text,
            "curl": f"curl -H 'Authorization: Bearer {text}' {address}",
            "documentation_url": reverse("api:docs"),
        }
        return self.render("accounts/key_secret.html", context)

    def rotate(self) -> HttpResponse:
        key = self.record()
        require(self.principal, "rotate", key)
        if key.revoked_at is not None:
            return redirect(key)
        status, stale = HTTPStatus.OK, None
        form = RotateForm(initial={"record_version": key.version})
        if self.request.method == "POST":
            form, status = RotateForm(self.request.POST), HTTPStatus.UNPROCESSABLE_ENTITY
            if form.is_valid():
                try:
                    renewed, text = rotate_api_key(key, actor=self.actor, **form.values)
                except ValidationError as error:
                    form.take_errors(error)
                except StaleRecord as error:
                    stale, status = error, HTTPStatus.CONFLICT
                    form = RotateForm(initial={**form.cleaned_data, "record_version": error.current.version})
                else:
                    return self.shown_once(renewed, text)
        context = {
            "object": key, "form": form, "stale": stale, "title": _("Renew the secret of %(key)s") % {"key": key.name},
            "crumbs": self.crumbs(key), "cancel_url": self.page_url(key),
        }  # fmt: skip
        return self.render("accounts/key_rotate.html", context, status=status)

    def revoke(self) -> HttpResponse:
        key = self.record()
        require(self.principal, "revoke", key)
        if self.request.method == "POST":
            revoke_api_key(key, actor=self.actor, reason=self.request.POST.get("reason", "")[:500])
            messages.success(self.request, _("%(record)s: revoked.") % {"record": key})
            return redirect(key)
        context = {
            "object": key, "title": _("Revoke %(key)s") % {"key": key.name}, "crumbs": self.crumbs(key),
            "cancel_url": self.page_url(key),
        }  # fmt: skip
        return self.render("accounts/key_revoke.html", context)
