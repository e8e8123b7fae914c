"""The text of news as people write it, in paragraphs, headings and lists, and as a page shows it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

HEADING, LIST_LINE = "## ", "- "


class Section(NamedTuple):
    """A heading with sentences and a list under it; any of them may be missing."""

    heading: str = ""
    sentences: Sequence[str] = ()
    lines: Sequence[str] = ()


def written(sections: Iterable[Section]) -> str:
    """Sections as one text. Those that say nothing under their heading are left out."""
    parts: list[str] = []
    for section in sections:
        sentences = [text for text in section.sentences if text]
        lines = [f"{LIST_LINE}{line}" for line in section.lines if line]
        if not sentences and not lines:
            continue
        parts += [f"{HEADING}{section.heading}"] if section.heading else []
        parts += sentences
        parts += ["\n".join(lines)] if lines else []
    return "\n\n".join(parts)


def drawn_as_html(text: str, *, level: int = 2) -> SafeString:
    """The text in elements; whatever else is in it is shown as it was typed."""
    return mark_safe("".join(_elements(text, level)))  # noqa: S308 - every part is escaped


def _elements(text: str, level: int) -> Iterator[str]:
    for written_block in _blocks(text):
        block = written_block
        if block[0].startswith(HEADING):
            yield format_html("<h{0}>{1}</h{0}>", level, block[0].removeprefix(HEADING))
            block = block[1:]
        if not block:
            continue
        if all(line.startswith(LIST_LINE) for line in block):
            items = format_html_join("", "<li>{}</li>", ((line.removeprefix(LIST_LINE),) for line in block))
            yield format_html("<ul>{}</ul>", items)
        else:
            yield format_html(
                "<p>{}</p>", format_html_join(mark_safe("<br>"), "{}", ((line,) for line in block))
            )


def _blocks(text: str) -> Iterator[list[str]]:
    """Lines that stand together."""
    block: list[str] = []
    for line in [*(line.strip() for line in text.splitlines()), ""]:
        if line:
            block.append(line)
        elif block:
            yield block
            block = []
