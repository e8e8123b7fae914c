"""Messages sent to a real receiver that takes them, fails, hangs, closes, sends elsewhere, goes away and comes back."""

import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from standardwebhooks import Webhook

from fmm_portal.accounts.actors import actor_of
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.principals import system_actor
from fmm_portal.core.services import update_record
from fmm_portal.webhooks import waking
from fmm_portal.webhooks.delivering import JITTER, MOST_ATTEMPTS, PAUSES, Lease, pause_after, send_waiting
from fmm_portal.webhooks.models import Attempt, Delivery, Subscription
from fmm_portal.webhooks.posting import Answer, seconds_of
from fmm_portal.webhooks.services import redeliver, remove_old, rotate_secret, send_test
from fmm_portal.webhooks.signing import secret_of
from fmm_portal.webhooks.waking import lease_length, sweep
from fmm_portal.webhooks.workflow import SUBSCRIPTION_WORKFLOW
from tests.factories.webhooks import DeliveryFactory, Receiver, SubscriptionFactory, receiver
from tests.personas import ministry_of_ghana
from tests.scene import whole_visit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _receivers_on_this_machine(settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_HOSTS, settings.WEBHOOK_PLAIN_HTTP = ["127.0.0.1"], True
    settings.WEBHOOK_TIMEOUT_SECONDS = 1


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def sent_to(there: Receiver, **values: Any) -> Subscription:
    return SubscriptionFactory(endpoint=there.url, **values)


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def outcome(delivery: Delivery) -> tuple[str, int]:
    now = fresh(delivery)
    return now.status, now.attempts


def last(delivery: Delivery) -> Attempt:
    found = delivery.log.last()
    assert found is not None
    return found


# --- one message --------------------------------------------------------------------------------------------------


def test_message_arrives_signed_and_is_in_the_log(there: Receiver) -> None:
    webhook = sent_to(there)
    delivery = DeliveryFactory(subscription=webhook)

    assert send_waiting(webhook.pk) == 1

    path, headers, body = there.received[0]
    assert path == "/hooks?from=fmm"
    assert (headers["webhook-id"], headers["content-type"]) == (delivery.message_id, "application/json")
    assert headers["host"] == there.url.split("/")[2]
    assert Webhook(secret_of(webhook.secret_seed)).verify(body, headers)["type"] == "commitment.updated"
    assert outcome(delivery) == ("delivered", 1)
    entry = last(delivery)
    assert (entry.number, entry.status_code, entry.error, entry.endpoint) == (1, 204, "", there.url)
    assert entry.duration_ms is not None
    assert fresh(webhook).lease_owner == ""
    assert send_waiting(webhook.pk) == 0, "sent once"


def test_signature_is_verified_without_a_library_as_the_guide_says(there: Receiver) -> None:
    import base64
    import hashlib
    import hmac

    webhook = sent_to(there)
    DeliveryFactory(subscription=webhook)
    send_waiting(webhook.pk)
    _path, headers, body = there.received[0]

    def is_from_the_portal(secret: str, headers: dict[str, str], body: bytes) -> bool:
        if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
            return False
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        given = [part.removeprefix("v1,") for part in headers["webhook-signature"].split()]
        return any(hmac.compare_digest(expected, each) for each in given)

    secret = secret_of(webhook.secret_seed)
    assert is_from_the_portal(secret, headers, body)
    assert not is_from_the_portal(secret, headers, body + b" ")


def test_both_secrets_verify_during_the_overlap(there: Receiver, kofi: Any) -> None:
    webhook = sent_to(there)
    old = secret_of(webhook.secret_seed)
    _renewed, new = rotate_secret(webhook, actor=actor_of(kofi))
    DeliveryFactory(subscription=webhook)
    send_waiting(webhook.pk)
    _path, headers, body = there.received[0]
    for secret in (old, new):
        Webhook(secret).verify(body, headers)


@pytest.mark.parametrize(
    ("answer", "status_code", "error"),
    [
        (500, 500, ""),
        (400, 400, ""),
        ((302, {"Location": "http://127.0.0.1:1/elsewhere"}), 302, ""),
        ("close", None, "broken_off"),
        ("hang", None, "no_answer"),
        ("drip", None, "no_answer"),
    ],
    ids=["fails", "refuses", "sends elsewhere", "closes", "hangs", "drips"],
)
def test_failure_is_told_and_tried_again_later(
    there: Receiver, answer: Any, status_code: int | None, error: str
) -> None:
    there.answers = [answer, 204]
    webhook = sent_to(there)
    delivery = DeliveryFactory(subscription=webhook)

    send_waiting(webhook.pk)

    assert outcome(delivery) == ("waiting", 1)
    entry = last(delivery)
    assert (entry.status_code, entry.error) == (status_code, error)
    assert (entry.answer.startswith("Answer-words")) is (status_code is not None)
    assert len(entry.answer) <= 1000
    assert len(there.received) == 1, "no redirect is followed"
    with time_machine.travel(timezone.now() + timedelta(seconds=10)):
        assert send_waiting(webhook.pk) == 1
    assert outcome(delivery) == ("delivered", 2)
    first, second = (headers for _path, headers, _body in there.received)
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-timestamp"] != second["webhook-timestamp"]
    assert there.received[0][2] == there.received[1][2], "the same bytes"
    assert fresh(webhook).failing_since is None


def test_receiver_that_is_not_there(there: Receiver) -> None:
    webhook = SubscriptionFactory(endpoint="http://127.0.0.1:9/")
    delivery = DeliveryFactory(subscription=webhook)
    send_waiting(webhook.pk)
    assert (last(delivery).error, outcome(delivery)) == ("no_connection", ("waiting", 1))


def test_address_is_looked_at_again_whenever_something_is_sent(there: Receiver, settings: Any) -> None:
    webhook = sent_to(there)
    delivery = DeliveryFactory(subscription=webhook)
    settings.WEBHOOK_PRIVATE_HOSTS = []
    send_waiting(webhook.pk)
    entry = last(delivery)
    assert (entry.error, entry.answer) == (
        "not_allowed",
        "This address is not on the public internet: 127.0.0.1.",
    )
    assert there.received == []


# Of receiver.example.org, signed by itself; a key of the tests alone.
CERTIFICATE = Path(__file__).with_name("receiver.pem")


@pytest.mark.parametrize(
    ("host", "is_trusted", "error"),
    [
        ("receiver.example.org", True, ""),
        ("receiver.example.org", False, "bad_certificate"),
        ("another.example.org", True, "bad_certificate"),
    ],
)
def test_certificate_must_be_of_the_host_whatever_number_it_has(
    host: str, is_trusted: bool, error: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda name, *args, **kwargs: resolve("127.0.0.1" if name == host else name, *args, **kwargs),
    )
    settings.WEBHOOK_PRIVATE_HOSTS, settings.WEBHOOK_PLAIN_HTTP = [host], False
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with receiver(certificate=CERTIFICATE) as there:
        port = there.url.split(":")[2]
        webhook = SubscriptionFactory(endpoint=f"https://{host}:{port}")
        delivery = DeliveryFactory(subscription=webhook)
        assert send_waiting(webhook.pk) == (0 if error else 1)
        assert last(delivery).error == error
        assert len(there.received) == (0 if error else 1)
        assert error or there.received[0][1]["host"] == f"{host}:{port.split('/')[0]}"


def test_nothing_is_given_away_to_who_speaks_no_tls(there: Receiver) -> None:
    webhook = SubscriptionFactory(endpoint=there.url.replace("http:", "https:"))
    delivery = DeliveryFactory(subscription=webhook)
    send_waiting(webhook.pk)
    assert last(delivery).error == "broken_off"
    assert there.received == []


def test_record_that_left_the_agencys_sight_is_not_told_of(there: Receiver) -> None:
    scene = whole_visit()
    webhook = sent_to(there)
    update_record(scene.commitment, actor=system_actor(), changes={"text": Multilingual(en="Other words")})
    assert webhook.deliveries.count() == 1
    Subscription.objects.update(institution=ministry_of_ghana())
    assert send_waiting(webhook.pk) == 0
    assert (there.received, webhook.deliveries.count()) == ([], 0)


# --- when ---------------------------------------------------------------------------------------------------------


def test_attempts_are_spread_over_about_a_day() -> None:
    answer = Answer(1, status_code=500)
    assert timedelta(hours=20) < timedelta(seconds=sum(PAUSES)) < timedelta(hours=28)
    for number, seconds in enumerate(PAUSES, start=1):
        waits = {pause_after(number, answer).total_seconds() for _each in range(20)}
        assert len(waits) > 1, "not all at the same moment"
        assert all(seconds * (1 - JITTER) <= wait <= seconds * (1 + JITTER) for wait in waits)


def test_receiver_says_when_to_come_back(there: Receiver) -> None:
    there.answers = [(503, {"Retry-After": "900"}), 204]
    webhook = sent_to(there)
    first, second = DeliveryFactory(subscription=webhook), DeliveryFactory(subscription=webhook)
    now = timezone.now()
    send_waiting(webhook.pk)
    assert fresh(first).next_attempt_at >= now + timedelta(seconds=900)
    with time_machine.travel(now + timedelta(seconds=600)):
        assert (send_waiting(webhook.pk), outcome(second)) == (0, ("waiting", 0))
    with time_machine.travel(now + timedelta(seconds=910)):
        assert send_waiting(webhook.pk) == 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("", None), ("120", 120), ("soon", None), ("-5", None), ("99999999999999", 999999999),
     ("Fri, 25 Jan 2019 10:00:30 GMT", 30), ("Fri, 25 Jan 2019 09:00:00 GMT", 0)],
)  # fmt: skip
def test_retry_after_is_a_number_or_a_moment(header: str | None, seconds: float | None) -> None:
    with time_machine.travel(datetime(2019, 1, 25, 10, 0, 0, tzinfo=UTC), tick=False):
        assert seconds_of(header) == seconds


def test_wish_of_a_receiver_is_bounded() -> None:
    assert pause_after(1, Answer(1, status_code=429, retry_after=1e9)) == timedelta(days=1)


def test_message_that_a_working_receiver_refuses_steps_aside(there: Receiver) -> None:
    there.answers = [500, 204]
    webhook = sent_to(there)
    refused, *others = (DeliveryFactory(subscription=webhook) for _each in range(3))
    assert send_waiting(webhook.pk) == 2
    assert outcome(refused) == ("waiting", 1)
    ids = [headers["webhook-id"] for _path, headers, _body in there.received]
    assert ids == [refused.message_id, *(other.message_id for other in others)], "the oldest first"


def test_receiver_that_is_down_is_left_alone_and_the_others_do_not_wait(there: Receiver) -> None:
    down = SubscriptionFactory(endpoint="http://127.0.0.1:9/")
    waiting = [DeliveryFactory(subscription=down) for _each in range(3)]
    up = sent_to(there)
    DeliveryFactory(subscription=up)
    send_waiting(down.pk)
    assert [outcome(each) for each in waiting] == [("waiting", 1), ("waiting", 0), ("waiting", 0)]
    assert send_waiting(up.pk) == 1
    assert Lease.take(down.pk) is None, "nobody asks again before its time"


def test_receiver_that_fails_at_everything_is_left_alone_after_five(there: Receiver) -> None:
    there.answers = [500]
    webhook = sent_to(there)
    for _each in range(8):
        DeliveryFactory(subscription=webhook)
    send_waiting(webhook.pk)
    assert len(there.received) == 5


def try_for_a_day(webhook: Subscription) -> int:
    """Let the sweep's moments pass until nothing is due any more; how many requests were made."""
    before = Attempt.objects.count()
    for _each in range(60):
        due = webhook.deliveries.filter(status="waiting").order_by("next_attempt_at").first()
        rests = fresh(webhook).rests_until
        if due is None or not fresh(webhook).is_active:
            break
        moment = max(due.next_attempt_at, rests or due.next_attempt_at, timezone.now())
        with time_machine.travel(moment + timedelta(seconds=1)):
            send_waiting(webhook.pk)
    return Attempt.objects.count() - before


def test_long_failure_pauses_the_webhook_and_loses_nothing(there: Receiver, kofi: Any) -> None:
    there.answers = [500]
    webhook = sent_to(there)
    first = DeliveryFactory(subscription=webhook)
    begun = timezone.now()

    assert try_for_a_day(webhook) == MOST_ATTEMPTS

    paused = fresh(webhook)
    assert (paused.status, paused.pause_cause) == ("paused", "failing")
    assert outcome(first) == ("failed", MOST_ATTEMPTS)
    assert timedelta(hours=16) < fresh(first).finished_at - begun < timedelta(hours=32)
    later = DeliveryFactory(subscription=webhook)
    there.answers = [204]
    SUBSCRIPTION_WORKFLOW.apply(paused, "resume", actor=actor_of(kofi))
    assert send_waiting(webhook.pk) == 2
    assert [outcome(first), outcome(later)] == [("delivered", 1), ("delivered", 1)]
    assert fresh(webhook).pause_cause == ""


def test_one_bad_message_among_good_ones_pauses_nothing(there: Receiver) -> None:
    webhook = sent_to(there)
    bad = DeliveryFactory(subscription=webhook)
    for number in range(MOST_ATTEMPTS):
        there.answers = [500, 204]
        DeliveryFactory(subscription=webhook)
        with time_machine.travel(fresh(bad).next_attempt_at + timedelta(seconds=1)):
            send_waiting(webhook.pk)
        assert fresh(bad).attempts == number + 1
    assert (outcome(bad)[0], fresh(webhook).status) == ("failed", "active")


def test_receiver_that_is_gone_is_asked_no_more(there: Receiver) -> None:
    there.answers = [410]
    webhook = sent_to(there)
    first, second = DeliveryFactory(subscription=webhook), DeliveryFactory(subscription=webhook)
    send_waiting(webhook.pk)
    paused = fresh(webhook)
    assert (paused.status, paused.pause_cause) == ("paused", "gone")
    assert [outcome(first), outcome(second)] == [("failed", 1), ("waiting", 0)]
    assert len(there.received) == 1


# --- workers --------------------------------------------------------------------------------------------------------


def test_one_worker_at_a_time_sends_for_a_webhook(there: Receiver) -> None:
    webhook = sent_to(there)
    DeliveryFactory(subscription=webhook)
    assert Lease.take(webhook.pk) is not None
    assert (send_waiting(webhook.pk), there.received) == (0, [])


def test_message_of_a_killed_worker_is_sent_by_another(there: Receiver) -> None:
    """It died between sending and writing the answer down: the receiver knows the second one by its id."""
    webhook = sent_to(there)
    delivery = DeliveryFactory(subscription=webhook, attempts=1)
    Attempt.objects.create(delivery=delivery, number=1, endpoint=there.url)
    dead = Lease.take(webhook.pk)
    assert dead is not None
    assert sweep() == 0, "it may still live"
    with time_machine.travel(timezone.now() + lease_length() + timedelta(seconds=1)):
        assert sweep() == 1
        assert send_waiting(webhook.pk) == 1
        assert dead.renew() is False
    assert outcome(delivery) == ("delivered", 2)
    assert [entry.is_over for entry in delivery.log.all()] == [False, True]


def test_sweep_wakes_for_what_is_due_and_for_nothing_else(there: Receiver) -> None:
    webhook, resting, paused = sent_to(there), sent_to(there), sent_to(there, status="paused")
    DeliveryFactory(subscription=webhook)
    DeliveryFactory(subscription=paused)
    DeliveryFactory(subscription=resting, next_attempt_at=timezone.now() + timedelta(minutes=5))
    sent_to(there)
    assert sweep() == 1
    assert sweep() == 0, "a worker was told and may be on its way"
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert sweep() == 2


def test_broker_that_is_down_stops_nobody(
    there: Receiver, monkeypatch: pytest.MonkeyPatch, kofi: Any, django_capture_on_commit_callbacks: Any
) -> None:
    class Down:
        def send_task(self, *args: Any, **kwargs: Any) -> None:
            raise OSError

    monkeypatch.setattr(waking, "current_app", Down())
    webhook = sent_to(there)
    with django_capture_on_commit_callbacks(execute=True):
        send_test(webhook, actor=actor_of(kofi))
    assert fresh(webhook).woken_at is None
    monkeypatch.undo()
    assert sweep() == 1


# --- people -------------------------------------------------------------------------------------------------------


def test_test_message_arrives_and_is_tried_once(there: Receiver, kofi: Any) -> None:
    there.answers = [204, 500]
    webhook = sent_to(there)
    good, bad = (send_test(webhook, actor=actor_of(kofi)) for _each in range(2))
    send_waiting(webhook.pk)
    assert there.bodies[0]["type"] == "webhook.test"
    assert there.bodies[0]["data"] == {"webhook_id": webhook.pk}
    assert [outcome(good), outcome(bad)] == [("delivered", 1), ("failed", 1)]
    assert fresh(webhook).is_active


def test_message_is_sent_once_more_under_the_same_id(there: Receiver, kofi: Any) -> None:
    webhook = sent_to(there)
    delivery = DeliveryFactory(subscription=webhook)
    send_waiting(webhook.pk)
    redeliver(delivery, actor=actor_of(kofi))
    assert send_waiting(webhook.pk) == 1
    assert [headers["webhook-id"] for _path, headers, _body in there.received] == [delivery.message_id] * 2
    assert [entry.number for entry in delivery.log.all()] == [1, 1]


def test_old_messages_go_with_their_log(there: Receiver) -> None:
    webhook = sent_to(there)
    old = DeliveryFactory(subscription=webhook)
    send_waiting(webhook.pk)
    with time_machine.travel(timezone.now() + timedelta(days=29)):
        young = DeliveryFactory(subscription=webhook)
        remove_old()
        assert Delivery.objects.filter(pk=old.pk).exists()
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        remove_old()
    assert list(Delivery.objects.values_list("pk", flat=True)) == [young.pk]
    assert not Attempt.objects.exists()


def test_nothing_of_a_person_is_sent(there: Receiver) -> None:
    webhook = sent_to(there)
    scene = whole_visit()
    sent = 0
    while taken := send_waiting(webhook.pk):
        sent += taken
    assert sent > 0
    words = (*scene.personal, *scene.internal, *scene.of_the_visit)
    assert not [word for word in words if word in json.dumps(there.bodies)]
