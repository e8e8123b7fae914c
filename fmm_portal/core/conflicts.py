"""Two people edit one record: which fields each of them touched, told apart by digests sent with the form."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import models
from django.utils.text import normalize_newlines

from fmm_portal.core.activity import plain
from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import Multilingual


@dataclass(frozen=True, slots=True)
class Difference:
    """One field as the person typed it and as it now is. `clashes` when both changed it."""

    name: str
    label: str
    yours: Any
    theirs: Any
    clashes: bool

    @property
    def is_open(self) -> bool:
        """Whether there is something to choose: what only the other person changed is taken over already."""
        return bool(self.yours != self.theirs)


@dataclass(frozen=True, slots=True)
class Conflict:
    """What the page says when somebody else saved first."""

    changed_by: str
    changed_at: datetime | None
    differences: list[Difference] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return any(difference.is_open for difference in self.differences)


def tidy(value: Any) -> Any:
    """Browsers send line ends of their own; the portal keeps one kind."""
    if isinstance(value, str):
        return normalize_newlines(value)
    if isinstance(value, Multilingual):
        return Multilingual({code: normalize_newlines(text) for code, text in value.items()})
    return value


def comparable(value: Any) -> Any:
    """A field's value in a form in which a record's and a form's can be compared."""
    value = tidy(value)
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, models.QuerySet | models.Manager | list | tuple | set):
        rows = value.all() if isinstance(value, models.Manager) else value
        return sorted(item.pk if isinstance(item, models.Model) else item for item in rows)
    return plain(value) or None


def value_of(record: Record, name: str) -> Any:
    """A field's value on a record; for many-to-many fields the list of rows."""
    if record._meta.get_field(name).many_to_many:
        return list(getattr(record, name).all()) if record.pk is not None else []
    return getattr(record, name)


def digest(value: Any) -> str:
    text = json.dumps(comparable(value), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def base_of(record: Record, names: list[str]) -> str:
    """Digests of a record's fields as the person sees them, signed, for a hidden field."""
    return Signer(salt="record-base").sign_object({name: digest(value_of(record, name)) for name in names})


def read_base(text: str) -> Mapping[str, str]:
    """The digests out of a hidden field; none when it was tampered with, which counts as all touched."""
    try:
        found = Signer(salt="record-base").unsign_object(text)
    except (BadSignature, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
