"""Reports as a resource: asked for, watched, downloaded, tried again."""

from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from fmm_portal.api.actions import act, sends_file
from fmm_portal.api.documents import SubjectFilterSet
from fmm_portal.api.fields import Choice
from fmm_portal.api.resources import absolute, resource_path
from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.serializers import StrictSerializer
from fmm_portal.api.subjects import SubjectSerializer
from fmm_portal.api.viewsets import ResourceViewSet
from fmm_portal.core.downloads import file_to_save
from fmm_portal.core.errors import Refused
from fmm_portal.core.jobs import JobFailure, JobStatus
from fmm_portal.reports.filters import ReportFilterSet
from fmm_portal.reports.models import Report
from fmm_portal.reports.registry import report_kind, report_kinds
from fmm_portal.reports.services import request_report, retry_report


class ReportSubjectFilterSet(SubjectFilterSet, ReportFilterSet):
    class Meta:
        model = Report
        fields = ()


@extend_schema_field({"type": ["string", "null"], "format": "uri"})
class ContentUrl(serializers.Field[Any, Any, Any, Any]):
    """Where the file is, once there is one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "source": "*", "read_only": True})

    def to_representation(self, report: Report) -> str | None:
        path = resource_path(Report, report.pk)
        return absolute(self.context.get("request"), f"{path}content/") if report.is_available else None


class ReportSerializer(SubjectSerializer):
    kind = serializers.CharField(help_text="Such as debrief-note.")
    status = Choice(JobStatus.choices, read_only=True)
    failure = Choice(JobFailure.choices, read_only=True)
    failure_reason = serializers.CharField(source="get_failure_display", read_only=True)
    content_url = ContentUrl()

    class Meta:
        model = Report
        fields = (
            "subject_type",
            "subject_id",
            "subject",
            "kind",
            "language",
            "number",
            "status",
            "progress",
            "stage",
            "failure",
            "failure_reason",
            "attempts",
            "data_fingerprint",
            "content_url",
            "sha256",
            "size",
            "started_at",
            "finished_at",
            "expires_at",
        )
        read_only_fields = (
            "reference",
            "number",
            "progress",
            "stage",
            "attempts",
            "data_fingerprint",
            "sha256",
            "size",
            "started_at",
            "finished_at",
            "expires_at",
        )
        prefetch = {"subject": ("subject",)}

    def validate_kind(self, code: str) -> str:
        try:
            return report_kind(code).code
        except Refused as error:
            known = ", ".join(kind.code for kind in report_kinds())
            message = _("There is no such kind of report. Known are: %(known)s.") % {"known": known}
            raise serializers.ValidationError(message, code="unknown_kind") from error


class ReportViewSet(ResourceViewSet):
    """Documents printed from what you may see of a record. Asking for one that is there already returns it."""

    resource = "reports"
    # The progress of a job is in no history.
    told_by_history = False
    serializer_class = ReportSerializer
    filterset_class = ReportSubjectFilterSet
    ordering_fields = ("reference", "number", "status", "created_at", "updated_at")
    methods = ("list", "create", "retrieve")
    in_bulk = ()

    def may_create(self) -> None:
        """Whether one may ask depends on the subject alone: the service asks its policy."""

    @extend_schema(responses={200: ReportSerializer, 202: ReportSerializer})
    def create(self, request: Request) -> Response:
        """Ask for a report. 202: it is being made, watch its status; 200: it is there."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        report = request_report(actor=self.actor, **serializer.validated_data)
        code = status.HTTP_202_ACCEPTED if report.is_waiting else status.HTTP_200_OK
        return self.shown_as(self.serializer_class, report, code=code)

    @extend_schema(request=StrictSerializer, responses=ReportSerializer)
    @act
    def retry(self, request: Request, pk: str) -> Response:
        """Try a failed report once more, from the data it was asked for with."""
        report, _values = self.action_input(StrictSerializer)
        return self.shown_as(self.serializer_class, retry_report(report, actor=self.actor))

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @sends_file
    def content(self, request: Request, pk: str) -> FileResponse:
        """The printed file. 409 while there is none."""
        report = self.get_object()
        if not report.is_available:
            raise Refused(
                _("There is no file yet, or it has expired. Ask for the report again."), code="no_file"
            )
        return file_to_save(report.file, name=report.file_name, content_type="application/pdf")


def register(router: ResourceRouter) -> None:
    router.register_resource(ReportViewSet)
