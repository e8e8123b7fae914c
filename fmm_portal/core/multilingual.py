"""Texts held in several languages: the value, the model field, the form field.

Entering one language is enough. A reader gets the language asked for or, marked as such, the next that exists.
"""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

RIGHT_TO_LEFT = {"ar"}


@lru_cache(maxsize=1)
def content_languages() -> tuple[str, ...]:
    """Codes in their order, asked for at every text of a page."""
    return tuple(code for code, _name in settings.CONTENT_LANGUAGES)


class LocalText(NamedTuple):
    """A text with the language it is really in."""

    text: str
    language: str
    is_fallback: bool

    @property
    def direction(self) -> str:
        """ "rtl" or "ltr", by the declared language, never guessed from the letters."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    def __str__(self) -> str:
        return self.text


class Multilingual(Mapping[str, str]):
    """An immutable mapping of language code to text; empty languages are left out."""

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str] | None = None, **by_language: str) -> None:
        given = {**(texts or {}), **by_language}
        unknown = set(given) - set(content_languages())
        if unknown:
            raise ValueError(f"Unknown content language: {', '.join(sorted(unknown))}.")
        self._texts = {
            code: given[code].strip() for code in content_languages() if (given.get(code) or "").strip()
        }

    @classmethod
    def stored(cls, texts: dict[str, str]) -> "Multilingual":
        """Of texts that were checked when they were saved."""
        made = cls.__new__(cls)
        made._texts = texts
        return made

    @classmethod
    def of(cls, value: Any) -> "Multilingual":
        """From a Multilingual, a mapping, or a plain text (taken as being in the active language)."""
        if isinstance(value, Multilingual):
            return value
        if value is None or value == "":
            return cls()
        if isinstance(value, Mapping):
            return cls({str(code): str(text) for code, text in value.items()})
        return cls({active_language(): str(value)})

    def __getitem__(self, code: str) -> str:
        return self._texts[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def texts(self) -> dict[str, str]:
        """A copy as a plain dict; many times faster than through the mapping."""
        return self._texts.copy()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Multilingual):
            return self._texts == other._texts
        return self._texts == dict(other) if isinstance(other, Mapping) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self._texts.items()))

    def __repr__(self) -> str:
        return f"Multilingual({self._texts!r})"

    def in_language(self, code: str | None = None) -> LocalText:
        """The text in a language, or in the first that exists, marked as a fallback."""
        code = (code or active_language()).split("-")[0]
        if code in self._texts:
            return LocalText(self._texts[code], code, is_fallback=False)
        for other, text in self._texts.items():
            return LocalText(text, other, is_fallback=True)
        return LocalText("", code, is_fallback=False)

    def __str__(self) -> str:
        return self.in_language().text


def active_language() -> str:
    """The reader's language, as one that content may be written in."""
    code = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    return code if code in content_languages() else settings.LANGUAGE_CODE


class MultilingualField(models.Field):
    """A Multilingual, stored as readable JSON text so that every database can search it."""

    description = "A text in several languages"
    default_error_messages = {"blank": _("Write this in at least one language.")}

    def __init__(self, *args: Any, is_long: bool = False, **kwargs: Any) -> None:
        self.is_long = is_long
        kwargs.setdefault("default", Multilingual)
        super().__init__(*args, **kwargs)
        self.empty_values = [*self.empty_values, Multilingual()]

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.is_long:
            kwargs["is_long"] = True
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "TextField"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Multilingual:
        return Multilingual.stored(json.loads(value)) if value else Multilingual()

    def to_python(self, value: Any) -> Multilingual:
        try:
            return Multilingual.of(value)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error

    def get_prep_value(self, value: Any) -> str:
        return json.dumps(self.to_python(value).texts(), ensure_ascii=False)

    def value_to_string(self, obj: models.Model) -> Any:
        """The mapping itself: a plain text that is loaded would be taken as one in the active language."""
        return self.to_python(self.value_from_object(obj)).texts()

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": MultilingualFormField, "is_long": self.is_long, **kwargs})


class MultilingualWidget(forms.MultiWidget):
    """One box per language: the reader's first, the others folded away."""

    template_name = "django/forms/widgets/multilingual.html"
    use_fieldset = True

    def __init__(self, *, is_long: bool = False, attrs: dict[str, Any] | None = None) -> None:
        self.is_long = is_long
        box: type[forms.Widget] = forms.Textarea if is_long else forms.TextInput
        super().__init__({code: box() for code in content_languages()}, attrs)

    def decompress(self, value: Any) -> list[str]:
        texts = Multilingual.of(value)
        return [texts.get(code, "") for code in content_languages()]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        first = active_language()
        boxes = []
        for code, box in zip(content_languages(), context["widget"]["subwidgets"], strict=True):
            box["attrs"] |= {"lang": code, "dir": "rtl" if code in RIGHT_TO_LEFT else "ltr"}
            if self.is_long:
                box["attrs"].setdefault("rows", 4)
            if code != first:
                # The browser must not insist on every language; the field asks for one of them.
                box["attrs"].pop("required", None)
                box["required"] = False
            boxes.append(
                {
                    "code": code,
                    "language": dict(settings.CONTENT_LANGUAGES)[code],
                    "box": box,
                    "is_filled": bool(box["value"]),
                }
            )
        boxes.sort(key=lambda box: box["code"] != first)
        context["widget"] |= {
            "first": boxes[0],
            "others": boxes[1:],
            "filled_others": [b for b in boxes[1:] if b["is_filled"]],
        }
        return context


class MultilingualFormField(forms.MultiValueField):
    """Gives a Multilingual; required means at least one language."""

    def __init__(self, *, is_long: bool = False, **kwargs: Any) -> None:
        for option in ("max_length", "empty_value", "encoder", "decoder"):
            kwargs.pop(option, None)
        kwargs.setdefault("widget", MultilingualWidget(is_long=is_long))
        super().__init__(
            fields=tuple(forms.CharField(required=False) for _code in content_languages()),
            require_all_fields=False,
            **kwargs,
        )

    def compress(self, data_list: list[str]) -> Multilingual:
        return Multilingual(dict(zip(content_languages(), [text or "" for text in data_list], strict=False)))

    def clean(self, value: Any) -> Multilingual:
        # A disabled field is given its initial value instead of what was sent.
        texts = value if isinstance(value, Multilingual) else self.compress(list(value or []))
        for text in texts.values():
            ProhibitNullCharactersValidator()(text)
        if self.required and not texts:
            raise ValidationError(self.error_messages["required"], code="required")
        return texts

    def has_changed(self, initial: Any, data: Any) -> bool:
        return Multilingual.of(initial) != self.compress(list(data or []))
