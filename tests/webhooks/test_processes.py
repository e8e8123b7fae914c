"""A real worker, killed while a real receiver keeps it waiting: the next one sends the message, under the same id."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fmm_portal.core.principals import system_actor
from fmm_portal.core.services import update_record
from tests.factories.webhooks import SubscriptionFactory, receiver
from tests.personas import anpe_togo
from tests.reports.test_processes import Worker, kill, start_worker, wait_for

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

__all__ = ("start_worker",)
ON_THIS_MACHINE = {
    "WEBHOOK_PRIVATE_HOSTS": "127.0.0.1",
    "WEBHOOK_PLAIN_HTTP": "true",
    "WEBHOOK_TIMEOUT_SECONDS": "2",
}


def test_message_of_a_killed_worker_is_sent_by_the_next(
    start_worker: Callable[..., Worker], tmp_path: Path
) -> None:
    with receiver(["hang", 204]) as there:
        webhook = SubscriptionFactory(endpoint=there.url, event_types=["institution.updated"])
        update_record(anpe_togo(), actor=system_actor(), changes={"city": "Lomé"})
        first = start_worker(**ON_THIS_MACHINE)
        wait_for(lambda: len(there.received) == 1, "the first attempt", tmp_path)
        kill(first)

        start_worker(**ON_THIS_MACHINE)
        wait_for(
            lambda: webhook.deliveries.filter(status="delivered").exists(),
            "the message to be taken",
            tmp_path,
        )

    delivery = webhook.deliveries.get()
    assert {headers["webhook-id"] for _path, headers, _body in there.received} == {delivery.message_id}
    assert [(entry.is_over, entry.was_taken) for entry in delivery.log.all()] == [
        (False, False),
        (True, True),
    ]
