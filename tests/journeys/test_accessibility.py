"""Every page of the portal as a program sees it that looks for barriers: axe-core, WCAG 2.2 A and AA."""

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from tests.conftest import ALL_MUST_RUN
from tests.everything import Everything
from tests.journeys.pages import sign_in
from tests.project.test_access import ROUTES, Addresses
from tests.signing_in import signed_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

PARTS = 4
STANDARD = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}


def pages(marc: Any, part: int) -> Iterator[tuple[str, str]]:
    """Name and address of each page that a manager opens; one part of several, for several processes."""
    addresses = Addresses(Everything())
    client = signed_in(marc)
    for name in list(ROUTES)[part::PARTS]:
        response = client.get(addresses.of(name))
        if (
            response.status_code == 200
            and not response.streaming
            and b"<!doctype html>" in response.content[:40]
        ):
            yield name, addresses.of(name)


def barriers(page: Any) -> list[str]:
    found = Axe().run(page, options=STANDARD).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} ({node['failureSummary']})"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_puts_a_barrier_in_the_way(open_page: Callable[..., Any], marc: Any, part: int) -> None:
    """Half of the pages on a phone and half in the dark; in every language where all must run, else in turn."""
    # The picture of the made-up news is not on file.
    window = open_page(viewport={"width": 1280, "height": 900}, tolerates=("404 (Not Found)",))
    sign_in(window, marc.email)
    languages = [language for language, _name in settings.LANGUAGES]
    looks = cycle(
        ([language], width, scheme)
        for width, scheme in ((1280, "light"), (390, "dark"), (1280, "dark"), (390, "light"))
        for language in languages
    )
    complaints = []
    for (name, address), (in_turn, width, scheme) in zip(pages(marc, part), looks, strict=False):
        window.emulate_media(color_scheme=scheme)
        for language in languages if ALL_MUST_RUN else in_turn:
            window.set_extra_http_headers({"Accept-Language": language})
            window.set_viewport_size({"width": width, "height": 900})
            window.goto(address)
            # As tall as the page: what a bar at the foot covers for now can be scrolled free.
            height = window.evaluate("document.documentElement.scrollHeight")
            window.set_viewport_size({"width": width, "height": max(height, 900)})
            complaints += [
                f"{name} in {language} at {width} px, {scheme}: {barrier}" for barrier in barriers(window)
            ]
    assert not complaints, "\n".join(complaints)
