"""A person at a browser, who goes by what the pages say in one language."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import trans_real
from pypdf import PdfReader

from fmm_portal.accounts.models import User
from tests.personas import PASSWORD

NAMES = {"en": "English", "fr": "Français"}

# Each role does its jobs twice: in English with JavaScript, and in French without.
both_ways = pytest.mark.parametrize(
    ("language", "javascript"),
    [
        pytest.param("en", True, id="English with JavaScript"),
        pytest.param("fr", False, id="French without JavaScript"),
    ],
)


def sign_in(page: Any, email: str) -> None:
    """From the door to the first screen."""
    page.goto("/account/sign-in/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Good day").wait_for()


def words_in(language: str, text: str, /, *, context: str = "", one: str = "", **values: Any) -> str:
    """What a page says in a language where the code says `text`; a text that no page has is a mistake.

    `one` is the text for a single thing, where `number` or `count` says how many there are.
    """
    with translation.override(language):
        if language != "en":
            key = f"{context}\x04{one or text}" if context else one or text
            catalog = trans_real.translation(language)._catalog
            assert key in catalog or (key, 1) in catalog, f"{key!r} is no text of the portal"
        if one:
            found = translation.ngettext(one, text, values.get("number") or values["count"])
        else:
            found = translation.pgettext(context, text) if context else translation.gettext(text)
        return found % values if values else found


def plain(text: str) -> str:
    """Without the spaces and apostrophes of typography, which a PDF or a page may set in several ways."""
    return re.sub(r"\s+", " ", text.replace("\u2019", "'").replace("\u00ad", "")).strip()


class Person:
    """Somebody at the browser. Texts are given in English and looked for in the language of the person."""

    def __init__(self, page: Any, language: str = "en", *, javascript: bool = True) -> None:
        self.page, self.language, self.javascript = page, language, javascript

    def words(self, text: str, /, **values: Any) -> str:
        return words_in(self.language, text, **values)

    @property
    def main(self) -> Any:
        return self.page.locator("main")

    def sign_in(self, user: User) -> None:
        """Chooses the language at the door, and is on the first screen."""
        self.page.goto("/account/sign-in/")
        if self.language != "en":
            self.page.get_by_role("button", name=NAMES[self.language]).click()
        self.page.get_by_label(self.words("E-mail address")).fill(user.email)
        self.page.get_by_label(self.words("Password")).fill(PASSWORD)
        self.page.get_by_role("button", name=self.words("Sign in")).click()
        self.page.get_by_role(
            "heading", name=self.words("Good day, %(name)s", name=user.get_short_name())
        ).wait_for()
        assert self.page.locator("html").get_attribute("lang") == self.language

    def go(self, part: str) -> None:
        """To a part of the portal, by its navigation."""
        navigation = self.page.get_by_role("navigation", name=self.words("Main"))
        navigation.get_by_role("link", name=self.words(part), exact=True).click()

    def follow(self, text: str, /, about: str = "", **values: Any) -> None:
        """A link by its words. What is only read out, such as ": ANETI", may be set off by a space."""
        words = re.escape(self.words(text, **values)) + (rf"\s*:?\s*{re.escape(about)}" if about else "")
        self.main.get_by_role("link", name=re.compile(f"^{words}$")).first.click()

    def open(self, record: object) -> None:
        """A record by what it is called, in whatever language that is."""
        self.main.get_by_role("link", name=str(record)).first.click()

    def figure(self, label: str) -> None:
        """A number that leads to its rows."""
        words = words_in(self.language, label, context="figure")
        self.main.locator(".figure").get_by_text(words).click()

    def tab(self, name: str) -> None:
        self.page.locator(".tabs").get_by_role("link", name=re.compile(f"^{self.words(name)}")).click()

    def press(self, text: str, /, **values: Any) -> None:
        self.main.get_by_role("button", name=self.words(text, **values), exact=True).first.click()

    def take(self, step: str) -> None:
        """A step of a workflow: at once, or on a page that warns or asks."""
        name = self.words(step)
        strip = self.page.locator(".strip__aside, .record-steps, main").first
        if strip.get_by_role("button", name=name, exact=True).count():
            strip.get_by_role("button", name=name, exact=True).first.click()
        else:
            strip.get_by_role("link", name=name, exact=True).first.click()
            self.press(step)

    def write(self, **texts: str) -> None:
        """By field; texts in two languages are given as `topic` and `topic_fr`."""
        for name, text in texts.items():
            box = self.page.locator(f"[name={name}], [name={name}_en]").first
            if not box.is_visible():
                self.unfold(box)
            box.fill(text)

    def unfold(self, box: Any) -> None:
        """Another language of a text: behind a tab, or without JavaScript in a fold under the first."""
        field = box.locator("xpath=ancestor::div[contains(@class, 'multilingual')][1]/..")
        if self.javascript:
            code = str(box.get_attribute("name")).rpartition("_")[2].upper()
            field.get_by_role("tab", name=code).click()
        else:
            field.locator("summary").click()

    def choose(self, **values: str) -> None:
        for name, value in values.items():
            select = self.page.locator(f"select[name={name}]")
            if select.is_visible():
                select.select_option(value)
            else:
                # A long choice is a box that searches, made out of the select.
                label = select.locator(f"option[value='{value}']").text_content().strip()
                box = select.locator("xpath=following-sibling::div").get_by_role("combobox")
                box.fill(label)
                self.page.get_by_role("option", name=label, exact=True).click()

    def says(self, text: str, /, **values: Any) -> None:
        """The page says a text of the portal."""
        self.shows(self.words(text, **values))

    def shows(self, text: str) -> None:
        """The page shows what somebody wrote."""
        self.main.get_by_text(text).first.wait_for()

    def finds_nothing(self, *texts: str) -> None:
        """The page says none of these texts, be it in the language of the person or as it stands here."""
        shown = plain(self.page.locator("body").inner_text())
        with translation.override(self.language):
            found = [text for text in texts if text in shown or plain(translation.gettext(text)) in shown]
        assert not found, f"{self.page.url} offers {found}"

    def download(self, text: str, folder: Path, /, **values: Any) -> Path:
        """Saves what a link of the page gives."""
        with self.page.expect_download() as downloading:
            self.follow(text, **values)
        path: Path = folder / downloading.value.suggested_filename
        downloading.value.save_as(path)
        return path


def text_of_pdf(path: Path) -> str:
    return plain(" ".join(sheet.extract_text() for sheet in PdfReader(path).pages)).casefold()
