"""Dates that other sources give, through the API."""

import itertools
from typing import Any

from fmm_portal.core.models import Record, StatedDate
from fmm_portal.core.partial_dates import PartialDate
from tests.api_client import as_persona
from tests.contracts import ApiContract
from tests.factories.institutions import InstitutionFactory
from tests.factories.studyvisits import StudyVisitFactory

numbers = itertools.count(1)


class TestStatedDateApi(ApiContract):
    resource = "stated-dates"
    change = {"first": "2016-08", "source": "Another paper"}
    bad = {"first": "soon", "subject_type": "themes-of-old", "subject_id": 0}
    ordering = "first"

    def make(self) -> Record:
        first = PartialDate(1990 + next(numbers) % 30, 7)
        return StatedDate.objects.create(subject=StudyVisitFactory(), first=first, source="The press")

    def payload(self) -> dict[str, Any]:
        return {
            "subject_type": "study-visits",
            "subject_id": StudyVisitFactory().pk,
            "first": "2016-08-09",
            "last": "2016-08-13",
            "source": "https://example.org/press",
            "note": {"en": "Five days"},
        }


def test_records_of_other_resources_carry_none(db: None) -> None:
    body = {
        "subject_type": "institutions",
        "subject_id": InstitutionFactory().pk,
        "first": "2016",
        "source": "x",
    }
    response = as_persona("amina").post("stated-dates/", body)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["subject_type"]
    assert not StatedDate.objects.exists()
