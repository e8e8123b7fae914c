"""Attaching, opening and removing files on screen."""

import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from fmm_portal.core.documents import attach_document, documents_of
from fmm_portal.core.enums import Audience
from fmm_portal.core.submissions import create_once
from tests.factories.institutions import ContactFactory, InstitutionFactory

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def pdf(name: str = "letter.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def test_officer_attaches_a_file_and_opens_it(browser_of, amina) -> None:
    institution = InstitutionFactory()
    client = browser_of(amina)
    url = reverse("core:document_attach", args=["institution", institution.pk])
    assert url in client.get(institution.get_absolute_url()).content.decode()
    answer = client.post(
        url, {"file": pdf(), "title": "Letter of nomination", "audience": Audience.PROGRAMME}
    )
    assert (answer.status_code, answer.url) == (302, institution.get_absolute_url())
    document = documents_of(institution).get()
    assert "Letter of nomination" in client.get(institution.get_absolute_url()).content.decode()
    opened = client.get(document.get_absolute_url())
    assert b"".join(opened.streaming_content) == PDF
    assert opened["Content-Disposition"] == 'attachment; filename="letter.pdf"'
    assert opened["Content-Type"] == "application/pdf"
    assert opened["X-Content-Type-Options"] == "nosniff"
    assert opened["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_disguised_file_is_refused_beside_the_field(browser_of, amina) -> None:
    institution = InstitutionFactory()
    upload = SimpleUploadedFile("letter.pdf", b"<html><script>alert(1)</script>")
    page = browser_of(amina).post(
        reverse("core:document_attach", args=["institution", institution.pk]),
        {"file": upload, "audience": "programme"},
    )
    assert page.status_code == 422
    assert page.context["form"].errors["file"] == ["The content is not that of a pdf file."]
    assert not documents_of(institution).exists()


def test_document_of_the_programme_is_not_found_by_others(browser_of, amina, eva, kofi, by) -> None:
    document = attach_document(InstitutionFactory(), pdf(), actor=by(amina), title="Internal")
    for reader in (eva, kofi):
        assert browser_of(reader).get(document.get_absolute_url()).status_code == 404
        assert "Internal" not in browser_of(reader).get(document.subject.get_absolute_url()).content.decode()


def test_viewer_attaches_and_removes_nothing(browser_of, amina, eva, by) -> None:
    document = attach_document(InstitutionFactory(), pdf(), actor=by(amina), audience=Audience.EVERYONE)
    client = browser_of(eva)
    assert client.get(document.get_absolute_url()).status_code == 200
    attach = reverse("core:document_attach", args=["institution", document.subject_id])
    assert client.post(attach, {"file": pdf(), "audience": "everyone"}).status_code == 403
    assert client.post(reverse("core:document_remove", args=[document.pk])).status_code == 403
    assert documents_of(document.subject).count() == 1


def test_race_of_two_presses_attaches_one_file(amina, by) -> None:
    """Both passed the first look for the token; the database lets one of them in."""
    institution, token, actor = InstitutionFactory(), uuid.uuid4(), by(amina)
    one, two = (
        create_once(token, lambda: attach_document(institution, pdf(), actor=actor), actor=actor)
        for _press in range(2)
    )
    assert one == two == documents_of(institution).get()


def test_removal_asks_first_and_leaves_no_file(
    browser_of, amina, by, django_capture_on_commit_callbacks
) -> None:
    document = attach_document(InstitutionFactory(), pdf(), actor=by(amina))
    client = browser_of(amina)
    url = reverse("core:document_remove", args=[document.pk])
    assert client.get(url).status_code == 200
    assert documents_of(document.subject).exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url).url == document.subject.get_absolute_url()
        assert document.file.storage.exists(document.file.name), "until it is sure"
    assert not documents_of(document.subject).exists()
    assert not document.file.storage.exists(document.file.name)


def test_records_that_carry_no_documents_are_not_found(browser_of, amina) -> None:
    """Papers about a person have rules of their own."""
    address = reverse("core:document_attach", args=["contact", ContactFactory().pk])
    assert browser_of(amina).get(address).status_code == 404
