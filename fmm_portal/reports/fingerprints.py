"""Telling whether two reports say the same: canonical data, their fingerprint, the version of the templates."""

import hashlib
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

EMAIL_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Only in the international form: other groups of digits may be dates, amounts or laws.
TELEPHONE = re.compile(r"(?<!\w)(?:\+|00)\d{1,3}[\s().-]?(?:\d[\s().-]?){6,12}\d")


def canonical_json(data: Mapping[str, Any]) -> bytes:
    """The one spelling of these data: keys sorted, no spaces, UTF-8."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, cls=DjangoJSONEncoder)
    return text.encode()


def fingerprint_of(data: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(data)).hexdigest()


def without_contact_details(value: Any) -> Any:
    """The data with every e-mail address and telephone number in free texts blanked out.

    Reports name positions only; this is the last net for what somebody typed into a note.
    """
    if isinstance(value, str):
        return TELEPHONE.sub("[…]", EMAIL_ADDRESS.sub("[…]", value))
    if isinstance(value, Mapping):
        return {key: without_contact_details(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_contact_details(item) for item in value]
    return value


def template_version(language: str) -> str:
    """Changes when the templates, style sheets or translations of reports do, so that old prints are not reused."""
    return _template_version(language, tuple((path, path.stat().st_mtime_ns) for path in _sources(language)))


def _sources(language: str) -> list[Path]:
    folders = [settings.BASE_DIR / "templates" / "reports", settings.BASE_DIR / "static" / "reports"]
    files = [path for folder in folders for path in sorted(folder.glob("*.*"))]
    messages = settings.BASE_DIR / "locale" / language / "LC_MESSAGES" / "django.mo"
    return [*files, messages] if messages.exists() else files


@lru_cache(maxsize=8)
def _template_version(_language: str, sources: tuple[tuple[Path, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, _changed in sources:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
