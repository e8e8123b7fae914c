"""Dates that other sources give: on the page of the record, kept by whoever may change it."""

from typing import Any

import pytest
from django.urls import reverse

from fmm_portal.core.activity import history_of
from fmm_portal.core.models import StatedDate
from fmm_portal.core.partial_dates import PartialDate
from tests.factories.facility import ActionFactory, ActivityFactory, RequestFactory
from tests.factories.strategies import CommitteeMeetingFactory, MilestoneFactory
from tests.factories.studyvisits import StudyVisitFactory

pytestmark = pytest.mark.django_db

HOSTS = {
    "request": lambda: RequestFactory(status="draft"),
    "action": ActionFactory,
    "activity": ActivityFactory,
    "milestone": MilestoneFactory,
    "committeemeeting": CommitteeMeetingFactory,
    "studyvisit": StudyVisitFactory,
}
PRESS = "https://afreepress.example/atelier"


def typed(**values: Any) -> dict[str, Any]:
    return {
        "first": "09/08/2016",
        "last": "13/08/2016",
        "source": PRESS,
        "note_en": "Five days, says the press.",
        **values,
    }


@pytest.mark.parametrize("kind", HOSTS)
def test_added_edited_and_deleted_on_the_records_page(kind: str, amina: Any, browser_of: Any) -> None:
    record, client = HOSTS[kind](), browser_of(amina)
    add = reverse("core:stateddate_create", args=[kind, record.pk])
    assert f'href="{add}"' in client.get(record.get_absolute_url()).content.decode()
    response = client.post(add, typed(submission="3d0a5b6e-7c1f-4f0e-9b0e-2f6f0f1f2a3b"))
    assert (response.status_code, response.url) == (302, f"{record.get_absolute_url()}#other-dates")
    stated = StatedDate.objects.get()
    assert (stated.subject, stated.first, stated.last) == (
        record,
        PartialDate(2016, 8, 9),
        PartialDate(2016, 8, 13),
    )
    page = client.get(record.get_absolute_url()).content.decode()
    assert f'href="{PRESS}"' in page
    assert "9–13 Aug 2016" in page
    assert "Five days, says the press." in page
    edit = reverse("core:stateddate_edit", args=[stated.pk])
    answer = client.post(edit, typed(first="2016", last="", record_version="1", record_base=""))
    assert answer.status_code == 302
    stated.refresh_from_db()
    assert (stated.first, stated.last) == (PartialDate(2016), None)
    assert client.post(reverse("core:stateddate_delete", args=[stated.pk])).url.endswith("#other-dates")
    verbs = history_of(record.history_root()).filter(subject_id=stated.pk).exclude(subject_label=str(record))
    assert [entry.verb for entry in verbs] == ["delete", "update", "create"]


def test_readers_read_and_others_find_nothing(eva: Any, fatou: Any, browser_of: Any) -> None:
    milestone = MilestoneFactory()
    stated = StatedDate.objects.create(subject=milestone, first=PartialDate(2016, 8), source="Local press")
    add = reverse("core:stateddate_create", args=["milestone", milestone.pk])
    edit = reverse("core:stateddate_edit", args=[stated.pk])
    page = browser_of(eva).get(milestone.get_absolute_url()).content.decode()
    assert "August 2016" in page
    assert "Local press" in page
    assert add not in page
    assert edit not in page
    assert browser_of(eva).get(add).status_code == browser_of(eva).get(edit).status_code == 403
    assert browser_of(fatou).get(add).status_code == browser_of(fatou).get(edit).status_code == 404
    assert browser_of(eva).get(add.replace("milestone", "theme")).status_code == 404


def test_a_period_ends_after_it_begins(amina: Any, browser_of: Any) -> None:
    add = reverse("core:stateddate_create", args=["milestone", MilestoneFactory().pk])
    response = browser_of(amina).post(
        add, typed(last="2015", submission="3d0a5b6e-7c1f-4f0e-9b0e-2f6f0f1f2a3b")
    )
    assert response.status_code == 422
    assert response.context["form"].errors == {"last": ["The last day is before the first day."]}
