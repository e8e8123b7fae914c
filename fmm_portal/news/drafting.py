"""How facts become a draft: the pillars register who tells the story of their records, the portal writes it down."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from fmm_portal.core.errors import Refused
from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.policies import require
from fmm_portal.core.principals import Actor
from fmm_portal.core.querysets import fold
from fmm_portal.core.services import create_record, lock
from fmm_portal.facility.models import Programme
from fmm_portal.institutions.models import Country, Theme
from fmm_portal.news.enums import NewsStatus
from fmm_portal.news.models import NewsItem


class Story(NamedTuple):
    """What is told of a record, in the active language: nothing that is not for everybody."""

    title: str
    lead: str
    body: str


class About(NamedTuple):
    """Under what a story is found, and the text that says in which languages it can be told."""

    told_in: Multilingual
    date: PartialDate | None
    countries: Iterable[Country] = ()
    themes: Iterable[Theme] = ()
    programme: Programme | None = None


@dataclass(frozen=True, slots=True)
class StoryKind:
    """How records of one model are told. `key` names them in addresses, as the API does.

    `not_yet` says why there is nothing to tell, "" when there is; `names` are those of people, who are told by
    their positions alone.
    """

    model: type[Record]
    key: str
    about: Callable[[Any], About]
    tell: Callable[[Any], Story]
    not_yet: Callable[[Any], str]
    names: Callable[[Any], Iterable[str]]


_kinds: dict[type[Record], StoryKind] = {}


def register_story(kind: StoryKind) -> None:
    _kinds[kind.model] = kind


def story_kind(key: str) -> StoryKind | None:
    return next((kind for kind in _kinds.values() if kind.key == key), None)


def story_kinds() -> list[StoryKind]:
    return list(_kinds.values())


def kind_of(record: Record) -> StoryKind | None:
    return _kinds.get(type(record))


def told(record: Record, kind: StoryKind, about: About) -> dict[str, Multilingual]:
    """Title, lead and text in every language that the portal speaks and the record is written in."""
    spoken = [code for code, _name in settings.LANGUAGES if code in about.told_in]
    stories: dict[str, Story] = {}
    for code in spoken or list(about.told_in)[:1]:
        with translation.override(code):
            stories[code] = kind.tell(record)
    return {
        field: Multilingual({code: getattr(story, field) for code, story in stories.items()})
        for field in Story._fields
    }


@transaction.atomic
def draft_news(record: Record, *, actor: Actor) -> NewsItem:
    """A draft out of a record's data, or the one that is there already: a second click makes no second draft.

    Raises Forbidden, Refused when there is nothing to tell yet.
    """
    kind = kind_of(record)
    if kind is None:
        raise Refused(_("No news is drafted from this kind of record."))
    require(actor.principal, "create", NewsItem)
    source = lock(record)
    waiting = NewsItem.objects.drafted_from(source).filter(status=NewsStatus.DRAFT).order_by("pk").first()
    if waiting is not None:
        return waiting
    if reason := kind.not_yet(source):
        raise Refused(reason, code="nothing_to_tell")
    about = kind.about(source)
    item = NewsItem(date=about.date, programme=about.programme, source=source, **told(source, kind, about))
    return create_record(
        item, actor=actor, related={"countries": list(about.countries), "themes": list(about.themes)}
    )


def names_somebody(item: NewsItem) -> bool:
    """Whether a text of the item, or of its pictures, carries the name of a person that its source knows."""
    source = item.source
    kind = kind_of(source) if source is not None else None
    if source is None or kind is None:
        return False
    names = [f" {name} " for given in kind.names(source) if (name := _words(given))]
    if not names:
        return False
    pictures = [
        text for picture in item.pictures.all() for text in (picture.caption, picture.alternative_text)
    ]
    texts = [value for text in (item.title, item.lead, item.body, *pictures) for value in text.values()]
    return any(name in f" {_words(text)} " for text in texts for name in names)


def _words(text: str) -> str:
    """Bare words with one space between them, so that punctuation hides no name."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in fold(text)).split())
