"""Case files as text: YAML that people write by hand, or JSON. Dates and hours stay as they are written."""

import json
import re
from collections.abc import Hashable, Mapping
from typing import Any

import yaml
from django.utils.translation import gettext as _

from fmm_portal.casefiles.errors import CaseError, InvalidCase


class _Loader(yaml.SafeLoader):
    """YAML 1.2's simple types: "NO" is Norway, "2015-07" and "09:30" are texts. A key is given once."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, _("“%(key)s” is given twice") % {"key": key}, key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", ["t", "f"]),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), _first)


def load_document(text: str) -> dict[str, Any]:
    """The document in a YAML or JSON text.  Raises InvalidCase when it is neither."""
    try:
        document = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, _Loader)  # noqa: S506
    except json.JSONDecodeError as error:
        raise InvalidCase([CaseError("", _("This is not JSON: %(error)s") % {"error": error})]) from error
    except yaml.YAMLError as error:
        raise InvalidCase([CaseError("", _("This is not YAML: %(error)s") % {"error": error})]) from error
    if not isinstance(document, dict):
        raise InvalidCase([CaseError("", _("A file holds one document with named parts."))])
    return document


class _Dumper(yaml.SafeDumper):
    """Texts of several lines are written as such."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_text)


def dump_document(document: Mapping[str, Any]) -> str:
    """The document as YAML that every YAML reader understands in the same way."""
    return yaml.dump(_plain(document), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, str) else value
