"""What staff keep in spreadsheets: exported to be edited it comes back unchanged, and one cell is one change."""

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from delegations.models import Delegate
from fmm_portal.core.imports.formats import import_formats
from fmm_portal.core.models import Activity, ImportOutcome, SheetUpload
from studyvisits.models import AgendaHost, AgendaItem, Commitment
from tests.core.test_imports import changed_once, confirm, counts, errors_of, previewed
from tests.everything import Everything
from tests.factories.delegations import DelegateFactory
from tests.factories.strategies import MilestoneFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def everything(db: None) -> Everything:
    return Everything()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_rows_come_back_unchanged_and_one_cell_is_one_change(kind, everything, browser_of, marc) -> None:
    client = browser_of(marc)
    marked = {"institutions": "city", "contacts": "languages", "delegates": "notes_en", "milestones": "place",
              "agenda-items": "place", "commitments": "notes_en"}  # fmt: skip
    assert set(marked) == set(import_formats()), "a new format is tried here, too"
    for name, column in marked.items():
        content = client.get(f"/imports/{name}/rows/?as={kind}").content
        kept = previewed(client, content, kind=name, name=f"{name}.{kind}")
        assert errors_of(kept) == [], name
        assert kept.counts == counts(same=kept.counts["same"]), name
        assert kept.counts["same"] > 0, name

        kept = previewed(client, with_one_more(client, name, column, kind), kind=name, name=f"{name}.{kind}")
        assert kept.counts["update"] == 1, (name, errors_of(kept))
        assert sum(kept.counts.values()) == kept.counts["same"] + 1, name
        job = confirm(client, kept)
        assert job.outcome == ImportOutcome.WRITTEN, (name, job.error)
        entry = Activity.objects.filter(bulk=job.bulk).get()
        assert list(entry.changes) == [column.removesuffix("_en")], name


def with_one_more(client: Any, name: str, column: str, kind: str) -> bytes:
    """The present rows with other words in one cell."""
    book = load_workbook(BytesIO(client.get(f"/imports/{name}/rows/?as=xlsx").content))
    page = book.worksheets[0]
    keys = [cell.value for cell in page[1]]
    page.cell(3, keys.index(column) + 1).value = "fr, ar"
    if kind == "xlsx":
        buffer = BytesIO()
        book.save(buffer)
        return buffer.getvalue()
    rows = page.iter_rows(values_only=True)
    lines = [
        "\t".join(
            f'"{str(value if value is not None else "").replace(chr(34), chr(34) * 2)}"' for value in row
        )
        for row in rows
    ]
    return "\n".join(lines).encode("utf-8-sig")


def test_agenda_comes_in_with_its_hosts_in_the_order_of_the_day(everything, browser_of, amina) -> None:
    visit = everything.scene.visit
    client = browser_of(amina)
    page = client.get(f"/study-visits/{visit.pk}/agenda/").content.decode()
    assert f"/imports/agenda-items/?in={visit.pk}" in page
    template = client.get(f"/imports/agenda-items/template/?in={visit.pk}&as=csv").content.decode()
    assert "visit" not in template.splitlines()[0], "the page says which visit"
    file = BytesIO(
        "day;starts_at;ends_at;topic_fr;kind;hosts;place\n"
        "23/01/2019;9h00;10:30;Accueil;;ANETI (TN);Tunis\n23/01/2019;;;Suite;;;\n".encode("cp1252")
    )
    file.name = "agenda.csv"
    answer = client.post(f"/imports/agenda-items/?in={visit.pk}", {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    job = confirm(client, SheetUpload.objects.get())
    assert job.counts == counts(create=2), job.error
    first, second = AgendaItem.objects.filter(visit=visit, day="2019-01-23")
    assert (str(first.starts_at), dict(first.topic)) == ("09:00:00", {"fr": "Accueil"})
    assert second.order > first.order
    host = AgendaHost.objects.get(item=first)
    assert host.institution.acronym == "ANETI"
    assert Activity.objects.filter(bulk=job.bulk, subject_id=host.pk, verb="create").exists()


def test_commitments_get_references_and_keep_their_source_and_state(everything, browser_of, amina) -> None:
    visit, old = everything.scene.visit, everything.scene.commitment
    client = browser_of(amina)
    kept = previewed(
        client,
        "source,text_en,owed_by,due_on\n"
        f"{visit.reference},Send the manual,ANETI (TN),2019-03\n{visit.reference},Answer,ANPE (Togo),\n",
        kind="commitments",
    )
    job = confirm(client, kept)
    assert job.outcome == ImportOutcome.WRITTEN, errors_of(kept)
    new = list(Commitment.objects.exclude(pk=old.pk).filter(owner=amina).order_by("pk"))
    assert [row.source for row in new] == [visit, visit]
    assert len({row.reference for row in new} | {old.reference}) == 3
    kept = previewed(
        client,
        f"reference,status,source\n{old.reference},done,{visit.reference}\nCM-1999-001,,{visit.reference}\n",
        kind="commitments",
    )
    told = errors_of(kept)
    assert told[0].startswith("This is not changed by an import. It is now:")
    assert "The portal gives this itself. Leave it empty in a new row." in told


def test_delegates_come_in_behind_the_others_and_only_one_of_them_leads(
    everything, browser_of, amina
) -> None:
    delegation = everything.scene.delegation
    client = browser_of(amina)
    head = "delegation,position_en,role,institution\n"
    named = f"#{delegation.pk}"
    kept = previewed(
        client, f"{head}{named},Minister,Head,\n{named},Second minister,Head,\n", kind="delegates"
    )
    assert any("already has a head" in told for told in errors_of(kept))
    last = delegation.delegates.order_by("order").last().order
    job = confirm(
        client, previewed(client, f"{head}{named},Expert,,ANPE (TG)\n{named},Adviser,,\n", kind="delegates")
    )
    assert job.counts == counts(create=2)
    orders = Delegate.objects.filter(delegation=delegation, order__gt=last).values_list("order", flat=True)
    assert sorted(orders) == [last + 1, last + 2]


def test_preview_of_parts_costs_the_same_for_one_row_and_for_many(everything, browser_of, amina) -> None:
    client = browser_of(amina)

    def cost(kind: str) -> int:
        content = client.get(f"/imports/{kind}/rows/?as=csv").content
        content = changed_once(content, "csv", "Lom", "Lam")
        with CaptureQueriesContext(connection) as captured:
            previewed(client, content, kind=kind)
        return len(captured)

    for kind, add in (
        ("delegates", lambda: DelegateFactory.create_batch(3, delegation=everything.scene.delegation)),
        ("milestones", lambda: MilestoneFactory.create_batch(3)),
    ):
        cost(kind)
        before = cost(kind)
        add()
        assert cost(kind) == before, kind
