"""Reading what was sent: never more than the portal can hold, and a mistake is told with its place."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from rest_framework import parsers, status
from rest_framework.exceptions import APIException, ParseError

# No document of the portal is deeper or wider by far; what is was made to be.
MOST_LEVELS = 32
MOST_ITEMS = 1000


class BodyTooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"

    def __init__(self, limit: int) -> None:
        message = _("The body of a request may have %(limit)s; send it in parts.")
        super().__init__(message % {"limit": filesizeformat(limit)})


class BadJson(ParseError):
    """The body is no JSON, or none that can be read; `more` goes into the problem document."""

    def __init__(self, message: str, **more: int) -> None:
        super().__init__(message)
        self.more = more


class JSONParser(parsers.JSONParser):
    """As REST framework's, bounded and exact: a name given twice and numbers that are none are refused, too."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        refuse_longer(parser_context, limit)
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLarge(limit)
        try:
            data = json.loads(
                body.decode("utf-8-sig"), object_pairs_hook=_without_twins, parse_constant=_no_number
            )
        except UnicodeDecodeError as error:
            raise BadJson(_("The body must be UTF-8; byte %(at)d is not.") % {"at": error.start}) from error
        except json.JSONDecodeError as error:
            place = {"line": error.lineno, "column": error.colno}
            message = _("The body is no valid JSON: look at line %(line)d, column %(column)d.")
            raise BadJson(message % place, **place) from error
        except RecursionError as error:
            raise _too_deep() from error
        except ValueError as error:
            # A whole number of thousands of digits.
            raise BadJson(_("A number in the body is too long.")) from error
        refuse_monsters(data)
        return data


class MultiPartParser(parsers.MultiPartParser):
    """As REST framework's, with room for one file as large as a document may be."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        refuse_longer(parser_context, settings.DOCUMENT_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        return super().parse(stream, media_type, parser_context)


def refuse_longer(parser_context: Mapping[str, Any] | None, limit: int) -> None:
    """Before anything is read, where the caller says how long it is."""
    request = (parser_context or {}).get("request")
    length = request.META.get("CONTENT_LENGTH", "") if request is not None else ""
    if length.isdecimal() and int(length) > limit:
        raise BodyTooLarge(limit)


def refuse_monsters(data: Any) -> None:
    """Raises BadJson for what is nested too deeply or lists too much."""
    level = [data]
    for _depth in range(MOST_LEVELS):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, list) and len(value) > MOST_ITEMS:
                message = _("An array may hold at most %(limit)d items; one here holds %(count)d.")
                raise BadJson(message % {"limit": MOST_ITEMS, "count": len(value)})
            if isinstance(value, list | dict):
                inner += value.values() if isinstance(value, dict) else value
        if not inner:
            return
        level = inner
    raise _too_deep()


def _too_deep() -> BadJson:
    return BadJson(_("The body is nested deeper than %(limit)d levels.") % {"limit": MOST_LEVELS})


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise BadJson(_("“%(name)s” is given twice in one object.") % {"name": twin[:100]})
    return found


def _no_number(text: str) -> NoReturn:
    raise BadJson(_("%(text)s is no number in JSON.") % {"text": text})
