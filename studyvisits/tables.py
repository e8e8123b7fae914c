"""Tables of study visits and commitments."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.display import day, text
from fmm_portal.core.tables import Column, DateColumn, LinkColumn, PeriodColumn, StatusColumn, Table
from fmm_portal.core.templatetags.portal import icon
from fmm_portal.institutions.columns import CountriesColumn
from studyvisits.models import Commitment, StudyVisit, read_ends
from studyvisits.sources import short_label


class OpenCommitmentsColumn(Column):
    """How many commitments are open, leading to them."""

    is_number = True

    def render(self, record: Any) -> str | SafeString:
        count = self.read(record)
        if not count:
            return ""
        return format_html(
            '<a href="{}">{}</a>', reverse("studyvisits:visit_followup", args=[record.pk]), count
        )


class DueColumn(Column):
    """When it falls due; what is overdue says so in words."""

    def render(self, record: Any) -> str | SafeString:
        due = day(record.due_on)
        if not record.is_overdue:
            return due
        return format_html(
            '<span class="late">{}{} <span class="late__word">{}</span></span>',
            icon("clock"),
            due,
            _t("overdue"),
        )


class SourceColumn(Column):
    """Where it was promised, leading there; nothing for who may not see that record."""

    def render(self, record: Any) -> str | SafeString:
        if not record.source_is_seen:
            return ""
        source = record.source
        return format_html(
            '<a href="{}">{}</a><span class="table__sub">{}</span>',
            source.get_absolute_url(),
            short_label(source),
            record.source_kind,
        )


class StudyVisitTable(Table):
    model = StudyVisit
    order = "-dates"
    reference = LinkColumn(sort="reference", is_narrow=True)
    title = Column()
    senders = CountriesColumn("sending_countries", _("From"))
    hosts = CountriesColumn("host_countries", _("To"))
    dates = PeriodColumn("starts_on", "ends_on", _("Dates"), sort="starts_on", is_narrow=True)
    status = StatusColumn(sort="status")
    open_commitments = OpenCommitmentsColumn("open_commitment_count", _("Open commitments"))
    updated_at = DateColumn(sort="updated_at", is_optional=True)

    @classmethod
    def complete(cls, records: Iterable[Any]) -> None:
        read_ends(records)


class CommitmentTable(Table):
    model = Commitment
    order = "due"
    reference = LinkColumn(sort="reference", is_narrow=True)
    text = Column()
    owed_by = Column(value=lambda commitment: text(commitment.owed_by))
    owed_to = Column(value=lambda commitment: text(commitment.owed_to))
    due = DueColumn("due_on", _("Due"), sort="due_on", is_narrow=True)
    status = StatusColumn(sort="status")
    source = SourceColumn("source", _("From"))
    done_on = DateColumn(sort="done_on", is_optional=True)
    updated_at = DateColumn(sort="updated_at", is_optional=True)
