"""The thread of a record as JSON: `GET {resource}/{id}/thread/` on every resource that has a stage in it."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from fmm_portal.api.resources import absolute, resource_name, resource_path
from fmm_portal.core.thread import StageRows, thread_of
from fmm_portal.core.workflow import workflow_for


class ThreadRecordSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    date = serializers.CharField(allow_null=True, help_text="As exact as it is known.")
    status = serializers.CharField(allow_null=True)
    url = serializers.URLField(allow_null=True)


class ThreadStageSerializer(serializers.Serializer[Any]):
    """One kind of record in the story, and the rows of it that belong to the thread."""

    stage = serializers.CharField()
    resource = serializers.CharField(allow_null=True)
    is_current = serializers.BooleanField(help_text="The stage of the record itself.")
    records = ThreadRecordSerializer(many=True)


class ThreadSerializer(serializers.Serializer[Any]):
    """What led to the record and what came of it, as far as the caller may see it."""

    stages = ThreadStageSerializer(many=True)


def thread_action() -> Callable[..., Response]:
    """The method behind `GET {id}/thread/`."""

    def thread(self: Any, request: Request, pk: str) -> Response:
        """What led to the record and what came of it: request, action, strategy, visit and so on, in order."""
        parts = thread_of(self.get_object(), self.principal)
        return Response({"stages": [_stage(part, request) for part in parts]})

    options = {"scope": "read", "filterset_class": None}
    routed = action(detail=True, methods=["get"], url_path="thread", url_name="thread", **options)(thread)
    return extend_schema(responses=ThreadSerializer)(routed)


def _stage(part: StageRows, request: Request) -> dict[str, Any]:
    model = part.stage.model
    workflow = workflow_for(model)
    return {
        "stage": part.stage.key,
        "resource": resource_name(model),
        "is_current": part.is_current,
        "records": [
            {
                "id": row.pk,
                "label": str(row),
                "date": date.isoformat() if date is not None else None,
                "status": getattr(row, workflow.field) if workflow is not None else None,
                "url": absolute(request, resource_path(model, row.pk)),
            }
            for row, date in part.dated_rows
        ],
    }
