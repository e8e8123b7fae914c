"""Pages of webhooks: the list, one with its secret and messages, each message with its log."""

import json
from typing import Any, ClassVar

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from fmm_portal.core.facts import Fact
from fmm_portal.core.parts import PartViews
from fmm_portal.core.policies import can
from fmm_portal.core.resource import Crumb, Tab
from fmm_portal.core.views import CrudViews
from fmm_portal.webhooks.enums import DeliveryStatus
from fmm_portal.webhooks.filters import SubscriptionFilterSet
from fmm_portal.webhooks.forms import SubscriptionForm
from fmm_portal.webhooks.messages import payload_of
from fmm_portal.webhooks.models import Delivery, Subscription
from fmm_portal.webhooks.services import redeliver, reveal_secret, rotate_secret, send_test
from fmm_portal.webhooks.tables import DeliveryTable, SubscriptionTable

FEW, MANY = 8, 40


class SubscriptionViews(CrudViews):
    model = Subscription
    prefix = "webhooks"
    pages = (
        "list", "create", "detail", "edit", "delete", "history", "step", "messages", "secret", "rotate", "test",
    )  # fmt: skip
    read_only_pages = ("list", "detail", "history", "messages")
    form_class = SubscriptionForm
    table_class = SubscriptionTable
    filterset_class = SubscriptionFilterSet
    filter_names = ("institution_id", "status")
    facts = ("institution", "endpoint")
    detail_template = "webhooks/subscription_detail.html"
    form_template = "webhooks/subscription_form.html"
    create_label = _l("Add webhook")
    empty_text = _l("A webhook tells an agency's own system when something changes, so that it need not ask.")

    def tabs(self, record: Any) -> list[Tab]:
        return [Tab(_("Messages"), self.url("messages", record.pk))]

    def fact_list(self, record: Any) -> list[Fact]:
        return [*super().fact_list(record), Fact(_("Events"), record.events_label)]

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        """Pausing and resuming stand beside what is sent: no strip across the page for one step."""
        page = super().page_of(record, current=current)
        return page | {"steps": None, "sending": page["steps"]}

    def extra(self, record: Subscription) -> dict[str, Any]:
        rows = record.deliveries.with_related()
        return {
            "may_keep": can(self.principal, "change", record).allowed,
            "messages_table": DeliveryTable(list(rows[:FEW])),
            "messages_count": record.deliveries.count(),
            "messages_url": self.url("messages", record.pk),
            "secret_url": self.url("secret", record.pk),
            "rotate_url": self.url("rotate", record.pk),
            "test_url": self.url("test", record.pk),
        }

    def messages(self) -> HttpResponse:
        """All messages of the last weeks, or those in one state."""
        record = self.record()
        status = self.request.GET.get("status", "")
        rows = record.deliveries.with_related()
        if status in DeliveryStatus.values:
            rows = rows.filter(status=status)
        page = Paginator(rows, MANY).get_page(self.request.GET.get("page"))
        context = self.page_of(record, current="messages") | {
            "page": page,
            "table": DeliveryTable(page.object_list),
            "states": DeliveryStatus.choices,
            "status": status,
            "messages_url": self.url("messages", record.pk),
        }
        return self.render("webhooks/messages.html", context)

    def secret(self) -> HttpResponse:
        """The secret, for the one time that it is shown."""
        record = self.record()
        if self.request.method != "POST":
            return redirect(record)
        return self.with_secret(record, reveal_secret(record, actor=self.actor))

    def rotate(self) -> HttpResponse:
        record = self.record()
        if self.request.method != "POST":
            return redirect(record)
        version = self.request.POST.get("record_version", "")
        # A page that is sent twice makes one secret: the second is refused as out of date.
        renewed, secret = rotate_secret(
            record, actor=self.actor, expected_version=int(version) if version.isdecimal() else 0
        )
        return self.with_secret(renewed, secret)

    def with_secret(self, record: Subscription, secret: str) -> HttpResponse:
        context = {
            "object": record,
            "title": _("Secret of %(webhook)s") % {"webhook": record},
            "crumbs": self.crumbs(record),
            "secret": secret,
        }
        return self.render("webhooks/secret.html", context)

    def test(self) -> HttpResponse:
        record = self.record()
        if self.request.method != "POST":
            return redirect(record)
        delivery = send_test(record, actor=self.actor)
        messages.success(self.request, _("A test message is on its way."))
        return redirect(delivery)


class DeliveryViews(PartViews):
    """A message with its attempts, under its webhook."""

    model = Delivery
    owner_model = Subscription
    owner_key = "subscription_pk"
    path = "subscription"
    owner_list = "webhooks:subscription_list"
    prefix = "webhooks/<int:subscription_pk>/messages"
    pages = ("show", "redeliver")
    read_only_pages = ("show",)
    paths: ClassVar[dict[str, str]] = {"show": "webhooks/<int:subscription_pk>/messages/<int:pk>/"}

    def show(self) -> HttpResponse:
        delivery = self.record()
        listed = reverse("webhooks:subscription_messages", args=[self.owner.pk])
        context = {
            "object": delivery,
            "title": delivery.event_label,
            "crumbs": [*self.crumbs(), Crumb(_("Messages"), listed)],
            "payload": json.dumps(payload_of(delivery), indent=2, ensure_ascii=False),
            "log": list(delivery.log.all())[::-1],
            "redeliver_url": self.url("redeliver", delivery.pk)
            if can(self.principal, "redeliver", delivery).allowed and self.owner.is_active
            else "",
        }
        return self.render("webhooks/delivery.html", context)

    def redeliver(self) -> HttpResponse:
        if self.request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        delivery = redeliver(self.record(), actor=self.actor)
        messages.success(self.request, _("The message is sent again."))
        return redirect(delivery)
