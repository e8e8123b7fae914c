"""Decorators of a resource's own actions: `act` changes something, `read` only shows; each names the scope it needs."""

from collections.abc import Callable
from typing import Any, TypeVar

from rest_framework.decorators import action
from rest_framework.response import Response

F = TypeVar("F", bound=Callable[..., Response])


def act(method: F) -> F:
    """`POST {id}/{name}/`, for keys with the scope `resource:act`."""
    return _detail(method, "post", "act")


def read(method: F) -> F:
    """`GET {id}/{name}/`, for keys with the scope `resource:read`."""
    return _detail(method, "get", "read")


def sends_file(method: F) -> F:
    """`GET {id}/{name}/`, answered with a file to save."""
    return _detail(method, "get", "read", sends_file=True)


def _detail(method: Any, verb: str, scope: str, **options: Any) -> Any:
    name = method.__name__.replace("_", "-")
    decorate = action(
        detail=True, methods=[verb], url_path=name, url_name=name, scope=scope, filterset_class=None, **options
    )
    return decorate(method)
