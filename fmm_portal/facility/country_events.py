"""What requests, actions and their activities add to the file of a country."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext

from fmm_portal.core.home import Figure
from fmm_portal.core.principals import Principal
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.core.resource import with_query
from fmm_portal.core.time_line import Event
from fmm_portal.facility.models import Action, Activity, Request
from fmm_portal.institutions.country_file import register_country_events, register_country_figures
from fmm_portal.institutions.models import Country


def requests_of(country: Country, principal: Principal) -> RecordQuerySet[Request]:
    return Request.objects.visible_to(principal).filter(
        pk__in=Request.countries.through.objects.filter(country=country).values("request")
    )


def actions_of(country: Country, principal: Principal) -> RecordQuerySet[Action]:
    return Action.objects.visible_to(principal).filter(
        pk__in=Action.countries.through.objects.filter(country=country).values("action")
    )


def events(country: Country, principal: Principal) -> Iterable[Event]:
    for request in requests_of(country, principal):
        yield Event("request", _("Request"), request.requested_on, None, request.title, request)
    for action in actions_of(country, principal):
        yield Event("action", _("Action"), action.starts_on, action.ends_on, action.title, action)
    # What takes place here, or elsewhere for an action of this country.
    theirs = Action.countries.through.objects.filter(country=country).values("action")
    taking_place = Activity.objects.visible_to(principal).filter(
        Q(country=country) | Q(country__isnull=True, action__in=theirs)
    )
    for activity in taking_place.select_related("action"):
        yield Event(
            "activity", _("Activity"), activity.starts_on, activity.ends_on, activity.title, activity,
            f"{activity.get_kind_display()} · {activity.action.reference}",
        )  # fmt: skip


def figures(country: Country, principal: Principal) -> Iterable[Figure]:
    count = requests_of(country, principal).count()
    yield Figure(
        count,
        npgettext("figure", "request", "requests", count),
        with_query(reverse("facility:request_list"), country_id=country.pk),
    )
    count = actions_of(country, principal).count()
    yield Figure(
        count,
        npgettext("figure", "action", "actions", count),
        with_query(reverse("facility:action_list"), country_id=country.pk),
    )


def register() -> None:
    register_country_events(events, order=10)
    register_country_figures(figures, order=10)
