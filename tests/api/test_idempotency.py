"""`Idempotency-Key`: what is sent twice is done once, whoever dies in between."""

import os
import signal
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.utils import timezone

from fmm_portal.accounts.enums import KeyRole
from fmm_portal.api.idempotency import KEPT_HEADERS, AnsweredOnce
from fmm_portal.api.urls import router
from fmm_portal.core.models import Activity, Document, KeyedRequest
from fmm_portal.core.sealing import Unsealable, seal, unseal
from fmm_portal.core.tasks import remove_expired_keys
from fmm_portal.institutions.models import Contact, Institution
from studyvisits.models import StudyVisit
from tests.api_client import ApiClient, as_agency, as_persona
from tests.factories.institutions import InstitutionFactory
from tests.factories.studyvisits import CommitmentFactory, StudyVisitFactory
from tests.personas import agency_key, aneti, anpe_togo
from tests.project.commands import ROOT
from tests.reports.test_processes import environment

pytestmark = pytest.mark.django_db

VISIT = {"title": {"en": "Togo visits Tunisia"}, "starts_on": "2019-01"}


def a_key() -> str:
    return str(uuid.uuid4())


def problem(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def same_answer(first: Any, again: Any) -> bool:
    """Word for word, with every header that a client reads."""
    return (first.status_code, first.content, [first.get(name) for name in KEPT_HEADERS]) == (
        again.status_code,
        again.content,
        [again.get(name) for name in KEPT_HEADERS],
    )


def test_visit_sent_twice_is_planned_once_and_answered_alike() -> None:
    amina, key = as_persona("amina"), a_key()
    first = amina.post("study-visits/", VISIT, Idempotency_Key=key, Accept_Language="fr")
    StudyVisit.objects.update(version=5)

    again = amina.post("study-visits/", VISIT, Idempotency_Key=key)

    assert (first.status_code, StudyVisit.objects.count(), Activity.objects.count()) == (201, 1, 1)
    assert same_answer(first, again)
    assert "Idempotent-Replayed" not in first
    assert (again["Idempotent-Replayed"], again["Location"]) == ("true", first.json()["url"])
    assert again["Content-Language"] == "fr"
    assert "no-store" in again["Cache-Control"]
    # Sent without the key, or with another, it is another visit.
    amina.post("study-visits/", VISIT, Idempotency_Key=a_key())
    amina.post("study-visits/", VISIT)
    assert StudyVisit.objects.count() == 3


def test_change_step_and_removal_are_done_once() -> None:
    amina, visit = as_persona("amina"), StudyVisitFactory()
    institution, commitment = InstitutionFactory(), CommitmentFactory(visit=visit)
    for send in (
        lambda key: amina.patch(f"study-visits/{visit.pk}/", {"ends_on": "2019-01-26"}, Idempotency_Key=key),
        lambda key: amina.post(f"commitments/{commitment.pk}/start/", {}, Idempotency_Key=key),
        lambda key: amina.delete(f"institutions/{institution.pk}/", Idempotency_Key=key),
    ):
        key = a_key()
        first, before = send(key), Activity.objects.count()
        again = send(key)
        assert first.status_code in (200, 204), first.content
        assert same_answer(first, again)
        assert Activity.objects.count() == before


def test_file_sent_twice_is_attached_once() -> None:
    amina, visit, key = as_persona("amina"), StudyVisitFactory(), a_key()

    def send(content: bytes) -> Any:
        file = SimpleUploadedFile("agenda.pdf", content, content_type="application/pdf")
        form = {"file": file, "subject_type": "study-visits", "subject_id": visit.pk}
        return amina.upload("documents/", {"Idempotency-Key": key}, **form)

    first, again = send(b"%PDF-1.7 one"), send(b"%PDF-1.7 one")
    assert (first.status_code, Document.objects.count()) == (201, 1), first.content
    assert same_answer(first, again)
    assert problem(send(b"%PDF-1.7 two")) == (422, "idempotency_key_reused")
    assert Document.objects.count() == 1


def test_key_stands_for_one_request_only() -> None:
    amina, key = as_persona("amina"), a_key()
    amina.post("study-visits/", VISIT, Idempotency_Key=key)
    other = {**VISIT, "starts_on": "2019-02"}
    response = amina.post("study-visits/", other, Idempotency_Key=key)
    assert problem(response) == (422, "idempotency_key_reused")
    assert response["Content-Type"] == "application/problem+json"
    assert problem(amina.post("legs/", VISIT, Idempotency_Key=key)) == (422, "idempotency_key_reused")
    # The order of the names is not the request.
    again = amina.post("study-visits/", dict(reversed(VISIT.items())), Idempotency_Key=key)
    assert again["Idempotent-Replayed"] == "true"
    assert StudyVisit.objects.count() == 1


def test_key_is_of_its_caller() -> None:
    key = a_key()
    for caller in (
        as_persona("amina"),
        as_persona("marc"),
        as_agency(anpe_togo(), "*:read", "*:write", role=KeyRole.OFFICER),
        as_agency(anpe_togo(), "*:read", "*:write", role=KeyRole.OFFICER),
    ):
        assert "Idempotent-Replayed" not in caller.post("study-visits/", VISIT, Idempotency_Key=key)
    assert StudyVisit.objects.count() == 4


def test_refusal_wrote_nothing_and_leaves_the_key_free() -> None:
    amina, key, visit = as_persona("amina"), a_key(), StudyVisitFactory(status="closed")
    path = f"study-visits/{visit.pk}/"
    assert problem(amina.patch(path, {"ends_on": "2019-01-26"}, Idempotency_Key=key)) == (403, "forbidden")
    StudyVisit.objects.update(status="planned")
    assert problem(amina.patch(path, {"ends_on": "soon"}, Idempotency_Key=key)) == (400, "invalid")
    assert amina.patch(path, {"ends_on": "2019-01-26"}, Idempotency_Key=key).status_code == 200


def test_failure_of_the_portal_leaves_the_key_free(monkeypatch: pytest.MonkeyPatch) -> None:
    from studyvisits.api import StudyVisitViewSet

    amina, key = as_persona("amina"), a_key()
    amina._client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(StudyVisitViewSet, "shown_again", None)
        assert amina.post("study-visits/", VISIT, Idempotency_Key=key).status_code == 500
    assert StudyVisit.objects.count() == 0
    assert amina.post("study-visits/", VISIT, Idempotency_Key=key).status_code == 201
    assert StudyVisit.objects.count() == 1


def test_key_is_visible_and_long_enough_to_be_one_of_its_own() -> None:
    amina = as_persona("amina")
    for key in ("", "1", "a key with spaces", "k" * 201):
        response = amina.post("study-visits/", VISIT, Idempotency_Key=key)
        assert (problem(response), response.json()["errors"][0]["field"]) == (
            (400, "invalid"),
            "Idempotency-Key",
        )
    assert KeyedRequest.objects.count() == StudyVisit.objects.count() == 0


def test_who_may_not_call_takes_no_key() -> None:
    assert as_persona("anonymous").post("study-visits/", VISIT, Idempotency_Key=a_key()).status_code == 401
    read_only = as_agency(anpe_togo(), "*:read")
    assert problem(read_only.post("study-visits/", VISIT, Idempotency_Key=a_key())) == (403, "missing_scope")
    assert as_persona("amina").get("study-visits/", Idempotency_Key=a_key()).status_code == 200
    assert KeyedRequest.objects.count() == 0


def test_nothing_that_was_sent_or_answered_can_be_read_in_the_table() -> None:
    amina, key = as_persona("amina"), a_key()
    body = {"institution_id": aneti().pk, "position": {"en": "Director"}, "person_name": "Somebody"}
    response = amina.post("contacts/", body, Idempotency_Key=key)
    assert response.json()["person_name"] == "Somebody"
    row = KeyedRequest.objects.values_list().get()
    kept = b"|".join(
        bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode() for value in row
    )
    assert b"Somebody" not in kept and b"Director" not in kept and key.encode() not in kept
    assert amina.post("contacts/", body, Idempotency_Key=key).json()["person_name"] == "Somebody"
    assert Contact.objects.count() == 1


def test_key_is_forgotten_after_its_time() -> None:
    amina, key = as_persona("amina"), a_key()
    amina.post("study-visits/", VISIT, Idempotency_Key=key)
    remove_expired_keys()
    assert KeyedRequest.objects.count() == 1
    KeyedRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    # Before the sweep comes round, too.
    assert "Idempotent-Replayed" not in amina.post("study-visits/", VISIT, Idempotency_Key=key)
    KeyedRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    remove_expired_keys()
    assert (KeyedRequest.objects.count(), StudyVisit.objects.count()) == (0, 2)


def test_seal_opens_to_its_secret_alone() -> None:
    secret, other = os.urandom(32), os.urandom(32)
    for plain in (b"", b"a", b"\0\0", os.urandom(5000)):
        sealed = seal(plain, secret)
        assert unseal(sealed, secret) == plain
        assert seal(plain, secret) != sealed
        for broken in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:20], b"x" + sealed[1:]):
            with pytest.raises(Unsealable):
                unseal(broken, secret)
        with pytest.raises(Unsealable):
            unseal(sealed, other)


# --- several at once, and those that die -------------------------------------------------------------------------

real_transactions = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@real_transactions
def test_many_at_the_same_moment_plan_one_visit() -> None:
    secret, key, together = (
        agency_key(anpe_togo(), "*:read", "*:write", role=KeyRole.OFFICER),
        a_key(),
        Barrier(6),
    )

    def send(_number: int) -> Any:
        try:
            together.wait()
            return ApiClient(key=secret).post("study-visits/", VISIT, Idempotency_Key=key)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(send, range(6)))

    assert StudyVisit.objects.count() == 1
    for answer in answers:
        if answer.status_code == 409:
            assert (answer.json()["code"], answer["Retry-After"]) == ("in_flight", "1")
    done = [answer for answer in answers if answer.status_code == 201]
    assert len([answer for answer in done if "Idempotent-Replayed" not in answer]) == 1
    assert {answer.json()["id"] for answer in done} == {StudyVisit.objects.get().pk}
    late = ApiClient(key=secret).post("study-visits/", VISIT, Idempotency_Key=key)
    assert (late.status_code, late["Idempotent-Replayed"]) == (201, "true")


WRITER = """
import json, os, signal, sys
import django
django.setup()
from django.db import transaction
from django.db.models.signals import post_save
from django.test import Client
from studyvisits.models import StudyVisit

def die(**kwargs):
    stop = lambda: os.kill(os.getpid(), signal.SIGKILL)
    transaction.on_commit(stop) if {after_commit} else stop()

post_save.connect(die, sender=StudyVisit)
secret, key, body = json.load(sys.stdin)
Client(headers={{"Authorization": "Bearer " + secret, "Idempotency-Key": key}}).post(
    "/api/v1/study-visits/", data=json.dumps(body), content_type="application/json")
"""


def send_and_die(secret: str, key: str, *, after_commit: bool) -> None:
    """A web process that is killed in the midst of the work, or when it is written and not yet answered."""
    import json

    ended = subprocess.run(
        [sys.executable, "-c", WRITER.format(after_commit=after_commit)],
        input=json.dumps([secret, key, VISIT]).encode(),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        timeout=240,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-3000:]


@real_transactions
@pytest.mark.process
def test_writer_killed_at_work_has_done_nothing_and_blocks_nobody_for_long() -> None:
    secret, key = agency_key(anpe_togo(), "*:read", "*:write", role=KeyRole.OFFICER), a_key()
    send_and_die(secret, key, after_commit=False)
    caller = ApiClient(key=secret)
    assert StudyVisit.objects.count() == 0
    assert problem(caller.post("study-visits/", VISIT, Idempotency_Key=key)) == (409, "in_flight")

    KeyedRequest.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    other = {**VISIT, "starts_on": "2020"}
    assert problem(caller.post("study-visits/", other, Idempotency_Key=key)) == (
        422,
        "idempotency_key_reused",
    )
    assert caller.post("study-visits/", VISIT, Idempotency_Key=key).status_code == 201
    assert StudyVisit.objects.count() == 1


@real_transactions
@pytest.mark.process
def test_writer_killed_before_it_could_answer_has_left_its_answer() -> None:
    secret, key = agency_key(anpe_togo(), "*:read", "*:write", role=KeyRole.OFFICER), a_key()
    send_and_die(secret, key, after_commit=True)
    assert StudyVisit.objects.count() == 1
    answer = ApiClient(key=secret).post("study-visits/", VISIT, Idempotency_Key=key)
    assert (answer.status_code, answer["Idempotent-Replayed"]) == (201, "true")
    assert (answer.json()["id"], StudyVisit.objects.count()) == (StudyVisit.objects.get().pk, 1)


@real_transactions
def test_writer_that_lost_its_lease_undoes_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db.models.signals import post_save

    amina, key = as_persona("amina"), a_key()

    def take_over(**_kwargs: Any) -> None:
        KeyedRequest.objects.update(lease_owner="another")

    post_save.connect(take_over, sender=Institution)
    try:
        body = {"name": {"en": "Office"}, "kind": "other"}
        response = amina.post("institutions/", body, Idempotency_Key=key)
    finally:
        post_save.disconnect(take_over, sender=Institution)
    assert problem(response) == (409, "in_flight")
    assert Institution.objects.filter(kind="other").count() == 0


def test_every_resource_takes_a_key() -> None:
    assert [name for name, viewset, _base in router.registry if not issubclass(viewset, AnsweredOnce)] == []
