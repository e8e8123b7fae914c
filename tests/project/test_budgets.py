"""What pages may cost, in queries and never in milliseconds: the same for 10 rows as for 60, and not more than said.

`make bench` has the other half: ratios to plain Django templates at 100,000 rows.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fmm_portal.accounts.models import User
from fmm_portal.institutions.models import Institution, Theme
from studyvisits.enums import VisitStatus
from studyvisits.models import StudyVisit
from tests.factories.institutions import InstitutionFactory, country
from tests.factories.studyvisits import AgendaItemFactory, CommitmentFactory, StudyVisitFactory

pytestmark = pytest.mark.django_db

FEW, MANY = 10, 60
MOST_OF_THE_FIRST_SCREEN, MOST_OF_A_VISIT = 40, 25


@pytest.fixture(autouse=True)
def _kept_as_in_use(settings: Any) -> Iterator[None]:
    settings.KEPT_SECONDS = 30
    cache.clear()
    yield
    cache.clear()


def queries(browser: Client, address: str, **headers: str) -> int:
    """Of a page opened again: what is kept of it is kept by then."""
    assert browser.get(address, headers=headers).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        browser.get(address, headers=headers)
    return len(captured)


def add_institutions(number: int) -> None:
    parent = InstitutionFactory()
    for _each in range(number - 1):
        InstitutionFactory(parent=parent).themes.add(Theme.objects.order_by("?").first())


def add_visits(number: int) -> None:
    owner = User.objects.get(email="amina@example.org")
    for each in range(number):
        visit = StudyVisitFactory(owner=owner, sending="TG GH", hosting="TN IT")
        if each % 2:
            StudyVisit.objects.filter(pk=visit.pk).update(status=VisitStatus.COMPLETED)
        AgendaItemFactory(visit=visit)
        CommitmentFactory(source=visit, owner=owner)


@pytest.mark.parametrize(
    ("name", "add", "most"),
    [("institutions:institution_list", add_institutions, 8), ("studyvisits:visit_list", add_visits, 8)],
)
def test_list_of_fifty(amina: User, browser_of: Any, name: str, add: Any, most: int) -> None:
    browser, address = browser_of(amina), f"{reverse(name)}?page_size=50"
    add(FEW)
    few = queries(browser, address), queries(browser, address, HX_Request="true")
    add(MANY - FEW)
    assert (queries(browser, address), queries(browser, address, HX_Request="true")) == few
    assert max(few) <= most


def test_pages_of_records(amina: User, browser_of: Any) -> None:
    browser = browser_of(amina)
    add_institutions(FEW)
    assert queries(browser, Institution.objects.order_by("-pk")[0].get_absolute_url()) <= 12
    add_visits(1)
    visit = StudyVisit.objects.order_by("-pk")[0]
    few = queries(browser, visit.get_absolute_url())
    assert few <= MOST_OF_A_VISIT
    for _each in range(FEW):
        AgendaItemFactory(visit=visit)
        CommitmentFactory(source=visit, owner=amina)
    assert queries(browser, visit.get_absolute_url()) == few


def test_first_screen(amina: User, browser_of: Any) -> None:
    """New it asks everything; after that whether anything has changed, and nothing else."""
    browser, address = browser_of(amina), reverse("home")
    browser.get(address)  # content types
    add_visits(FEW)
    cache.clear()
    with CaptureQueriesContext(connection) as few:
        browser.get(address)
    assert len(few) <= MOST_OF_THE_FIRST_SCREEN
    assert queries(browser, address) <= 4
    add_visits(MANY - FEW)
    cache.clear()
    with CaptureQueriesContext(connection) as many:
        browser.get(address)
    assert len(many) == len(few)


def test_nothing_of_one_request_is_kept(amina: User, browser_of: Any) -> None:
    """A token of a form belongs to one session."""
    add_visits(FEW)
    parts = browser_of(amina).get(reverse("home")).context["parts"]
    assert "csrfmiddlewaretoken" not in parts


def test_filter_lists_no_more_choices_than_a_menu_holds(
    amina: User, browser_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fmm_portal.core.filter_bar.MOST_CHOICES", 1)
    for code in ("TG", "GH"):
        InstitutionFactory(country=country(code))
    address = reverse("institutions:institution_list")
    page = browser_of(amina).get(address, {"country_id": country("TG").pk}).content.decode()
    assert "There are more than can be listed here." in page
    assert f'name="country_id" value="{country("TG").pk}"' in page, "what is chosen is always listed"
