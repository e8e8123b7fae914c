"""Pages of programmes, with the texts and logos that their documents must carry."""

from pathlib import PurePath
from typing import Any

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _l

from fmm_portal.core.downloads import file_to_save
from fmm_portal.core.parts import PartViews
from fmm_portal.core.policies import can
from fmm_portal.core.resource import Crumb, with_query
from fmm_portal.core.views import CrudViews
from fmm_portal.facility.filters.programmes import ProgrammeFilterSet
from fmm_portal.facility.forms.programmes import LogoForm, ProgrammeForm, VisibilityTextForm
from fmm_portal.facility.logos import content_type_of
from fmm_portal.facility.models import Logo, Programme, VisibilityText
from fmm_portal.facility.tables.programmes import ProgrammeTable
from fmm_portal.institutions.navigation import DIRECTORY


class ProgrammeViews(CrudViews):
    model = Programme
    prefix = "programmes"
    section = DIRECTORY
    form_class = ProgrammeForm
    table_class = ProgrammeTable
    filterset_class = ProgrammeFilterSet
    facts = ("name", "acronym", "implementer", "funders", "contract_numbers")
    create_label = _l("Add programme")
    empty_text = _l("A programme pays for visits; its texts stand on every document.")
    detail_template = "facility/programme_detail.html"

    def extra(self, record: Programme) -> dict[str, Any]:
        may_change = can(self.principal, "change", record).allowed
        return {
            "texts": list(record.visibility_texts.all()),
            "add_text_url": reverse("facility:visibilitytext_create", args=[record.pk]) if may_change else "",
            "facilities": record.facilities.all(),
            "add_facility_url": with_query(reverse("facility:facility_create"), programme=record.pk)
            if may_change
            else "",
            "logos": list(record.logos.all()),
            "add_logo_url": reverse("facility:logo_create", args=[record.pk]) if may_change else "",
        }


class VisibilityTextViews(CrudViews):
    """Parts of a programme's page."""

    model = VisibilityText
    prefix = "programmes/<int:programme_pk>/texts"
    pages = ("create", "edit", "delete")
    form_class = VisibilityTextForm
    create_label = _l("Add visibility text")

    def programme(self) -> Programme:
        rows = Programme.objects.visible_to(self.principal)
        return get_object_or_404(rows, pk=self.kwargs["programme_pk"])

    def rows(self) -> Any:
        return super().rows().filter(programme=self.programme())

    def new_record(self) -> VisibilityText:
        return VisibilityText(programme=self.programme())

    def page_url(self, record: Any) -> str:
        return self.programme().get_absolute_url()

    def crumbs(self, record: Any = None) -> list[Crumb]:
        programme = self.programme()
        every = capfirst(str(Programme._meta.verbose_name_plural))
        return [
            Crumb(every, reverse("facility:programme_list")),
            Crumb(programme, programme.get_absolute_url()),
        ]


class LogoViews(PartViews):
    """Parts of a programme's page; the picture is served here, to those who may see the programme."""

    model = Logo
    owner_model = Programme
    owner_key = "programme_pk"
    path = "programme"
    owner_list = "facility:programme_list"
    prefix = "programmes/<int:programme_pk>/logos"
    pages = ("create", "edit", "delete", "image")
    read_only_pages = ("image",)
    form_class = LogoForm
    add_title = _l("Add logo")

    def image(self) -> FileResponse:
        logo: Logo = self.record()
        name = PurePath(str(logo.file.name)).name
        return file_to_save(logo.file, name=name, content_type=content_type_of(logo))
