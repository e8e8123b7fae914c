"""Writing a calendar as an iCalendar file (RFC 5545). The same contents give the same bytes."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, vDatetime, vText

from fmm_portal.calendars.entries import Content, Entry, EntryStatus, Undated

# How often a calendar program may ask again.
REFRESH = timedelta(hours=1)


def write_calendar(name: str, contents: Iterable[Content]) -> bytes:
    """The file, with the rules of every zone that its hours are of."""
    entries: list[Entry] = []
    undated: list[str] = []
    for content in contents:
        if isinstance(content, Undated):
            undated.append(content.title)
        else:
            entries.append(content)
    calendar = Calendar()
    calendar.add("prodid", f"-//FMM portal//{(get_language() or 'en').upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", name)
    calendar.add("x-wr-calname", vText(name))
    if undated:
        told = "\n".join([_("No day is known yet for:"), *(f"- {title}" for title in undated)])
        calendar.add("description", told)
        calendar.add("x-wr-caldesc", vText(told))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for zone in _zones(entries):
        calendar.add_component(zone)
    for entry in sorted(entries, key=lambda entry: (str(entry.starts), entry.uid)):
        calendar.add_component(_event(entry))
    return calendar.to_ical()


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", f"{entry.uid}@{urlsplit(settings.BASE_URL).hostname}")
    event.add("sequence", entry.sequence)
    # When the record last changed, not when the file was written: otherwise each file would differ.
    stamp = entry.changed_at.astimezone(UTC).replace(microsecond=0)
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("summary", entry.title)
    if isinstance(entry.starts, datetime):
        event["DTSTART"] = _moment(entry.starts)
        if isinstance(entry.ends, datetime):
            event["DTEND"] = _moment(entry.ends)
    else:
        event.add("dtstart", entry.starts)
        # A day of a calendar ends where the next begins, and keeps nobody from other appointments.
        event.add("dtend", (entry.ends or entry.starts) + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    event.add("status", entry.status.value)
    if entry.place:
        event.add("location", entry.place)
    if entry.text:
        event.add("description", entry.text)
    if entry.path:
        event.add("url", settings.BASE_URL.rstrip("/") + entry.path)
    if entry.category:
        event.add("categories", [entry.category])
    if entry.status == EntryStatus.CANCELLED and "TRANSP" not in event:
        event.add("transp", "TRANSPARENT")
    return event


def _moment(moment: datetime) -> vDatetime:
    """An hour of a zone by the zone's name; the library would write Lomé's as Greenwich's."""
    written = vDatetime(moment.replace(tzinfo=None))
    if moment.tzinfo is not None:
        written.params["TZID"] = str(moment.tzinfo)
    return written


def _zones(entries: Iterable[Entry]) -> Iterable[Timezone]:
    """The rules of each zone for the years in which its hours lie."""
    years: dict[str, set[int]] = {}
    for entry in entries:
        for moment in (entry.starts, entry.ends):
            if isinstance(moment, datetime) and moment.tzinfo is not None:
                years.setdefault(str(moment.tzinfo), set()).add(moment.year)
    for name in sorted(years):
        first, last = date(min(years[name]), 1, 1), date(max(years[name]) + 1, 1, 1)
        zone = Timezone.from_tzid(name, first_date=first, last_date=last)
        zone.pop("COMMENT", None)
        yield zone
