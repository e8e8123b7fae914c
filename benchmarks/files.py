"""Lists into files and a file into the portal, each beside the least that such work can cost."""

import csv
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from typing import Any

from django.db import connection, transaction
from rustpy_xlsxwriter import FastExcel

from fmm_portal.accounts.actors import actor_of
from fmm_portal.accounts.models import User
from fmm_portal.core.activity import entry_of
from fmm_portal.core.exports import Sheet, csv_lines, sheet_of_view, write_xlsx
from fmm_portal.core.imports.formats import MOST_ROWS
from fmm_portal.core.imports.planning import plan_file
from fmm_portal.core.imports.reading import read_file
from fmm_portal.core.imports.writing import write_plan
from fmm_portal.core.models import Activity
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.principals import Actor, Source
from fmm_portal.institutions.imports import INSTITUTIONS
from fmm_portal.institutions.models import Country, Institution
from fmm_portal.institutions.tables import InstitutionTable

Work = Callable[[], Any]
COLUMNS = ("acronym", "name", "country__code", "kind", "constituency", "city")
CHUNK = 2000


def works(officer: User) -> Iterator[tuple[str, Work, Work, float, int]]:
    """Name, work, anchor, ratio and queries at most."""
    yield "institutions: all as CSV", lambda: sum(to_csv(officer)), plain_csv, 1.2, 2
    yield "institutions: all as XLSX", lambda: to_xlsx(officer), plain_xlsx, 1.3, 2
    importer = importer_of(officer)
    yield f"import of {MOST_ROWS} rows", importing(officer), lambda: plain_import(importer), 0, 50


def sheet_for(officer: User) -> Sheet:
    rows = Institution.objects.visible_to(officer).with_related()
    return sheet_of_view(
        InstitutionTable, InstitutionTable.sorted(rows, ""), InstitutionTable.default_columns()
    )


def to_csv(officer: User) -> Iterator[int]:
    """As a worker writes it, and as shorter lists are sent: the size of each part."""
    return (len(lines.encode()) for lines in csv_lines(sheet_for(officer), "en"))


def to_xlsx(officer: User) -> None:
    write_xlsx(sheet_for(officer), "en", BytesIO())


def importer_of(officer: User) -> Actor:
    actor = actor_of(officer)
    return Actor(actor.principal, Source.IMPORT, actor.label)


def importing(officer: User) -> Work:
    content, importer = new_rows(), importer_of(officer)
    return lambda: imported(content, importer)


def plain_values() -> Iterator[dict[str, Any]]:
    rows = Institution.objects.order_by("acronym", "pk").values(*COLUMNS)
    return rows.iterator(chunk_size=CHUNK)


def plain_csv() -> int:
    """The same fields by `.values()`, written as they are."""
    buffer, size = StringIO(newline=""), 0
    writer = csv.DictWriter(buffer, COLUMNS)
    for row in plain_values():
        writer.writerow(row)
        if buffer.tell() > 100_000:
            size += len(buffer.getvalue().encode())
            buffer.seek(0)
            buffer.truncate()
    return size


def plain_xlsx() -> None:
    rows = ({**row, "name": str(row["name"])} for row in plain_values())
    FastExcel(BytesIO()).sheet("Sheet", rows).save()


def new_rows() -> bytes:
    """A file of institutions that are not there yet."""
    codes = list(Country.objects.order_by("code").values_list("code", flat=True))
    lines = ["acronym,name_en,name_fr,country,kind,city,website,notes"]
    for number in range(MOST_ROWS):
        code = codes[number % len(codes)]
        lines.append(
            f"NEW{number},New agency {number},Nouvelle agence {number},{code},government,City {number},"
            f"https://example.org/{number},Some words on agency {number}"
        )
    return "\n".join(lines).encode()


def imported(content: bytes, actor: Actor) -> None:
    """Read, compared, checked and written with its history; then taken back."""
    with transaction.atomic():
        sheet = read_file(BytesIO(content), "new.csv", INSTITUTIONS, actor.principal)
        plan = plan_file(INSTITUTIONS, sheet, actor.principal)
        assert not plan.counts["error"], [row.errors for row in plan.rows if row.errors][:3]
        write_plan(INSTITUTIONS, plan, actor=actor, reason="Timed")
        take_back()


def plain_import(actor: Actor) -> None:
    """The same rows and entries written by `bulk_create`, looked at by nobody."""
    countries = list(Country.objects.order_by("code"))
    with transaction.atomic():
        rows = [
            Institution(
                acronym=f"NEW{number}", name=Multilingual(en=f"New agency {number}"), kind="government",
                country=countries[number % len(countries)], city=f"City {number}",
            )
            for number in range(MOST_ROWS)
        ]  # fmt: skip
        Institution.objects.bulk_create(rows, batch_size=CHUNK)
        entries = [entry_of(actor=actor, verb="create", subject=row) for row in rows]
        Activity.objects.bulk_create(entries, batch_size=CHUNK)
        take_back()


def take_back() -> None:
    """Once the database has checked the references, which it would do at the end."""
    connection.check_constraints()
    transaction.set_rollback(True)
