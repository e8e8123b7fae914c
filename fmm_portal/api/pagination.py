"""Numbered pages in a stable order, never more than 200 rows."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import pagination
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request


class PageNumberPagination(pagination.PageNumberPagination):
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

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        page = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {
                "count": {"type": "integer", "description": "Rows on all pages together."},
                "next": page,
                "previous": page,
                "results": schema,
            },
        }
