"""Pages for those who write news: list, item with a preview, pictures, and the draft out of a record."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from fmm_portal.core.downloads import file_to_save
from fmm_portal.core.facts import Fact
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.parts import PartViews
from fmm_portal.core.policies import can, require
from fmm_portal.core.resource import Crumb, signed_out
from fmm_portal.core.views import CrudViews
from fmm_portal.news.drafting import draft_news, story_kind
from fmm_portal.news.enums import NEWS_STAGES
from fmm_portal.news.filters import NewsFilterSet
from fmm_portal.news.forms import NewsForm, PictureForm
from fmm_portal.news.models import NewsItem, NewsPicture
from fmm_portal.news.tables import NewsTable

# Where what publishing waits for is put right.
ON_THE_FORM = {"title", "titles", "lead", "text", "date", "country", "names"}


class NewsItemViews(CrudViews):
    model = NewsItem
    prefix = "news"
    form_class = NewsForm
    table_class = NewsTable
    filterset_class = NewsFilterSet
    filter_names = ("search", "status", "country_id", "theme_id")
    more_filters = ("programme_id", "date_from", "date_until")
    facts = ("date", "countries", "themes", "programme", "published_at")
    stages: ClassVar[Sequence[str]] = NEWS_STAGES
    detail_template = "news/item_detail.html"
    create_label = _l("Write news")
    empty_text = _l("News is drafted from a study visit or a milestone that took place, or written freely.")

    def crumbs(self, record: Any = None) -> list[Crumb]:
        found = super().crumbs()
        return [*found, Crumb(record.reference, record.get_absolute_url())] if record is not None else found

    def mend_url(self, record: Any, code: str) -> str:
        if not can(self.principal, "change", record).allowed:
            return ""
        return self.url("edit", record.pk) if code in ON_THE_FORM else f"{record.get_absolute_url()}#pictures"

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        title: Multilingual = record.title
        source = record.source
        is_seen = source is not None and can(self.principal, "view", source).allowed
        page = super().page_of(record, current=current) | {
            "title": title or record.reference,
            "source": source if is_seen else None,
            "public_url": record.public_url(get_language()) if record.is_published else "",
        }
        if not can(self.principal, "read_history", record).allowed:
            past = self.url("history", record.pk)
            page |= {"tabs": [tab for tab in page["tabs"] if tab.url != past], "last_change": None}
        return page

    def history(self) -> HttpResponse:
        require(self.principal, "read_history", self.record())
        return super().history()

    def fact_list(self, record: Any) -> list[Fact]:
        """Without a day of publication while there is none to know."""
        return [fact for fact in super().fact_list(record) if fact.value or fact.name != "published_at"]

    def extra(self, record: NewsItem) -> dict[str, Any]:
        return {
            "may_edit": can(self.principal, "change", record).allowed,
            "languages": record.languages,
        }


class PictureViews(PartViews):
    """Parts of a news item's page; what is not published is served here, to those who may see the item."""

    model = NewsPicture
    owner_model = NewsItem
    owner_key = "news_pk"
    path = "item"
    owner_list = "news:newsitem_list"
    resource = "picture"
    prefix = "news/<int:news_pk>/pictures"
    pages = ("create", "edit", "delete", "image")
    read_only_pages = ("image",)
    form_class = PictureForm
    add_title = _l("Add picture")

    def anchor(self, record: Any) -> str:
        return f"picture-{record.pk}"

    def image(self) -> FileResponse:
        picture: NewsPicture = self.record()
        return file_to_save(picture.file, name=f"{picture.pk}.jpg", content_type=picture.content_type)


@never_cache
@require_POST
def draft(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Draft news out of a record, and go to the draft."""
    if not request.user.is_authenticated:
        return signed_out(request)
    known = story_kind(kind)
    if known is None:
        raise Http404
    actor = request.actor  # type: ignore[attr-defined]
    rows: Any = known.model._default_manager
    item = draft_news(get_object_or_404(rows.visible_to(actor.principal), pk=pk), actor=actor)
    messages.success(request, _("Draft made from the data. Read it, mend it, add pictures."))
    return redirect(item)
