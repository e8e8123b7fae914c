"""Programmes through the API."""

from typing import Any

import pytest

from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.facility.models import VisibilityText
from tests.api_client import as_persona
from tests.contracts import ApiContract
from tests.factories.facility import logo, png
from tests.factories.institutions import InstitutionFactory, ProgrammeFactory


class TestProgrammeApi(ApiContract):
    resource = "programmes"
    writer = "marc"
    reader = "amina"
    outsider = ""
    change = {"contract_numbers": "2013/023-123"}
    bad = {"funder_ids": ["EU"], "implementer_id": True, "name": "FMM"}
    ordering = "acronym"
    is_searchable = True

    def make(self) -> Record:
        programme = ProgrammeFactory(implementer=InstitutionFactory())
        programme.funders.set([InstitutionFactory(), InstitutionFactory()])
        return programme

    def payload(self) -> dict[str, Any]:
        return {
            "acronym": "FMM West Africa",
            "name": {"en": "Support to Free Movement of Persons and Migration in West Africa"},
            "implementer_id": InstitutionFactory().pk,
            "funder_ids": [InstitutionFactory().pk],
        }

    def found_by(self, record: Any) -> str:
        return record.acronym  # type: ignore[no-any-return]


class TestVisibilityTextApi(ApiContract):
    resource = "visibility-texts"
    writer = "marc"
    reader = "amina"
    outsider = ""
    change = {"valid_until": "2020-02-28"}
    bad = {"valid_from": 2013, "funding_line": ["en"]}
    ordering = "updated_at"

    def make(self) -> Record:
        return VisibilityText.objects.create(
            programme=ProgrammeFactory(),
            funding_line=Multilingual(en="Funded by the European Union and ECOWAS"),
            valid_from=PartialDate(2013, 5, 31),
        )

    def payload(self) -> dict[str, Any]:
        return {
            "programme_id": ProgrammeFactory().pk,
            "funding_line": {"fr": "Financé par l'Union européenne"},
            "valid_from": "2013",
        }


class TestLogoApi(ApiContract):
    resource = "logos"
    writer = "marc"
    reader = "amina"
    outsider = ""
    creates = False
    change = {"valid_until": "2020-02"}
    bad = {"language": "xx", "alternative_text": "EU"}
    ordering = "updated_at"

    def make(self) -> Record:
        return logo(ProgrammeFactory())


@pytest.mark.django_db
def test_logos_of_a_day_and_a_language_are_found_with_their_content() -> None:
    """Statement 58."""
    programme = ProgrammeFactory()
    always = logo(programme)
    french = logo(programme, png(colour="#aa0000"), language="fr", valid_until=PartialDate(2018, 6))
    logo(programme, png(colour="#00aa00"), language="en")
    logo(programme, png(colour="#0000aa"), valid_from=PartialDate(2019))
    caller = as_persona("amina")
    rows = caller.get("logos/?language=fr&holds_on=2018-06-15").json()["results"]
    assert [row["id"] for row in rows] == [always.pk, french.pk]
    content = caller.get(f"logos/{french.pk}/content/")
    assert b"".join(content.streaming_content) == png(colour="#aa0000")
