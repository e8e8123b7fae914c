"""What reading costs in queries: the same for 10 rows as for 60, and no filters made where none are asked for."""

from typing import Any

import django_filters
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from delegations.models import Delegation
from fmm_portal.institutions.models import Theme
from studyvisits.enums import VisitStatus
from studyvisits.models import StudyVisit
from tests.api_client import ApiClient, as_agency, as_persona
from tests.factories.delegations import DelegateFactory
from tests.factories.facility import ProgrammeFactory
from tests.factories.institutions import country
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    CommitmentFactory,
    StudyVisitFactory,
)
from tests.personas import anpe_togo

pytestmark = pytest.mark.django_db

FEW, MANY = 10, 60
LISTED, FOUND = "study-visits/?page_size=200", "study-visits/?page_size=200&search=visit&status=closed"


def queries(caller: ApiClient, path: str) -> int:
    caller.get(path)
    with CaptureQueriesContext(connection) as captured:
        response = caller.get(path)
    assert response.status_code == 200, response.content
    return len(captured)


def add_visits(number: int) -> StudyVisit:
    owner, programme = as_persona("amina").user, ProgrammeFactory()
    for _each in range(number):
        visit: StudyVisit = StudyVisitFactory(
            owner=owner, programme=programme, sending="TG GH", hosting="TN IT", status=VisitStatus.CLOSED
        )
        visit.themes.set(Theme.objects.all()[:2])
        DelegateFactory(delegation=visit.delegations.get())
        AgendaHostFactory(item=AgendaItemFactory(visit=visit))
        CommitmentFactory(source=visit, owner=owner)
    return visit


def test_a_list_costs_the_same_whatever_its_length() -> None:
    callers = [as_persona("amina"), as_persona("eva"), as_agency(anpe_togo(), country=country("TG"))]
    add_visits(FEW)
    few = [(queries(caller, LISTED), queries(caller, FOUND)) for caller in callers]
    add_visits(MANY - FEW)
    assert [(queries(caller, LISTED), queries(caller, FOUND)) for caller in callers] == few
    assert [caller.get(FOUND).json()["count"] for caller in callers] == [MANY] * 3
    assert max(listed for listed, _found in few) <= 6
    assert max(found for _listed, found in few) <= 7


@pytest.mark.parametrize("persona", ["amina", "marc", "eva", "agency"])
def test_a_record_costs_six_queries_whatever_it_holds(persona: str, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = add_visits(1)
    caller = as_agency(anpe_togo(), country=country("TG")) if persona == "agency" else as_persona(persona)
    path = f"study-visits/{visit.pk}/"
    one = queries(caller, path)
    for delegation in Delegation.objects.all():
        DelegateFactory.create_batch(5, delegation=delegation)
    for _each in range(5):
        AgendaHostFactory(item=AgendaItemFactory(visit=visit))
        CommitmentFactory(source=visit)
    assert queries(caller, path) == one <= 6

    def made(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("One record needs no filters.")

    monkeypatch.setattr(django_filters.FilterSet, "__init__", made)
    assert caller.get(path).status_code == 200
