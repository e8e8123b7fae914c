"""Calendars that people subscribe to: iCalendar feeds at secret addresses, filled by the other apps."""

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "fmm_portal.calendars"
    label = "calendars"

    def ready(self) -> None:
        from fmm_portal.calendars import personal

        personal.register()
