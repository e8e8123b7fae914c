"""Calling the API as a persona, as an agency or as nobody."""

import json
from typing import Any

from django.test import Client

from fmm_portal.accounts.models import User
from tests import personas
from tests.signing_in import signed_in

ROOT = "/api/v1/"


def parameters_of(schema: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    """What an operation of the description takes; those that many take are described once for all."""
    shared = schema["components"]["parameters"]
    return [
        shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        for each in operation["parameters"]
    ]


class ApiClient:
    """JSON in, JSON out. Paths are given without the version: `amina.get("study-visits/")`."""

    def __init__(self, user: User | None = None, key: str = "") -> None:
        self.user = user
        bearer = {"Authorization": f"Bearer {key}"} if key else None
        self._client = Client(headers=bearer) if user is None else signed_in(user)

    def _call(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        address = path if path.startswith(("/", "http")) else ROOT + path
        options: dict[str, Any] = {"headers": headers}
        if body is not None:
            options |= {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(self._client, method)(address, **options)

    def get(self, path: str, **headers: str) -> Any:
        return self._call("get", path, None, _named(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._call("post", path, {} if body is None else body, _named(headers))

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self._call("patch", path, body, _named(headers))

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self._call("put", path, body, _named(headers))

    def delete(self, path: str, **headers: str) -> Any:
        return self._call("delete", path, None, _named(headers))

    def upload(self, path: str, headers: dict[str, str] | None = None, **form: Any) -> Any:
        return self._client.post(ROOT + path, data=form, headers=headers)


def _named(headers: dict[str, str]) -> dict[str, str]:
    """`If_Match` -> `If-Match`."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def as_persona(name: str) -> ApiClient:
    """The persona signed in; "anonymous" for nobody."""
    if name == "anonymous":
        return ApiClient()
    user = User.objects.filter(email=f"{name}@example.org").first() or getattr(personas, name)()
    return ApiClient(user)


def as_agency(institution: Any, *scopes: str, **options: Any) -> ApiClient:
    """An agency with a new key of these scopes; without any it may only read."""
    return ApiClient(key=personas.agency_key(institution, *scopes, **options))
