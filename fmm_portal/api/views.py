"""The start of the API: what there is, who the caller is, and where the description lies."""

from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from fmm_portal.accounts.agencies import AgencyPrincipal
from fmm_portal.api.resources import absolute, resource_models
from fmm_portal.core.principals import Actor


class CallerSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="The agency and the name of its key, or the person.")
    is_authenticated = serializers.BooleanField()
    scopes = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="Of the key; null for a person."
    )


class RootSerializer(serializers.Serializer[Any]):
    caller = CallerSerializer()
    resources = serializers.DictField(child=serializers.URLField())
    deletions = serializers.URLField()
    schema = serializers.URLField()
    documentation = serializers.URLField()


class RootView(APIView):
    """The addresses of all resources. Open to everyone: it holds no data, and a key can be tried here."""

    permission_classes = (AllowAny,)
    name = _("API root")

    @extend_schema(responses=RootSerializer, operation_id="root")
    def get(self, request: Request) -> Response:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        principal = actor.principal
        scopes = sorted(principal.scopes) if isinstance(principal, AgencyPrincipal) else None
        return Response(
            {
                "caller": {
                    "name": actor.label,
                    "is_authenticated": principal.is_authenticated,
                    "scopes": scopes,
                },
                "resources": {
                    name: absolute(request, reverse(f"api:{name}-list")) for name in sorted(resource_models())
                },
                "deletions": absolute(request, reverse("api:deletions")),
                "schema": absolute(request, reverse("api:schema")),
                "documentation": absolute(request, reverse("api:docs")),
            }
        )


class SwaggerView(SpectacularSwaggerSplitView):
    """The API's description to read and to try; its script is a file of its own, so that the CSP holds."""

    template_name = "api/swagger.html"
    url_name = "api:schema"


# ReDoc writes its styles into the page and searches in a worker of its own making.
@method_decorator(
    csp_update({"style-src": [SELF, UNSAFE_INLINE], "worker-src": [SELF, "blob:"]}), name="dispatch"
)
class ReferenceView(SpectacularRedocView):
    """The API's description as one page to read and to print."""

    template_name = "api/redoc.html"
    url_name = "api:schema"
