"""Commitments from every kind of source: who sees, keeps and makes them, on screen and in the API."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fmm_portal.api.resources import resource_name
from fmm_portal.core.activity import history_of
from fmm_portal.core.errors import Forbidden, Refused
from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.services import create_record, delete_record, update_record
from fmm_portal.facility.models import Request
from fmm_portal.institutions.models import Institution
from strategies.models import Review
from studyvisits.models import Commitment, StudyVisit
from studyvisits.sources import SOURCES, label_of
from tests.api_client import as_persona
from tests.factories.facility import ActionFactory, ActivityFactory
from tests.factories.strategies import (
    CommitteeMeetingFactory,
    MilestoneFactory,
    PlanActivityFactory,
    ReviewFactory,
    StrategyFactory,
)
from tests.factories.studyvisits import CommitmentFactory, LessonFactory, StudyVisitFactory
from tests.personas import aneti, anpe_togo, ministry_of_ghana

pytestmark = pytest.mark.django_db

KINDS = list(SOURCES)


def source_of(kind: str, **values: Any) -> Any:
    """A record of Togo at which something can be promised."""
    makers: dict[str, Any] = {
        "study-visits": StudyVisitFactory,
        "reviews": ReviewFactory,
        "committee-meetings": CommitteeMeetingFactory,
        "milestones": MilestoneFactory,
        "actions": ActionFactory,
        "activities": ActivityFactory,
    }
    if kind == "reviews":
        values.setdefault("status", "final")
    return makers[kind](**values)


def seen_by(user: Any) -> list[int]:
    return sorted(Commitment.objects.visible_to(user).values_list("pk", flat=True))


@pytest.mark.parametrize("kind", KINDS)
def test_resources_are_named_as_the_api_names_them(kind: str) -> None:
    reverse("api:root")  # resources are registered with their addresses
    assert resource_name(SOURCES[kind]) in {kind, None}


# --- Who sees and keeps ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_seen_with_its_source_and_by_nobody_of_another_country(
    kind: str, amina: Any, eva: Any, fatou: Any, sami: Any
) -> None:
    commitment = CommitmentFactory(source=source_of(kind))
    assert seen_by(amina) == seen_by(eva) == [commitment.pk]
    assert seen_by(fatou) == seen_by(sami) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.long
def test_both_sides_see_it_though_not_where_it_was_made(
    kind: str, fatou: Any, sami: Any, browser_of: Any
) -> None:
    """Ghana's ministry owes ANETI something out of Togo's process; that process is not theirs to read."""
    source = source_of(kind)
    commitment = CommitmentFactory(source=source, owed_by=ministry_of_ghana(), owed_to=aneti())
    hidden = label_of(source)
    for user in (fatou, sami):
        assert seen_by(user) == [commitment.pk]
        client = browser_of(user)
        for url in (commitment.get_absolute_url(), reverse("studyvisits:commitment_list")):
            page = client.get(url).content.decode()
            assert commitment.reference in page
            assert hidden not in page
        for path in (f"commitments/{commitment.pk}/", "commitments/"):
            shown = as_persona(user.full_name.lower()).get(path).json()
            row = shown["results"][0] if "results" in shown else shown
            assert [row[name] for name in ("source_type", "source_id", "source", "visit_id", "visit")] == [
                None
            ] * 5


def test_promise_of_a_draft_review_is_the_programmes_alone(amina: Any, eva: Any) -> None:
    commitment = CommitmentFactory(source=ReviewFactory(status="draft"))
    assert seen_by(amina) == [commitment.pk]
    assert seen_by(eva) == []


@pytest.mark.parametrize("kind", KINDS)
def test_kept_by_the_programme_also_after_the_source_is_closed(
    kind: str, amina: Any, eva: Any, kofi: Any, by: Any
) -> None:
    closed = {"study-visits": "closed", "actions": "closed", "activities": "done", "milestones": "done"}
    status = {"status": closed[kind]} if kind in closed else {}
    source = source_of(kind, **status)
    commitment = create_record(Commitment(source=source, text=Multilingual(en="Send it")), actor=by(amina))
    changed = update_record(commitment, actor=by(amina), changes={"due_on": PartialDate(2019, 6)})
    assert changed.due_on == PartialDate(2019, 6)
    for user in (eva, kofi):
        with pytest.raises(Forbidden):
            update_record(commitment, actor=by(user), changes={"due_on": None})
        with pytest.raises(Forbidden):
            create_record(Commitment(source=source, text=Multilingual(en="Mine")), actor=by(user))
    assert [entry.verb for entry in history_of(source.history_root()).filter(subject_id=commitment.pk)] == [
        "update",
        "create",
    ]


@pytest.mark.parametrize("kind", ["reviews", "committee-meetings", "milestones", "activities"])
def test_source_is_not_deleted_while_something_was_promised_at_it(kind: str, marc: Any, by: Any) -> None:
    """Statement 39: follow-ups survive."""
    source = source_of(kind, **({"status": "draft"} if kind == "reviews" else {}))
    CommitmentFactory(source=source)
    with pytest.raises(Refused, match="it is used by 1 other record \\(commitment\\)"):
        delete_record(source, actor=by(marc))
    assert type(source).objects.filter(pk=source.pk).exists()
    Commitment.objects.all().delete()
    delete_record(source, actor=by(marc))
    assert not type(source).objects.filter(pk=source.pk).exists()


def test_reference_has_the_year_of_the_source(amina: Any, by: Any) -> None:
    review = ReviewFactory(held_on=PartialDate(2022, 6, 30))
    made = create_record(Commitment(source=review, text=Multilingual(en="Fund it")), actor=by(amina))
    assert made.reference == "CM-2022-001"


# --- On screen -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_made_on_the_page_of_its_source(kind: str, amina: Any, browser_of: Any) -> None:
    source, client = source_of(kind), browser_of(amina)
    add = f"{reverse('studyvisits:commitment_create')}?source_type={kind}&source_id={source.pk}"
    if kind != "study-visits":
        assert add.replace("&", "&amp;") in client.get(source.get_absolute_url()).content.decode()
    assert client.get(add).status_code == 200
    response = client.post(add, {"text_en": "Send the manual", "due_on": "06/2019", "submission": _token()})
    assert response.status_code == 302
    made = Commitment.objects.get()
    assert (made.source, made.due_on, made.owner) == (source, PartialDate(2019, 6), None)
    assert "Send the manual" in client.get(made.get_absolute_url()).content.decode()
    if kind != "study-visits":
        assert made.reference in client.get(source.get_absolute_url()).content.decode()
    listed = client.get(f"{reverse('studyvisits:commitment_list')}?source_type={kind}").content.decode()
    assert f'href="{source.get_absolute_url()}"' in listed


def _token() -> str:
    return "3d0a5b6e-7c1f-4f0e-9b0e-2f6f0f1f2a3b"


@pytest.mark.parametrize(
    "query", ["source_type=themes&source_id=1", "source_type=reviews&source_id=0", "source_type=x"]
)
def test_unknown_source_is_not_found(query: str, amina: Any, browser_of: Any) -> None:
    url = f"{reverse('studyvisits:commitment_create')}?{query}"
    assert browser_of(amina).get(url).status_code == 404


def test_source_is_chosen_among_those_in_sight(amina: Any, browser_of: Any) -> None:
    review, visit = ReviewFactory(), StudyVisitFactory()
    client, url = browser_of(amina), reverse("studyvisits:commitment_create")
    page = client.get(url).content.decode()
    assert f'value="reviews:{review.pk}"' in page
    assert f'value="study-visits:{visit.pk}"' in page
    missing = client.post(url, {"text_en": "Send it", "submission": _token()})
    assert missing.status_code == 422
    assert missing.context["form"].errors == {"source": ["This field is required."]}
    data = {"source": f"reviews:{review.pk}", "text_en": "Send it", "submission": _token()}
    assert client.post(url, data).status_code == 302
    assert Commitment.objects.get().source == review


def test_feeds_a_plan_activity_of_the_same_strategy(amina: Any, browser_of: Any) -> None:
    strategy = StrategyFactory()
    ours, other = PlanActivityFactory(plan__strategy=strategy), PlanActivityFactory()
    commitment = CommitmentFactory(source=MilestoneFactory(strategy=strategy))
    client = browser_of(amina)
    page = client.get(reverse("studyvisits:commitment_edit", args=[commitment.pk]))
    offered = set(page.context["form"].fields["plan_activity"].queryset)
    assert offered == {ours}
    assert other not in offered
    commitment.plan_activity = ours
    commitment.save()
    assert commitment.reference in client.get(ours.get_absolute_url()).content.decode()
    assert commitment.reference not in client.get(other.get_absolute_url()).content.decode()


def test_request_is_made_of_a_commitment(amina: Any, kofi: Any, browser_of: Any) -> None:
    commitment = CommitmentFactory(text=Multilingual(en="Help with a register"), owed_to=anpe_togo())
    url = reverse("studyvisits:commitment_request_of", args=[commitment.pk])
    client = browser_of(amina)
    assert url in client.get(commitment.get_absolute_url()).content.decode()
    form = client.get(url).content.decode()
    assert "Help with a register" in form
    data = {
        "title_en": "Help with a register",
        "institution": anpe_togo().pk,
        "currency": "EUR",
        "submission": _token(),
    }
    response = client.post(url, data)
    assert response.status_code == 302, response.context["form"].errors
    request = Request.objects.get()
    commitment.refresh_from_db()
    assert (commitment.request, request.status, response.url) == (
        request,
        "draft",
        request.get_absolute_url(),
    )
    assert commitment.reference in client.get(request.get_absolute_url()).content.decode()
    assert url not in client.get(commitment.get_absolute_url()).content.decode(), "it is made once"
    assert browser_of(kofi).get(url).status_code in {403, 404}


def test_lesson_belongs_to_a_visit(amina: Any, by: Any) -> None:
    made = Commitment(source=MilestoneFactory(), lesson=LessonFactory(), text=Multilingual(en="Send it"))
    with pytest.raises(ValidationError) as refusal:
        create_record(made, actor=by(amina))
    assert refusal.value.message_dict == {"lesson": ["This lesson belongs to another visit."]}


def test_nothing_is_promised_at_an_institution(amina: Any, by: Any) -> None:
    with pytest.raises((ValidationError, AttributeError)):
        create_record(Commitment(source=anpe_togo(), text=Multilingual(en="Send it")), actor=by(amina))
    assert not Commitment.objects.exists()


# --- In the API ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_made_through_the_api(kind: str) -> None:
    source, amina = source_of(kind), as_persona("amina")
    body = {"source_type": kind, "source_id": source.pk, "text": {"en": "Send the manual"}}
    response = amina.post("commitments/", body)
    assert response.status_code == 201, response.content
    shown = response.json()
    visit = source.pk if kind == "study-visits" else None
    assert (shown["source_type"], shown["source_id"], shown["source"]["id"]) == (kind, source.pk, source.pk)
    assert (shown["visit_id"], shown["visit"] and shown["visit"]["id"]) == (visit, visit)
    CommitmentFactory()
    listed = amina.get(f"commitments/?source_type={kind}&source_id={source.pk}").json()
    assert [row["id"] for row in listed["results"]] == [shown["id"]]


def test_api_says_what_is_missing_of_the_source() -> None:
    amina, visit = as_persona("amina"), StudyVisitFactory()
    text = {"text": {"en": "Send it"}}
    for body, fields in (
        ({}, ["source_type", "source_id"]),
        ({"source_type": "reviews"}, ["source_id"]),
        ({"source_type": "themes", "source_id": 1}, ["source_type"]),
        ({"source_type": "reviews", "source_id": 99}, ["source_id"]),
        ({"visit_id": visit.pk, "source_type": "reviews", "source_id": 99}, ["visit_id"]),
    ):
        response = amina.post("commitments/", {**text, **body})
        assert response.status_code == 400
        assert [error["field"] for error in response.json()["errors"]] == fields
    assert not Commitment.objects.exists()


def test_list_costs_the_same_whatever_the_kinds_hold() -> None:
    amina = as_persona("amina")
    counts = []
    for _round in range(2):
        for kind in KINDS:
            CommitmentFactory(source=source_of(kind))
        amina.get("commitments/")
        with CaptureQueriesContext(connection) as captured:
            assert amina.get("commitments/").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- What there was ------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.long
def test_commitments_of_visits_keep_their_visit_forth_and_back() -> None:
    visit = StudyVisitFactory()
    commitment = CommitmentFactory(visit=visit)
    elsewhere = CommitmentFactory(source=ReviewFactory())
    executor = MigrationExecutor(connection)
    executor.migrate([("studyvisits", "0002_what_visits_hang_on")])
    old = executor.loader.project_state([("studyvisits", "0002_what_visits_hang_on")]).apps
    rows = old.get_model("studyvisits", "Commitment").objects
    assert list(rows.values_list("pk", "visit_id")) == [(commitment.pk, visit.pk)]
    assert not rows.filter(pk=elsewhere.pk).exists()
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    kept = Commitment.objects.get()
    assert (kept.pk, kept.source, kept.text) == (commitment.pk, visit, commitment.text)
    assert visit.commitments.get() == kept


def test_record_kinds_cover_what_may_promise() -> None:
    assert set(SOURCES.values()) >= {StudyVisit, Review}
    assert all(issubclass(model, Record) for model in SOURCES.values())
    assert Institution not in SOURCES.values()
