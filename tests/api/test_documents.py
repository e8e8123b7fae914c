"""Documents through the API: uploaded as a form, seen with their subject, always downloaded."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from fmm_portal.core.documents import attach_document
from fmm_portal.core.models import Document, Record
from fmm_portal.core.principals import system_actor
from tests.api_client import as_agency, as_persona
from tests.contracts import ApiContract
from tests.factories.institutions import ContactFactory
from tests.factories.studyvisits import AgendaHostFactory, AgendaItemFactory, StudyVisitFactory
from tests.personas import aneti, anpe_togo

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def upload(name: str = "agenda.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def attached(audience: str, visit: Any = None) -> Document:
    return attach_document(visit or StudyVisitFactory(), upload(), actor=system_actor(), audience=audience)


class TestDocumentApi(ApiContract):
    resource = "documents"
    creates = False
    creates_otherwise = True
    change = {"title": "Agenda, final", "language": "fr"}
    bad = {"audience": "world", "language": "de", "subject_id": 1}
    ordering = "created_at"

    def make(self) -> Record:
        return attached("everyone")


@pytest.mark.django_db
def test_upload_keeps_the_file_with_its_fingerprint() -> None:
    visit = StudyVisitFactory()
    form = {"subject_type": "study-visits", "subject_id": visit.pk, "language": "fr", "audience": "everyone"}
    response = as_persona("amina").upload("documents/", file=upload("Ordre du jour.pdf"), **form)
    assert response.status_code == 201, response.content
    shown = response.json()
    told = {
        name: shown[name]
        for name in ("title", "file_name", "content_type", "size", "subject_type", "subject_id")
    }
    assert told == {
        "title": "Ordre du jour",
        "file_name": "Ordre du jour.pdf",
        "content_type": "application/pdf",
        "size": len(PDF),
        "subject_type": "study-visits",
        "subject_id": visit.pk,
    }
    assert shown["subject"]["reference"] == visit.reference
    assert shown["uploaded_by"]["label"] == "Amina"
    assert "file" not in shown


@pytest.mark.django_db
def test_download_is_a_file_to_save_whatever_format_is_accepted() -> None:
    document = attached("everyone")
    response = as_persona("eva").get(f"documents/{document.pk}/content/", Accept="application/pdf")
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == 'attachment; filename="agenda.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
@pytest.mark.long
def test_document_is_seen_by_its_audience_only() -> None:
    visit = StudyVisitFactory()
    AgendaHostFactory(item=AgendaItemFactory(visit=visit), institution=aneti())
    visit.delegations.first().sending_institutions.add(anpe_togo())
    documents = {
        audience: attached(audience, visit) for audience in ("programme", "participants", "everyone")
    }
    seen = {
        "amina": {"programme", "participants", "everyone"},
        "kofi": {"participants", "everyone"},
        "sami": {"participants", "everyone"},
        "eva": {"everyone"},
        "fatou": set(),
    }
    for persona, audiences in seen.items():
        caller = as_persona(persona)
        for audience, document in documents.items():
            expected = 200 if audience in audiences else 404
            assert caller.get(f"documents/{document.pk}/").status_code == expected, (persona, audience)
            assert caller.get(f"documents/{document.pk}/content/").status_code == expected, (
                persona,
                audience,
            )
        listed = {row["id"] for row in caller.get("documents/").json()["results"]}
        assert listed == {documents[audience].pk for audience in audiences}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("page.html", b"<html>", "file_type"),
        ("script.pdf", b"<script>alert(1)</script>", "file_content"),
        ("empty.pdf", b"", "empty"),
    ],
)
def test_files_that_are_not_accepted_are_refused_with_the_reason(
    name: str, content: bytes, code: str
) -> None:
    form = {"subject_type": "study-visits", "subject_id": StudyVisitFactory().pk}
    response = as_persona("amina").upload("documents/", file=upload(name, content), **form)
    assert response.status_code == 400
    assert [(error["field"], error["code"]) for error in response.json()["errors"]] == [("file", code)]
    assert Document.objects.count() == 0


@pytest.mark.django_db
def test_upload_is_for_those_who_may_attach_to_the_subject() -> None:
    visit = StudyVisitFactory()
    form = {"subject_type": "study-visits", "subject_id": visit.pk}
    assert as_persona("eva").upload("documents/", file=upload(), **form).json()["code"] == "forbidden"
    response = as_persona("fatou").upload("documents/", file=upload(), **form)
    assert [error["field"] for error in response.json()["errors"]] == ["subject_id"]
    response = as_agency(anpe_togo(), "documents:read").upload("documents/", file=upload(), **form)
    assert response.json()["code"] == "missing_scope"
    response = as_persona("amina").upload(
        "documents/", file=upload(), subject_type="contacts", subject_id=ContactFactory().pk
    )
    assert [error["field"] for error in response.json()["errors"]] == ["subject_type"]
    assert Document.objects.count() == 0


@pytest.mark.django_db
def test_documents_are_found_by_their_subject() -> None:
    mine, other = attached("everyone"), attached("everyone")
    amina = as_persona("amina")
    found = amina.get(f"documents/?subject_type=study-visits&subject_id={mine.subject_id}").json()["results"]
    assert [row["id"] for row in found] == [mine.pk]
    assert amina.get("documents/?subject_type=commitments").json()["count"] == 0
    assert amina.get("documents/?subject_type=shoes").status_code == 400
    assert other.pk != mine.pk
