"""Whether anything has changed: equal states mean equal rows, and nothing is said while somebody writes."""

import pytest
from django.db import connection

from fmm_portal.core.changes import state_of_data
from fmm_portal.core.principals import system_actor
from fmm_portal.core.services import update_record
from tests.factories.institutions import InstitutionFactory
from tests.slow_writing import changed_but_not_committed


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_nothing_is_said_while_somebody_writes() -> None:
    agency = InstitutionFactory(city="Kara")
    update_record(agency, actor=system_actor(), changes={"city": "Sokodé"})
    before = state_of_data()
    with changed_but_not_committed(agency, city="Lomé"):
        during = state_of_data()
    # SQLite has one writer at a time: what is not committed comes behind all that is.
    assert during == (before if connection.vendor == "sqlite" else None)
    assert state_of_data() not in (None, before)
