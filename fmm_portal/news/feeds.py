"""The news as RSS, a feed for each language of the portal."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from fmm_portal.news.models import NewsItem
from fmm_portal.news.public import about_the_news, in_language, language

ITEMS = 20


class NewsFeed(Feed[NewsItem, None]):
    """The latest published first. What is not written in the feed's language says which it is in."""

    def title(self) -> str:
        return _("FMM portal: news")

    def description(self) -> str:
        return about_the_news()

    def link(self) -> str:
        return reverse("open:news_list", args=[language()])

    def feed_url(self) -> str:
        return reverse("open:news_feed", args=[language()])

    def items(self) -> Iterable[NewsItem]:
        rows = NewsItem.objects.public().prefetch_related("countries", "themes")
        return rows.order_by("-published_at", "-pk")[:ITEMS]

    def item_title(self, item: Any) -> str:
        local = item.title.in_language()
        if not local.is_fallback:
            return local.text
        names = dict(settings.CONTENT_LANGUAGES)
        return _("%(title)s (in %(language)s)") % {"title": local.text, "language": names[local.language]}

    def item_description(self, item: Any) -> str:
        return str(item.lead)

    def item_link(self, item: Any) -> str:
        return item.public_url(language())

    def item_guid(self, item: Any) -> str:
        return f"{item.reference}.{language()}"

    item_guid_is_permalink = False

    def item_pubdate(self, item: Any) -> datetime | None:
        return item.published_at

    def item_updateddate(self, item: Any) -> datetime:
        return item.updated_at

    def item_categories(self, item: Any) -> list[str]:
        return [str(row.name) for row in (*item.countries.all(), *item.themes.all())]


@in_language
def news_feed(request: HttpRequest) -> HttpResponse:
    return NewsFeed()(request)
