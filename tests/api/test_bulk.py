"""Many records in one request: all or nothing, each row told of by its place, few queries."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fmm_portal.accounts.enums import KeyRole
from fmm_portal.api.bulk import MOST_ROWS
from fmm_portal.core.models import Activity
from fmm_portal.institutions.models import Contact, Institution, Theme
from studyvisits.models import AgendaItem
from tests.api_client import as_agency, as_persona
from tests.factories.delegations import DelegateFactory, DelegationFactory
from tests.factories.institutions import InstitutionFactory, country
from tests.factories.studyvisits import AgendaItemFactory, StudyVisitFactory
from tests.personas import anpe_togo

pytestmark = pytest.mark.django_db


def errors_of(response: Any) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in response.json()["errors"]]


def test_agenda_of_a_day_is_written_in_one_request() -> None:
    amina, visit = as_persona("amina"), StudyVisitFactory()
    hours = ["09:00:00", "11:00:00", "14:00:00"]
    rows = [
        {"visit_id": visit.pk, "day": "2019-01-21", "starts_at": hour, "topic": {"fr": "Accueil"}}
        for hour in hours
    ]
    response = amina.post("agenda-items/bulk/", rows)
    assert response.status_code == 201, response.content
    shown = response.json()["results"]
    assert [row["starts_at"] for row in shown] == hours
    assert [row["id"] for row in shown] == list(AgendaItem.objects.values_list("pk", flat=True))
    entries = Activity.objects.filter(verb="create", subject_id__in=[row["id"] for row in shown])
    assert len(set(entries.values_list("request_id", flat=True))) == 1 and entries.count() == 3


def test_every_row_says_all_that_is_wrong_with_it() -> None:
    visit, other = StudyVisitFactory(), StudyVisitFactory()
    base = {"visit_id": visit.pk, "topic": {"en": "Welcome"}}
    rows = [
        base,
        {**base, "day": "2020-01-21"},
        {**base, "leg_id": other.legs.first().pk, "starts_at": "09:00"},
        {**base, "kind": "party", "visit_id": 0},
        {**base, "version": 1},
    ]
    response = as_persona("amina").post("agenda-items/bulk/", rows)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert errors_of(response) == [
        ("1.day", "invalid"),
        ("2.day", "invalid"),
        ("2.leg_id", "invalid"),
        ("3.visit_id", "does_not_exist"),
        ("3.kind", "invalid_choice"),
        ("4.version", "invalid"),
    ]
    assert response.json()["detail"] == "4 rows are refused, so nothing was written."
    assert AgendaItem.objects.count() == 0


def test_rows_are_an_array_neither_empty_nor_endless() -> None:
    amina = as_persona("amina")
    for body, code in (({}, "not_an_array"), ([], "empty"), ([{}] * (MOST_ROWS + 1), "too_many_rows")):
        for send in (amina.post, amina.patch):
            response = send("institutions/bulk/", body)
            assert (response.status_code, errors_of(response)) == (400, [("", code)])
    response = amina.post("institutions/bulk/", [None, "text", []])
    assert [field for field, _code in errors_of(response)] == ["0", "1", "2"]


def test_rows_that_name_no_record_or_no_record_of_theirs() -> None:
    response = as_persona("amina").patch(
        "institutions/bulk/", [{}, {"id": "7"}, {"id": True}, {"id": 10**30}]
    )
    assert errors_of(response) == [
        ("0.id", "required"),
        ("1.id", "required"),
        ("2.id", "required"),
        ("3.id", "does_not_exist"),
    ]


def test_row_that_may_not_be_changed_refuses_them_all() -> None:
    amina, visit, closed = as_persona("amina"), StudyVisitFactory(), StudyVisitFactory(status="closed")
    items = [AgendaItemFactory(visit=each) for each in (visit, visit, closed)]
    rows = [{"id": item.pk, "place": "Tunis"} for item in items]
    response = amina.patch("agenda-items/bulk/", rows)
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    assert errors_of(response) == [("2", "forbidden")]
    assert not AgendaItem.objects.filter(place="Tunis").exists()
    assert amina.patch("agenda-items/bulk/", rows[:2]).status_code == 200
    assert AgendaItem.objects.filter(place="Tunis", version=2).count() == 2


def test_row_changed_by_somebody_else_meanwhile_refuses_them_all() -> None:
    amina, one, two = as_persona("amina"), InstitutionFactory(), InstitutionFactory()
    rows = [{"id": row.pk, "version": 1, "city": "Sokodé"} for row in (one, two)]
    as_persona("marc").patch(f"institutions/{two.pk}/", {"city": "Kara"})
    response = amina.patch("institutions/bulk/", rows)
    assert (response.status_code, response.json()["code"]) == (412, "stale")
    assert errors_of(response) == [("1", "stale")]
    assert not Institution.objects.filter(city="Sokodé").exists()


def test_names_of_persons_are_written_and_not_told_in_the_answer() -> None:
    amina = as_persona("amina")
    rows = [{"institution_id": anpe_togo().pk, "position": {"en": "Director"}, "person_name": "Somebody"}]
    response = amina.post("contacts/bulk/", rows)
    assert response.status_code == 201
    assert b"Somebody" not in response.content
    assert Contact.objects.get().person_name == "Somebody"


def test_read_only_key_and_reader_write_nothing() -> None:
    institution = InstitutionFactory()
    row = {"id": institution.pk, "city": "Kara"}
    key = as_agency(anpe_togo(), "*:read", "*:act", role=KeyRole.OFFICER)
    assert key.patch("institutions/bulk/", [row]).json()["code"] == "missing_scope"
    assert key.post("institutions/bulk/", [{}]).json()["code"] == "missing_scope"
    eva = as_persona("eva")
    assert eva.patch("institutions/bulk/", [row]).json()["code"] == "forbidden"
    assert eva.post("institutions/bulk/", [{}]).json()["code"] == "forbidden"


def test_sent_again_with_its_key_it_is_done_once() -> None:
    amina = as_persona("amina")
    rows = [{"code": f"theme-{number}", "name": {"en": f"Theme {number}"}} for number in range(2)]
    ada = as_persona("ada")
    before = Theme.objects.count()
    first = ada.post("themes/bulk/", rows, Idempotency_Key="one-and-the-same")
    again = ada.post("themes/bulk/", rows, Idempotency_Key="one-and-the-same")
    assert (first.status_code, again.content) == (201, first.content)
    assert Theme.objects.count() == before + 2
    assert amina.post("themes/bulk/", rows).status_code == 403


def test_two_rows_that_exclude_each_other_are_told_as_they_would_be_one_after_the_other() -> None:
    row = {"code": "migration", "name": {"en": "Migration"}}
    response = as_persona("ada").post("themes/bulk/", [row, row])
    assert errors_of(response) == [("1.code", "unique")]
    assert not Theme.objects.filter(code="migration").exists()


def test_records_that_rows_name_are_looked_up_together() -> None:
    """What is left for each row is what its own saving costs."""
    amina, delegation = as_persona("amina"), DelegationFactory(sending_countries=[country("TG")])
    institutions = [InstitutionFactory() for _number in range(10)]
    DelegateFactory(delegation=delegation)

    def queries(count: int) -> list[str]:
        rows = [
            {"delegation_id": delegation.pk, "institution_id": row.pk, "position": {"en": "Adviser"}}
            for row in institutions[:count]
        ]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            response = amina.post("delegates/bulk/", rows)
        assert response.status_code == 201, response.content
        return [query["sql"] for query in captured.captured_queries]

    queries(1)
    few, many = queries(2), queries(10)
    each = (len(many) - len(few)) / 8
    assert each <= 15, "\n".join(many)


def test_changes_of_many_rows_look_them_up_together() -> None:
    amina, visit = as_persona("amina"), StudyVisitFactory()
    items = [AgendaItemFactory(visit=visit) for _number in range(10)]

    def queries(count: int, place: str) -> int:
        rows = [{"id": item.pk, "place": place} for item in items[:count]]
        with CaptureQueriesContext(connection) as captured:
            response = amina.patch("agenda-items/bulk/", rows)
        assert response.status_code == 200, response.content
        return len(captured)

    few, many = queries(2, "Tunis"), queries(10, "Sfax")
    assert (many - few) / 8 <= 13
