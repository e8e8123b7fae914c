"""What is sent: the event with its ids and links, and the headers that prove where it comes from."""

import json
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType

from fmm_portal.api.resources import resource_path
from fmm_portal.webhooks.event_types import DELETED, TEST
from fmm_portal.webhooks.models import Delivery
from fmm_portal.webhooks.signing import signature

USER_AGENT = "FMM-portal-webhooks/1"


def payload_of(delivery: Delivery) -> dict[str, Any]:
    """The message: never a value of the record and never a person, so nothing in it is secret or grows old."""
    at = delivery.occurred_at.astimezone(UTC).isoformat(timespec="milliseconds")
    return {
        "type": delivery.event_type,
        "timestamp": at.replace("+00:00", "Z"),
        "data": {"webhook_id": delivery.subscription_id}
        if delivery.event_type == TEST
        else {
            "resource": delivery.resource,
            "id": delivery.subject_id,
            "reference": delivery.reference or None,
            "step": delivery.step or None,
            "url": _address(delivery),
        },
    }


def _address(delivery: Delivery) -> str | None:
    """Where the record is read in the API; nowhere once it is deleted."""
    type_id = delivery.subject_type_id
    model = ContentType.objects.get_for_id(type_id).model_class() if type_id is not None else None
    if model is None or delivery.event_type.endswith(f".{DELETED}"):
        return None
    return f"{settings.BASE_URL.rstrip('/')}{resource_path(model, delivery.subject_id)}"


def body_of(delivery: Delivery) -> bytes:
    """The same bytes at every attempt."""
    return json.dumps(payload_of(delivery), ensure_ascii=False, separators=(",", ":")).encode()


def headers_of(delivery: Delivery, body: bytes, at: datetime) -> dict[str, str]:
    """Raises SecretLost."""
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature(delivery.subscription.seeds(at), delivery.message_id, at, body),
    }
