"""Reports as a resource: asked for, followed while they are made, downloaded."""

from typing import Any

import django_filters
from django.http import FileResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from fmm_portal.api.actions import act, sends_file
from fmm_portal.api.documents import SubjectFilterSet
from fmm_portal.api.fields import Choice
from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.serializers import ReasonRequest
from fmm_portal.api.subjects import SubjectSerializer
from fmm_portal.api.viewsets import ResourceViewSet
from fmm_portal.core.errors import Refused
from fmm_portal.core.filters import ChoicesFilter
from fmm_portal.core.jobs import JobStatus
from fmm_portal.reports.models import Report
from fmm_portal.reports.services import request_report, retry_report


class ReportFilterSet(SubjectFilterSet):
    kind = django_filters.CharFilter(field_name="kind", label=_("Kind"))
    language = django_filters.CharFilter(field_name="language", label=_("Language"))
    status = ChoicesFilter(JobStatus, label=_("Status"))
    reference = django_filters.CharFilter(field_name="reference", lookup_expr="iexact", label=_("Reference"))

    class Meta:
        model = Report
        fields = ()


class ReportSerializer(SubjectSerializer):
    status = Choice(JobStatus.choices, read_only=True)
    is_available = serializers.BooleanField(read_only=True)
    failure = serializers.CharField(source="get_failure_display", read_only=True)

    class Meta:
        model = Report
        fields = (
            "kind",
            "subject_type",
            "subject_id",
            "subject",
            "language",
            "status",
            "progress",
            "stage",
            "failure",
            "number",
            "is_available",
            "size",
            "sha256",
            "data_fingerprint",
            "expires_at",
            "started_at",
            "finished_at",
            "requested_by",
        )
        read_only_fields = ("number", "size", "sha256", "data_fingerprint", "expires_at", "requested_by")
        prefetch = {"subject": ("subject",)}


class ReportViewSet(ResourceViewSet):
    """Documents made of a record as the caller sees it. Poll the report until `is_available`, then read `content`."""

    resource = "reports"
    serializer_class = ReportSerializer
    filterset_class = ReportFilterSet
    ordering_fields = ("created_at", "updated_at", "status", "reference")
    methods = ("list", "create", "retrieve")

    def may_create(self) -> None:
        """Whether one may ask depends on the subject alone: the service asks its policy."""

    @extend_schema(responses={200: ReportSerializer, 202: ReportSerializer})
    def create(self, request: Request) -> Response:
        """Ask for a report: 202 while it is being made, 200 when the same one is there already."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(serializer.validated_data)
        report = request_report(
            actor=self.actor, kind=values["kind"], subject=values["subject"], language=values["language"]
        )
        return self.shown_again(
            report, code=status.HTTP_200_OK if report.is_available else status.HTTP_202_ACCEPTED
        )

    @extend_schema(request=ReasonRequest, responses=ReportSerializer)
    @act
    def retry(self, request: Request, pk: str) -> Response:
        """Try a failed report once more."""
        report, _values = self.action_input(ReasonRequest)
        return self.shown_again(retry_report(report, actor=self.actor))

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @sends_file
    def content(self, request: Request, pk: str) -> FileResponse:
        """The printed file."""
        report = self.get_object()
        if not report.is_available:
            raise Refused(_t("The report is not ready, or its file has been removed."), code="not_available")
        return FileResponse(
            report.file.open("rb"),
            as_attachment=True,
            filename=report.file_name,
            content_type="application/pdf",
        )


def register(router: ResourceRouter) -> None:
    router.register_resource(ReportViewSet)
