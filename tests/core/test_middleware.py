"""Request ids, languages, and refusals that become pages."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from fmm_portal.core.errors import DomainError, Forbidden, Refused
from fmm_portal.core.middleware import DomainErrorMiddleware
from tests.factories.institutions import InstitutionFactory


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [("trace-2019-001", True), ("short", False), ("bad id\nwith lines", False), ("x" * 41, False)],
)
def test_request_id_is_taken_when_it_is_harmless(client, given, is_kept) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]
    assert (answer == given) is is_kept
    assert len(answer) <= 40


def test_language_follows_the_browser_then_the_cookie_then_the_choice(client: Client, db: None) -> None:
    door = reverse("accounts:login")
    assert client.get(door, headers={"Accept-Language": "fr"})["Content-Language"] == "fr"
    assert client.get(door, headers={"Accept-Language": "pt-PT"})["Content-Language"] == "pt"
    assert client.get(door, headers={"Accept-Language": "de"})["Content-Language"] == "en"
    client.cookies["django_language"] = "fr"
    assert client.get(door)["Content-Language"] == "fr"
    assert client.post(reverse("set_language"), {"language": "en", "next": door}).url == door
    assert client.get(door)["Content-Language"] == "en"


def test_unknown_language_changes_nothing_and_foreign_pages_are_not_gone_to(client: Client, db: None) -> None:
    answer = client.post(reverse("set_language"), {"language": "xx", "next": "https://elsewhere.example/"})
    assert (answer.status_code, answer.url) == (302, reverse("home"))
    assert client.get(reverse("accounts:login"))["Content-Language"] == "en"


@pytest.mark.parametrize(
    ("refusal", "status", "reasons"),
    [
        (Forbidden("Not yours."), 403, ["Not yours."]),
        (Refused(["First this.", "Then that."]), 409, ["First this.", "Then that."]),
        (DomainError("What was that?"), 400, ["What was that?"]),
    ],
)
def test_refusals_become_pages_with_their_reasons(rf: RequestFactory, refusal, status, reasons) -> None:
    page = DomainErrorMiddleware(lambda request: None).process_exception(rf.get("/"), refusal)
    assert page.status_code == status
    assert [reason for reason in reasons if reason in page.content.decode()] == reasons


def test_bugs_are_not_taken_for_refusals(rf: RequestFactory) -> None:
    assert (
        DomainErrorMiddleware(lambda request: None).process_exception(rf.get("/"), ValueError("a bug"))
        is None
    )


def test_page_says_why_it_is_forbidden(browser_of, eva) -> None:
    institution = InstitutionFactory()
    page = browser_of(eva).get(reverse("institutions:institution_edit", args=[institution.pk]))
    assert page.status_code == 403
    assert "Your role does not allow this." in page.content.decode()


def test_unknown_address_has_the_frame_of_the_portal(browser_of, eva) -> None:
    page = browser_of(eva).get("/nowhere/")
    assert page.status_code == 404
    assert "There is nothing at this address" in page.content.decode()
    assert 'class="site-nav"' in page.content.decode()


def test_unknown_address_of_the_api_is_a_problem_document(client: Client) -> None:
    answer = client.get("/api/nowhere/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_writing_to_an_unknown_address_of_the_api_is_not_taken_for_a_page_without_its_token() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/api/v1/nowhere/", {}, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_error_of_our_own_shows_the_number_to_give(rf: RequestFactory) -> None:
    from fmm_portal.core.error_pages import server_error

    request = rf.get("/")
    request.request_id = "abcdef0123456789"
    page = server_error(request)
    assert page.status_code == 500
    assert "abcdef012345" in page.content.decode()


def test_form_without_its_token_says_what_to_do(eva) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(eva, backend="django.contrib.auth.backends.ModelBackend")
    page = client.post(reverse("accounts:logout"))
    assert page.status_code == 403
    assert "Load it again and send it once more." in page.content.decode()


def test_every_page_carries_the_policy_that_keeps_scripts_ours(browser_of, eva) -> None:
    page = browser_of(eva).get("/institutions/")
    policy = page["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    text = page.content.decode()
    assert " style=" not in text
    assert "<style" not in text
    assert "onclick=" not in text
