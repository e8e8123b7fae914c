"""What is kept of the first screen is never older than the last change."""

from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from fmm_portal.accounts.actors import actor_of
from fmm_portal.accounts.models import User
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.services import create_record, update_record
from fmm_portal.institutions.models import Institution
from studyvisits.enums import VisitStatus
from studyvisits.models import StudyVisit
from tests.factories.institutions import country
from tests.factories.studyvisits import StudyVisitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept_for_an_hour(settings) -> None:
    settings.KEPT_SECONDS = 3600
    cache.clear()


def test_first_screen_knows_at_once_what_anybody_changed(amina: User, marc: User, browser_of: Any) -> None:
    browser, address = browser_of(amina), reverse("home")
    new = Institution(name=Multilingual(en="Office of statistics"), kind="government", country=country("TG"))
    assert "Office of statistics" not in browser.get(address).content.decode()
    created = create_record(new, actor=actor_of(marc))
    assert "Office of statistics" in browser.get(address).content.decode()
    update_record(created, changes={"name": Multilingual(en="Office of numbers")}, actor=actor_of(marc))
    page = browser.get(address).content.decode()
    assert "Office of numbers" in page
    assert "Office of statistics" not in page


def test_what_is_kept_for_one_is_not_shown_to_another(amina: User, fatou: User, browser_of: Any) -> None:
    StudyVisitFactory(owner=amina, title=Multilingual(en="Seen by staff"))
    StudyVisit.objects.update(status=VisitStatus.COMPLETED)
    assert "Seen by staff" in browser_of(amina).get(reverse("home")).content.decode()
    assert "Seen by staff" not in browser_of(fatou).get(reverse("home")).content.decode()


def test_what_one_follows_shows_at_once(browser_of, amina, marc, by) -> None:
    visit = StudyVisitFactory()
    update_record(visit, actor=by(marc), changes={"stated_duration_days": 4})
    client = browser_of(amina)
    for answer, count in (("yes", 1), ("no", 0), ("yes", 1)):
        client.post(f"{visit.get_absolute_url()}follow/", {"follow": answer})
        assert client.get("/").content.count(b'id="followed"') == count


def test_a_visit_read_again_costs_few_queries(browser_of, amina, django_assert_max_num_queries) -> None:
    """What its page shows besides the visit itself is kept: the tabs' numbers, what is missing, the panels."""
    visit = StudyVisitFactory()
    client, address = browser_of(amina), visit.get_absolute_url()
    client.get(address)
    with django_assert_max_num_queries(12):
        client.get(address)
