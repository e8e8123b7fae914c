"""Whether anything has changed: equal states mean equal rows, and nothing is said while somebody writes."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction

from fmm_portal.core.changes import state_of_data
from fmm_portal.core.principals import system_actor
from fmm_portal.core.services import update_record
from tests.factories.institutions import InstitutionFactory


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_nothing_is_said_while_somebody_writes() -> None:
    agency = InstitutionFactory(city="Kara")
    update_record(agency, actor=system_actor(), changes={"city": "Sokodé"})
    written, asked = Event(), Event()

    def write_slowly() -> None:
        try:
            with transaction.atomic():
                update_record(agency, actor=system_actor(), changes={"city": "Lomé"})
                written.set()
                assert asked.wait(20)
        finally:
            connection.close()

    before = state_of_data()
    with ThreadPoolExecutor() as writers:
        slow = writers.submit(write_slowly)
        assert written.wait(20)
        during = state_of_data()
        asked.set()
        slow.result()
    # SQLite has one writer at a time: what is not committed comes behind all that is.
    assert during == (before if connection.vendor == "sqlite" else None)
    assert state_of_data() not in (None, before)
