"""API keys as a resource: an agency's system keeps the agency's keys as its administrator does on screen."""

from datetime import timedelta
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from fmm_portal.accounts.enums import KeyState
from fmm_portal.accounts.filters import ApiKeyFilterSet
from fmm_portal.accounts.models import ApiKey
from fmm_portal.accounts.scopes import KEYS
from fmm_portal.accounts.services import (
    LONGEST_OVERLAP,
    change_api_key,
    issue_api_key,
    revoke_api_key,
    rotate_api_key,
)
from fmm_portal.api.actions import act
from fmm_portal.api.fields import Choice
from fmm_portal.api.resources import absolute, resource_path
from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.serializers import ReasonRequest, ResourceSerializer, StrictSerializer
from fmm_portal.api.viewsets import ResourceViewSet
from fmm_portal.core.models import Record

HOURS_OF_A_WEEK = 7 * 24
MOST_HOURS = int(LONGEST_OVERLAP.total_seconds()) // 3600


class ApiKeySerializer(ResourceSerializer):
    scopes = serializers.ListField(
        child=serializers.CharField(max_length=100),
        help_text="Such as study-visits:read, delegates:write, commitments:act; * stands for every resource "
        "but the keys themselves.",
    )
    networks = serializers.ListField(
        child=serializers.CharField(max_length=50),
        required=False,
        help_text="Where the key may be used from, as addresses with a prefix; everywhere when there is none.",
    )
    state = Choice(KeyState.choices, read_only=True)

    class Meta:
        model = ApiKey
        fields = (
            "institution",
            "country",
            "role",
            "name",
            "prefix",
            "scopes",
            "networks",
            "expires_at",
            "rate_per_minute",
            "state",
            "previous_until",
            "last_used_at",
            "last_used_from",
            "revoked_at",
            "revoked_by",
        )
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "expires_at": {"required": True},
            "previous_until": {"help_text": "Until when the secret before the last renewal works."},
        }


class IssuedKeySerializer(ApiKeySerializer):
    """A key with its secret, in this one answer only."""

    secret = serializers.CharField(read_only=True, help_text="The whole key, for the header Authorization.")

    class Meta(ApiKeySerializer.Meta):
        fields = (*ApiKeySerializer.Meta.fields, "secret")  # type: ignore[assignment]


class RotationRequest(StrictSerializer):
    """How the new secret takes over from the old one."""

    overlap_hours = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_HOURS,
        help_text=f"For how long the old secret goes on working; {HOURS_OF_A_WEEK} if not said, 0 ends it at once.",
    )
    expires_at = serializers.DateTimeField(
        required=False, help_text="Until when the key works from now on; unchanged if not said."
    )
    reason = serializers.CharField(required=False, allow_blank=True)
    version = serializers.IntegerField(required=False)


class ApiKeyViewSet(ResourceViewSet):
    """Keys of an agency. For its administrator, and for keys with the scopes of `api-keys`, which `*` does not hold.

    A key never gives another what it lacks itself: scopes, networks, time. The secret is in the answers of creating and
    rotating alone. Keys are revoked, not deleted.
    """

    resource = KEYS
    # Keys expire at an hour, and every use is noted.
    told_by_history = False
    serializer_class = ApiKeySerializer
    filterset_class = ApiKeyFilterSet
    ordering_fields = ("name", "expires_at", "last_used_at", "created_at", "updated_at")
    methods = ("list", "create", "retrieve", "partial_update")
    # Every new key comes with a secret of its own, which lists do not show.
    in_bulk = ()

    issued_text = ""

    @extend_schema(responses={201: IssuedKeySerializer})
    def create(self, request: Request) -> Response:
        """Issue a key. Its secret is in this answer and in no other."""
        response = super().create(request)
        return self._with_secret(response, self.issued_text)

    def perform_create(self, values: dict[str, Any]) -> Record:
        key, self.issued_text = issue_api_key(actor=self.actor, **values)
        return key

    def perform_update(self, record: Record, values: dict[str, Any], expected_version: int | None) -> Record:
        assert isinstance(record, ApiKey)
        return change_api_key(record, actor=self.actor, changes=values, expected_version=expected_version)

    @extend_schema(request=RotationRequest, responses=IssuedKeySerializer)
    @act
    def rotate(self, request: Request, pk: str) -> Response:
        """Give the key a new secret, in this answer alone; the old one works on for a while."""
        key, values = self.action_input(RotationRequest)
        overlap = timedelta(hours=values.pop("overlap_hours", HOURS_OF_A_WEEK))
        renewed, text = rotate_api_key(key, actor=self.actor, overlap=overlap, **values)
        return self._with_secret(self.shown_again(renewed), text)

    @extend_schema(request=ReasonRequest, responses=ApiKeySerializer)
    @act
    def revoke(self, request: Request, pk: str) -> Response:
        """End the key at once and for good, with both its secrets."""
        key, values = self.action_input(ReasonRequest)
        return self.shown_again(revoke_api_key(key, actor=self.actor, **values))

    def _with_secret(self, shown: Response, text: str) -> Response:
        """A plain answer, which nobody keeps: without entity tag, and not to be stored."""
        response = Response({**shown.data, "secret": text}, status=shown.status_code)
        if shown.status_code == status.HTTP_201_CREATED:
            response["Location"] = absolute(self.request, resource_path(ApiKey, shown.data["id"])) or ""
        return response


def register(router: ResourceRouter) -> None:
    router.register_resource(ApiKeyViewSet)
