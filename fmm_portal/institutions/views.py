"""Pages of the directory: countries, institutions with their names and posts, themes."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from fmm_portal.core.document_policies import documents_seen_at
from fmm_portal.core.errors import Refused, StaleRecord
from fmm_portal.core.merging import Part
from fmm_portal.core.policies import can, policy_for, require
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
from fmm_portal.institutions.forms import (
    ContactForm,
    CountryForm,
    InstitutionForm,
    OtherEntryForm,
    RenameForm,
    ThemeForm,
)
from fmm_portal.institutions.merging import (
    ONE_OF_TWO,
    Separation,
    choices_between,
    like_this,
    merge_institutions,
    merged_into,
    merges_to_undo,
    plan_merge,
    plan_separation,
    undo_merge,
)
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
    pages = (*CrudViews.pages, "rename", "merge", "separate")
    paths: ClassVar[dict[str, str]] = {"separate": "institutions/<int:pk>/merged/<int:double_pk>/undo/"}
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
        "organisation_identifier",
        "themes",
        "notes",
    )
    create_label = _l("Add institution")
    empty_text = _l(
        "Add the institutions that send and receive delegations, so that every record can name them."
    )
    detail_template = "institutions/institution_detail.html"
    # The one row of a page that shows what the lists leave out.
    found: models.QuerySet[Any] | None = None

    def extra(self, record: Institution) -> dict[str, Any]:
        contacts = Contact.objects.visible_to(self.principal).filter(institution=record)
        shown = list(contacts.with_related()[:SHOWN])
        may_add = can(self.principal, "create", Contact(institution=record)).allowed
        parts = Institution.objects.visible_to(self.principal).filter(parent=record).with_related()
        may_change = can(self.principal, "change", record).allowed
        return {
            "contacts": ContactTable(shown, without=["institution"]),
            "contact_count": contacts.count() if len(shown) == SHOWN else len(shown),
            "contacts_url": with_query(reverse("institutions:contact_list"), institution_id=record.pk),
            "add_contact_url": with_query(reverse("institutions:contact_create"), institution=record.pk)
            if may_add
            else "",
            "parts": list(parts[:SHOWN]),
            "documents": list(documents_seen_at(record, self.principal)),
            "may_attach": can(self.principal, "attach", record).allowed,
            "rename_url": self.url("rename", record.pk) if may_change else "",
            "merge_url": self.url("merge", record.pk) if can(self.principal, "merge", record).allowed else "",
            "doubles": self.doubles_of(record),
        }

    def doubles_of(self, record: Institution) -> list[tuple[Institution, str, str]]:
        """The entries merged into this one, each with its history and, where that is possible, the way to undo it."""
        has_doubles = record.has_doubles  # type: ignore[attr-defined]
        doubles = list(record.merged.order_by("pk")) if has_doubles else []
        may_undo = bool(doubles) and can(self.principal, "merge", record).allowed
        merges = merges_to_undo(record) if may_undo else {}
        return [
            (
                double,
                self.url("history", double.pk),
                self.url("separate", record.pk, double.pk) if double.pk in merges else "",
            )
            for double in doubles
        ]

    def separate(self) -> HttpResponse:
        """Ask, saying what goes back and what does not, then undo a merge."""
        kept = self.record()
        require(self.principal, "merge", kept)
        merge = merges_to_undo(kept).get(self.kwargs["double_pk"])
        double = kept.merged.filter(pk=self.kwargs["double_pk"]).first()
        if merge is None or double is None:
            raise Http404
        if self.request.method == "POST":
            try:
                undo_merge(merge, actor=self.actor)
            except ValidationError as error:
                messages.error(self.request, " ".join(error.messages))
                return redirect(kept)
            messages.success(self.request, _("%(record)s is an entry of its own again.") % {"record": double})
            return redirect(double)
        context = {
            "title": _("Undo the merging of %(record)s") % {"record": double},
            "question": _("%(record)s becomes an entry of its own again.") % {"record": double},
            "consequences": self.in_words(plan_separation(merge, kept)),
            "submit_label": _("Undo the merging"),
            "cancel_url": kept.get_absolute_url(),
            "crumbs": self.crumbs(kept),
        }
        return self.render("generic/confirm.html", context)

    @staticmethod
    def in_words(plan: Separation) -> list[str]:
        """What goes back and what stays, a sentence each."""
        found = []
        for each in plan.returns:
            if each.rows:
                words = {"label": each.naming.label, "count": len(each.rows)}
                found.append(_("%(label)s: %(count)d go back.") % words)
            if each.staying:
                words = {"label": each.naming.label, "count": each.staying}
                found.append(_("%(label)s: %(count)d changed or deleted since stay as they are.") % words)
        return [
            *found,
            *(_("%(field)s was changed since and stays.") % {"field": name} for name in plan.standing),
        ]

    def detail(self) -> HttpResponse:
        try:
            return super().detail()
        except Http404:
            # What was merged away leads to what stands for it.
            now = merged_into(self.kwargs["pk"], self.principal)
            if now is None:
                raise
            words = {"institution": now}
            messages.info(self.request, _("The entry you asked for was merged into %(institution)s.") % words)
            return redirect(now)

    def rows(self) -> models.QuerySet[Any]:
        return self.found if self.found is not None else super().rows()

    def history(self) -> HttpResponse:
        """What was merged away keeps its own past."""
        if merged_into(self.kwargs["pk"], self.principal) is not None:
            self.found = Institution.objects.filter(pk=self.kwargs["pk"])
        return super().history()

    def saved(self, record: Any) -> HttpResponse:
        """Whoever adds an institution is told of entries that may be the same one."""
        if "pk" not in self.kwargs and (alike := like_this(record, self.principal)):
            names = ", ".join(entry.choice_label for entry in alike)
            messages.warning(
                self.request, _("This may be the same institution as: %(names)s.") % {"names": names}
            )
        return super().saved(record)

    def merge(self) -> HttpResponse:
        """Choose the other entry; compare the two and see what moves; make one of them."""
        kept = self.record()
        require(self.principal, "merge", kept)
        sent = self.request.POST if self.request.method == "POST" else self.request.GET
        form = OtherEntryForm(sent if "other" in sent else None, kept=kept, principal=self.principal)
        context = {
            "object": kept,
            "title": _("Merge %(record)s with another entry") % {"record": kept},
            "crumbs": self.crumbs(kept),
            "cancel_url": kept.get_absolute_url(),
            "form": form,
            "like_this": like_this(kept, self.principal),
        }
        if not form.is_valid():
            status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
            return self.render("institutions/merge_choose.html", context, status=status)
        return self.merge_with(kept, form.cleaned_data["other"], context)

    def merge_with(self, kept: Institution, other: Institution, context: dict[str, Any]) -> HttpResponse:
        sent, status, refused = self.request.POST, HTTPStatus.OK, list[str]()
        taken = [name for name in ONE_OF_TWO if sent.get(f"value-{name}") == "other"] if sent else None
        if self.request.method == "POST":
            versions = [int(text) if text.isdecimal() else 0 for text in sent.getlist("version")] or [0, 0]
            try:
                kept = merge_institutions(
                    kept,
                    other,
                    actor=self.actor,
                    taken=taken or (),
                    expected_version=versions[0],
                    expected_version_of_other=versions[-1],
                    reason=sent.get("reason", "")[:500],
                )
            except StaleRecord as error:
                status = HTTPStatus.CONFLICT
                words = {"record": error.current}
                refused = [
                    _("%(record)s was changed meanwhile. Look at it again; nothing was merged.") % words
                ]
            except Refused as error:
                status, refused = HTTPStatus.CONFLICT, error.messages
            except ValidationError as error:
                status, refused = HTTPStatus.UNPROCESSABLE_ENTITY, list(error.messages)
            else:
                messages.success(
                    self.request, _("%(record)s: the two entries are one now.") % {"record": kept}
                )
                return redirect(kept)
        plan = plan_merge(kept, other)
        context |= {
            "other": other,
            "choices": choices_between(kept, other, taken),
            "moves": [self.shown(part) for part in plan.parts],
            "joining": any(part.joining for part in plan.parts),
            "clashes": plan.clashes,
            "refused": [why for why in refused if why not in plan.clashes],
            "swapped_url": with_query(self.url("merge", other.pk), other=kept.pk),
        }
        return self.render("institutions/merge.html", context, status=status)

    def shown(self, part: Part) -> dict[str, Any]:
        """A kind of what moves: how many, the first of those that this person may see, how many become one."""
        owners, kind = part.owners, part.naming.owner
        try:
            rows = policy_for(kind).scope(self.principal, kind._default_manager.all())
        except ImproperlyConfigured:
            rows = kind._default_manager.none()
        seen = set(rows.filter(pk__in=[owner.pk for owner in owners]).values_list("pk", flat=True))
        return {
            "label": part.naming.label,
            "count": len(owners),
            "joining": len(part.joining),
            "rows": [owner for owner in owners if owner.pk in seen][:SHOWN],
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
