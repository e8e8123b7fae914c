"""Programmes: who funds and runs the work, and what their visibility rules say."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FacilityConfig(AppConfig):
    name = "fmm_portal.facility"
    label = "facility"

    def ready(self) -> None:
        from fmm_portal.core.navigation import NavigationItem, register_in_section
        from fmm_portal.facility import policies
        from fmm_portal.institutions.navigation import DIRECTORY

        policies.register()
        register_in_section(DIRECTORY, NavigationItem(_("Programmes"), "facility:programme_list", 50))
