"""Pages of the directory: countries, institutions with their names and posts, themes."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from fmm_portal.core.document_policies import documents_seen_at
from fmm_portal.core.policies import can, require
from fmm_portal.core.resource import with_query
from fmm_portal.core.time_line import events_of, next_dates, time_line
from fmm_portal.core.views import CrudViews
from fmm_portal.institutions.country_file import figures_of
from fmm_portal.institutions.filters import (
    ContactFilterSet,
    CountryFilterSet,
    InstitutionFilterSet,
    ThemeFilterSet,
)
from fmm_portal.institutions.forms import ContactForm, CountryForm, InstitutionForm, RenameForm, ThemeForm
from fmm_portal.institutions.models import Contact, Country, Institution, Theme
from fmm_portal.institutions.navigation import DIRECTORY
from fmm_portal.institutions.tables import ContactTable, CountryTable, InstitutionTable, ThemeTable

# A record's page shows the first of its parts; a link leads to all of them.
SHOWN = 12


class CountryViews(CrudViews):
    model = Country
    prefix = "countries"
    pages = ("list", "detail", "edit", "history")
    section = DIRECTORY
    form_class = CountryForm
    table_class = CountryTable
    filterset_class = CountryFilterSet
    filter_names = ("search", "is_programme_country", "is_ecowas_member")
    facts = ("code", "is_programme_country", "ecowas_member_from", "ecowas_member_until")
    detail_template = "institutions/country_detail.html"

    def extra(self, record: Country) -> dict[str, Any]:
        rows = Institution.objects.visible_to(self.principal).filter(country=record)
        events = events_of(record, self.principal)
        return {
            "figures": figures_of(record, self.principal),
            "next_dates": next_dates(events),
            "line": time_line(events, self.request.GET.dict()),
            "event_count": len(events),
            "institutions": InstitutionTable(list(rows.with_related()[:SHOWN]), without=["country"]),
            "institution_count": rows.count(),
            "institutions_url": with_query(reverse("institutions:institution_list"), country_id=record.pk),
        }


class InstitutionViews(CrudViews):
    model = Institution
    prefix = "institutions"
    pages = (*CrudViews.pages, "rename")
    section = DIRECTORY
    form_class = InstitutionForm
    table_class = InstitutionTable
    filterset_class = InstitutionFilterSet
    filter_names = ("search", "country_id", "kind", "constituency")
    more_filters = ("theme_id", "has_country")
    bulk_fields = ("country", "kind", "constituency", "parent", "themes", "city")
    facts = (
        "name",
        "acronym",
        "country",
        "kind",
        "constituency",
        "parent",
        "city",
        "website",
        "themes",
        "notes",
    )
    create_label = _l("Add institution")
    empty_text = _l(
        "Add the institutions that send and receive delegations, so that every record can name them."
    )
    detail_template = "institutions/institution_detail.html"

    def extra(self, record: Institution) -> dict[str, Any]:
        contacts = Contact.objects.visible_to(self.principal).filter(institution=record)
        may_add = can(self.principal, "create", Contact(institution=record)).allowed
        parts = Institution.objects.visible_to(self.principal).filter(parent=record).with_related()
        return {
            "contacts": ContactTable(list(contacts.with_related()[:SHOWN]), without=["institution"]),
            "contact_count": contacts.count(),
            "contacts_url": with_query(reverse("institutions:contact_list"), institution_id=record.pk),
            "add_contact_url": with_query(reverse("institutions:contact_create"), institution=record.pk)
            if may_add
            else "",
            "parts": list(parts[:SHOWN]),
            "documents": list(documents_seen_at(record, self.principal)),
            "may_attach": can(self.principal, "attach", record).allowed,
            "rename_url": self.url("rename", record.pk)
            if can(self.principal, "change", record).allowed
            else "",
        }

    def rename(self) -> HttpResponse:
        """A new name from a date on; the present one stays with what was dated before."""
        record = self.record()
        require(self.principal, "change", record)
        return self.edit_with(
            record,
            title=_("Rename %(record)s") % {"record": record},
            crumbs=self.crumbs(record),
            cancel=record.get_absolute_url(),
            form_class=RenameForm,
        )


class ContactViews(CrudViews):
    model = Contact
    prefix = "contacts"
    section = DIRECTORY
    form_class = ContactForm
    table_class = ContactTable
    filterset_class = ContactFilterSet
    filter_names = ("search", "institution_id", "country_id", "is_current")
    facts = (
        "position",
        "institution",
        "person_name",
        "sex",
        "languages",
        "email",
        "phone",
        "starts_on",
        "ends_on",
    )
    create_label = _l("Add contact")
    empty_text = _l("A contact is a post in an institution. The person may be unknown or change.")

    def new_record(self) -> Contact:
        """With the institution from whose page one comes."""
        asked = self.request.GET.get("institution", "")
        rows = Institution.objects.visible_to(self.principal)
        return Contact(institution=rows.filter(pk=asked).first() if asked.isdecimal() else None)


class ThemeViews(CrudViews):
    model = Theme
    prefix = "themes"
    section = DIRECTORY
    form_class = ThemeForm
    table_class = ThemeTable
    filterset_class = ThemeFilterSet
    facts = ("name", "code")
    create_label = _l("Add theme")
    empty_text = _l("Themes group visits and institutions by subject, such as migration data.")
