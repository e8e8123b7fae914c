"""Tables of strategies, milestones and committees."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.display import dates, text
from fmm_portal.core.tables import Column, DateColumn, LinkColumn, StatusColumn, Table
from fmm_portal.core.templatetags.portal import icon
from fmm_portal.institutions.countries import by_country_name
from fmm_portal.institutions.models import Institution
from strategies.models import Milestone, Strategy


def when_of(milestone: Milestone) -> str | SafeString:
    """Its date as far as it is known; what is overdue says so in words."""
    shown = dates(milestone.begins_on, milestone.ends_on) or _t("date not known")
    if not milestone.is_overdue:
        return shown
    return format_html(
        '<span class="late">{}{} <span class="late__word">{}</span></span>',
        icon("clock"),
        shown,
        _t("overdue"),
    )


class MilestoneColumn(Column):
    """A milestone of the row's strategy, leading to it, with its date below."""

    def render(self, record: Any) -> str | SafeString:
        milestone = self.read(record)
        if milestone is None:
            return ""
        # Its strategy is the row: no query for it.
        milestone.strategy = record
        return format_html(
            '<span><a href="{}">{}</a><span class="table__sub">{}</span></span>',
            milestone.get_absolute_url(),
            text(milestone.title) if milestone.title else milestone.get_kind_display(),
            when_of(milestone),
        )


def in_its_country(institution: Institution | None) -> str | SafeString:
    """An institution beside its country: the acronym, else the name."""
    return text(institution.acronym or institution.name) if institution else ""


class StrategyTable(Table):
    model = Strategy
    order = "country"
    reference = LinkColumn(sort="reference", is_narrow=True)
    title = LinkColumn(
        sort="acronym",
        value=lambda strategy: strategy.acronym or strategy.title,
        sub=lambda strategy: strategy.title if strategy.acronym else "",
    )
    country = Column(sort=(by_country_name("country__code"), "acronym"))
    owner_institution = Column(value=lambda strategy: in_its_country(strategy.owner_institution))
    latest = MilestoneColumn("latest_milestone", _("Latest milestone"))
    next = MilestoneColumn("next_milestone", _("Next milestone"))
    horizon = Column(sort="horizon", is_narrow=True, is_optional=True)
    updated_at = DateColumn(sort="updated_at", is_optional=True)


class ColleaguesStrategyTable(StrategyTable):
    """For those who know who works for the programme."""

    owner = Column(label=_("Officer"))


class MilestoneWhenColumn(Column):
    def render(self, record: Any) -> str | SafeString:
        return when_of(record)


class MilestonesAheadTable(Table):
    """Milestones of several strategies, for the first screen."""

    model = Milestone
    when = MilestoneWhenColumn(label=_("When"))
    milestone = LinkColumn(label=_("Milestone"), value=str)
    strategy = LinkColumn(
        value=lambda milestone: milestone.strategy.acronym or milestone.strategy.title,
        sub=lambda milestone: milestone.strategy.country,
        url=lambda milestone: milestone.strategy.get_absolute_url(),
    )
    status = StatusColumn()
