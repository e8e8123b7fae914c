"""Webhooks: who is told of what at which address, each message, and each attempt to deliver it."""

import secrets
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.models import Record
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.core.web_addresses import WebAddressField
from fmm_portal.webhooks.addresses import AddressRefused, checked
from fmm_portal.webhooks.enums import AttemptError, DeliveryStatus, PauseCause, SubscriptionStatus
from fmm_portal.webhooks.event_types import described, unknown
from fmm_portal.webhooks.querysets import DeliveryQuerySet, SubscriptionQuerySet
from fmm_portal.webhooks.signing import new_seed


class Subscription(Record):
    """An agency's wish to be told of changes of records that it may see."""

    institution = models.ForeignKey(
        "institutions.Institution",
        on_delete=models.PROTECT,
        related_name="webhook_subscriptions",
        verbose_name=_("agency"),
    )
    name = models.CharField(_("name"), max_length=100, help_text=_("Such as “Visits to our calendar”."))
    endpoint = WebAddressField(
        _("address"),
        max_length=500,
        help_text=_("Where your system takes the messages: an address that begins with https://."),
    )
    event_types = models.JSONField(_("events"), default=list, blank=True)
    status = models.CharField(
        _("status"),
        max_length=6,
        choices=SubscriptionStatus,
        default=SubscriptionStatus.ACTIVE,
        editable=False,
    )
    pause_cause = models.CharField(
        _("reason of the pause"), max_length=7, choices=PauseCause, blank=True, editable=False
    )
    secret_seed = models.CharField(_("secret"), max_length=60, default=new_seed, editable=False)
    secret_shown_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The secret before this one, which still signs until the receiver has had time to learn the new one.
    former_seed = models.CharField(max_length=60, blank=True, editable=False)
    former_until = models.DateTimeField(null=True, blank=True, editable=False)

    # How the receiver does. These move without a new version: nobody edits them.
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    failures_in_row = models.PositiveIntegerField(default=0, editable=False)
    rests_until = models.DateTimeField(null=True, blank=True, editable=False)
    lease_owner = models.CharField(max_length=32, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    # When a worker was last woken for it; None once that one has done what there was to do.
    woken_at = models.DateTimeField(null=True, blank=True, editable=False)

    restricted_fields: ClassVar[frozenset[str]] = frozenset({"secret_seed", "former_seed"})

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ("institution", "name", "pk")

    # What the row says, to see what an edit changes.
    _stored: tuple[str, Any] | None = None

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> "Subscription":
        found = super().from_db(*args, **kwargs)
        if not {"endpoint", "institution_id"} & found.get_deferred_fields():
            found._stored = (found.endpoint, found.institution_id)
        return found

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("webhooks:subscription_detail", args=[self.pk])

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        endpoint, institution_id = self._stored or ("", self.institution_id)
        if institution_id != self.institution_id:
            errors["institution"] = _t("A webhook stays with its agency. Make another one.")
        if self.endpoint != endpoint:
            try:
                checked(self.endpoint)
            except AddressRefused as error:
                errors["endpoint"] = ValidationError(str(error), code="address_refused")
        if message := self._wrong_events():
            errors["event_types"] = message
        if errors:
            raise ValidationError(errors)

    def _wrong_events(self) -> str:
        asked = self.event_types
        if not isinstance(asked, list) or not all(isinstance(name, str) for name in asked) or not asked:
            return _t("Choose at least one event.")
        if wrong := unknown(asked):
            return _t("There is no such event: %(names)s.") % {"names": ", ".join(wrong)}
        self.event_types = list(dict.fromkeys(asked))
        return ""

    @property
    def is_active(self) -> bool:
        return self.status == SubscriptionStatus.ACTIVE

    @property
    def events_label(self) -> str:
        return ", ".join(described(name) for name in self.event_types)

    def seeds(self, at: datetime) -> list[str]:
        """Of the secrets that sign a message at a moment, the present one first."""
        is_former_valid = bool(self.former_seed) and self.former_until is not None and at < self.former_until
        return [self.secret_seed, *([self.former_seed] if is_former_valid else [])]


def new_message_id() -> str:
    return f"msg_{secrets.token_hex(16)}"


class Delivery(Record):
    """One message to one receiver: written with the change that it tells of, sent until it is taken.

    It holds ids and no values: a receiver reads the record through the API, with the rights it has by then.
    """

    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("webhook")
    )
    # Stable over all attempts: by it a receiver knows what it has taken already.
    message_id = models.CharField(
        _("message"), max_length=40, unique=True, default=new_message_id, editable=False
    )
    event_type = models.CharField(_("event"), max_length=80, editable=False)
    occurred_at = models.DateTimeField(_("took place"), default=timezone.now, editable=False)
    subject_type = models.ForeignKey(
        ContentType, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    subject_id = models.BigIntegerField(null=True, editable=False)
    resource = models.CharField(_("resource"), max_length=50, blank=True, editable=False)
    reference = models.CharField(_("reference"), max_length=30, blank=True, editable=False)
    step = models.CharField(_("step"), max_length=60, blank=True, editable=False)
    status = models.CharField(
        _("status"), max_length=9, choices=DeliveryStatus, default=DeliveryStatus.WAITING, editable=False
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now, null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, editable=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        ordering = ("-pk",)
        indexes = (
            # What a worker looks for, and the sweep every few seconds.
            models.Index(
                fields=["subscription", "next_attempt_at"],
                name="webhook_messages_due",
                condition=models.Q(status="waiting"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.event_type} {self.reference or self.subject_id or ''}".strip()

    def history_root(self) -> Record:
        return self.subscription

    def get_absolute_url(self) -> str:
        return reverse("webhooks:delivery_show", args=[self.subscription_id, self.pk])

    @property
    def event_label(self) -> str:
        return described(self.event_type)

    @property
    def is_waiting(self) -> bool:
        return self.status == DeliveryStatus.WAITING


class Attempt(models.Model):
    """One request to the receiver. Written before it is sent: one that a dying worker made is in the log as well."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="log")
    number = models.PositiveSmallIntegerField(_("attempt"))
    started_at = models.DateTimeField(_("sent"), default=timezone.now)
    endpoint = models.CharField(_("address"), max_length=500)
    duration_ms = models.PositiveIntegerField(_("duration"), null=True)
    status_code = models.PositiveSmallIntegerField(_("answer"), null=True)
    error = models.CharField(_("error"), max_length=15, choices=AttemptError, blank=True)
    # The first characters of the answer, as the receiver wrote them.
    answer = models.TextField(_("text of the answer"), blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ("delivery", "pk")

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.number}"

    @property
    def is_over(self) -> bool:
        return self.duration_ms is not None

    @property
    def was_taken(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300
