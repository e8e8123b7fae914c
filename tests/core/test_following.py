"""Keeping an eye on records: one's own choice, seen by nobody else, that opens nothing."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fmm_portal.core.models import Activity, Follow
from fmm_portal.core.services import update_record
from tests.factories.institutions import InstitutionFactory
from tests.factories.studyvisits import StudyVisitFactory

pytestmark = pytest.mark.django_db


def follow(client: Client, record: object, answer: str = "yes") -> int:
    return client.post(f"{record.get_absolute_url()}follow/", {"follow": answer}).status_code


def followed(client: Client) -> list[str]:
    sections = client.get("/").context["sections"]
    shown = [section.context["changes"] for section in sections if "followed" in section.template]
    return [str(change.record) for changes in shown for change in changes]


def test_amina_follows_a_visit_until_she_no_longer_does(browser_of, amina, marc, by) -> None:
    visit, other = StudyVisitFactory(reference="SV-2026-001"), InstitutionFactory(acronym="ANPE")
    client = browser_of(amina)
    assert 'aria-pressed="false"' in client.get(visit.get_absolute_url()).content.decode()
    assert followed(client) == []
    before = Activity.objects.count()
    # A double click follows once, and the record does not count as changed.
    assert [follow(client, visit), follow(client, visit), follow(client, other)] == [302, 302, 302]
    assert (Follow.objects.count(), Activity.objects.count()) == (2, before)
    assert 'aria-pressed="true"' in client.get(visit.get_absolute_url()).content.decode()
    update_record(other, actor=by(marc), changes={"city": "Kara"})
    update_record(visit, actor=by(marc), changes={"dates_note": {"en": "To be confirmed"}})
    assert followed(client) == [str(visit), str(other)]
    assert followed(browser_of(marc)) == []
    assert follow(client, visit, "no") == 302
    assert followed(client) == [str(other)]


def test_what_is_followed_and_no_longer_open_is_told_of_no_more(browser_of, by, amina, fatou, marc) -> None:
    """Fatou never saw the visit: she cannot follow it, and a row that says she does opens nothing."""
    visit = StudyVisitFactory()
    client = browser_of(fatou)
    assert follow(client, visit) == 404
    assert not Follow.objects.exists()
    follow(browser_of(amina), visit)
    update_record(visit, actor=by(marc), changes={"dates_note": {"en": "Moved"}})
    Follow.objects.update(user=fatou)
    assert str(visit) not in client.get("/").content.decode()


def test_following_is_sent_never_linked(browser_of, amina) -> None:
    visit = StudyVisitFactory()
    assert browser_of(amina).get(f"{visit.get_absolute_url()}follow/").status_code == 405


def test_first_screen_costs_the_same_at_more_followed_records(browser_of, amina, marc, by) -> None:
    client = browser_of(amina)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        return len(queries)

    def one_more() -> None:
        visit = StudyVisitFactory()
        follow(client, visit)
        update_record(visit, actor=by(marc), changes={"dates_note": {"en": "Moved"}})

    one_more()
    client.get("/")
    at_one = cost()
    for _number in range(4):
        one_more()
    assert cost() == at_one
