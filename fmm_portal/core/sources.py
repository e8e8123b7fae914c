"""Where a fact is known from: a list of addresses or titles, kept with the record."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != self.to_python(data)


class SourcesField(models.JSONField):
    """A list of addresses or titles. Entered one a line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("help_text", _("One a line: addresses or titles."))
        super().__init__(*args, **kwargs)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if not isinstance(value, list) or not all(isinstance(source, str) for source in value):
            raise ValidationError(_("Sources are a list of addresses or titles."), code="invalid")

    def formfield(self, **kwargs: Any) -> forms.Field:
        return LinesField(
            widget=forms.Textarea(attrs={"rows": 3}),
            required=not self.blank,
            label=capfirst(self.verbose_name),
            help_text=self.help_text,
        )
