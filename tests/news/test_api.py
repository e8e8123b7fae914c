"""News through the API: the contract of every resource, and what is particular to it."""

from typing import Any

import pytest

from fmm_portal.core.models import Record
from fmm_portal.institutions.models import Theme
from fmm_portal.news.models import NewsItem
from tests.api_client import as_persona
from tests.contracts import ApiContract
from tests.factories.institutions import ProgrammeFactory, country
from tests.factories.news import NewsItemFactory, apply, picture
from tests.factories.studyvisits import StudyVisitFactory


class TestNewsApi(ApiContract):
    resource = "news"
    change = {"title": {"en": "A better title"}}
    bad = {"title": {"de": "Nachricht"}, "date": "2019-13", "country_ids": [0]}
    ordering = "reference"
    is_searchable = True

    def make(self) -> Record:
        item = NewsItemFactory(source=StudyVisitFactory(), programme=ProgrammeFactory())
        item.themes.set(Theme.objects.all()[:2])
        picture(item)
        return item

    def grow(self, record: Any) -> None:
        picture(record)

    def payload(self) -> dict[str, Any]:
        return {
            "title": {"en": "Final validation", "fr": "Validation finale"},
            "lead": {"en": "The strategy is validated."},
            "date": "2017-11",
            "country_ids": [country("TG").pk],
        }

    def found_by(self, record: Any) -> str:
        return record.reference  # type: ignore[no-any-return]


@pytest.mark.django_db
def test_partners_read_what_is_published_without_what_it_came_from() -> None:
    visit = StudyVisitFactory()
    item = NewsItemFactory(source=visit)
    picture(item)
    apply(item, "publish")
    seen = as_persona("fatou").get(f"news/{item.pk}/").json()
    assert (seen["status"], seen["source_type"], seen["source_id"], seen["source"]) == (
        "published",
        None,
        None,
        None,
    )
    assert seen["public_url"] == f"http://testserver/open/en/news/{item.reference}/"
    assert [(p["width"], p["alternative_text"]["fr"]) for p in seen["pictures"]] == [
        (800, "Deux délégations à une table")
    ]
    assert as_persona("anonymous").get(seen["pictures"][0]["src"]).status_code == 200
    by_officer = as_persona("amina").get(f"news/{item.pk}/").json()
    assert (by_officer["source_type"], by_officer["source_id"]) == ("study-visits", visit.pk)
    assert by_officer["source"]["reference"] == visit.reference


@pytest.mark.django_db
def test_manager_publishes_and_the_refusal_names_every_missing_thing() -> None:
    item = NewsItemFactory(lead={}, date=None)
    officer, manager = as_persona("amina"), as_persona("marc")
    assert officer.post(f"news/{item.pk}/publish/").status_code == 403
    refused = manager.post(f"news/{item.pk}/publish/")
    assert refused.status_code == 409
    assert [blocker["code"] for blocker in refused.json()["blockers"]] == ["lead", "date"]
    manager.patch(f"news/{item.pk}/", {"lead": {"en": "Lead", "fr": "Chapeau"}, "date": "2019-01"})
    shown = manager.post(f"news/{item.pk}/publish/").json()
    assert shown["status"] == "published" and shown["published_at"]
    assert NewsItem.objects.get().published_at is not None
