"""Steps that most journeys begin with."""

from typing import Any

from tests.personas import PASSWORD


def sign_in(page: Any, email: str) -> None:
    """From the door to the first screen."""
    page.goto("/account/sign-in/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Good day").wait_for()
