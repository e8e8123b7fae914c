"""Lists saved as files: what is on show or all fields, for whoever may read them, harmless and in their language."""

import csv
import json
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from fmm_portal.core.export_jobs import make_export, remove_expired_exports
from fmm_portal.core.exports import readable_fields
from fmm_portal.core.jobs import JobStatus
from fmm_portal.core.models import Export
from fmm_portal.core.principals import system_actor
from fmm_portal.core.services import update_record
from fmm_portal.institutions.views import InstitutionViews
from fmm_portal.reports.models import Report
from tests.everything import Everything
from tests.factories.institutions import ContactFactory, InstitutionFactory, country
from tests.project.test_completeness import page_classes

pytestmark = pytest.mark.django_db

LIST = "/institutions/"
FILE = "/institutions/export/"


def rows_of(response: Any) -> list[list[str]]:
    content = b"".join(response.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf"), "spreadsheets know by this that it is UTF-8"
    return list(csv.reader(StringIO(content.decode("utf-8-sig"))))


def cells_of(content: bytes) -> list[list[Any]]:
    return [list(row) for row in load_workbook(BytesIO(content)).active.iter_rows(values_only=True)]


@pytest.fixture
def three(db: None) -> None:
    InstitutionFactory(
        acronym="ANPE", name={"en": "Jobs"}, country=country("TG"), city="Lomé", kind="government"
    )
    InstitutionFactory(acronym="ANETI", name={"en": "Work"}, country=country("TN"), city="=1+1", kind="ngo")
    InstitutionFactory(acronym="ACME", name={"en": "Gifts"}, country=country("TG"), city="", kind="donor")


def test_file_has_the_rows_and_columns_of_the_list_in_its_order(browser_of, eva, three) -> None:
    client = browser_of(eva)
    query = {"country_id": country("TG").pk, "sort": "-acronym"}
    page = client.get(LIST, query).content.decode()
    assert "The file has 2 rows." in page
    response = client.get(FILE, {**query, "what": "view", "as": "csv"})
    assert f"institutions-{timezone.localdate()}.csv" in response["Content-Disposition"]
    rows = rows_of(response)
    assert [row[0] for row in rows] == ["Acronym", "ANPE (Jobs)", "ACME (Gifts)"]
    assert rows[1][1] == "Togo"


def test_formulas_are_made_harmless(browser_of, eva, three) -> None:
    client = browser_of(eva)
    [text] = [row for row in rows_of(client.get(FILE, {"search": "aneti"})) if row[0].startswith("ANETI")]
    assert text[4] == "'=1+1"
    sheet = cells_of(client.get(FILE, {"search": "aneti", "as": "xlsx"}).content)
    assert sheet[1][4] == "'=1+1"


def test_words_are_in_the_readers_language(browser_of, eva, three) -> None:
    client = browser_of(eva)
    client.post(reverse("set_language"), {"language": "fr"})
    rows = rows_of(client.get(FILE))
    with translation.override("fr"):
        assert rows[0][1] == str(InstitutionViews.model._meta.get_field("country").verbose_name).capitalize()
    assert rows[0][1] == "Pays"
    assert "Tunisie" in {row[1] for row in rows}


def test_all_fields_as_a_workbook_keep_dates_and_numbers(browser_of, amina, three) -> None:
    contact = ContactFactory(starts_on="2017-11-14", ends_on="2019")
    sheet = cells_of(browser_of(amina).get("/contacts/export/", {"what": "all", "as": "xlsx"}).content)
    row = dict(zip(sheet[0], sheet[1], strict=True))
    assert row["In this post from"].date() == date(2017, 11, 14)
    assert row["In this post until"] == "2019"
    assert row["Position"] == str(contact.position)


def test_restricted_fields_are_in_no_file(browser_of, amina, eva) -> None:
    ContactFactory(person_name="Secret-name", email="secret@example.org")
    for person in (amina, eva):
        for what in ("view", "all"):
            text = str(rows_of(browser_of(person).get("/contacts/export/", {"what": what})))
            assert "Secret-name" not in text
            assert "secret@" not in text


@pytest.mark.parametrize("persona", ["fatou", "nobody", "eva", "sami"])
def test_file_holds_what_the_person_may_see_and_no_more(persona, browser_of, amina, by, request) -> None:
    """Every list of the portal, both kinds of columns."""
    everything = Everything()
    update_record(everything.scene.visit, actor=by(amina), changes={"owner": amina})
    client = browser_of(request.getfixturevalue(persona))
    words = [*everything.scene.personal, *Everything.internal, "Amina"]
    if persona != "eva":
        words += Everything.of_the_programme
    if persona in {"fatou", "nobody"}:
        words += Everything.of_the_chain
    lists = [views for views in page_classes() if "export" in views.all_pages()]
    assert len(lists) > 10
    for views in lists:
        address = reverse(f"{views.model._meta.app_label}:{views.url_name('export')}")
        for what in ("view", "all"):
            response = client.get(address, {"what": what})
            text = str(rows_of(response))
            assert not [word for word in words if word in text], (views, what)


def test_file_of_a_list_costs_the_same_for_one_row_and_for_three(browser_of, marc) -> None:
    client = browser_of(marc)

    def cost(what: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            rows_of(client.get(FILE, {"what": what}))
        return len(captured)

    InstitutionFactory(country=country("TG"))
    first = [cost("view"), cost("all")]
    first = [cost("view"), cost("all")]
    InstitutionFactory(country=country("GH")), InstitutionFactory(country=country("TN"))
    assert [cost("view"), cost("all")] == first


@pytest.fixture
def long_list(three: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list is long as soon as it has more than two rows."""
    monkeypatch.setattr(InstitutionViews, "rows_at_once", 2)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_long_list_is_written_by_a_worker_for_its_asker_alone(kind, browser_of, eva, marc, long_list) -> None:
    client = browser_of(eva)
    query = f"?sort=-acronym&what=view&as={kind}"
    asked = client.get(FILE + query).content.decode()
    assert "The file will have 3 rows. It is prepared in the background." in asked
    page = client.post(FILE + query)
    export = Export.objects.get()
    assert page.url == export.get_absolute_url()
    assert "Waiting for a free worker" in client.get(page.url).content.decode()

    InstitutionFactory(acronym="ZZZ", name={"en": "Late"})
    assert make_export(export.pk)
    export.refresh_from_db()
    assert (export.status, export.row_count) == (JobStatus.DONE, 4)
    text = client.get(page.url).content.decode()
    assert "The file has 4 rows." in text
    assert reverse("core:export_file", args=[export.pk]) in text
    content = b"".join(client.get(reverse("core:export_file", args=[export.pk])).streaming_content)
    rows = cells_of(content) if kind == "xlsx" else list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    assert [row[0] for row in rows][1:] == ["ZZZ (Late)", "ANPE (Jobs)", "ANETI (Work)", "ACME (Gifts)"]

    stranger = browser_of(marc)
    for name in ("core:export", "core:export_file"):
        assert stranger.get(reverse(name, args=[export.pk])).status_code == 404
    Export.objects.update(expires_at=timezone.now())
    assert remove_expired_exports() == 1
    assert not default_storage.exists(str(export.file.name))
    assert client.get(page.url).status_code == 404


def test_worker_writes_under_the_askers_rights_of_the_moment(browser_of, eva, long_list) -> None:
    browser_of(eva).post(f"{FILE}?what=all")
    eva.memberships.all().delete()
    export = Export.objects.get()
    assert make_export(export.pk)
    export.refresh_from_db()
    assert export.row_count == 0


def test_machinery_of_the_portal_is_in_no_file(ada) -> None:
    names = {field.name for field in readable_fields(Report, ada)}
    assert {"reference", "status", "language", "created_at"} <= names
    assert not names & {
        "id",
        "version",
        "data",
        "error",
        "lease_owner",
        "lease_until",
        "audience",
        "file",
        "subject_id",
    }


def test_short_list_needs_no_worker(browser_of, eva, three) -> None:
    assert browser_of(eva).post(FILE).status_code == 405
    assert Export.objects.count() == 0


def test_lines_of_json_have_stable_keys_and_plain_values(browser_of, eva, three) -> None:
    client = browser_of(eva)
    client.post(reverse("set_language"), {"language": "fr"})
    answer = client.get(FILE, {"as": "jsonl", "search": "aneti"})
    [line] = b"".join(answer.streaming_content).decode().splitlines()
    told = json.loads(line)
    assert (told["acronym"], told["country"], told["city"]) == ("ANETI (Work)", "Tunisie", "=1+1")
    assert "jsonl" in answer["Content-Disposition"]
    answer = client.get(FILE, {"as": "jsonl", "what": "all", "search": "aneti"})
    [line] = b"".join(answer.streaming_content).decode().splitlines()
    assert {"name", "acronym", "kind", "themes"} <= set(json.loads(line))


def test_columns_read_plainly_say_what_the_records_say(eva) -> None:
    """The short way past the records never shows anything else, and takes one query."""
    everything = Everything()
    update_record(everything.scene.institution, actor=system_actor(), changes={"city": " Tunis  "})
    short = 0
    for views in page_classes():
        table = views.table_class
        if "export" not in views.all_pages() or table is None:
            continue
        rows: Any = views.model._default_manager.order_by("pk")
        for key, column in table.columns.items():
            if (part := column.in_file(table.model)) is None:
                continue
            make = part.make()
            plain = [make(*row) for row in rows.values_list(*part.paths)]
            assert plain == [column.export(row) for row in rows.with_related()], (views, key)
            short += 1
    assert short > 20


def test_sheet_without_rows_keeps_its_headings(browser_of, eva, three) -> None:
    sheet = cells_of(browser_of(eva).get(FILE, {"as": "xlsx", "search": "nothing-like-it"}).content)
    assert sheet[0][0] == "Acronym"
    assert len(sheet) == 1
