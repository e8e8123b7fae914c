"""Delegations and delegates as resources. Names are read one delegate at a time, by those who may."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from delegations.composition import composition_of
from delegations.filters import DelegateFilterSet, DelegationFilterSet
from delegations.models import Delegate, Delegation
from delegations.services import replace_delegate
from fmm_portal.api.actions import act
from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.serializers import ResourceSerializer
from fmm_portal.api.viewsets import ResourceViewSet


class ShareSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(allow_blank=True)
    planned = serializers.IntegerField()
    actual = serializers.IntegerField()
    target = serializers.IntegerField(allow_null=True)


class CompositionSerializer(serializers.Serializer[Any]):
    """Seats planned and actual, against what was asked."""

    planned = serializers.IntegerField()
    actual = serializers.IntegerField()
    target = serializers.IntegerField(allow_null=True)
    women_percent = serializers.FloatField(allow_null=True)
    target_women_percent = serializers.IntegerField(allow_null=True)
    is_reported = serializers.BooleanField()
    by_constituency = ShareSerializer(many=True)
    by_sex = ShareSerializer(many=True)


class DelegationSerializer(ResourceSerializer):
    composition = serializers.SerializerMethodField()

    class Meta:
        model = Delegation
        fields = (
            "name",
            "purpose",
            "sending_countries",
            "sending_institutions",
            "target_size",
            "target_women_percent",
            "target_government",
            "target_employers",
            "target_workers",
            "target_civil_society",
            "reported_size",
            "reported_women",
            "reported_men",
            "notes",
            "composition",
        )
        detail_fields = ("composition",)
        prefetch = {"composition": ("delegates__institution",)}

    @extend_schema_field(CompositionSerializer)
    def get_composition(self, delegation: Delegation) -> dict[str, Any]:
        composition = composition_of(delegation)
        return dict(CompositionSerializer(composition).data)


class DelegationViewSet(ResourceViewSet):
    """People sent together, by position."""

    resource = "delegations"
    serializer_class = DelegationSerializer
    filterset_class = DelegationFilterSet
    ordering_fields = ("created_at", "updated_at")


class DelegateSerializer(ResourceSerializer):
    class Meta:
        model = Delegate
        fields = (
            "delegation",
            "order",
            "position",
            "institution",
            "country",
            "constituency",
            "effective_constituency",
            "role",
            "sex",
            "seats",
            "replaces",
            "contact",
            "person_name",
            "notes",
        )
        prefetch = {"effective_constituency": ("institution",)}
        # Who may read the person depends on it.
        reads = ("delegation",)


class ReplacementRequest(ResourceSerializer):
    """The one who comes instead, in the same seat, role and delegation; with the reason."""

    reason = serializers.CharField()

    class Meta:
        model = Delegate
        fields = (
            "position",
            "institution",
            "country",
            "constituency",
            "sex",
            "seats",
            "contact",
            "person_name",
            "notes",
            "reason",
        )


class DelegateViewSet(ResourceViewSet):
    """Seats in delegations: nominated, confirmed, declined, replaced, attended."""

    resource = "delegates"
    serializer_class = DelegateSerializer
    filterset_class = DelegateFilterSet
    ordering_fields = ("order", "role", "status", "updated_at")

    @extend_schema(request=ReplacementRequest, responses={201: DelegateSerializer})
    @act
    def replace(self, request: Request, pk: str) -> Response:
        """Take the delegate out and nominate another in the same seat; answers with the new delegate."""
        record, values = self.action_input(ReplacementRequest)
        reason, expected = values.pop("reason"), values.pop("expected_version")
        replacement = replace_delegate(
            record, by=Delegate(**values), actor=self.actor, reason=reason, expected_version=expected
        )
        return self.shown_again(replacement, code=status.HTTP_201_CREATED)


def register(router: ResourceRouter) -> None:
    router.register_resource(DelegationViewSet)
    router.register_resource(DelegateViewSet)
