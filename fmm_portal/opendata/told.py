"""The public news of an action: what was drafted from records that belong to it. Apps say which those are."""

from collections.abc import Callable, Collection, Iterable

from django.contrib.contenttypes.models import ContentType

from fmm_portal.core.models import Record
from fmm_portal.news.models import NewsItem

# Pairs of an action and a record of the model, both by their keys.
Find = Callable[[Collection[int]], Iterable[tuple[int, int]]]

_told: dict[type[Record], Find] = {}


def register_told(model: type[Record], find: Find) -> None:
    """Let news of this model's records count as news of the actions that `find` names, in one query."""
    _told[model] = find


def public_news_of(actions: Collection[int]) -> dict[int, list[NewsItem]]:
    """What everybody may read about these actions, the oldest first."""
    found: dict[int, list[NewsItem]] = {}
    for model, find in _told.items():
        pairs = list(find(actions))
        rows = NewsItem.objects.public().filter(
            source_type=ContentType.objects.get_for_model(model), source_id__in={pk for _action, pk in pairs}
        )
        items: dict[int, list[NewsItem]] = {}
        for item in rows.order_by("pk"):
            items.setdefault(item.source_id or 0, []).append(item)
        for action, pk in pairs:
            found.setdefault(action, []).extend(items.get(pk, ()))
    return found
