"""Web addresses as people type them: without a scheme they are taken to be https."""

from typing import Any

from django import forms
from django.db import models


class WebAddressField(models.URLField):
    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"assume_scheme": "https", **kwargs})
