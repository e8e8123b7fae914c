"""Bodies that are broken, too large or of another format; and HEAD, which is GET without one."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from fmm_portal.api.parsers import MOST_ITEMS, MOST_LEVELS
from fmm_portal.core.models import Document
from studyvisits.models import StudyVisit
from tests.api_client import as_persona
from tests.factories.studyvisits import StudyVisitFactory

pytestmark = pytest.mark.django_db

PATH = "/api/v1/study-visits/"


def send(body: str | bytes, content_type: str = "application/json", **headers: str) -> Any:
    return as_persona("amina")._client.post(PATH, data=body, content_type=content_type, headers=headers)


def told(response: Any) -> tuple[int, str, str]:
    problem = response.json()
    assert response["Content-Type"] == "application/problem+json"
    return response.status_code, problem["code"], problem["detail"]


def test_broken_json_is_told_with_its_place() -> None:
    response = send('{"title": {"en": "Visit"},\n "starts_on" "2019"}')
    assert told(response) == (
        400,
        "parse_error",
        "The body is no valid JSON: look at line 2, column 14.",
    )
    assert (response.json()["line"], response.json()["column"]) == (2, 14)
    assert told(send(b'{"title": "\xff"}'))[2] == "The body must be UTF-8; byte 11 is not."


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ('{"title": {}, "title": {}}', "“title” is given twice in one object."),
        ('{"duration": NaN}', "NaN is no number in JSON."),
        ("9" * 5000, "A number in the body is too long."),
        ("[" * 100_000, f"The body is nested deeper than {MOST_LEVELS} levels."),
        (
            "[" * (MOST_LEVELS + 1) + "]" * (MOST_LEVELS + 1),
            f"The body is nested deeper than {MOST_LEVELS} levels.",
        ),
        (
            json.dumps({"theme_ids": [1] * (MOST_ITEMS + 1)}),
            f"An array may hold at most {MOST_ITEMS} items; one here holds {MOST_ITEMS + 1}.",
        ),
    ],
)
def test_json_that_no_client_means(body: str, detail: str) -> None:
    assert told(send(body)) == (400, "parse_error", detail)
    assert StudyVisit.objects.count() == 0


def test_body_with_a_byte_order_mark_is_read() -> None:
    assert send(b'\xef\xbb\xbf{"title": {"en": "Visit"}}').status_code == 201


def test_body_that_is_too_large_is_not_read(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2000
    body = json.dumps({"title": {"en": "x" * 3000}})
    assert told(send(body)) == (
        413,
        "too_large",
        "The body of a request may have 2.0\N{NO-BREAK SPACE}KB; send it in parts.",
    )
    assert told(send(body, **{"Idempotency-Key": "key-of-the-large"}))[:2] == (413, "too_large")
    assert StudyVisit.objects.count() == 0


def test_upload_that_is_too_large_is_not_read(settings: Any) -> None:
    settings.DOCUMENT_MAX_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    file = SimpleUploadedFile("agenda.pdf", b"%PDF" + b"x" * 5000, content_type="application/pdf")
    form = {"file": file, "subject_type": "study-visits", "subject_id": StudyVisitFactory().pk}
    assert told(as_persona("amina").upload("documents/", **form))[:2] == (413, "too_large")
    assert Document.objects.count() == 0


def test_format_that_is_not_taken_names_those_that_are() -> None:
    response = send("<a/>", "application/xml")
    assert told(response) == (
        415,
        "unsupported_media_type",
        "Send the body as application/json, and say so in Content-Type; it says application/xml.",
    )
    assert response["Accept"] == "application/json"
    response = as_persona("amina")._client.post("/api/v1/documents/", data="a", content_type="text/plain")
    assert response["Accept"] == "multipart/form-data, application/json"


def test_head_is_get_without_the_body() -> None:
    visit, amina = StudyVisitFactory(), as_persona("amina")
    own = f"study-visits/{visit.pk}/"
    for path in ("", "study-visits/", own, f"{own}history/", f"{own}agenda/", f"{own}case/", "documents/"):
        full = amina.get(path)
        head = amina._client.head(f"/api/v1/{path}")
        assert (head.status_code, head.content, head.get("ETag")) == (200, b"", full.get("ETag")), path
        assert head["Content-Type"] == full["Content-Type"]
    tag = amina.get(own)["ETag"]
    assert amina._client.head(f"/api/v1/{own}", headers={"If-None-Match": tag}).status_code == 304
    assert amina._client.head("/api/v1/study-visits/0/").status_code == 404
    assert as_persona("anonymous")._client.head("/api/v1/study-visits/").status_code == 401
