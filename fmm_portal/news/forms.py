"""Forms of news and its pictures."""

from typing import Any

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.forms import RecordForm, Section
from fmm_portal.core.models import Record
from fmm_portal.core.principals import Actor
from fmm_portal.news.models import NewsItem, NewsPicture
from fmm_portal.news.pictures import PICTURE_MAX_BYTES, PICTURE_TYPES, add_picture


class NewsForm(RecordForm):
    sections = (
        Section(_("What it says"), ("title", "lead", "body")),
        Section(_("Where it is found"), ("date", "countries", "themes", "programme")),
    )

    class Meta:
        model = NewsItem
        fields = ("title", "lead", "body", "date", "countries", "themes", "programme")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for box in self.fields["body"].widget.widgets:
            box.attrs["rows"] = 16


class PictureForm(RecordForm):
    """A picture with its file; later everything but the file may change: another file is another picture."""

    file = forms.FileField(label=_("File"))

    class Meta:
        model = NewsPicture
        fields = ("alternative_text", "caption", "credit", "order")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_edit:
            del self.fields["file"]
            return
        del self.fields["order"]
        self.order_fields(["file"])
        self.fields["file"].help_text = _t(
            "PNG or JPEG, at most %(limit)s. What the camera wrote into it, such as the place, is removed."
        ) % {"limit": filesizeformat(PICTURE_MAX_BYTES)}
        self.fields["file"].widget.attrs["accept"] = ",".join(PICTURE_TYPES)

    def create(self, actor: Actor) -> Record:
        for name, value in self.changes().items():
            setattr(self.instance, name, value)
        return add_picture(self.instance, self.cleaned_data["file"], actor=actor)
