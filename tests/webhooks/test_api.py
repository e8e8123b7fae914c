"""Webhooks and their messages through the API."""

from typing import Any

import pytest
from standardwebhooks import Webhook

from fmm_portal.core.models import Record
from fmm_portal.webhooks.delivering import send_waiting
from fmm_portal.webhooks.models import Attempt, Subscription
from tests.api_client import as_agency, as_persona
from tests.contracts import ApiContract
from tests.factories.webhooks import DeliveryFactory, SubscriptionFactory, receiver
from tests.personas import anpe_togo, ministry_of_ghana


class TestWebhookApi(ApiContract):
    resource = "webhook-subscriptions"
    writer = "ada"
    reader = "amina"
    change = {"name": "Commitments to our follow-up"}
    bad = {
        "endpoint": "https://127.0.0.1/hooks",
        "event_types": ["commitment.eaten"],
        "name": "",
    }
    ordering = "name"

    @pytest.fixture(autouse=True)
    def _receivers_on_this_machine(self, settings: Any) -> None:
        settings.WEBHOOK_PRIVATE_HOSTS = ["localhost"]

    def make(self) -> Record:
        return SubscriptionFactory()

    def payload(self) -> dict[str, Any]:
        return {
            "institution_id": anpe_togo().pk,
            "name": "Visits to our calendar",
            "endpoint": "https://localhost/hooks",
            "event_types": ["study-visit.*", "commitment.done"],
        }


class TestDeliveryApi(ApiContract):
    resource = "webhook-deliveries"
    writer = "ada"
    reader = "amina"
    creates = updates = deletes = False

    def make(self) -> Record:
        delivery = DeliveryFactory()
        self.grow(delivery)
        return delivery

    def grow(self, record: Any) -> None:
        Attempt.objects.create(
            delivery=record, number=1, endpoint="https://x", duration_ms=12, status_code=500
        )


@pytest.mark.django_db
def test_agency_builds_its_own_webhook_and_looks_into_the_log(settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_HOSTS, settings.WEBHOOK_PLAIN_HTTP = ["127.0.0.1"], True
    agency = as_agency(
        anpe_togo(), "study-visits:read", *(f"webhook-subscriptions:{right}" for right in ("read", "write", "act")),
        "webhook-deliveries:read", "webhook-deliveries:act",
    )  # fmt: skip
    with receiver() as there:
        made = agency.post(
            "webhook-subscriptions/",
            {
                "institution_id": anpe_togo().pk,
                "name": "Calendar",
                "endpoint": there.url,
                "event_types": ["study-visit.confirmed"],
            },
        )
        assert made.status_code == 201, made.content
        address, secret = f"webhook-subscriptions/{made.json()['id']}/", made.json()["secret"]
        assert "secret" not in agency.get(address).json()
        test = agency.post(f"{address}test/")
        assert test.status_code == 202, test.content
        send_waiting(made.json()["id"])
        _path, headers, body = there.received[0]
        Webhook(secret).verify(body, headers)
        shown = agency.get(f"webhook-deliveries/{test.json()['id']}/").json()
        assert (shown["status"], shown["message"]) == ("delivered", headers["webhook-id"])
        assert shown["payload"]["type"] == "webhook.test"
        assert [entry["status_code"] for entry in shown["log"]] == [204]
        again = agency.post(f"webhook-deliveries/{shown['id']}/redeliver/")
        assert again.json()["status"] == "waiting", again.content
        renewed = agency.post(f"{address}rotate_secret/".replace("_", "-")).json()["secret"]
        assert renewed != secret
    paused = agency.post(f"{address}pause/")
    assert paused.json()["status"] == "paused", paused.content
    refused = agency.post(f"{address}test/")
    assert (refused.status_code, refused.json()["code"]) == (409, "paused")


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["commitment.done", "*"])
def test_key_is_told_only_of_what_it_may_read(asked: str, settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_HOSTS = ["localhost"]
    agency = as_agency(anpe_togo(), "study-visits:read", "webhook-subscriptions:write")
    refused = agency.post(
        "webhook-subscriptions/",
        {
            "institution_id": anpe_togo().pk,
            "name": "x",
            "endpoint": "https://localhost/",
            "event_types": ["study-visit.*", asked],
        },
    )
    assert refused.status_code == 400
    assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [("event_types", "missing_scope")]
    assert not Subscription.objects.exists()


@pytest.mark.django_db
def test_agency_makes_none_for_another() -> None:
    agency = as_agency(anpe_togo(), "*:read", "*:write")
    body = {
        "institution_id": ministry_of_ghana().pk,
        "name": "x",
        "endpoint": "https://8.8.8.8/",
        "event_types": ["*"],
    }
    assert agency.post("webhook-subscriptions/", body).status_code == 403
    assert not Subscription.objects.exists()


@pytest.mark.django_db
def test_no_secret_is_ever_read_again() -> None:
    webhook = SubscriptionFactory(former_seed="former-seed-words")
    for person in ("ada", "kofi", "amina"):
        for path in ("", f"{webhook.pk}/", f"{webhook.pk}/history/"):
            shown = as_persona(person).get(f"webhook-subscriptions/{path}")
            assert shown.status_code == 200
            assert webhook.secret_seed not in shown.content.decode()
            assert "former-seed-words" not in shown.content.decode()
