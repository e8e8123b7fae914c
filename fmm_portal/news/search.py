"""How news is found."""

from django.utils.translation import gettext_lazy as _

from fmm_portal.core.search import SearchKind, register_search
from fmm_portal.news.models import NewsItem


def register() -> None:
    register_search(
        SearchKind(
            150, NewsItem, _("News"), lambda row: row.title, place=lambda row: row.programme,
            dated=lambda row: (row.date, None), joined=("programme",),
        )
    )  # fmt: skip
