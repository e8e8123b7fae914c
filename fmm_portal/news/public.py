"""The pages for everybody: what is published, in the language of the address, the same for each visitor."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from fmm_portal.core.downloads import file_to_save
from fmm_portal.core.querysets import fold
from fmm_portal.institutions.models import Country, Theme
from fmm_portal.news.models import NewsItem, NewsPicture
from fmm_portal.news.querysets import NewsItemQuerySet

PAGE_SIZE = 10
MORE = 3
# So long may a browser show what has been withdrawn since.
PAGE_SECONDS, PICTURE_SECONDS = 60, 3600


@dataclass(frozen=True, slots=True)
class Edition:
    """A page in one of the portal's languages, for the switch and for search engines."""

    code: str
    name: str
    url: str


def in_language(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page in the language that its address names; 404 for one that the portal does not speak."""

    @wraps(view)
    def spoken(request: HttpRequest, language: str, **kwargs: Any) -> HttpResponse:
        if language not in dict(settings.LANGUAGES):
            raise Http404
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = view(request, **kwargs)
        response["Content-Language"] = language
        return response

    return require_safe(cache_control(public=True, max_age=PAGE_SECONDS)(spoken))


def language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def frame(request: HttpRequest, route: str, *args: Any) -> dict[str, Any]:
    """What the layout of every public page needs: its editions, its one address, the feed of its language."""
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    editions = [
        Edition(code, str(name), reverse(name_of(route), args=[code, *args]) + query)
        for code, name in settings.LANGUAGES
    ]
    own = next(edition for edition in editions if edition.code == language())
    return {
        "editions": [(each, request.build_absolute_uri(each.url)) for each in editions],
        "canonical": request.build_absolute_uri(own.url),
        "news_url": reverse("open:news_list", args=[language()]),
        "feed_url": request.build_absolute_uri(reverse("open:news_feed", args=[language()])),
    }


def name_of(route: str) -> str:
    """A route of the public pages; those of another app are given with its name."""
    return route if ":" in route else f"open:{route}"


def about_the_news() -> str:
    """What one finds here, for the head of the list and of the feed."""
    return _("What the programme does with its partners: study visits, strategies and what comes of them.")


def cut(request: HttpRequest, rows: NewsItemQuerySet) -> Page[NewsItem]:
    return Paginator(rows.prefetch_related("countries", "pictures"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )


def by_name(rows: Any) -> list[Any]:
    return sorted(rows, key=lambda row: fold(str(row.name)))


@in_language
def news_list(request: HttpRequest) -> HttpResponse:
    """All published news, of one country or theme where the visitor chose it."""
    public = NewsItem.objects.public()
    chosen = {name: request.GET.get(name, "").strip() for name in ("country", "theme")}
    rows = public
    if chosen["country"]:
        rows = rows.filter(countries__code=chosen["country"].upper())
    if chosen["theme"]:
        rows = rows.filter(themes__code=chosen["theme"])
    keys = public.order_by().values("pk")
    return render(
        request,
        "open/news_list.html",
        {
            "title": _("News"),
            "description": about_the_news(),
            "page": cut(request, rows),
            "chosen": chosen,
            "is_narrowed": any(chosen.values()),
            "countries": by_name(
                Country.objects.filter(pk__in=_related(NewsItem.countries, "country", keys))
            ),
            "themes": by_name(Theme.objects.filter(pk__in=_related(NewsItem.themes, "theme", keys))),
            **frame(request, "news_list"),
        },
    )


def _related(relation: Any, name: str, items: Any) -> Any:
    """The keys of what these items are about."""
    return relation.through.objects.filter(newsitem__in=items).order_by().values(name)


@in_language
def news_country(request: HttpRequest, code: str) -> HttpResponse:
    """The news of one country."""
    country = get_object_or_404(Country, code=code.upper())
    return render(
        request,
        "open/news_country.html",
        {
            "title": _("News: %(country)s") % {"country": country.name},
            "description": _("What the programme does with %(country)s.") % {"country": country.name},
            "country": country,
            "page": cut(request, NewsItem.objects.public().filter(countries=country)),
            **frame(request, "news_country", country.code),
        },
    )


@in_language
def news_item(request: HttpRequest, reference: str) -> HttpResponse:
    """One news item; what is not published does not exist."""
    rows = NewsItem.objects.public().with_detail().prefetch_related("programme__visibility_texts")
    item: NewsItem = get_object_or_404(rows, reference=reference)
    cover, others = item.cover, list(item.pictures.all())[1:]
    on = (item.published_at or timezone.now()).date()
    more = NewsItem.objects.public().filter(countries__in=item.countries.all()).exclude(pk=item.pk).distinct()
    return render(
        request,
        "open/news_item.html",
        {
            "title": item.title,
            "description": item.lead,
            "item": item,
            "cover": cover,
            "cover_url": request.build_absolute_uri(picture_url(cover, "large")) if cover else "",
            "pictures": others,
            "visibility": item.programme.visibility_on(on) if item.programme else None,
            "more": more[:MORE],
            "fallback": item.title.in_language() if item.title.in_language().is_fallback else None,
            **frame(request, "news_item", item.reference),
        },
    )


def picture_url(picture: NewsPicture, size: str) -> str:
    return reverse("open:picture", args=[picture.pk, size])


def _etag(request: HttpRequest, pk: int, size: str) -> str | None:
    """The content, for as long as it is public: a picture that was withdrawn is not "unchanged"."""
    found = _public_pictures().filter(pk=pk).values_list("sha256", flat=True).first()
    return f'"{found}-{size}"' if found else None


def _public_pictures() -> Any:
    return NewsPicture.objects.filter(item__in=NewsItem.objects.public().any_pk())


@require_safe
@condition(etag_func=_etag)
def picture(request: HttpRequest, pk: int, size: str) -> HttpResponseBase:
    """A picture of a published item, in one of its two sizes; kept by browsers for an hour."""
    found: NewsPicture = get_object_or_404(_public_pictures(), pk=pk)
    file = found.file if size == "large" else found.small_file
    response: FileResponse = file_to_save(
        file, name=f"{found.pk}-{size}.jpg", content_type=found.content_type
    )
    response["Cache-Control"] = f"public, max-age={PICTURE_SECONDS}"
    return response
