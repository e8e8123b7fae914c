"""Programmes: who funds and runs the work, and what their visibility rules say."""

from django.apps import AppConfig


class FacilityConfig(AppConfig):
    name = "fmm_portal.facility"
    label = "facility"

    def ready(self) -> None:
        from fmm_portal.facility import policies

        policies.register()
