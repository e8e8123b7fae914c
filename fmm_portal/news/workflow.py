"""The states of a news item and what publishing needs: every missing thing is named."""

from collections.abc import Callable

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.principals import Actor
from fmm_portal.core.workflow import Guard, Text, Transition, Workflow, register_workflow
from fmm_portal.news.drafting import names_somebody
from fmm_portal.news.enums import NewsStatus as S
from fmm_portal.news.models import NewsItem


def has_title(item: NewsItem) -> str | None:
    return None if item.title else _t("Give a title in at least one language.")


def text_check(field: str, nothing: Text, incomplete: Text) -> Callable[[NewsItem], str | None]:
    """A text that must be there in every language that has a title."""

    def check(item: NewsItem) -> str | None:
        text = getattr(item, field)
        if not text:
            return str(nothing)
        missing = [
            str(name) for code, name in settings.CONTENT_LANGUAGES if code in item.title and code not in text
        ]
        return str(incomplete) % {"languages": ", ".join(missing)} if missing else None

    return check


def titles_every_text(item: NewsItem) -> str | None:
    """A language without a title is not published: its text would be lost without a word."""
    untitled = [
        str(name)
        for code, name in settings.CONTENT_LANGUAGES
        if code not in item.title and (code in item.lead or code in item.body)
    ]
    if not item.title or not untitled:
        return None
    return _t("The title is missing in: %(languages)s.") % {"languages": ", ".join(untitled)}


def has_date(item: NewsItem) -> str | None:
    return None if item.date else _t("Say when it took place; the month or the year is enough.")


def has_country(item: NewsItem) -> str | None:
    return None if item.countries.exists() else _t("Name at least one country.")


def picture_check(field: str, sentence: Text) -> Callable[[NewsItem], str | None]:
    """A text that every picture needs in every language of the item; one sentence names all that is missing."""

    def check(item: NewsItem) -> str | None:
        wanted = item.languages or [settings.LANGUAGE_CODE]
        found = [
            str(sentence) % {"number": number, "languages": ", ".join(missing)}
            for number, picture in enumerate(item.pictures.all(), start=1)
            if (missing := picture.missing(wanted)[field])
        ]
        return " ".join(found) or None

    return check


def names_nobody(item: NewsItem) -> str | None:
    """Who was there is told by position: the text must not carry a name that its source keeps."""
    if not names_somebody(item):
        return None
    return _t("The text names a person of the delegation. Write the position instead.")


def note_publication(item: NewsItem, actor: Actor) -> None:
    """The day of the first publication stays through corrections."""
    if item.published_at is None:
        item.published_at = timezone.now()
        item.save(update_fields=["published_at"])


NEWS_WORKFLOW = Workflow(
    NewsItem,
    "status",
    (
        Transition(
            "publish",
            _("Publish news"),
            (S.DRAFT,),
            S.PUBLISHED,
            guards=(
                Guard("title", has_title),
                Guard("titles", titles_every_text),
                Guard(
                    "lead",
                    text_check("lead", _("Write the lead."), _("The lead is missing in: %(languages)s.")),
                ),
                Guard(
                    "text",
                    text_check("body", _("Write the text."), _("The text is missing in: %(languages)s.")),
                ),
                Guard("date", has_date),
                Guard("country", has_country),
                Guard(
                    "alternative_texts",
                    picture_check(
                        "alternative_text",
                        _("Picture %(number)d has no text in its place in: %(languages)s."),
                    ),
                ),
                Guard(
                    "captions",
                    picture_check("caption", _("Picture %(number)d has no caption in: %(languages)s.")),
                ),
                Guard("names", names_nobody),
            ),
            effects=(note_publication,),
        ),
        Transition(
            "withdraw", _("Withdraw news"), (S.PUBLISHED,), S.WITHDRAWN, needs_reason=True, is_forward=False
        ),
        Transition("redraft", _("Return news to draft"), (S.WITHDRAWN,), S.DRAFT),
    ),
)


def register() -> None:
    register_workflow(NEWS_WORKFLOW)
