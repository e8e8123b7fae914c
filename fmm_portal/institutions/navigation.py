"""The directory's place in the navigation."""

from django.utils.translation import gettext_lazy as _

from fmm_portal.core.navigation import NavigationItem, register_in_section, register_navigation

DIRECTORY = "directory"
PREFIXES = ("/institutions/", "/contacts/", "/countries/", "/themes/", "/programmes/", "/facilities/")


def register() -> None:
    register_navigation(NavigationItem(_("Directory"), "institutions:institution_list", 40, PREFIXES))
    register_navigation(NavigationItem(_("Calendar"), "institutions:calendar", 25, ("/calendar/",)))
    for item in (
        NavigationItem(_("Institutions"), "institutions:institution_list", 10),
        NavigationItem(_("Contacts"), "institutions:contact_list", 20),
        NavigationItem(_("Countries"), "institutions:country_list", 30),
        NavigationItem(_("Themes"), "institutions:theme_list", 40),
    ):
        register_in_section(DIRECTORY, item)
