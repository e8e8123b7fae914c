"""Which clock a place goes by: the zone of a host country, told apart by city where a country has several."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.core import get_global
from babel.dates import get_timezone_location
from django.utils.translation import gettext as _

from fmm_portal.core.partial_dates import babel_locale
from fmm_portal.core.querysets import fold

# Where a country has several zones and the city is not one that names its zone: that of the capital.
CAPITALS = {
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CN": "Asia/Shanghai",
    "DE": "Europe/Berlin",
    "ES": "Europe/Madrid",
    "ID": "Asia/Jakarta",
    "MX": "America/Mexico_City",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
}


def zone_of(country_code: str, city: str = "") -> ZoneInfo | None:
    """None where it cannot be told: hours are then shown as they stand, wherever the reader is."""
    names: list[str] = get_global("territory_zones").get(country_code, [])
    if len(names) > 1:
        there = fold(city)
        by_city = [
            name for name in names if there and fold(name.rpartition("/")[2].replace("_", " ")) == there
        ]
        names = by_city or [CAPITALS[country_code]] if country_code in CAPITALS else by_city
    return ZoneInfo(names[0]) if names else None


def at(day: date, hour: time, zone: ZoneInfo | None) -> datetime:
    return datetime.combine(day, hour, tzinfo=zone)


def zone_in_words(moment: datetime) -> str:
    """ "Times are those of Tunis (UTC+01:00)." in the reader's language; "" for hours of no zone."""
    zone = moment.tzinfo
    if not isinstance(zone, ZoneInfo):
        return ""
    place = get_timezone_location(zone, locale=babel_locale(), return_city=True)
    return _("Times are those of %(place)s (%(offset)s).") % {
        "place": place,
        "offset": f"UTC{moment.strftime('%z')[:3]}:{moment.strftime('%z')[3:5]}",
    }
