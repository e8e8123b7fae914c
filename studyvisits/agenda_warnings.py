"""What an officer should look at in an agenda, in sentences. It warns and never blocks: the field knows better."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby, pairwise

from babel import Locale, UnknownLocaleError
from django.utils.translation import gettext as _

from fmm_portal.core.display import hour, sentence
from fmm_portal.core.principals import Principal
from fmm_portal.core.querysets import fold
from studyvisits.agenda import long_day, overlaps
from studyvisits.enums import FROZEN_STATUSES, HostStatus, SessionKind, VisitStatus
from studyvisits.models import AgendaItem, StudyVisit

# Between two places the delegation needs at least this long.
TRAVEL = timedelta(minutes=15)
# A day from its first to its last hour; beyond it people stop listening.
LONG_DAY = timedelta(hours=10)
# Nobody has to get there, or getting there is what it is about.
WITHOUT_TRAVEL = (SessionKind.LOGISTICS, SessionKind.REMOTE)

Warnings = dict[int, list[str]]


def hours_of(item: AgendaItem) -> str:
    return "–".join(hour(value) for value in (item.starts_at, item.ends_at) if value)


def length(begins: time, ends: time) -> timedelta:
    return datetime.combine(date.min, ends) - datetime.combine(date.min, begins)


def warnings_of(visit: StudyVisit, items: Sequence[AgendaItem], principal: Principal) -> Warnings:
    """For each session the sentences about it; one query, for other visits of the same people."""
    found: Warnings = defaultdict(list)
    for item in items:
        found[item.pk] += _about_hosts(item)
    for overlap in overlaps(items):
        for one, other in ((overlap.first, overlap.second), (overlap.second, overlap.first)):
            words = {"session": other, "hours": hours_of(other)}
            found[one.pk].append(_("Overlaps with “%(session)s” (%(hours)s)") % words)
    for _day, of_day in groupby(items, key=lambda item: item.day):
        timed = [item for item in of_day if item.starts_at]
        for before, after in pairwise(timed):
            if sentence := _between(before, after):
                found[after.pk].append(sentence)
    for item, other in _elsewhere(visit, items, principal):
        words = {"visit": other.visit.reference, "session": other, "hours": hours_of(other)}
        found[item.pk].append(_("The delegation is then at “%(session)s” of %(visit)s (%(hours)s)") % words)
    return found


def _about_hosts(item: AgendaItem) -> list[str]:
    """Who will not be there: hosts who declined, and hosts on a day of rest in their country."""
    sentences: list[str] = []
    for host in item.hosts.all():
        country = host.institution.country if item.day else None
        if host.status == HostStatus.DECLINED:
            sentences.append(
                sentence(_("%(host)s declined this slot: ask another host"), host=host.institution)
            )
        elif (
            host.status == HostStatus.PROPOSED
            and country
            and item.day
            and is_day_of_rest(item.day, country.code)
        ):
            # One who confirmed the slot knows better than the calendar.
            closed = sentence(
                _("%(host)s may be closed: %(day)s"), host=host.institution, day=long_day(item.day)
            )
            sentences.append(closed)
    return sentences


def is_day_of_rest(day: date, country: str) -> bool:
    """Whether a day is of the weekend of a country, as CLDR knows it."""
    try:
        weeks = Locale.parse(f"und_{country}")
    except UnknownLocaleError:
        return False
    return bool((day.weekday() - weeks.weekend_start) % 7 <= (weeks.weekend_end - weeks.weekend_start) % 7)


def _between(before: AgendaItem, after: AgendaItem) -> str:
    """What is wrong from one session to the next of its day."""
    assert before.starts_at is not None
    assert after.starts_at is not None
    if after.starts_at < before.starts_at:
        return _("Stands after “%(session)s”, which begins later") % {"session": before}
    if before.ends_at is None or after.starts_at < before.ends_at:
        return ""
    if before.kind in WITHOUT_TRAVEL or after.kind in WITHOUT_TRAVEL:
        return ""
    is_elsewhere = before.place and after.place and fold(before.place) != fold(after.place)
    if is_elsewhere and length(before.ends_at, after.starts_at) < TRAVEL:
        words = {"place": before.place, "hour": hour(before.ends_at)}
        return _("No time to travel from %(place)s, left at %(hour)s") % words
    return ""


def _elsewhere(
    visit: StudyVisit, items: Sequence[AgendaItem], principal: Principal
) -> list[tuple[AgendaItem, AgendaItem]]:
    """Sessions of other visits at which the same delegations are at the same time."""
    timed = [item for item in items if item.day and item.starts_at]
    if not timed:
        return []
    others = (
        AgendaItem.objects.visible_to(principal)
        .filter(
            visit__delegations__in=visit.delegations.all(),
            day__in={item.day for item in timed},
            starts_at__isnull=False,
        )
        .exclude(visit=visit)
        .exclude(visit__status__in=(*FROZEN_STATUSES, VisitStatus.POSTPONED))
        .select_related("visit")
        .distinct()
    )
    busy = list(others)
    return [(item, other) for item in timed for other in busy if overlaps([item, other])]


def about_a_day(items: Sequence[AgendaItem]) -> str:
    """That a day is too long, or nothing."""
    begins = min((item.starts_at for item in items if item.starts_at), default=None)
    ends = max((value for item in items if (value := item.ends_at or item.starts_at)), default=None)
    if begins is None or ends is None or length(begins, ends) <= LONG_DAY:
        return ""
    words = {"hours": int(LONG_DAY.total_seconds() // 3600), "begin": hour(begins), "end": hour(ends)}
    return _("More than %(hours)d hours: from %(begin)s to %(end)s") % words
