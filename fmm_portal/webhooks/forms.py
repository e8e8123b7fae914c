"""The form of a webhook: where to, and of what."""

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.roles import institutions_of, is_administrator
from fmm_portal.core.forms import RecordForm, Section
from fmm_portal.core.querysets import fold
from fmm_portal.webhooks.event_types import EVERYTHING, described, kinds
from fmm_portal.webhooks.models import Subscription


class EventBoxes(forms.CheckboxSelectMultiple):
    """A box for everything, and one part for each kind of record that opens where something is ticked."""

    template_name = "webhooks/event_boxes.html"
    option_template_name = "django/forms/widgets/choice_box.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["parts"] = [
            {"label": label, "options": options, "ticked": sum(option["selected"] for option in options)}
            for label, options, _index in context["widget"]["optgroups"]
        ]
        return context


def event_choices() -> list[Any]:
    """All that can be told, by kind of record."""
    parts = [(kind.label, [(kind.every, _("All of these")), *kind.events().items()]) for kind in kinds()]
    return [("", [(EVERYTHING, described(EVERYTHING))]), *sorted(parts, key=lambda part: fold(part[0]))]


class SubscriptionForm(RecordForm):
    sections = (
        Section(_("Where to"), ("institution", "name", "endpoint")),
        Section(
            _("Of what"),
            ("event_types",),
            _(
                "Your system is told of records that your agency may see. A message holds ids and links, no contents."
            ),
        ),
    )

    class Meta:
        model = Subscription
        fields = ("institution", "name", "endpoint", "event_types")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event_types"] = forms.MultipleChoiceField(
            label=_("Events"), choices=event_choices, widget=EventBoxes
        )
        self.order_fields(["institution", "name", "endpoint", "event_types"])
        self.fields["endpoint"].widget.attrs |= {"inputmode": "url", "placeholder": "https://"}
        if self.is_edit:
            # It stays with its agency: its log tells what that one was told.
            del self.fields["institution"]
            return
        agency: Any = self.fields["institution"]
        agency.queryset = self.agencies(agency.queryset)
        if not is_administrator(self.actor.principal):
            own = list(agency.queryset[:2])
            if len(own) == 1:
                self.initial["institution"] = own[0].pk

    def agencies(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Those for which this person may make one."""
        principal = self.actor.principal
        if is_administrator(principal):
            return rows
        return rows.filter(pk__in=institutions_of(principal, {Role.PARTNER}))
