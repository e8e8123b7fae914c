"""Whole cases by the API: `GET {id}/case/` and `POST import-case/`, for every resource that has case files."""

import re
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from fmm_portal.api.actions import on_collection, read
from fmm_portal.api.viewsets import ResourceViewSet
from fmm_portal.casefiles.errors import InvalidCase
from fmm_portal.casefiles.formats import export_record, format_for

CASE_SCHEMA = {
    "type": "object",
    "required": ["format"],
    "properties": {"format": {"type": "string"}},
    "description": "A record with all its parts, as docs/case-files.md describes the format.",
}


def by_path(error: InvalidCase) -> dict[str, list[str]]:
    """What is wrong with a document, with places as all errors of the API have them: `agenda.2.hosts.0.status`."""
    found: dict[str, list[str]] = {}
    for place, message in error.errors:
        found.setdefault(re.sub(r"\[(\d+)\]", r".\1", place) or NON_FIELD_ERRORS, []).append(message)
    return found


class CaseFileActions(ResourceViewSet, abstract=True):
    """A resource whose records can be had, and made, as one document with all their parts."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        extend_schema_view(import_case=extend_schema(responses={201: cls.serializer_class}))(cls)

    @extend_schema(responses={200: CASE_SCHEMA})
    @read
    def case(self, request: Request, pk: str) -> Response:
        """The whole record as one document, without persons, that `import-case` reads back."""
        return Response(export_record(self.get_object(), actor=self.actor))

    @extend_schema(request={"application/json": CASE_SCHEMA})
    @on_collection
    def import_case(self, request: Request) -> Response:
        """Make a record with all its parts out of a document: all of it, or nothing and every error with its place."""
        self.may_create()
        if not isinstance(request.data, dict):
            raise ValidationError(_("Give the case as an object."))
        try:
            record = format_for(self.model).read(request.data, actor=self.actor)
        except InvalidCase as error:
            raise ValidationError(by_path(error)) from error
        return self.shown_again(record, code=status.HTTP_201_CREATED)
