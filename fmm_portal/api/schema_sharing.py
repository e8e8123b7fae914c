"""What stands alike at many operations of the OpenAPI description, named once: smaller, and easier to read."""

import json
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

LEAST_TIMES = 3


def share_what_repeats(result: dict[str, Any], **_given: Any) -> dict[str, Any]:
    """A post-processing hook: problems and parameters that repeat move to `components`, the commonest of each name."""
    for key, places in (("responses", list(_responses(result))), ("parameters", list(_parameters(result)))):
        times = Counter((name, _text(holder[at])) for holder, at, name in places)
        shared: dict[str, str] = {}
        for (name, text), count in times.most_common():
            if count >= LEAST_TIMES:
                shared.setdefault(name, text)
        for holder, at, name in places:
            if shared.get(name) == _text(holder[at]):
                holder[at] = {"$ref": f"#/components/{key}/{name}"}
        result["components"][key] = {name: json.loads(text) for name, text in sorted(shared.items())}
    return result


Place = tuple[Any, Any, str]


def _operations(result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in result["paths"].values():
        yield from methods.values()


def _responses(result: dict[str, Any]) -> Iterator[Place]:
    """Every answer but success, under the standard's phrase: "NotFound"."""
    for operation in _operations(result):
        for code in operation["responses"]:
            if code >= "300":
                phrase = HTTPStatus(int(code)).phrase.title()
                yield operation["responses"], code, "".join(filter(str.isalpha, phrase))


def _parameters(result: dict[str, Any]) -> Iterator[Place]:
    for operation in _operations(result):
        for at, parameter in enumerate(operation.get("parameters", [])):
            yield operation["parameters"], at, parameter["name"]


def _text(described: Any) -> str:
    # Words may be translated only now.
    return json.dumps(described, sort_keys=True, default=str)


# What a database holds in a column of numbers; each has bounds of its own, and none of them is a rule of the portal.
BOUNDS = {edge for bits in (15, 31, 63) for edge in (2**bits - 1, -(2**bits))}


def without_bounds_of_the_database(result: Any, **given: Any) -> Any:
    """A post-processing hook: the description is the same whichever database the portal runs on."""
    if isinstance(result, list):
        for each in result:
            without_bounds_of_the_database(each)
    elif isinstance(result, dict):
        for name in ("minimum", "maximum"):
            if result.get(name) in BOUNDS and not isinstance(result[name], bool):
                del result[name]
        if result.get("format") == "int64":
            del result["format"]
        for each in result.values():
            without_bounds_of_the_database(each)
    return result
