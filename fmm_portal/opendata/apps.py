"""Open data: what of the programme everybody may take and use, as files of the IATI standard."""

from django.apps import AppConfig


class OpenDataConfig(AppConfig):
    name = "fmm_portal.opendata"
    label = "opendata"

    def ready(self) -> None:
        from fmm_portal.opendata import panels, policies

        policies.register()
        panels.register()
