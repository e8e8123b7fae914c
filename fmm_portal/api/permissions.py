"""The one permission of every resource: the model's policy, narrowed by the scopes of an agency's key."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from fmm_portal.accounts.agencies import AgencyPrincipal
from fmm_portal.core.errors import Forbidden
from fmm_portal.core.policies import require
from fmm_portal.core.principals import Principal

if TYPE_CHECKING:
    # REST framework reads this module while it loads its own views.
    from rest_framework.views import APIView

# The scope that a standard action needs; actions of a resource's own name theirs as `scope`.
SCOPE_OF_ACTION = {
    "list": "read", "retrieve": "read", "history": "read", "metadata": "read",
    "create": "write", "partial_update": "write", "destroy": "write",
}  # fmt: skip
POLICY_ACTION = {"create": "create", "partial_update": "change", "destroy": "delete"}


def has_scope(principal: Principal, resource: str, right: str) -> bool:
    """Whether the caller's key covers this right; people have no scopes, their role is the limit."""
    return not isinstance(principal, AgencyPrincipal) or principal.has_scope(resource, right)


def require_scope(principal: Principal, resource: str, right: str) -> None:
    """Raise Forbidden unless the caller's key covers this right."""
    if not has_scope(principal, resource, right):
        raise Forbidden(
            _("The key lacks the scope %(scope)s.") % {"scope": f"{resource}:{right}"}, code="missing_scope"
        )


class PolicyPermission(BasePermission):
    """Raises instead of returning False, so that the refusal carries the policy's own reason."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        principal: Principal = request.actor.principal  # type: ignore[attr-defined]
        if not principal.is_authenticated:
            raise NotAuthenticated
        action = getattr(view, "action", None)
        if action is None:
            # A method the resource does not offer: the view answers 405.
            return True
        right = getattr(view, "scope", None) or view.scopes.get(action) or SCOPE_OF_ACTION[action]  # type: ignore[attr-defined]
        require_scope(principal, view.resource, right)  # type: ignore[attr-defined]
        if action == "create":
            view.may_create()  # type: ignore[attr-defined]
        return True

    def has_object_permission(self, request: Request, view: "APIView", obj: Any) -> bool:
        action = getattr(view, "action", None) or ""
        is_act = getattr(view, "scope", None) == "act"
        # Before the body is read: who may not do a thing is not told how to do it.
        right = getattr(view, "right", "") or (action if is_act else POLICY_ACTION.get(action))
        if right:
            require(request.actor.principal, right, obj)  # type: ignore[attr-defined]
        return True
