"""What study visits and commitments tell in time: in the file of a country and on the time line of a strategy."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext

from fmm_portal.core.home import Figure
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import with_query
from fmm_portal.core.time_line import Event, register_events
from fmm_portal.institutions.country_file import register_country_events, register_country_figures
from fmm_portal.institutions.models import Country
from strategies.models import Strategy
from studyvisits.models import Commitment, StudyVisit


def of_country(country: Country, principal: Principal) -> Iterable[Event]:
    for visit in StudyVisit.objects.visible_to(principal).between([country]):
        yield Event("visit", _("Study visit"), visit.starts_on, visit.ends_on, visit.title, visit)
    either = Q(owed_by__country=country) | Q(owed_to__country=country)
    for commitment in Commitment.objects.visible_to(principal).filter(either):
        yield Event("commitment", _("Commitment due"), commitment.due_on, None, commitment.text, commitment)


def of_strategy(strategy: Strategy, principal: Principal) -> Iterable[Event]:
    for visit in StudyVisit.objects.visible_to(principal).filter(strategy=strategy):
        yield Event("visit", _("Study visit"), visit.starts_on, visit.ends_on, visit.title, visit)
    feeding = Commitment.objects.visible_to(principal).filter(plan_activity__plan__strategy=strategy)
    for commitment in feeding:
        yield Event("commitment", _("Commitment due"), commitment.due_on, None, commitment.text, commitment)


def figures(country: Country, principal: Principal) -> Iterable[Figure]:
    count = StudyVisit.objects.visible_to(principal).between([country]).count()
    yield Figure(
        count,
        npgettext("figure", "study visit", "study visits", count),
        with_query(reverse("studyvisits:visit_list"), country_id=country.pk),
    )
    either = Q(owed_by__country=country) | Q(owed_to__country=country)
    count = Commitment.objects.visible_to(principal).open().filter(either).count()
    yield Figure(
        count,
        npgettext("figure", "open commitment", "open commitments", count),
        with_query(reverse("studyvisits:commitment_list"), country_id=country.pk, is_open="true"),
    )


def register() -> None:
    register_country_events(of_country, order=30)
    register_events(Strategy, of_strategy, order=40)
    register_country_figures(figures, order=30)
