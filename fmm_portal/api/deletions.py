"""What went: the feed by which a client that keeps a copy learns of records that are not there any more."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware, make_aware
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from fmm_portal.api.cursors import Cursors
from fmm_portal.api.permissions import has_scope
from fmm_portal.api.resources import resource_models, resource_name
from fmm_portal.core.deletions import deletions_for, settled_moment
from fmm_portal.core.principals import Principal

A_PAGE = 200
KNOWN = ("after", "resource", "cursor")


class DeletionSerializer(serializers.Serializer[Any]):
    resource = serializers.CharField()
    id = serializers.IntegerField()
    deleted_at = serializers.DateTimeField()


class DeletionsSerializer(serializers.Serializer[Any]):
    """`as_of` is what to ask with next time, here as `after` and in lists as `updated_after`."""

    as_of = serializers.DateTimeField()
    next = serializers.URLField(allow_null=True)
    results = DeletionSerializer(many=True)


class DeletionsView(APIView):
    """Records that were deleted, or merged into others, among those that the caller saw; oldest first.

    Read it before the lists: apply what it says, then what the lists say with `updated_after`. Records that leave
    the caller's sight without being deleted are not told of here; `GET {resource}/ids/` shows them by their absence.
    """

    # The scopes of a key decide row by row.
    permission_classes = (AllowAny,)
    name = "Deletions"
    # Described in the schema; a resource has its own.
    problems = ("400", "401", "403")

    @extend_schema(
        operation_id="deletions",
        tags=["portal"],
        parameters=[
            OpenApiParameter("after", OpenApiTypes.DATETIME, description="At or after; the last `as_of`."),
            OpenApiParameter("resource", OpenApiTypes.STR, description="Of this resource only."),
            OpenApiParameter("cursor", OpenApiTypes.STR, description="Part of the address in `next`."),
        ],
        responses=DeletionsSerializer,
    )
    def get(self, request: Request) -> Response:
        principal: Principal = request.actor.principal  # type: ignore[attr-defined]
        if not principal.is_authenticated:
            raise NotAuthenticated
        as_of = settled_moment()
        rows = deletions_for(principal).filter(subject_type__in=self._kinds(request, principal))
        if after := self._after(request):
            rows = rows.filter(at__gte=after)
        page, cursor = Cursors(rows.select_related("subject_type").order_by("at", "pk")).page(
            request.query_params.get("cursor"), A_PAGE
        )
        following = cursor and replace_query_param(request.build_absolute_uri(), "cursor", cursor)
        results = [
            {
                "resource": resource_name(row.subject_type.model_class()),
                "id": row.subject_id,
                "deleted_at": row.at,
            }
            for row in page
        ]
        return Response(DeletionsSerializer({"as_of": as_of, "next": following, "results": results}).data)

    def _kinds(self, request: Request, principal: Principal) -> list[ContentType]:
        """Those of the resources that the caller may read, or of the one asked for."""
        wanted = request.query_params.get("resource")
        models = resource_models()
        if wanted is not None and wanted not in models:
            message = _("There is no such resource. Known are: %(known)s.") % {
                "known": ", ".join(sorted(models))
            }
            raise ValidationError({"resource": [message]}, code="unknown_resource")
        names = [wanted] if wanted else list(models)
        return [
            ContentType.objects.get_for_model(models[name])
            for name in names
            if has_scope(principal, name, "read")
        ]

    def _after(self, request: Request) -> Any:
        unknown = [name for name in request.query_params if name not in KNOWN]
        if unknown:
            message = _("There is no such parameter. Known are: %(known)s.") % {"known": ", ".join(KNOWN)}
            raise ValidationError({name: [message] for name in unknown}, code="unknown_parameter")
        given = request.query_params.get("after")
        if given is None:
            return None
        try:
            moment = parse_datetime(given.replace(" ", "+"))
        except ValueError:
            moment = None
        if moment is None:
            raise ValidationError({"after": [_("Write a moment as 2019-01-21T08:30:00Z.")]})
        return moment if is_aware(moment) else make_aware(moment)
