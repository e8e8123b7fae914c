"""What is kept of the first screen is never older than the last change."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fmm_portal.core.services import update_record
from tests.factories.studyvisits import StudyVisitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept_for_an_hour(settings) -> None:
    settings.KEPT_SECONDS = 3600
    cache.clear()


def test_first_screen_is_kept_until_something_changes(browser_of, amina, marc, by) -> None:
    visit = StudyVisitFactory()
    client = browser_of(amina)
    update_record(visit, actor=by(marc), changes={"stated_duration_days": 4})
    first = client.get("/").content
    with CaptureQueriesContext(connection) as again:
        assert str(visit).encode() in first
        client.get("/")
    assert len(again) < 10
    update_record(visit, actor=by(marc), changes={"title": {"en": "Visit to Tunis"}})
    assert b"Visit to Tunis" in client.get("/").content


def test_what_one_follows_shows_at_once(browser_of, amina, marc, by) -> None:
    visit = StudyVisitFactory()
    update_record(visit, actor=by(marc), changes={"stated_duration_days": 4})
    client = browser_of(amina)
    for answer, count in (("yes", 1), ("no", 0), ("yes", 1)):
        client.post(f"{visit.get_absolute_url()}follow/", {"follow": answer})
        assert client.get("/").content.count(b'id="followed"') == count


def test_one_person_never_meets_what_is_kept_for_another(browser_of, amina, fatou, marc, by) -> None:
    visit = StudyVisitFactory(title={"en": "Visit to Tunis"})
    update_record(visit, actor=by(marc), changes={"stated_duration_days": 4})
    assert b"Visit to Tunis" in browser_of(amina).get("/").content
    assert b"Visit to Tunis" not in browser_of(fatou).get("/").content
