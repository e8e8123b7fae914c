"""Which resource a model is in the API, and the addresses of its records."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.urls import reverse
from rest_framework.request import Request

_names: dict[type[models.Model], str] = {}
_paths: dict[str, str] = {}
_viewsets: dict[type[models.Model], Any] = {}


def register_resource(model: type[models.Model], name: str, viewset: Any = None) -> None:
    """Let records of the model be named by the resource's address, such as "study-visits", and shown by its viewset."""
    if _names.get(model, name) != name:
        raise ImproperlyConfigured(f"{model.__name__} is already the resource {_names[model]}.")
    _names[model] = name
    if viewset is not None:
        _viewsets[model] = viewset


def viewset_of(model: type[models.Model]) -> Any:
    """The class that shows the records of a model; None for a model that is no resource."""
    return _viewsets.get(model)


def resource_name(model: type[models.Model]) -> str | None:
    """The plural of the address, None for a model that is no resource."""
    return _names.get(model)


def resource_models() -> dict[str, type[models.Model]]:
    return {name: model for model, name in _names.items()}


def resource_path(model: type[models.Model], pk: Any) -> str | None:
    """`/api/v1/study-visits/7/`; the address is resolved once per resource, for lists name many."""
    name = _names.get(model)
    if name is None:
        return None
    if name not in _paths:
        _paths[name] = reverse(f"api:{name}-detail", args=[0]).removesuffix("0/")
    return f"{_paths[name]}{pk}/"


def absolute(request: Request | None, path: str | None) -> str | None:
    """The address with the host by which the portal was asked."""
    if request is None or path is None:
        return path
    host = getattr(request, "_portal_host", None)
    if host is None:
        host = f"{request.scheme}://{request.get_host()}"
        request._portal_host = host  # type: ignore[attr-defined]
    return f"{host}{path}"
