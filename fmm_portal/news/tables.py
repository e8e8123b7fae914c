"""The list of news for those who write it."""

from fmm_portal.core.tables import Column, DateColumn, LinkColumn, ManyColumn, StatusColumn, Table
from fmm_portal.news.models import NewsItem


class NewsTable(Table):
    reference = LinkColumn(sort="reference", is_narrow=True)
    title = Column(sort="search_text")
    countries = ManyColumn()
    date = DateColumn(sort="date")
    published_at = DateColumn(sort="published_at")
    status = StatusColumn(sort="status")

    model = NewsItem
    order = "-date"
