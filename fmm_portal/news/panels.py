"""On the page of a record that can be told: the news drafted from it, and the button that drafts it."""

from django.urls import reverse

from fmm_portal.core.models import Record
from fmm_portal.core.panels import Panel, register_panel
from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal
from fmm_portal.news.drafting import StoryKind, kind_of, register_story
from fmm_portal.news.models import NewsItem


def news_of(record: Record, principal: Principal) -> Panel | None:
    kind = kind_of(record)
    assert kind is not None
    items = list(NewsItem.objects.visible_to(principal).drafted_from(record))
    may_draft = can(principal, "create", NewsItem).allowed
    if not items and not may_draft:
        return None
    has_draft = any(item.is_editable for item in items)
    return Panel(
        "news/panel.html",
        {
            "items": items,
            "draft_url": reverse("news:newsitem_draft", args=[kind.key, record.pk])
            if may_draft and not has_draft
            else "",
            "not_yet": kind.not_yet(record) if may_draft else "",
        },
    )


def register_news(kind: StoryKind) -> None:
    """Let records of a model be told as news. Called from the `AppConfig.ready()` of the app that knows them."""
    register_story(kind)
    register_panel(kind.model, news_of, order=40)
