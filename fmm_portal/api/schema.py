"""The OpenAPI description: problem documents on every operation, entity tags, tags by resource, speaking ids."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import append_meta
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from fmm_portal.api import schema_fields, schema_filters  # noqa: F401 - they register their extensions
from fmm_portal.api.bulk import MOST_ROWS
from fmm_portal.api.errors import PROBLEM_JSON
from fmm_portal.api.selection import expandable
from fmm_portal.api.serializers import ProblemSerializer, ResourceSerializer, count_groups, singular
from fmm_portal.core.policies import policy_for
from fmm_portal.core.principals import Nobody

NOT_SIGNED_IN = "No key or session, or one that is not valid."
NOT_ALLOWED = (
    "Not allowed by the caller's role, the key's scopes or the record's present state; `detail` says why."
)
NOT_FOUND = "Nothing here, or nothing that the caller may see."
INVALID = "The request has errors; `errors` names each field."
NOT_NOW = "Not possible now; for a step of a workflow `blockers` lists all that is missing."
STALE = "The record changed since the caller read it; `current_version` is the version it is in."
UNCONDITIONAL = "Nothing says what the write is based on: send `If-Match`."
UNCHANGED = "The caller already has this representation."
KEY_REUSED = "The `Idempotency-Key` was already used for another request."
TOO_LARGE = "The body is larger than the portal accepts; `detail` says how large it may be."
TOO_MANY = "More requests than the caller's share of the minute; `Retry-After` says how many seconds to wait."
UNSUPPORTED = "The body is in a format that is not accepted."


def _allow_nothing(properties: dict[str, Any], serializer_class: type[ResourceSerializer]) -> None:
    """What a policy hides from some callers is null for them."""
    for name in policy_for(serializer_class.model()).hidden_fields(Nobody(), None):
        for part in (name, f"{name}_id", f"{singular(name)}_ids"):
            found = properties.get(part, {"type": "null"})
            if "null" not in found.get("type", ()) and {"type": "null"} not in found.get("oneOf", ()):
                properties[part] = append_meta(found, {"nullable": True})


class PortalAutoSchema(AutoSchema):
    view: Any

    def _action(self) -> str:
        return getattr(self.view, "action", None) or ""

    def _is_resource(self) -> bool:
        return hasattr(self.view, "resource")

    def _is_detail(self) -> bool:
        return "{id}" in self.path

    def _tokenize_path(self) -> list[str]:
        """Ids such as `study_visits_confirm`: the resource, then what is done."""
        if not self._is_resource():
            return super()._tokenize_path()
        return [self.view.resource.replace("-", "_")]

    def get_operation_id(self) -> str:
        if not self._is_resource():
            return super().get_operation_id()
        return f"{self._tokenize_path()[0]}_{self._action()}"

    def get_tags(self) -> list[str]:
        return [self.view.resource] if self._is_resource() else ["portal"]

    def get_summary(self) -> str | None:
        if not self._is_resource():
            return None
        model = self.view.model
        one, many = str(model._meta.verbose_name), str(model._meta.verbose_name_plural)
        standard = {
            "list": f"List {many}",
            "create": f"Create: {one}",
            "retrieve": f"Read: {one}",
            "partial_update": f"Change: {one}",
            "destroy": f"Delete: {one}",
            "history": f"History: {one}",
            "ids": f"Ids of {many}",
            "counts": f"Count {many}",
        }
        return standard.get(self._action()) or f"{self._action().replace('_', ' ').capitalize()}: {one}"

    def get_override_parameters(self) -> list[Any]:
        parameters = [
            OpenApiParameter(
                "Accept-Language",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="Language of labels and messages: en or fr.",
            )
        ]
        if not self._is_resource():
            return parameters
        if self._is_detail():
            parameters.append(OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH))
        if self.method != "GET":
            parameters.append(
                OpenApiParameter(
                    "Idempotency-Key", {"type": "string", "pattern": "^[!-~]{8,200}$"}, OpenApiParameter.HEADER,
                    description="A new key, such as a UUID, for each request: sent again with the same key it is done "
                    "once and answered alike. 409 `in_flight` while the first is worked on.",
                )
            )  # fmt: skip
        if self.method == "GET":
            parameters.append(
                OpenApiParameter(
                    "If-None-Match",
                    OpenApiTypes.STR,
                    OpenApiParameter.HEADER,
                    description="The entity tag known to the caller.",
                )
            )
        elif self._is_detail():
            parameters.append(
                OpenApiParameter(
                    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER,
                    description="The entity tag that was read; 412 when the record is not in that version any more.",
                )
            )  # fmt: skip
        if self._action() in ("list", "retrieve"):
            parameters += self._selection_parameters(in_list=self._action() == "list")
        if self._action() == "counts" and (groups := count_groups(self.view.serializer_class)):
            parameters.append(
                OpenApiParameter(
                    "by",
                    OpenApiTypes.STR,
                    OpenApiParameter.QUERY,
                    enum=list(groups),
                    description="The group.",
                )
            )
        if self._action() == "list":
            known = [name if isinstance(name, str) else name[0] for name in self.view.ordering_fields]
            parameters.append(
                OpenApiParameter(
                    "ordering", OpenApiTypes.STR, OpenApiParameter.QUERY,
                    description=f"Sort keys separated by commas, - for descending. Known: {', '.join(known)}.",
                )
            )  # fmt: skip
        parameters.append(
            OpenApiParameter(
                "ETag",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                response=["200", "201"],
                description="Entity tag.",
            )
        )
        return parameters

    def get_request_serializer(self) -> Any:
        if self._action() not in ("bulk_create", "bulk_update"):
            return super().get_request_serializer()
        is_change = self._action() == "bulk_update"
        row = self.resolve_serializer(self.view.serializer_class(partial=is_change), "request").ref
        if is_change:
            named = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
            row = {"allOf": [row, named]}
        rows = {"type": "array", "items": row, "minItems": 1, "maxItems": MOST_ROWS}
        return {"application/json": rows}

    def get_response_serializers(self) -> Any:
        if self._action() not in ("bulk_create", "bulk_update"):
            return super().get_response_serializers()
        row = self.resolve_serializer(self.view.serializer_class(), "response").ref
        rows = {"type": "array", "items": row}
        answer = {"type": "object", "required": ["results"], "properties": {"results": rows}}
        return {201 if self._action() == "bulk_create" else 200: answer}

    def _selection_parameters(self, *, in_list: bool) -> list[Any]:
        serializer_class = self.view.serializer_class
        names = ", ".join(serializer_class.names(in_list=in_list))
        found = [
            OpenApiParameter(
                "fields", OpenApiTypes.STR, OpenApiParameter.QUERY,
                description=f"Only these fields, separated by commas; the others are left out. Known: {names}.",
            )
        ]  # fmt: skip
        relations = ", ".join(expandable(serializer_class, in_list=in_list))
        if relations:
            found.append(
                OpenApiParameter(
                    "expand", OpenApiTypes.STR, OpenApiParameter.QUERY,
                    description=f"Related records in full instead of briefs, separated by commas: {relations}. "
                    "A second step goes on from there after a full stop.",
                )
            )  # fmt: skip
        return found

    def get_filter_backends(self) -> list[Any]:
        is_filtered = self._action() in ("list", "ids", "counts")
        return super().get_filter_backends() if is_filtered else []

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self._action() == "history" or super()._is_list_view(serializer)

    def _problem(self, code: str, description: str) -> dict[str, Any]:
        response = OpenApiResponse(ProblemSerializer, description=description)
        return self._get_response_for_code(response, code, media_types=[PROBLEM_JSON])

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if not self._is_resource():
            texts = {"400": INVALID, "401": NOT_SIGNED_IN, "403": NOT_ALLOWED}
            named = getattr(self.view, "problems", ())
            return bodies | {code: self._problem(code, texts[code]) for code in named}
        is_write = self.method != "GET"
        takes_body = self.method in ("POST", "PUT", "PATCH")
        problems = {"401": NOT_SIGNED_IN, "403": NOT_ALLOWED, "429": TOO_MANY}
        if is_write or self._action() in ("list", "ids", "counts", "retrieve", "history"):
            problems["400"] = INVALID
        if self._is_detail() or self._action() in ("list", "history"):
            problems["404"] = NOT_FOUND
        if takes_body:
            problems |= {"413": TOO_LARGE, "415": UNSUPPORTED}
        if is_write:
            problems |= {"409": NOT_NOW, "422": KEY_REUSED}
        if is_write and (self._is_detail() or self._action() == "bulk_update"):
            problems["412"] = STALE
        if self.method == "PUT":
            problems["428"] = UNCONDITIONAL
        if not is_write:
            bodies["304"] = {"description": UNCHANGED}
        bodies |= {code: self._problem(code, text) for code, text in problems.items()}
        return dict(sorted(bodies.items()))

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """Components are called after the model or the deed; the split of requests adds its own ending."""
        return super().get_serializer_name(serializer, direction).removesuffix("Request")

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        """An answer holds every field but those that lists leave out."""
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)
        if not isinstance(serializer, ResourceSerializer):
            return schema
        own_words = type(serializer).__dict__.get("__doc__")
        schema.pop("description", None)
        if own_words:
            schema["description"] = own_words
        if direction == "response":
            _allow_nothing(schema["properties"], type(serializer))
            optional = serializer.detail_only()
            schema["required"] = [name for name in schema["properties"] if name not in optional]
        return schema
