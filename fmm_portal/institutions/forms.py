"""Forms of the directory."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.forms import RecordForm, Section, dress_field
from fmm_portal.core.partial_dates import PartialDateFormField
from fmm_portal.core.principals import Actor, Principal
from fmm_portal.institutions.models import Contact, Country, Institution, Theme
from fmm_portal.institutions.services import rename_institution


class CountryForm(RecordForm):
    class Meta:
        model = Country
        fields = ("is_programme_country", "ecowas_member_from", "ecowas_member_until")


class InstitutionForm(RecordForm):
    sections = (
        Section(_("Name"), ("name", "acronym")),
        Section(_("What it is"), ("country", ("kind", "constituency"), "parent", "themes")),
        Section(_("Where to find it"), ("city", "website", "organisation_identifier", "notes")),
    )

    class Meta:
        model = Institution
        fields = (
            "name", "acronym", "country", "kind", "constituency", "parent", "themes", "city", "website",
            "organisation_identifier", "notes",
        )  # fmt: skip


class RenameForm(RecordForm):
    """A new name from now on; the present one is kept as a former name. Correcting a spelling is an edit."""

    former_until = PartialDateFormField(
        label=_("The present name held until"),
        help_text=_("The year is enough. Records dated before keep showing that name."),
    )

    class Meta:
        model = Institution
        fields = ("name", "acronym")

    def save(self, actor: Actor | None = None) -> Any:  # type: ignore[override]
        return rename_institution(
            self.instance,
            actor=actor or self.actor,
            name=self.cleaned_data["name"],
            acronym=self.cleaned_data["acronym"],
            former_until=self.cleaned_data["former_until"],
            expected_version=self.cleaned_data["record_version"],
            reason=self.cleaned_data["reason"],
        )


class OtherEntryForm(forms.Form):
    """Which other entry of the directory is the same institution."""

    other = forms.ModelChoiceField(Institution.objects.none(), label=_("The same institution as"))

    def __init__(self, *args: Any, kept: Institution, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["other"]
        field.queryset = Institution.objects.exclude(pk=kept.pk)
        dress_field(field, principal)


class ContactForm(RecordForm):
    sections = (
        Section(_("The post"), ("institution", "position", ("starts_on", "ends_on"))),
        Section(
            _("The person"), ("person_name", ("sex", "languages"), ("email", "phone")),
            _("Only as far as it is known and needed. Seen by programme staff and by the institution itself."),
        ),
    )  # fmt: skip

    class Meta:
        model = Contact
        fields = (
            "institution",
            "position",
            "person_name",
            "sex",
            "languages",
            "email",
            "phone",
            "starts_on",
            "ends_on",
        )
        widgets = {"email": forms.EmailInput(attrs={"autocomplete": "off"})}


class ThemeForm(RecordForm):
    class Meta:
        model = Theme
        fields = ("name", "code")
