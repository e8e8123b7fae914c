"""Webhooks and their messages as resources: an agency's system makes its own and looks into the log."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from fmm_portal.api.actions import act
from fmm_portal.api.fields import Choice, principal_of
from fmm_portal.api.permissions import has_scope
from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.serializers import ReasonRequest, ResourceSerializer, StrictSerializer
from fmm_portal.api.viewsets import ResourceViewSet
from fmm_portal.core.models import Record
from fmm_portal.webhooks.enums import AttemptError, DeliveryStatus, PauseCause
from fmm_portal.webhooks.event_types import resources_of, unknown
from fmm_portal.webhooks.filters import DeliveryFilterSet, SubscriptionFilterSet
from fmm_portal.webhooks.messages import payload_of
from fmm_portal.webhooks.models import Delivery, Subscription
from fmm_portal.webhooks.services import redeliver, reveal_secret, rotate_secret, send_test


class SubscriptionSerializer(ResourceSerializer):
    event_types = serializers.ListField(
        child=serializers.CharField(max_length=80),
        help_text="Such as study-visit.confirmed, commitment.* for all events of a kind, or * for all.",
    )
    pause_cause = Choice(PauseCause.choices, read_only=True)

    class Meta:
        model = Subscription
        fields = ("institution", "name", "endpoint", "event_types", "pause_cause", "failing_since")
        read_only_fields = ("failing_since",)

    def validate_event_types(self, asked: list[str]) -> list[str]:
        """A key is told only of what it may read; what is no event at all the model refuses."""
        principal = principal_of(self)
        known = [name for name in asked if not unknown([name])]
        closed = [name for name in resources_of(known) if not has_scope(principal, name, "read")]
        if closed:
            scopes = ", ".join(f"{name}:read" for name in sorted(closed))
            raise serializers.ValidationError(
                _("The key lacks the scope %(scope)s.") % {"scope": scopes}, code="missing_scope"
            )
        return asked


class WithSecretSerializer(SubscriptionSerializer):
    """A webhook with its secret, which is shown this once."""

    secret = serializers.CharField(read_only=True)

    class Meta(SubscriptionSerializer.Meta):
        fields = (*SubscriptionSerializer.Meta.fields, "secret")  # type: ignore[assignment]


class AttemptSerializer(serializers.Serializer[Any]):
    """One request to your system and what it answered. Without `duration_ms` no answer came back to the portal."""

    number = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    endpoint = serializers.CharField()
    duration_ms = serializers.IntegerField(allow_null=True)
    status_code = serializers.IntegerField(allow_null=True)
    error = Choice(AttemptError.choices, allow_blank=True)
    answer = serializers.CharField(help_text="The first characters of the answer.")


class PayloadSerializer(serializers.Serializer[Any]):
    """The message as it is sent."""

    type = serializers.CharField()
    timestamp = serializers.DateTimeField()
    data = serializers.DictField()  # type: ignore[assignment]


class DeliverySerializer(ResourceSerializer):
    message = serializers.CharField(
        source="message_id", read_only=True, help_text="The header webhook-id, the same at every attempt."
    )
    status = Choice(DeliveryStatus.choices, read_only=True)
    payload = serializers.SerializerMethodField()
    log = AttemptSerializer(many=True, read_only=True)

    class Meta:
        model = Delivery
        fields = (
            "subscription", "message", "event_type", "occurred_at", "status", "attempts", "next_attempt_at",
            "finished_at", "payload", "log",
        )  # fmt: skip
        read_only_fields = (
            "reference", "subscription", "event_type", "occurred_at", "attempts", "next_attempt_at", "finished_at",
        )  # fmt: skip
        detail_fields = ("log",)
        prefetch = {"log": ("log",)}

    @extend_schema_field(PayloadSerializer)
    def get_payload(self, delivery: Delivery) -> dict[str, Any]:
        return payload_of(delivery)


class SubscriptionViewSet(ResourceViewSet):
    """Webhooks: your system is told of changes of what your agency may see, by signed messages of ids and links."""

    resource = "webhook-subscriptions"
    # What becomes of deliveries is in no history.
    told_by_history = False
    serializer_class = SubscriptionSerializer
    filterset_class = SubscriptionFilterSet
    ordering_fields = ("name", "status", "failing_since", "created_at", "updated_at")
    # Every new webhook comes with a secret of its own, which lists do not show.
    in_bulk = ()

    secret = ""

    @extend_schema(responses={201: WithSecretSerializer})
    def create(self, request: Request) -> Response:
        """Make a webhook. The answer holds its `secret`, which is shown only here."""
        response = super().create(request)
        response.data["secret"] = self.secret
        return response

    def perform_create(self, values: dict[str, Any]) -> Record:
        record = super().perform_create(values)
        assert isinstance(record, Subscription)
        self.secret = reveal_secret(record, actor=self.actor)
        return record

    @extend_schema(request=ReasonRequest, responses=WithSecretSerializer)
    @act
    def rotate_secret(self, request: Request, pk: str) -> Response:
        """Make a new secret, shown only here. For 24 hours messages carry the signatures of both."""
        record, values = self.action_input(ReasonRequest)
        renewed, secret = rotate_secret(record, actor=self.actor, **values)
        response = self.shown_again(renewed)
        response.data["secret"] = secret
        return response

    @extend_schema(request=StrictSerializer, responses={202: DeliverySerializer})
    @act
    def test(self, request: Request, pk: str) -> Response:
        """Send a test message; read in `webhook-deliveries` what came of it. 409 while the webhook is paused."""
        record, _values = self.action_input(StrictSerializer)
        delivery = send_test(record, actor=self.actor)
        return self.shown_as(DeliverySerializer, delivery, code=status.HTTP_202_ACCEPTED)


class DeliveryViewSet(ResourceViewSet):
    """Messages of webhooks with the log of their attempts, kept for some weeks."""

    resource = "webhook-deliveries"
    told_by_history = False
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilterSet
    ordering_fields = ("occurred_at", "status", "created_at", "updated_at")
    methods = ("list", "retrieve")

    @extend_schema(request=StrictSerializer, responses=DeliverySerializer)
    @act
    def redeliver(self, request: Request, pk: str) -> Response:
        """Send the message once more, under the same id. 409 while the webhook is paused."""
        delivery, _values = self.action_input(StrictSerializer)
        return self.shown_as(DeliverySerializer, redeliver(delivery, actor=self.actor))


def register(router: ResourceRouter) -> None:
    router.register_resource(SubscriptionViewSet)
    router.register_resource(DeliveryViewSet)
