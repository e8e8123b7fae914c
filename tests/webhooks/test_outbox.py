"""Events out of the history: to whom each change is told, that none is lost, and that none holds a value."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from delegations.models import Delegate
from fmm_portal.accounts.actors import actor_of
from fmm_portal.core.activity import record_activity
from fmm_portal.core.models import Activity
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.principals import system_actor
from fmm_portal.core.services import create_record, delete_record, update_record
from fmm_portal.core.workflow import workflow_for
from fmm_portal.webhooks.event_types import kinds, matches, resources_of, unknown
from fmm_portal.webhooks.messages import payload_of
from fmm_portal.webhooks.models import Delivery, Subscription
from studyvisits.models import Commitment, StudyVisit
from tests.factories.institutions import InstitutionFactory
from tests.factories.studyvisits import CommitmentFactory, StudyVisitFactory
from tests.factories.webhooks import SubscriptionFactory
from tests.personas import anpe_togo, ministry_of_ghana
from tests.scene import Scene, whole_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def webhook() -> Subscription:
    return SubscriptionFactory()


@pytest.fixture
def scene() -> Scene:
    return whole_visit()


def told(webhook: Subscription) -> list[tuple[str, int | None]]:
    return [(each.event_type, each.subject_id) for each in webhook.deliveries.order_by("pk")]


def test_types_are_derived_from_resources_and_steps() -> None:
    found = {name for kind in kinds() for name in kind.events()}
    assert {
        "commitment.updated", "study-visit.confirmed", "study-visit.under-way", "agenda-host.declined",
        "institution.created", "milestone.deleted", "news-item.published", "axis.updated",
    } <= found  # fmt: skip
    assert not [name for name in found if name.startswith(("subscription", "delivery"))]
    assert unknown(["*", "commitment.*", "commitment.done"]) == []
    assert unknown(["commitments.*", "commitment", "visit.confirmed", ""]) == [
        "commitments.*", "commitment", "visit.confirmed", ""
    ]  # fmt: skip
    assert matches(["commitment.*"], "commitment.done") and not matches(["commitment.*"], "lesson.created")
    assert resources_of(["commitment.*", "study-visit.confirmed"]) == {"commitments", "study-visits"}


def test_agency_is_told_of_a_change_with_ids_and_links_only(
    scene: Scene, webhook: Subscription, amina: Any
) -> None:
    visit = update_record(
        scene.visit, actor=actor_of(amina), changes={"title": Multilingual(en="Secret-title")}
    )
    message = webhook.deliveries.get()
    payload = payload_of(message)
    assert payload == {
        "type": "study-visit.updated",
        "timestamp": payload["timestamp"],
        "data": {
            "resource": "study-visits",
            "id": visit.pk,
            "reference": visit.reference,
            "step": None,
            "url": f"http://127.0.0.1:8000/api/v1/study-visits/{visit.pk}/",
        },
    }
    assert payload["timestamp"].endswith("Z")


def test_step_is_told_by_the_state_it_leads_to(scene: Scene, webhook: Subscription) -> None:
    workflow = workflow_for(Commitment)
    assert workflow is not None
    workflow.apply(scene.commitment, "start", actor=system_actor())
    message = webhook.deliveries.get()
    assert (message.event_type, message.step) == ("commitment.in-progress", "start")


def test_what_is_rolled_back_is_told_to_nobody(scene: Scene, webhook: Subscription, amina: Any) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        update_record(scene.visit, actor=actor_of(amina), changes={"title": Multilingual(en="Other")})
        assert webhook.deliveries.count() == 1
        raise RuntimeError
    assert told(webhook) == []


def test_only_what_the_agency_may_see_is_told(scene: Scene) -> None:
    theirs, ghana = SubscriptionFactory(), SubscriptionFactory(institution=ministry_of_ghana())
    actor = system_actor()
    update_record(scene.commitment, actor=actor, changes={"text": Multilingual(en="Other words")})
    update_record(scene.draft_note, actor=actor, changes={"key_points": Multilingual(en="Draft")})
    update_record(scene.institution, actor=actor, changes={"city": "Lomé"})
    assert told(theirs) == [
        ("commitment.updated", scene.commitment.pk),
        ("institution.updated", scene.institution.pk),
    ]
    assert told(ghana) == [("institution.updated", scene.institution.pk)], "the directory is read by all"


def test_only_what_was_asked_for_is_told(scene: Scene) -> None:
    webhook = SubscriptionFactory(event_types=["commitment.deleted", "study-visit.*"])
    update_record(scene.commitment, actor=system_actor(), changes={"text": Multilingual(en="Other words")})
    delete_record(scene.commitment, actor=system_actor())
    update_record(scene.visit, actor=system_actor(), changes={"title": Multilingual(en="Other")})
    assert told(webhook) == [
        ("commitment.deleted", scene.commitment.pk),
        ("study-visit.updated", scene.visit.pk),
    ]
    assert payload_of(webhook.deliveries.get(event_type="commitment.deleted"))["data"]["url"] is None


def test_new_record_is_told_with_its_relations(webhook: Subscription) -> None:
    visit = StudyVisitFactory(sending="TG")
    commitment = CommitmentFactory.build(source=visit, owed_by=anpe_togo())
    create_record(commitment, actor=system_actor())
    assert told(webhook) == [("commitment.created", commitment.pk)]


def test_changes_written_together_are_told_together(
    scene: Scene, webhook: Subscription, django_assert_max_num_queries: Any
) -> None:
    entry = record_activity(actor=system_actor(), verb="update", subject=scene.commitment)
    copies = [Activity(**{f.attname: getattr(entry, f.attname) for f in entry._meta.concrete_fields if f.name != "id"})
              for _each in range(30)]  # fmt: skip
    before = webhook.deliveries.count()
    # The entries; who asked; what they may see; the messages; and the transaction.
    with django_assert_max_num_queries(6):
        Activity.objects.bulk_create(copies)
    assert webhook.deliveries.count() == before + 30


def test_paused_webhook_loses_nothing(scene: Scene) -> None:
    paused = SubscriptionFactory(status="paused")
    update_record(scene.visit, actor=system_actor(), changes={"title": Multilingual(en="Other")})
    assert told(paused) == [("study-visit.updated", scene.visit.pk)]


def test_webhooks_do_not_tell_of_themselves(webhook: Subscription, kofi: Any) -> None:
    update_record(webhook, actor=actor_of(kofi), changes={"name": "Other"})
    assert told(webhook) == []


def test_no_message_holds_a_person_or_a_value(scene: Scene, webhook: Subscription) -> None:
    """Every record of a whole visit is touched; what is written for the receiver names none of them."""
    for model in (StudyVisit, Delegate, Commitment):
        for record in model.objects.all():
            record_activity(actor=system_actor(), verb="update", subject=record, reason="Secret-reason")
    record_activity(actor=system_actor(), verb="update", subject=scene.contact)
    messages = [json.dumps(payload_of(each)) for each in webhook.deliveries.all()]
    assert {"delegate.updated", "study-visit.updated"} <= {
        each.event_type for each in webhook.deliveries.all()
    }
    words = (*scene.personal, *Scene.internal, *Scene.of_the_visit, "Secret-reason")
    assert [word for word in words for message in messages if word in message] == []
    assert all(set(json.loads(message)) == {"type", "timestamp", "data"} for message in messages)
    stored = Delivery.objects.values_list("event_type", "resource", "reference", "step")
    assert not [word for word in words if word in str(list(stored))]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("event_types", [], "Choose at least one event."),
        ("event_types", ["commitment.eaten"], "There is no such event: commitment.eaten."),
        ("event_types", "*", "Choose at least one event."),
        ("endpoint", "https://127.0.0.1/hook", "This address is not on the public internet: 127.0.0.1."),
        ("endpoint", "http://8.8.8.8/hook", "The address must begin with https://."),
        ("institution", None, "A webhook stays with its agency. Make another one."),
    ],
)
def test_bad_values_are_refused_in_words(
    webhook: Subscription, kofi: Any, ada: Any, field: str, value: Any, message: str
) -> None:
    value = InstitutionFactory() if field == "institution" else value
    with pytest.raises(ValidationError) as refusal:
        update_record(webhook, actor=actor_of(ada), changes={field: value})
    assert refusal.value.message_dict == {field: [message]}
