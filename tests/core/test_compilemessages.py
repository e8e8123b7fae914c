"""Translated texts are compiled without any gettext program."""

import gettext
import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'


@pytest.fixture
def catalogue(tmp_path: Path, settings) -> Path:
    settings.LOCALE_PATHS = [tmp_path]
    source = tmp_path / "fr" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(
        HEADER
        + 'msgid "Add visit"\nmsgstr "Ajouter une visite"\n\n'
        + '#, fuzzy\nmsgid "Close visit"\nmsgstr "Valider"\n\n'
        + 'msgid "%(n)d visit"\nmsgid_plural "%(n)d visits"\nmsgstr[0] "%(n)d visite"\nmsgstr[1] "%(n)d visites"\n',
        encoding="utf-8",
    )
    return source


def texts(source: Path) -> gettext.GNUTranslations:
    with source.with_suffix(".mo").open("rb") as compiled:
        return gettext.GNUTranslations(compiled)


def test_finished_texts_are_compiled_and_unfinished_ones_left_out(catalogue: Path) -> None:
    output = StringIO()

    call_command("compilemessages", verbosity=2, stdout=output)

    french = texts(catalogue)
    assert french.gettext("Add visit") == "Ajouter une visite"
    assert french.gettext("Close visit") == "Close visit"
    assert [french.ngettext("%(n)d visit", "%(n)d visits", number) for number in (0, 1, 2)] == [
        "%(n)d visite",
        "%(n)d visite",
        "%(n)d visites",
    ]
    assert output.getvalue() == f"{catalogue.with_suffix('.mo')}: 2 texts\n"


def test_what_is_up_to_date_is_left_alone(catalogue: Path) -> None:
    compiled = catalogue.with_suffix(".mo")
    compiled.write_bytes(b"earlier")
    os.utime(catalogue, (0, 0))

    call_command("compilemessages")
    assert compiled.read_bytes() == b"earlier"

    call_command("compilemessages", force=True)
    assert texts(catalogue).gettext("Add visit") == "Ajouter une visite"


def test_a_broken_file_is_named(catalogue: Path) -> None:
    catalogue.write_text(HEADER + 'msgid "a"\nnonsense\n', encoding="utf-8")

    with pytest.raises(CommandError, match=r"fr/LC_MESSAGES/django\.po"):
        call_command("compilemessages")
