"""Entity tags: 304 for what the caller already has, 412 for a write to a record that changed meanwhile.

A tag is strong: a hash of the bytes sent. That of one record begins with the record's version, and only this
part decides about a write: a label in another language, or a step that became possible, is no conflict.
"""

import hashlib
import re

from django.http import HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from fmm_portal.core.models import Record
from fmm_portal.core.services import stale

TAG = re.compile(r'(?:W/)?"[^"]*"|\*')
# Compressed on the way out, a tag arrives at the caller as a weak one (W/); the version in it is as good.
RECORD_TAG = re.compile(r'(?:W/)?"(\d+)-[0-9a-f]{32}"')


class PreconditionRequired(APIException):
    """A write that would undo what others did unless it says what it is based on."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "precondition_required"

    def __init__(self) -> None:
        super().__init__(
            _("Read first, and send the ETag that you got as If-Match: nobody's work is lost then.")
        )


def tags_in(header: str) -> list[str]:
    return TAG.findall(header)


def versions_named(header: str) -> set[int] | None:
    """The versions that If-Match names; None for `*`, which is any."""
    tags = tags_in(header)
    matches = (RECORD_TAG.fullmatch(tag) for tag in tags)
    return None if "*" in tags else {int(match[1]) for match in matches if match}


def check_if_match(request: Request, record: Record) -> None:
    """Raise StaleRecord unless If-Match, when given, names the record's present version."""
    header = request.headers.get("If-Match")
    if header is None:
        return
    versions = versions_named(header)
    if versions is not None and record.version not in versions:
        raise stale(record)


def with_entity_tag(request: Request, response: Response, version: int | None) -> HttpResponse:
    """The response with its tag, or 304 without a body when the caller already has it."""
    response.render()
    digest = hashlib.sha256(response.content).hexdigest()[:32]
    tag = f'"{version}-{digest}"' if version is not None else f'"{digest}"'
    if request.method in ("GET", "HEAD") and is_known(request, tag):
        return not_modified(tag)
    return _tagged(response, tag)


def is_known(request: Request, tag: str) -> bool:
    """Whether the caller has the answer with this tag."""
    known = tags_in(request.headers.get("If-None-Match", ""))
    return "*" in known or tag in {item.removeprefix("W/") for item in known}


def not_modified(tag: str) -> HttpResponse:
    return _tagged(HttpResponseNotModified(), tag)


def _tagged(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = tag
    patch_vary_headers(response, ["Authorization", "Cookie", "Accept-Language"])
    patch_cache_control(response, private=True, no_cache=True)
    return response
