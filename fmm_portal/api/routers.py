"""The router that apps register their resources with."""

from typing import Any

from rest_framework.routers import SimpleRouter

from fmm_portal.api.resources import register_resource
from fmm_portal.api.viewsets import ResourceViewSet

STANDARD_METHODS = ("list", "create", "retrieve", "partial_update", "destroy")


class ResourceRouter(SimpleRouter):
    """Takes a resource's address from its viewset, so that address, scope and schema cannot differ."""

    def register_resource(self, viewset: type[ResourceViewSet]) -> None:
        register_resource(viewset.model, viewset.resource, viewset)
        self.register(viewset.resource, viewset, basename=viewset.resource)

    def get_method_map(self, viewset: Any, method_map: Any) -> dict[str, str]:
        """Without the standard methods that the resource does not offer: they answer 405."""
        bound: dict[str, str] = super().get_method_map(viewset, method_map)
        return {
            verb: name
            for verb, name in bound.items()
            if name not in STANDARD_METHODS or name in viewset.methods
        }
