"""Pages of lists, in a stable order, never more than 200 rows: numbered, or each found from the last row before it."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from rest_framework import pagination
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from fmm_portal.api.cursors import Cursors

PAGES, CURSOR = "pages", "cursor"


class PageNumberPagination(pagination.PageNumberPagination):
    """`?page=` by default. `?paging=cursor` begins a walk in which `next` leads on: rows added meanwhile shift nothing,
    no row comes twice, and the last page costs what the first does; rows are not counted.
    """

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        """Refuses what it cannot give, instead of quietly giving something else."""
        wanted = request.query_params.get(self.page_size_query_param)
        if wanted is None:
            return self.page_size
        if not wanted.isdecimal() or not 1 <= int(wanted) <= self.max_page_size:
            message = _("Ask for 1 to %(limit)d rows a page.") % {"limit": self.max_page_size}
            raise ValidationError({self.page_size_query_param: [message]})
        return int(wanted)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        asked = request.query_params
        paging = asked.get("paging", CURSOR if "cursor" in asked else PAGES)
        if paging not in (PAGES, CURSOR):
            raise ValidationError({"paging": [_("Pages are counted (pages) or walked through (cursor).")]})
        self.walks = paging == CURSOR and isinstance(queryset, models.QuerySet)
        if not self.walks:
            if "cursor" in asked:
                raise ValidationError({"cursor": [_("A cursor leads through pages that are not numbered.")]})
            return super().paginate_queryset(queryset, request, view=view)
        if "page" in asked:
            raise ValidationError({"page": [_("Pages of a walk by cursor have no numbers.")]})
        self.request = request
        cursors = Cursors(queryset)
        rows, self.cursor = cursors.page(asked.get("cursor"), self.get_page_size(request))
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        if not self.walks:
            return super().get_paginated_response(data)
        following = None
        if self.cursor is not None and self.request is not None:
            address = remove_query_param(self.request.build_absolute_uri(), "paging")
            following = replace_query_param(address, "cursor", self.cursor)
        return Response({"count": None, "next": following, "previous": None, "results": data})

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        text = {"type": "string"}
        more = [
            ("paging", {**text, "enum": [PAGES, CURSOR], "default": PAGES},
             "cursor begins a walk through all rows in their order; follow `next` until it is null."),
            ("cursor", text, "Where a walk goes on; part of the address in `next`, and not to be made up."),
        ]  # fmt: skip
        return super().get_schema_operation_parameters(view) + [
            {"name": name, "required": False, "in": "query", "description": description, "schema": schema}
            for name, schema, description in more
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        page = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {
                "count": {
                    "type": ["integer", "null"],
                    "description": "Rows on all pages together; null in a walk by cursor.",
                },
                "next": page,
                "previous": page,
                "results": schema,
            },
        }
