"""What every page does in a real browser: fields, filters, warnings, and the same without JavaScript."""

from collections.abc import Callable
from typing import Any

import pytest

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.institutions.models import Institution
from tests.factories.institutions import InstitutionFactory, country
from tests.journeys.pages import sign_in
from tests.personas import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def two_institutions(transactional_db: None) -> None:
    InstitutionFactory(acronym="ANPE", country=country("TG"), name=Multilingual(en="Employment agency"))
    InstitutionFactory(acronym="ANETI", country=country("TN"), name=Multilingual(en="Tunisian agency"))


def test_form_with_tabs_and_searchable_choices_saves_what_is_typed(
    open_page: Callable[..., Any], amina: Any, two_institutions: None
) -> None:
    page = open_page()
    sign_in(page, amina.email)
    page.goto("/institutions/add/")
    page.get_by_role("textbox", name="English").fill("Observatory")
    page.get_by_role("tab", name="Arabic").click()
    arabic = page.get_by_role("textbox", name="Arabic")
    assert arabic.get_attribute("dir") == "rtl"
    arabic.fill("مرصد")
    page.get_by_role("combobox", name="Country").fill("cote")
    page.get_by_role("option", name="Côte d’Ivoire").click()
    page.get_by_role("combobox", name="Kind").fill("observ")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add institution").click()
    page.get_by_role("heading", name="Observatory").wait_for()
    saved = Institution.objects.get(name__contains="Observatory")
    assert (dict(saved.name), saved.country.code, saved.kind) == (
        {"en": "Observatory", "ar": "مرصد"},
        "CI",
        "observatory",
    )


def test_list_follows_what_is_typed_and_keeps_it_in_the_address(
    open_page: Callable[..., Any], amina: Any, two_institutions: None
) -> None:
    page = open_page()
    sign_in(page, amina.email)
    page.goto("/institutions/")
    assert page.locator("#count").inner_text() == "2"
    page.locator("#id_search").press_sequentially("tunis")
    page.wait_for_url("**/institutions/?search=tunis")
    assert page.locator("#count").inner_text() == "1"
    page.get_by_role("link", name="Search: tunis").click()
    page.wait_for_url("**/institutions/?")
    assert page.locator("#count").inner_text() == "2"


def test_leaving_unsaved_text_asks_first(
    open_page: Callable[..., Any], amina: Any, two_institutions: None
) -> None:
    page = open_page()
    sign_in(page, amina.email)
    page.goto("/institutions/add/")
    page.get_by_label("City").fill("Lomé")
    page.get_by_text("Not saved yet").wait_for()
    questions: list[str] = []
    page.on("dialog", lambda dialog: (questions.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_timeout(300)
    assert questions == ["beforeunload"]
    assert page.get_by_label("City").input_value() == "Lomé"


def test_what_was_typed_when_the_session_ended_is_put_back_after_signing_in(
    open_page: Callable[..., Any], amina: Any, two_institutions: None
) -> None:
    page = open_page()
    sign_in(page, amina.email)
    address = Institution.objects.get(acronym="ANETI").get_absolute_url()
    page.goto(f"{address}edit/")
    page.get_by_label("City").fill("Tunis and its suburbs")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save changes").click()
    page.get_by_label("Password").wait_for()
    page.get_by_label("E-mail address").fill(amina.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Not saved yet").wait_for()
    assert page.get_by_label("City").input_value() == "Tunis and its suburbs"

    page.get_by_role("button", name="Save changes").click()

    assert page.locator(".alert--good").inner_text() == "ANETI (Tunisia): saved."
    page.goto(f"{address}edit/")
    assert page.get_by_text("Not saved yet").count() == 0, "put back once"


def test_everything_works_without_javascript(
    open_page: Callable[..., Any], amina: Any, two_institutions: None
) -> None:
    page = open_page(javascript=False)
    sign_in(page, amina.email)
    page.goto("/institutions/")
    page.locator("#id_search").fill("tunis")
    page.get_by_role("button", name="Apply filters").click()
    assert page.locator("#count").inner_text() == "1"
    page.get_by_role("link", name="ANETI").click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("City").fill("Tunis")
    page.get_by_text("In other languages").click()
    page.get_by_label("French").first.fill("Agence tunisienne")
    page.get_by_role("button", name="Save changes").click()
    assert page.locator(".alert--good").inner_text() == "ANETI (Tunisia): saved."
    page.get_by_role("button", name="Français").click()
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.url.endswith(Institution.objects.get(acronym="ANETI").get_absolute_url()), (
        "the switch keeps the page"
    )


@pytest.mark.parametrize("width", [390, 1920])
def test_pages_never_scroll_sideways(
    open_page: Callable[..., Any], amina: Any, two_institutions: None, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 900})
    sign_in(page, amina.email)
    institution = Institution.objects.get(acronym="ANPE")
    Institution.objects.filter(pk=institution.pk).update(
        name=Multilingual(
            fr="Ministère de la Fonction publique, du Travail et de la Réforme administrative " * 2
        )
    )
    address = institution.get_absolute_url()
    for url in ("/", "/institutions/", address, f"{address}edit/", f"{address}history/", "/delegations/add/"):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
