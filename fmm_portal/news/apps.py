"""News of the programme: drafted from what took place, published by a manager, read by everybody."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NewsConfig(AppConfig):
    name = "fmm_portal.news"
    label = "news"

    def ready(self) -> None:
        from fmm_portal.core.comments import register_comment_host
        from fmm_portal.core.documents import register_document_host
        from fmm_portal.core.navigation import NavigationItem, register_navigation
        from fmm_portal.news import policies, search, workflow
        from fmm_portal.news.models import NewsItem

        policies.register()
        workflow.register()
        search.register()
        register_document_host(NewsItem)
        register_comment_host(NewsItem)
        register_navigation(NavigationItem(_("News"), "news:newsitem_list", 60, ("/news/",)))
