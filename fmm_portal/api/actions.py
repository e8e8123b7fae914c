"""Decorators of a resource's own actions: `act` changes something, `read` only shows; each names the scope it needs."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from django.http import HttpResponseBase
from rest_framework.decorators import action

F = TypeVar("F", bound=Callable[..., HttpResponseBase])


def act(method: F) -> F:
    """`POST {id}/{name}/`, for keys with the scope `resource:act`; the policy is asked by the name of the method."""
    return _routed(method, "post", "act")


def read(method: F) -> F:
    """`GET {id}/{name}/`, for keys with the scope `resource:read`."""
    return _routed(method, "get", "read")


def on_collection(method: F) -> F:
    """`POST {name}/` on the collection, for keys with the scope `resource:write`."""
    return _routed(method, "post", "write", detail=False)


def on_rows(method: F) -> Any:
    """`POST bulk/`, for keys with the scope `resource:write`; its `mapping` takes the change of many rows."""
    decorate = action(
        detail=False, methods=["post"], url_path="bulk", url_name="bulk", scope="write", filterset_class=None
    )
    return decorate(method)


def sends_file(method: F) -> F:
    """`GET {id}/{name}/`, answered with a file to save."""
    return _routed(method, "get", "read", sends_file=True)


def _routed(
    method: Any, verb: Literal["get", "post"], scope: str, *, detail: bool = True, **options: Any
) -> Any:
    name = method.__name__.replace("_", "-")
    decorate = action(
        detail=detail,
        methods=[verb],
        url_path=name,
        url_name=name,
        scope=scope,
        filterset_class=None,
        **options,
    )
    return decorate(method)
