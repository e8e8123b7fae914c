"""Countries, institutions and their former names, contacts as posts, themes."""

from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    name = "fmm_portal.institutions"
    label = "institutions"

    def ready(self) -> None:
        from fmm_portal.core.comments import register_comment_host
        from fmm_portal.core.documents import register_document_host
        from fmm_portal.institutions import (
            country_counts,
            imports,
            my_countries,
            navigation,
            policies,
            search,
        )
        from fmm_portal.institutions.models import Contact, Country, Institution, Theme

        policies.register()
        navigation.register()
        country_counts.register()
        search.register()
        my_countries.register()
        register_document_host(Institution, has_own_place=True)
        register_document_host(Country, Theme)
        imports.register()
        register_comment_host(Institution, Contact, Country, Theme)
