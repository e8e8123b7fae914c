"""Forms of API keys: what a key is for and may do, and how its secret is renewed."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from fmm_portal.accounts.enums import KeyRole, Role
from fmm_portal.accounts.models import ApiKey
from fmm_portal.accounts.networks import normal_networks
from fmm_portal.accounts.roles import institutions_of, is_administrator
from fmm_portal.accounts.scopes import EVERYTHING, KEYS, RIGHTS, presets, scoped_resources
from fmm_portal.accounts.services import LONGEST_OVERLAP, change_api_key, issue_api_key
from fmm_portal.core.errors import Forbidden, Refused
from fmm_portal.core.forms import RecordForm, Section
from fmm_portal.core.principals import Actor
from fmm_portal.core.querysets import fold

OWN = "own"


class ScopeBoxes(forms.CheckboxSelectMultiple):
    """A row for each resource, a box for each right."""

    template_name = "django/forms/widgets/scope_boxes.html"


class Picks(forms.RadioSelect):
    """One of a few, each a sentence."""

    template_name = "django/forms/widgets/picks.html"
    option_template_name = "django/forms/widgets/choice_box.html"


def scope_choices(chosen: Collection[str] = ()) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every resource in words with its rights: everything first, then what is chosen; the keys themselves last."""
    everything = (_("Everything"), [(f"{EVERYTHING}:{right}", str(word)) for right, word in RIGHTS.items()])
    rows = []
    for resource in scoped_resources().values():
        boxes = [(f"{resource.name}:{right}", str(RIGHTS[right])) for right in resource.rights]
        is_chosen = any(scope in chosen for scope, _word in boxes)
        rows.append((not is_chosen, resource.name == KEYS, fold(str(resource.label)), resource.label, boxes))
    return [everything, *((capfirst(str(label)), boxes) for *_order, label, boxes in sorted(rows))]


def end_of(day: date) -> datetime:
    """The last second of a day."""
    return datetime.combine(day, time(23, 59, 59), UTC)


class ExpiryField(forms.DateField):
    """The last day of a key."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(**{"label": _l("Works until"), "widget": widget, **kwargs})


def a_year_on() -> date:
    return timezone.localdate() + timedelta(days=min(365, settings.API_KEY_MAX_DAYS))


class KeyForm(RecordForm):
    preset = forms.ChoiceField(label=_l("What the key is for"), widget=Picks)
    scopes = forms.MultipleChoiceField(
        label=_l("Rights of the key"),
        required=False,
        widget=ScopeBoxes,
        help_text=_l(
            "They count when you choose the rights one by one. None of them reaches beyond your agency’s."
        ),
    )
    networks = forms.CharField(
        label=_l("Allowed networks"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_l(
            "One a line, such as 196.200.10.0/24 or 2001:db8::/48. Leave empty to allow every network."
        ),
    )
    expires_on = ExpiryField()

    class Meta:
        model = ApiKey
        fields = ("institution", "role", "country", "name", "scopes", "networks", "rate_per_minute")

    sections: ClassVar[Sequence[Section]] = (
        Section(_l("The key"), ("name", "institution", "role", "country")),
        Section(_l("What it may do"), ("preset", "scopes")),
        Section(_l("Where and how long"), ("networks", "expires_on", "rate_per_minute")),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self._offer_places()
        self.fields["scopes"].choices = scope_choices(self.instance.scopes)  # type: ignore[attr-defined]
        choices = [(preset.code, preset.label) for preset in presets()]
        self.fields["preset"].choices = [*choices, (OWN, _("Something else: I choose the rights one by one"))]  # type: ignore[attr-defined]
        self.fields["preset"].initial = self._preset_of(self.instance.scopes)
        self.initial["networks"] = "\n".join(self.instance.networks)
        until = self.instance.expires_at
        self.fields["expires_on"].initial = timezone.localdate(until) if until else a_year_on()
        self.fields["expires_on"].required = until is not None or not self.is_edit
        self.fields["expires_on"].help_text = _("At most %(days)d days from now.") % {
            "days": settings.API_KEY_MAX_DAYS
        }

    def _offer_places(self) -> None:
        """Agencies and roles that this person may give; what cannot be chosen is not asked."""
        if self.is_edit:
            for name in ("institution", "role", "country"):
                del self.fields[name]
        if is_administrator(self.actor.principal):
            return
        for name in ("country", "rate_per_minute"):
            self.fields.pop(name, None)
        if self.is_edit:
            return
        agencies = self.fields["institution"]
        assert isinstance(agencies, forms.ModelChoiceField)
        kept = institutions_of(self.actor.principal, {Role.AGENCY_ADMINISTRATOR})
        assert agencies.queryset is not None
        agencies.queryset = agencies.queryset.filter(pk__in=kept)
        if len(kept) == 1:
            agencies.empty_label, agencies.initial = None, next(iter(kept))
        held = {role for role in KeyRole if kept & institutions_of(self.actor.principal, {role.value})}
        if held <= {KeyRole.PARTNER}:
            del self.fields["role"]
        else:
            self.fields["role"].choices = [(role.value, role.label) for role in KeyRole if role in held]  # type: ignore[attr-defined]

    @staticmethod
    def _preset_of(scopes: Sequence[str]) -> str:
        """The preset that the key has; the first one for a new key."""
        if not scopes:
            return presets()[0].code
        return next((preset.code for preset in presets() if sorted(preset.scopes) == sorted(scopes)), OWN)

    def clean_networks(self) -> list[str]:
        return normal_networks(line for line in self.cleaned_data["networks"].splitlines() if line.strip())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        chosen = next((preset for preset in presets() if preset.code == cleaned.get("preset")), None)
        if chosen is not None:
            cleaned["scopes"] = sorted(chosen.scopes)
        elif cleaned.get("preset") == OWN and not cleaned.get("scopes") and "scopes" not in self.errors:
            self.add_error("scopes", _("Tick at least one right."))
        return cleaned

    def expiry(self) -> datetime | None:
        """The end of the chosen day; the moment that is kept already when the day is the same."""
        day, until = self.cleaned_data["expires_on"], self.instance.expires_at
        if day is None:
            return None
        return until if until is not None and timezone.localdate(until) == day else end_of(day)

    def changes(self) -> dict[str, Any]:
        return super().changes() | {"expires_at": self.expiry()}

    def save(self, actor: Actor | None = None) -> Any:  # type: ignore[override]
        actor = actor or self.actor
        try:
            if not self.is_edit:
                return super().save(actor)
            return change_api_key(
                self.instance,
                actor=actor,
                changes=self.changes(),
                expected_version=self.cleaned_data["record_version"],
                reason=self.cleaned_data.get("reason", ""),
            )
        except (Forbidden, Refused) as error:
            # Beside what was typed, not in its place.
            raise ValidationError(error.messages) from error

    def create(self, actor: Actor) -> ApiKey:
        key, text = issue_api_key(actor=actor, **self.changes())
        key.full_text = text
        return key

    def take_errors(self, error: ValidationError) -> None:
        if hasattr(error, "error_dict") and "expires_at" in error.error_dict:
            self.add_error("expires_on", error.error_dict.pop("expires_at"))
        super().take_errors(error)


class RotateForm(forms.Form):
    """A new secret: how long the old one goes on working, and the key with the new one."""

    OVERLAPS: ClassVar[dict[str, timedelta]] = {
        "1d": timedelta(days=1),
        "7d": timedelta(days=7),
        "30d": timedelta(days=30),
        "90d": LONGEST_OVERLAP,
        "0": timedelta(0),
    }

    overlap = forms.ChoiceField(
        label=_l("The old secret"),
        widget=Picks,
        initial="7d",
        choices=[
            ("1d", _l("works for 1 more day")),
            ("7d", _l("works for 7 more days: time to put the new one in place")),
            ("30d", _l("works for 30 more days")),
            ("90d", _l("works for 90 more days")),
            ("0", _l("stops working at once: it may be in wrong hands")),
        ],
    )
    expires_on = ExpiryField(initial=a_year_on, label=_l("The new secret works until"))
    reason = forms.CharField(
        label=_l("Reason"),
        required=False,
        max_length=500,
        help_text=_l("Optional. It is kept in the history."),
    )
    record_version = forms.IntegerField(widget=forms.HiddenInput)

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        cleaned = self.cleaned_data
        return {
            "overlap": self.OVERLAPS[cleaned["overlap"]],
            "expires_at": end_of(cleaned["expires_on"]),
            "expected_version": cleaned["record_version"],
            "reason": cleaned["reason"],
        }

    def take_errors(self, error: ValidationError) -> None:
        for name, errors in error.error_dict.items():
            self.add_error("expires_on" if name == "expires_at" else name, errors)
