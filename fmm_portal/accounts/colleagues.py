"""Choosing people of the programme: in forms and filters, for responsible officers and reviewers."""

from typing import Any

import django_filters
from django import forms
from django.http import HttpRequest

from fmm_portal.accounts.models import User
from fmm_portal.accounts.roles import STAFF, is_staff
from fmm_portal.core.filters import RelatedRecords


def colleagues() -> Any:
    """Accounts that may be made responsible: programme staff."""
    return User.objects.filter(is_active=True, memberships__role__in=STAFF).distinct()


def choose_colleague(field: forms.Field) -> None:
    """Offer the programme's staff in a form's field."""
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = colleagues()


def _known_to(request: HttpRequest | None) -> Any:
    """The programme's staff know each other, others see nobody."""
    if request is None or not is_staff(request.actor.principal):  # type: ignore[attr-defined]
        return User.objects.none()
    return User.objects.filter(is_active=True)


class ColleagueFilter(django_filters.ModelMultipleChoiceFilter):
    """Rows in the hands of any of the given people."""

    field_class = RelatedRecords

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=_known_to, **kwargs)  # type: ignore[arg-type]
