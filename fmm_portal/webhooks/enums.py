"""States of webhooks and of what they deliver, and why an attempt or a whole webhook came to a stop."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SubscriptionStatus(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("webhook", "Active")
    PAUSED = "paused", pgettext_lazy("webhook", "Paused")


class PauseCause(models.TextChoices):
    """Why nothing is sent, in sentences for the people of the agency."""

    ASKED = "asked", _("Somebody paused it.")
    FAILING = "failing", _("The receiver failed for about a day.")
    GONE = "gone", _("The receiver answered 410: it wants no more messages.")


class DeliveryStatus(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("webhook delivery", "Waiting")
    DELIVERED = "delivered", pgettext_lazy("webhook delivery", "Delivered")
    FAILED = "failed", pgettext_lazy("webhook delivery", "Failed")


class AttemptError(models.TextChoices):
    """Why an attempt ended without an answer, in sentences for whoever runs the receiver."""

    NOT_ALLOWED = "not_allowed", _("The address is not allowed.")
    UNKNOWN_HOST = "unknown_host", _("The host name is not known.")
    NO_CONNECTION = "no_connection", _("No connection could be made.")
    BAD_CERTIFICATE = "bad_certificate", _("The certificate of the receiver is not valid.")
    NO_ANSWER = "no_answer", _("The receiver did not answer in time.")
    BROKEN_OFF = "broken_off", _("The connection was closed before the answer was complete.")
    NO_SECRET = "no_secret", _("The secret cannot be read any more. Make a new one.")
