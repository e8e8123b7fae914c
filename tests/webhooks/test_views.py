"""Pages of webhooks for the agency's people and the programme's staff."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from standardwebhooks import Webhook

from fmm_portal.core.activity import history_of
from fmm_portal.core.models import Record
from fmm_portal.webhooks.delivering import send_waiting
from fmm_portal.webhooks.models import Attempt, Subscription
from fmm_portal.webhooks.views import SubscriptionViews
from tests.factories.webhooks import DeliveryFactory, Receiver, SubscriptionFactory, receiver
from tests.page_contract import PageContract, hidden_value
from tests.personas import anpe_togo, ministry_of_ghana

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _receivers_on_this_machine(settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_HOSTS, settings.WEBHOOK_PLAIN_HTTP = ["127.0.0.1"], True
    settings.WEBHOOK_TIMEOUT_SECONDS = 1


class TestWebhookPages(PageContract):
    views = SubscriptionViews
    writer = "ada"
    reader = "amina"
    field = "name"

    def make(self) -> Record:
        webhook = SubscriptionFactory(endpoint="http://127.0.0.1:8001/hooks")
        DeliveryFactory(subscription=webhook)
        return webhook

    def form_data(self) -> dict[str, object]:
        return {
            "institution": anpe_togo().pk,
            "name": "Visits to our calendar",
            "endpoint": "http://127.0.0.1:8001/hooks",
            "event_types": ["study-visit.*", "commitment.done"],
        }

    def test_viewer_reads_what_is_said_to_all_and_says_nothing(self) -> None:
        """Viewers have nothing to do with the systems of agencies."""
        assert self.as_("eva").get(self.url("comments", self.make().pk)).status_code == 404


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def url(page: str, webhook: Subscription, *args: Any) -> str:
    return reverse(f"webhooks:{page}", args=[webhook.pk, *args])


def shown_secret(response: Any) -> str:
    found = re.search(r'value="(whsec_[^"]+)"', response.content.decode())
    assert found, response.content
    return found[1]


def test_agency_sets_up_its_webhook_tries_it_and_reads_the_log(
    browser_of: Any, kofi: Any, there: Receiver
) -> None:
    browser = browser_of(kofi)
    home = browser.get("/").content.decode()
    assert reverse("webhooks:subscription_list") in home
    form = browser.get(reverse("webhooks:subscription_create")).content.decode()
    assert "Study visits" in form and "MELR" not in form, "for its own agency only"
    typed = {
        "submission": hidden_value(form, "submission"),
        "institution": str(anpe_togo().pk),
        "name": "Our calendar",
        "endpoint": there.url,
        "event_types": ["study-visit.*"],
    }
    made = browser.post(reverse("webhooks:subscription_create"), typed)
    webhook = Subscription.objects.get()
    assert made.url == webhook.get_absolute_url()
    assert "Show the secret" in browser.get(made.url).content.decode()
    secret = shown_secret(browser.post(url("subscription_secret", webhook)))
    assert "It is not shown again." in browser.get(made.url).content.decode()

    sent = browser.post(url("subscription_test", webhook))
    send_waiting(webhook.pk)

    _path, headers, body = there.received[0]
    assert Webhook(secret).verify(body, headers)["type"] == "webhook.test"
    page = browser.get(sent.url).content.decode()
    assert "Answer 204" in page and "Delivered" in page
    assert browser.post(url("delivery_redeliver", webhook, webhook.deliveries.get().pk)).url == sent.url
    assert "Test message" in browser.get(url("subscription_messages", webhook)).content.decode()
    assert (
        "No message is in this state."
        in browser.get(url("subscription_messages", webhook), {"status": "failed"}).content.decode()
    )


def test_nothing_typed_is_lost_when_the_address_is_refused(browser_of: Any, kofi: Any) -> None:
    browser = browser_of(kofi)
    form = browser.get(reverse("webhooks:subscription_create")).content.decode()
    response = browser.post(
        reverse("webhooks:subscription_create"),
        {
            "submission": hidden_value(form, "submission"),
            "institution": str(anpe_togo().pk),
            "name": "Our calendar",
            "endpoint": "https://10.0.0.7/hooks",
            "event_types": ["commitment.done"],
        },
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "This address is not on the public internet: 10.0.0.7." in page
    assert "https://10.0.0.7/hooks" in page and "Our calendar" in page
    assert re.search(r'value="commitment.done"[^>]*checked', page)
    assert not Subscription.objects.exists()


def test_webhook_for_another_agency_is_refused(browser_of: Any, kofi: Any) -> None:
    response = browser_of(kofi).post(
        reverse("webhooks:subscription_create"),
        {"institution": str(ministry_of_ghana().pk), "name": "x", "endpoint": "http://127.0.0.1/"},
    )
    assert response.status_code == 422 and not Subscription.objects.exists()


def test_new_secret_is_made_once_however_often_the_page_is_sent(browser_of: Any, kofi: Any) -> None:
    webhook = SubscriptionFactory(secret_shown_at=timezone.now())
    browser, sent = browser_of(kofi), {"record_version": webhook.version}
    first = browser.post(url("subscription_rotate", webhook), sent)
    assert shown_secret(first)
    assert "former secret as well" in first.content.decode()
    assert "no-store" in first["Cache-Control"]
    assert browser.post(url("subscription_rotate", webhook), sent).status_code == 409
    assert [entry.verb for entry in history_of(webhook)] == ["rotate_secret"]


def test_staff_read_and_do_not_touch(browser_of: Any, amina: Any) -> None:
    webhook = SubscriptionFactory()
    delivery = DeliveryFactory(subscription=webhook)
    browser = browser_of(amina)
    page = browser.get(webhook.get_absolute_url()).content.decode()
    assert "Show the secret" not in page and "Send a test message" not in page
    assert browser.get(delivery.get_absolute_url()).status_code == 200
    for address in (
        url("subscription_secret", webhook),
        url("subscription_rotate", webhook),
        url("subscription_test", webhook),
        url("delivery_redeliver", webhook, delivery.pk),
        url("subscription_step", webhook, "pause"),
    ):
        assert browser.post(address, {"record_version": webhook.version}).status_code == 403, address


def test_people_of_another_agency_find_nothing(browser_of: Any, fatou: Any) -> None:
    webhook = SubscriptionFactory()
    delivery = DeliveryFactory(subscription=webhook)
    browser = browser_of(fatou)
    for address in (
        webhook.get_absolute_url(),
        delivery.get_absolute_url(),
        url("subscription_messages", webhook),
        url("subscription_secret", webhook),
    ):
        assert browser.get(address).status_code == 404


def test_message_is_found_under_its_own_webhook_only(browser_of: Any, kofi: Any) -> None:
    one, other = SubscriptionFactory(), SubscriptionFactory()
    delivery = DeliveryFactory(subscription=one)
    assert browser_of(kofi).get(url("delivery_show", other, delivery.pk)).status_code == 404


def test_answers_are_shown_as_text(browser_of: Any, kofi: Any) -> None:
    delivery = DeliveryFactory()
    Attempt.objects.create(
        delivery=delivery,
        number=1,
        endpoint="https://x",
        duration_ms=12,
        status_code=500,
        answer="<script>x</script>",
    )
    page = browser_of(kofi).get(delivery.get_absolute_url()).content.decode()
    assert "Answer 500" in page and "&lt;script&gt;x" in page


def test_people_are_told_of_a_webhook_that_was_paused(
    browser_of: Any, kofi: Any, ada: Any, amina: Any, fatou: Any, eva: Any
) -> None:
    webhook = SubscriptionFactory(
        status="paused", pause_cause="failing", failing_since=timezone.now(), name="Our calendar"
    )
    SubscriptionFactory(status="paused", pause_cause="asked", name="By hand")
    for person in (kofi, ada, amina):
        tasks = [task for task in browser_of(person).get("/").context["tasks"] if "Webhook" in task.text]
        assert [(task.url, task.is_late) for task in tasks] == [(webhook.get_absolute_url(), True)]
        assert "The receiver failed for about a day." in tasks[0].text
    for person in (fatou, eva):
        assert "Our calendar" not in browser_of(person).get("/").content.decode()
    page = browser_of(kofi).get(webhook.get_absolute_url()).content.decode()
    assert "what failed is then tried again" in page
    assert url("subscription_step", webhook, "resume") in page
