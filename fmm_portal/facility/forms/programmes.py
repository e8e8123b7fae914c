"""Forms of programmes and of what their documents must say and show."""

from typing import Any

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.forms import RecordForm
from fmm_portal.core.models import Record
from fmm_portal.core.principals import Actor
from fmm_portal.facility.logos import LOGO_MAX_BYTES, LOGO_TYPES, add_logo
from fmm_portal.facility.models import Logo, Programme, VisibilityText


class ProgrammeForm(RecordForm):
    class Meta:
        model = Programme
        fields = ("acronym", "name", "implementer", "funders", "contract_numbers")


class VisibilityTextForm(RecordForm):
    class Meta:
        model = VisibilityText
        fields = ("funding_line", "disclaimer", "valid_from", "valid_until")


class LogoForm(RecordForm):
    """A logo with its file; later everything but the file may change: another picture is another logo."""

    file = forms.FileField(label=_("File"))

    class Meta:
        model = Logo
        fields = ("alternative_text", "language", "valid_from", "valid_until", "order")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["order"].label = _("Place on the cover")
        if self.is_edit:
            del self.fields["file"]
            return
        del self.fields["order"]
        self.order_fields(["file"])
        self.fields["file"].help_text = _t("PNG or JPEG, at most %(limit)s.") % {
            "limit": filesizeformat(LOGO_MAX_BYTES)
        }
        self.fields["file"].widget.attrs["accept"] = ",".join(LOGO_TYPES)

    def create(self, actor: Actor) -> Record:
        for name, value in self.changes().items():
            setattr(self.instance, name, value)
        return add_logo(self.instance, self.cleaned_data["file"], actor=actor)
