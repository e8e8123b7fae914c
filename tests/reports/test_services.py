"""Asking for reports: one per data, language and audience; versions that grow; retry; expiry."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from fmm_portal.core.activity import history_of
from fmm_portal.core.errors import Forbidden, Refused
from fmm_portal.core.jobs import JobFailure, JobStatus
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.services import update_record
from fmm_portal.reports.fingerprints import canonical_json, without_contact_details
from fmm_portal.reports.models import Report
from fmm_portal.reports.services import make_report, remove_expired_reports, request_report, retry_report
from studyvisits.enums import DebriefStatus
from studyvisits.models import Debrief, StudyVisit
from tests.factories.reports import ReportFactory, founding_visit
from tests.factories.studyvisits import StudyVisitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(db: None) -> StudyVisit:
    return founding_visit()


def ask(actor, visit, language="en"):
    return request_report(actor=actor, kind="debrief-note", subject=visit, language=language)


def change(visit, actor, **changes):
    return update_record(visit, actor=actor, changes=changes)


# --- one report per data, language and audience ------------------------------------------------------------------


def test_request_queues_a_report_with_its_reference_and_frozen_data(visit, amina, by) -> None:
    report = ask(by(amina), visit)

    assert (report.status, report.reference, report.number) == (JobStatus.QUEUED, "SV-2019-001-DN", 1)
    assert report.requested_by == amina
    assert report.data["visit"]["reference"] == "SV-2019-001"
    assert report.data_fingerprint == hashlib.sha256(canonical_json(report.data)).hexdigest()


def test_request_wakes_a_worker_once_it_is_committed(
    visit, amina, by, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        ask(by(amina), visit)
        ask(by(amina), visit)

    assert len(callbacks) == 1


def test_request_for_what_is_queued_or_done_returns_it(visit, amina, marc, by) -> None:
    queued = ask(by(amina), visit)
    assert ask(by(marc), visit).pk == queued.pk

    assert make_report(queued.pk) is True
    done = ask(by(amina), visit)

    assert (done.pk, done.status, Report.objects.count()) == (queued.pk, JobStatus.DONE, 1)


def test_version_grows_when_the_data_change_and_is_the_same_in_every_language(visit, amina, by) -> None:
    english, french = ask(by(amina), visit), ask(by(amina), visit, "fr")
    assert (english.number, french.number) == (1, 1)
    assert english.data_fingerprint == french.data_fingerprint
    assert english.pk != french.pk

    change(visit, by(amina), outcomes=Multilingual(en="A meeting in June."))
    changed = ask(by(amina), visit, "fr")

    assert changed.number == 2
    assert changed.data_fingerprint != french.data_fingerprint
    assert ask(by(amina), visit).number == 2


def test_data_that_return_to_what_they_were_are_the_old_version_again(visit, amina, by) -> None:
    first = ask(by(amina), visit)
    changed = change(visit, by(amina), outcomes=Multilingual(en="A meeting in June."))
    ask(by(amina), visit)
    change(changed, by(amina), outcomes=Multilingual())

    assert ask(by(amina), visit).pk == first.pk


def test_new_templates_make_a_new_print_of_the_same_version(visit, amina, by) -> None:
    old = ask(by(amina), visit)
    Report.objects.filter(pk=old.pk).update(template_version="before")

    new = ask(by(amina), visit)

    assert (new.pk != old.pk, new.number) == (True, 1)


def test_request_is_in_the_history_of_the_visit(visit, amina, by) -> None:
    ask(by(amina), visit)

    entry = history_of(visit).first()
    assert (entry.verb, entry.user, entry.changes["reference"]) == (
        "request_report",
        amina,
        [None, "SV-2019-001-DN"],
    )


# --- who gets what -----------------------------------------------------------------------------------------------


def test_viewer_gets_a_report_without_what_viewers_may_not_see(visit, amina, eva, by) -> None:
    Debrief.objects.update(status=DebriefStatus.DRAFT)

    full, narrow = ask(by(amina), visit), ask(by(eva), visit)

    assert full.data["debrief"]["recap"] == {"en": "What we saw.", "fr": "Ce que nous avons vu."}
    assert narrow.data["debrief"] is None
    assert (full.audience, narrow.audience) == ("programme", "readers")
    assert (full.number, narrow.number) == (1, 2)
    assert set(Report.objects.visible_to(amina)) == {full, narrow}
    assert set(Report.objects.visible_to(eva)) == {narrow}


def test_same_data_for_another_audience_is_another_report_of_the_same_version(visit, amina, eva, by) -> None:
    full, narrow = ask(by(amina), visit), ask(by(eva), visit)

    assert full.pk != narrow.pk
    assert full.data_fingerprint == narrow.data_fingerprint
    assert (full.number, narrow.number) == (1, 1)


def test_partner_gets_a_report_of_their_own_and_loses_it_with_their_rights(visit, kofi, amina, by) -> None:
    visit.delegations.get().sending_institutions.add(kofi.memberships.get().institution)
    ask(by(amina), visit)
    own = ask(by(kofi), visit)
    assert set(Report.objects.visible_to(kofi)) == {own}
    assert own not in Report.objects.visible_to(amina)

    kofi.memberships.create(role="partner", country=visit.legs.get().country)
    del kofi.grants

    assert set(Report.objects.visible_to(kofi)) == set()


def test_who_does_not_see_the_visit_may_not_ask(visit, fatou, by) -> None:
    with pytest.raises(Forbidden):
        ask(by(fatou), visit)
    assert not Report.objects.exists()


def test_no_data_name_a_person(visit, amina, by) -> None:
    text = canonical_json(ask(by(amina), visit).data).decode()

    for secret in ("Secret Person", "Amina", "Unfinished thought", "@"):
        assert secret not in text


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Write to director@aneti.example.tn today", "Write to […] today"),
        ("Call +216 71 123 456 or 00228 22 21 20 19.", "Call […] or […]."),
        (
            "14/11/2017, EUR 26 450 000, SV-2019-001, 2019-2021",
            "14/11/2017, EUR 26 450 000, SV-2019-001, 2019-2021",
        ),
        ("https://www.icmpd.org/news/1234567890", "https://www.icmpd.org/news/1234567890"),
    ],
)
def test_addresses_and_numbers_in_texts_are_blanked(typed: str, printed: str) -> None:
    assert without_contact_details({"notes": [{"en": typed}], "count": 3}) == {
        "notes": [{"en": printed}],
        "count": 3,
    }


# --- refusals ----------------------------------------------------------------------------------------------------


def test_request_refuses_unknown_kinds_languages_and_subjects(visit, amina, by) -> None:
    actor = by(amina)
    with pytest.raises(Refused) as unknown:
        request_report(actor=actor, kind="horoscope", subject=visit, language="en")
    with pytest.raises(ValidationError) as language:
        request_report(actor=actor, kind="debrief-note", subject=visit, language="de")
    with pytest.raises(Refused) as subject:
        request_report(actor=actor, kind="debrief-note", subject=visit.programme, language="en")

    assert (unknown.value.code, subject.value.code) == ("unknown_kind", "wrong_subject")
    assert set(language.value.error_dict) == {"language"}


# --- made, failed, tried again, expired --------------------------------------------------------------------------


def test_make_report_keeps_a_file_with_its_fingerprint(visit, amina, by) -> None:
    report = ask(by(amina), visit)
    # What a killed worker left behind.
    stray = default_storage.save(f"reports/{report.pk}/stray.pdf", ContentFile(b"half a report"))

    assert make_report(report.pk) is True

    report.refresh_from_db()
    content = report.file.read()
    report.file.close()
    assert content.startswith(b"%PDF-1.7")
    assert (report.sha256, report.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert report.file_name == "SV-2019-001-DN-v1-en.pdf"
    assert not default_storage.exists(stray)
    kept = timedelta(days=settings.REPORT_KEEP_DAYS)
    assert abs(report.expires_at - timezone.now() - kept) < timedelta(minutes=1)
    assert make_report(report.pk) is False


def test_failed_report_says_why_and_can_be_tried_again(visit, amina, eva, by) -> None:
    report = ask(by(amina), visit)
    # Data that the template cannot show, as after an upgrade that changed their form.
    Report.objects.filter(pk=report.pk).update(data={"format": "fmm-portal/debrief-note/0"})

    assert make_report(report.pk) is False
    report.refresh_from_db()
    assert (report.status, report.failure, report.error) == (
        JobStatus.FAILED,
        JobFailure.ERROR,
        "KeyError: 'visit'",
    )
    assert not report.file

    assert retry_report(report, actor=by(amina)).status == JobStatus.QUEUED
    assert history_of(visit).first().verb == "retry_report"
    with pytest.raises(Refused) as refusal:
        retry_report(report, actor=by(amina))
    assert refusal.value.code == "not_failed"


def test_asking_for_a_failed_report_again_makes_it_from_fresh_data(visit, amina, by) -> None:
    report = ask(by(amina), visit)
    Report.objects.filter(pk=report.pk).update(status=JobStatus.FAILED, attempts=3, data=None)

    again = ask(by(amina), visit)

    assert (again.pk, again.status, again.attempts) == (report.pk, JobStatus.QUEUED, 0)
    assert again.data["visit"]["reference"] == "SV-2019-001"
    assert make_report(again.pk) is True


def test_expired_report_loses_file_and_data_but_not_its_number(visit, amina, by) -> None:
    report = ask(by(amina), visit)
    make_report(report.pk)
    report.refresh_from_db()
    name, first_print = report.file.name, report.sha256
    assert remove_expired_reports() == 0
    Report.objects.filter(pk=report.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert remove_expired_reports() == 1

    expired = Report.objects.get(pk=report.pk)
    assert (expired.is_expired, expired.is_available, expired.data) == (True, False, None)
    assert not default_storage.exists(name)
    again = ask(by(amina), visit)
    assert (again.pk, again.number, again.status) == (report.pk, 1, JobStatus.QUEUED)
    make_report(again.pk)
    again.refresh_from_db()
    assert again.sha256 == first_print


def test_asking_for_a_report_keeps_it_longer(visit, amina, by) -> None:
    report = ask(by(amina), visit)
    make_report(report.pk)
    Report.objects.filter(pk=report.pk).update(expires_at=timezone.now() + timedelta(days=1))

    assert ask(by(amina), visit).expires_at > timezone.now() + timedelta(days=300)


def test_canonical_json_is_one_spelling() -> None:
    spelled = canonical_json({"b": 1, "a": {"é": [None, True]}})

    assert spelled == '{"a":{"é":[null,true]},"b":1}'.encode()
    assert json.loads(spelled) == {"a": {"é": [None, True]}, "b": 1}


def test_reports_of_one_visit_do_not_count_for_another(amina, by) -> None:
    first, second = StudyVisitFactory(), StudyVisitFactory()

    assert (ask(by(amina), first).number, ask(by(amina), second).number) == (1, 1)
    assert ReportFactory(visit=first, number=7).number == 7
    assert ask(by(amina), second).number == 1
