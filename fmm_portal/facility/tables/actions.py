"""Tables of actions and of their activities."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.display import dates, text
from fmm_portal.core.tables import (
    Column,
    DateColumn,
    LinkColumn,
    NumberColumn,
    PeriodColumn,
    StatusColumn,
    Table,
)
from fmm_portal.core.templatetags.portal import icon
from fmm_portal.facility.models import Action, Activity
from fmm_portal.institutions.columns import CountriesColumn


class ProgressColumn(Column):
    """How many of the activities are done; cancelled ones do not count."""

    is_number = True

    def render(self, record: Any) -> str | SafeString:
        if not record.activity_count:
            return ""
        words = {"done": record.done_count, "all": record.activity_count}
        return _t("%(done)d of %(all)d") % words


class DueDatesColumn(PeriodColumn):
    """From when to when; what is overdue says so in words."""

    def render(self, record: Any) -> str | SafeString:
        shown = dates(getattr(record, self.name), getattr(record, self.until))
        if not record.is_overdue:
            return shown
        return format_html(
            '<span class="late">{}{} <span class="late__word">{}</span></span>',
            icon("clock"),
            shown,
            _t("overdue"),
        )


class ActionTable(Table):
    model = Action
    order = "-dates"
    reference = LinkColumn(sort="reference", is_narrow=True)
    title = Column()
    programme = Column(sort="programme__acronym", is_narrow=True)
    countries = CountriesColumn(value=lambda action: list(action.countries.all()))
    dates = PeriodColumn("starts_on", "ends_on", _("Dates"), sort="starts_on", is_narrow=True)
    status = StatusColumn(sort="status")
    progress = ProgressColumn("activity_count", _("Activities done"))
    duration_months = NumberColumn(sort="duration_months", is_optional=True)
    updated_at = DateColumn(sort="updated_at", is_optional=True)


def place_of(activity: Activity) -> str | SafeString:
    """Where an activity takes place: a town and country, or "online"."""
    parts = [activity.place, str(activity.country) if activity.country else ""]
    if activity.is_online:
        parts.append(_t("online"))
    return text(", ".join(part for part in parts if part))


class ActivityTable(Table):
    """The numbered activities of one action."""

    model = Activity
    number = Column(label=_("No."), is_narrow=True)
    title = LinkColumn(sub=lambda activity: activity.get_kind_display())
    dates = DueDatesColumn("starts_on", "ends_on", _("Dates"), is_narrow=True)
    place = Column(value=place_of)
    planned = Column(label=_("Planned"), value=lambda activity: activity.people("planned").in_words)
    actual = Column(label=_("Took part"), value=lambda activity: activity.people("actual").in_words)
    status = StatusColumn()
