"""The router that apps register their resources with."""

from typing import Any

from rest_framework.routers import SimpleRouter

from fmm_portal.accounts.scopes import register_scopes
from fmm_portal.api.permissions import SCOPE_OF_ACTION
from fmm_portal.api.resources import register_resource
from fmm_portal.api.viewsets import ResourceViewSet

STANDARD_METHODS = ("list", "create", "retrieve", "partial_update", "destroy")
# Offered where the resource offers the same for one record.
IN_BULK = {"bulk_create": "create", "bulk_update": "partial_update"}


def _rights(viewset: type[ResourceViewSet]) -> set[str]:
    """The scopes that a resource has a use for: those of its methods and of its own actions."""
    rights = {SCOPE_OF_ACTION[name] for name in viewset.methods}
    actions: Any = viewset.get_extra_actions()
    return rights | {action.kwargs.get("scope") or "read" for action in actions}


class ResourceRouter(SimpleRouter):
    """Takes a resource's address from its viewset, so that address, scope and schema cannot differ."""

    def register_resource(self, viewset: type[ResourceViewSet]) -> None:
        register_resource(viewset.model, viewset.resource, viewset)
        register_scopes(viewset.resource, viewset.model._meta.verbose_name_plural or "", _rights(viewset))
        self.register(viewset.resource, viewset, basename=viewset.resource)

    def get_method_map(self, viewset: Any, method_map: Any) -> dict[str, str]:
        """Without the standard methods that the resource does not offer: they answer 405."""
        bound: dict[str, str] = super().get_method_map(viewset, method_map)
        return {verb: name for verb, name in bound.items() if self._is_offered(viewset, name)}

    @staticmethod
    def _is_offered(viewset: Any, name: str) -> bool:
        if name in IN_BULK:
            return IN_BULK[name] in viewset.in_bulk and IN_BULK[name] in viewset.methods
        return name not in STANDARD_METHODS or name in viewset.methods
