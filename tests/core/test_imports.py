"""Spreadsheets sent in: every row looked at before anything is written, all of it or nothing, and back unchanged."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from fmm_portal.core.bulk import undo_together
from fmm_portal.core.imports.formats import import_formats
from fmm_portal.core.imports.jobs import make_import
from fmm_portal.core.imports.reading import decoded, separator_of
from fmm_portal.core.imports.uploads import remove_expired_uploads, rows_of
from fmm_portal.core.models import Activity, Import, ImportOutcome, SheetUpload
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.services import update_record
from fmm_portal.institutions.models import Contact, Institution
from tests.factories.institutions import ContactFactory, InstitutionFactory, country

pytestmark = pytest.mark.django_db

HEAD = "Acronym,Name [EN],Country,Kind,City\n"


def named(content: bytes | str, name: str) -> BytesIO:
    file = BytesIO(content.encode() if isinstance(content, str) else content)
    file.name = name
    return file


def send(client: Any, content: bytes | str, *, kind: str = "institutions", name: str = "list.csv") -> Any:
    return client.post(f"/imports/{kind}/", {"file": named(content, name)})


def previewed(client: Any, content: bytes | str, **where: str) -> SheetUpload:
    """The preview of a file that could be read."""
    answer = send(client, content, **where)
    assert answer.status_code == 302, answer.content.decode()
    return SheetUpload.objects.latest("created_at")


def errors_of(kept: SheetUpload) -> list[str]:
    return [error["message"] for row in rows_of(kept, "error", 0, 99) for error in row["errors"]]


def confirm(client: Any, kept: SheetUpload) -> Import:
    answer = client.post(kept.get_absolute_url(), {"fingerprint": kept.fingerprint})
    job = Import.objects.latest("pk")
    assert answer.url == job.get_absolute_url()
    assert make_import(job.pk)
    job.refresh_from_db()
    return job


def counts(error: int = 0, create: int = 0, update: int = 0, same: int = 0) -> dict[str, int]:
    return {"error": error, "create": create, "update": update, "same": same}


def test_amina_brings_in_a_list_and_every_row_has_its_history(browser_of, amina) -> None:
    client = browser_of(amina)
    kept = previewed(
        client, HEAD + "ANPE,Jobs,Togo,Public employment service,Lomé\nUGTT,Union,TN,Trade union,Tunis\n"
    )
    assert kept.counts == counts(create=2)
    assert not Institution.objects.exists(), "a preview writes nothing"
    job = confirm(client, kept)
    assert (job.outcome, job.counts) == (ImportOutcome.WRITTEN, counts(create=2))
    union = Institution.objects.get(acronym="UGTT")
    assert union.constituency == "workers", "the model's own rule holds"
    assert Institution.objects.search("lome").get().acronym == "ANPE"
    entry = Activity.objects.get(subject_id=union.pk, verb="create")
    assert (entry.source, entry.user, entry.reason) == ("import", amina, "Imported from list.csv")
    assert entry.changes["country"] == [None, {"id": country("TN").pk, "label": "Tunisia"}]
    page = client.get(job.get_absolute_url()).content.decode()
    assert "2 rows were written." in page
    assert not SheetUpload.objects.exists(), "the file is gone once it is written"
    assert not default_storage.exists(str(kept.file.name))


def test_nothing_is_written_while_a_row_is_wrong_and_every_error_is_told(browser_of, amina) -> None:
    client = browser_of(amina)
    kept = previewed(
        client, HEAD + "AAA,First,Togo,ngo,\nBBB,,Nowhere,Party,\nAAA,Third,TG,ngo,\n,Fourth,TG,,\n"
    )
    assert kept.counts == counts(error=3, create=1)
    told = " ".join(errors_of(kept))
    assert "“Nowhere” is not found (country)." in told
    assert "“Party” is none of the allowed words: Ministry," in told
    assert "Row 2 is the same in: acronym, country." in told
    assert "This field is required." in told
    page = client.get(kept.get_absolute_url()).content.decode()
    assert "Nothing is written while a row is not accepted." in page
    assert "First" not in page, "errors come first, the others by a tab"
    assert "First" in client.get(f"{kept.get_absolute_url()}?show=create").content.decode()
    answer = client.post(kept.get_absolute_url(), {"fingerprint": kept.fingerprint})
    assert answer.status_code == 409
    assert not Import.objects.exists()
    marked = load_workbook(BytesIO(client.get(f"{kept.get_absolute_url()}marked/").content)).active
    [heads, *_more] = marked.iter_rows(min_row=2, values_only=True)
    assert heads[:3] == ("What is wrong", "Acronym", "Name [EN]")
    assert "Kind: “Party”" in marked.cell(4, 1).value
    assert marked.cell(4, 5).fill.start_color.rgb.endswith("F8C9C2"), "the bad cell is red"


def test_row_finds_its_record_by_id_else_by_its_names_and_never_guesses(browser_of, amina) -> None:
    client = browser_of(amina)
    togo = InstitutionFactory(acronym="ANPE", name={"en": "Jobs"}, country=country("TG"), city="Lomé")
    for _twice in range(2):
        InstitutionFactory(acronym="", name={"en": "Observatory"}, country=country("TG"))
    kept = previewed(
        client,
        "Id,Acronym,Name [FR],Name [EN],Country,City\n"
        f"{togo.pk},ANPE,Emplois,Jobs,TG,Kara\n,anpe,Emplois,Jobs,Togo,Kara\n,,,Observatory,TG,Lomé\n999999,X,,X,TG,\n",
    )
    [update] = rows_of(kept, "update", 0, 9)
    assert [(change["column"], change["before"], change["after"]) for change in update["changes"]] == [
        ("Name [FR]", "", "Emplois"),
        ("City", "Lomé", "Kara"),
    ]
    [twice, several, unknown] = errors_of(kept)
    assert twice == "Row 2 is about the same record."
    assert several.startswith("This may be several records: #")
    assert unknown == "There is no record with the number 999999 here."


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_contacts_exported_to_be_edited_come_back_unchanged(kind, browser_of, amina) -> None:
    """Dates known in part, choices, texts in three languages, and what looks like a formula."""
    client = browser_of(amina)
    ContactFactory(starts_on="2015-07", ends_on="2019", position={"en": "Head", "fr": "=1+1", "ar": "رئيس"})
    ContactFactory(starts_on="2017-11-14", languages="fr, en", person_name="Secret-name", sex="female")
    content = client.get("/contacts/export/", {"what": "edit", "as": kind}).content
    assert b"Secret-name" not in content
    kept = previewed(client, content, kind="contacts", name=f"contacts.{kind}")
    assert kept.counts == counts(same=2)

    changed = changed_once(content, kind, "2015-07", "2016")
    kept = previewed(client, changed, kind="contacts", name=f"contacts.{kind}")
    assert kept.counts == counts(update=1, same=1)
    confirm(client, kept)
    assert Contact.objects.get(position__contains="Head").starts_on == PartialDate(2016)
    assert Contact.objects.filter(person_name="Secret-name").exists(), "what was not in the file stays"


def changed_once(content: bytes, kind: str, before: str, after: str) -> bytes:
    if kind == "csv":
        return content.replace(before.encode(), after.encode(), 1)
    book = load_workbook(BytesIO(content))
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if cell.value == before:
                cell.value = after
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_what_somebody_else_changed_meanwhile_is_not_written_over(browser_of, amina, marc, by) -> None:
    client = browser_of(amina)
    row = InstitutionFactory(acronym="ANPE", country=country("TG"), city="Lomé")
    content = client.get("/institutions/export/?what=edit&as=csv").content.replace("Lomé".encode(), b"Kara")
    kept = previewed(client, content)
    update_record(row, actor=by(marc), changes={"city": "Sokodé"})

    job = confirm(client, kept)
    assert job.outcome == ImportOutcome.REFUSED
    row.refresh_from_db()
    assert row.city == "Sokodé"
    page = client.get(job.get_absolute_url()).content.decode()
    assert "Nothing was written" in page
    kept.refresh_from_db()
    [told] = errors_of(kept)
    assert told.startswith("The record was changed in the portal since this file was made.")
    stale = client.post(kept.get_absolute_url(), {"fingerprint": "of-another-preview"})
    assert stale.status_code == 409


def test_file_confirmed_twice_is_written_once(browser_of, amina) -> None:
    client = browser_of(amina)
    kept = previewed(client, HEAD + "AAA,First,Togo,ngo,\n")
    for _click in range(2):
        client.post(kept.get_absolute_url(), {"fingerprint": kept.fingerprint})
    job = Import.objects.get()
    assert make_import(job.pk)
    assert not make_import(job.pk)
    assert Institution.objects.count() == 1


def test_import_is_undone_as_one_change(browser_of, amina, by) -> None:
    client = browser_of(amina)
    old = InstitutionFactory(acronym="ANPE", country=country("TG"), city="Lomé")
    kept = previewed(client, "Acronym,Country,City,Kind,Name [EN]\nANPE,TG,Kara,ngo,Jobs\nNEW,TG,,ngo,New\n")
    job = confirm(client, kept)
    assert job.counts == counts(create=1, update=1)
    assert job.bulk is not None
    assert "Undo for 2 rows" in client.get(job.bulk.get_absolute_url()).content.decode()
    undo_together(job.bulk, actor=by(amina))
    assert [(row.pk, row.city) for row in Institution.objects.all()] == [(old.pk, "Lomé")]


@pytest.mark.parametrize(
    ("text", "encoding", "separator"),
    [
        ("Acronym;City\nÉCO;Lomé\n", "utf-8", ";"),
        ("Acronym\tCity\nÉCO\tLomé\n", "utf-8", "\t"),
        ('Acronym,"City; or town"\nÉCO,Lomé\n', "cp1252", ","),
        ("Acronym,City\nÉCO,Lomé\n", "utf-8-sig", ","),
    ],
)
def test_text_files_are_read_as_programs_write_them(text, encoding, separator) -> None:
    read = decoded(text.encode(encoding))
    assert read == text
    assert separator_of(read) == separator


def test_file_that_cannot_be_used_is_refused_with_what_to_do(browser_of, amina) -> None:
    client = browser_of(amina)
    book = Workbook()
    book.active.append(["Colour", "Weight"])
    buffer = BytesIO()
    book.save(buffer)
    for content, name, words in (
        (buffer.getvalue(), "a.xlsx", "Download the template"),
        (b"PK\x03\x04 broken", "a.xlsx", "cannot be read as an XLSX"),
        (b"PK\x03\x04 disguised", "a.csv", "The content is not that of a csv file."),
        (b"Acronym,City\n", "a.csv", "no rows. Fill in a row"),
        (b"", "a.csv", "empty"),
        (b"text", "a.docx", "Files of this type are not accepted."),
    ):
        answer = send(client, content, name=name)
        assert answer.status_code == 422, name
        assert words in answer.content.decode(), (name, words)
    assert not SheetUpload.objects.exists()


def test_spreadsheets_cells_are_read_for_what_they_are(browser_of, amina) -> None:
    """Numbers and days as programs store them, words of the reader's other languages, formulas as their text."""
    client = browser_of(amina)
    home = InstitutionFactory(acronym="ANPE", country=country("TG"))
    book = Workbook()
    page = book.active
    page.append(["institution", "position_en", "sex", "starts_on", "ends_on", "phone"])
    page.append(["ANPE (Togo)", "Director", "femme", timezone.datetime(2017, 11, 14), 2019, 22890112233])
    page.append([f"#{home.pk} whatever", "'=cmd", "Man", "juillet 2015", None, None])
    buffer = BytesIO()
    book.save(buffer)
    job = confirm(client, previewed(client, buffer.getvalue(), kind="contacts", name="contacts.xlsx"))
    assert job.outcome == ImportOutcome.WRITTEN
    first, second = Contact.objects.order_by("pk")
    assert (first.sex, first.starts_on, first.ends_on) == (
        "female",
        PartialDate(2017, 11, 14),
        PartialDate(2019),
    )
    assert first.phone == "22890112233"
    assert (dict(second.position), second.starts_on) == ({"en": "=cmd"}, PartialDate(2015, 7))
    history = str(Activity.objects.filter(subject_id=first.pk).values_list("changes", flat=True))
    assert "22890112233" not in history, "personal data is in no history"


def test_files_are_their_senders_alone_and_go_after_a_day(browser_of, amina, marc, eva, kofi) -> None:
    client = browser_of(amina)
    kept = previewed(client, HEAD + "AAA,First,Togo,ngo,\n")
    for address in (kept.get_absolute_url(), f"{kept.get_absolute_url()}marked/"):
        assert browser_of(marc).get(address).status_code == 404
    for person in (eva, kofi):
        answer = browser_of(person).get("/imports/institutions/")
        assert answer.status_code == 403, "who may not add a row may not send a file"
    assert 'href="/imports/institutions/"' in client.get("/institutions/").content.decode()
    assert 'href="/imports/institutions/"' not in browser_of(eva).get("/institutions/").content.decode()
    assert browser_of(eva).get("/institutions/export/?what=edit").status_code == 403
    SheetUpload.objects.update(expires_at=timezone.now())
    assert remove_expired_uploads() == 1
    assert client.get(kept.get_absolute_url()).status_code == 404
    assert not default_storage.exists(str(kept.preview.name))


def test_agency_imports_posts_of_its_own_and_no_others(browser_of, kofi) -> None:
    InstitutionFactory(acronym="MELR", country=country("GH"))
    kept = previewed(
        browser_of(kofi),
        "Institution,Position [EN]\nANPE (TG),Director\nMELR (GH),Director\n",
        kind="contacts",
    )
    assert kept.counts == counts(error=1, create=1)
    assert errors_of(kept) == ["Your role does not allow this."]


@pytest.mark.parametrize("language", ["fr", "pt"])
def test_template_speaks_the_readers_language_and_keeps_its_keys(language, browser_of, amina) -> None:
    client = browser_of(amina)
    client.post("/language/", {"language": language})
    for name, one in import_formats().items():
        book = load_workbook(BytesIO(client.get(f"/imports/{name}/template/?as=xlsx").content))
        keys, headings = list(book.worksheets[0].iter_rows(max_row=2, values_only=True))
        assert set(keys) <= {column.key for column in one.columns(["en", "fr", "pt", "ar"])}
        assert all(headings)
        text = client.get(f"/imports/{name}/template/?as=csv").content.decode()
        assert text.startswith(f"\ufeff{','.join(keys)}\r\n")


def test_import_costs_the_same_queries_for_three_rows_and_for_thirty(browser_of, amina) -> None:
    client = browser_of(amina)
    InstitutionFactory(acronym="TOP", country=country("TG"))

    def cost(first: int, last: int) -> tuple[int, int]:
        rows = "".join(f"X{n},Number {n},TG,ngo,TOP (TG)\n" for n in range(first, last))
        with CaptureQueriesContext(connection) as looked:
            kept = previewed(client, "Acronym,Name [EN],Country,Kind,Part of\n" + rows)
        client.post(kept.get_absolute_url(), {"fingerprint": kept.fingerprint})
        with CaptureQueriesContext(connection) as written:
            assert make_import(Import.objects.latest("pk").pk)
        return len(looked), len(written)

    cost(0, 3)
    few, many = cost(3, 6), cost(6, 36)
    assert few == many
    assert few[1] <= 50
    content = client.get("/institutions/export/?what=edit&as=csv").content.replace(b"Number", b"Nombre")
    kept = previewed(client, content)
    assert kept.counts["update"] == 36
    client.post(kept.get_absolute_url(), {"fingerprint": kept.fingerprint})
    with CaptureQueriesContext(connection) as updated:
        assert make_import(Import.objects.latest("pk").pk)
    assert len(updated) <= 50
    assert Institution.objects.search("nombre").count() == 36
