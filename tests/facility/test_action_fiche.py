"""The action fiche: its data as far as the requester may see, what it prints, and the logos on it by date."""

import io
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pypdf import PdfReader

from fmm_portal.core.errors import Forbidden
from fmm_portal.core.jobs import JobStatus
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.facility.action_fiche import present
from fmm_portal.facility.logos import LOGO_MAX_BYTES, add_logo
from fmm_portal.facility.models import Logo
from fmm_portal.facility.reports import build_action_fiche
from fmm_portal.reports.fingerprints import canonical_json, fingerprint_of
from fmm_portal.reports.imprint import Imprint
from fmm_portal.reports.registry import report_kind
from fmm_portal.reports.render import PartMissing, render_pdf
from fmm_portal.reports.services import make_report, request_report
from studyvisits.reports import build_debrief_note
from tests.factories.facility import (
    ActionFactory,
    ActivityFactory,
    ApprovalFactory,
    BudgetLineFactory,
    ExpertFactory,
    IndicatorFactory,
    RiskFactory,
    full_action,
    logo,
    png,
)
from tests.factories.institutions import InstitutionFactory, ProgrammeFactory
from tests.factories.reports import founding_visit
from tests.personas import anpe_togo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_of_the_test(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def print_fiche(data: Any, language: str = "en") -> bytes:
    kind = report_kind("action-fiche")
    with translation.override(language):
        context = kind.present(data)
    imprint = Imprint(
        "AC-2014-001-AF",
        1,
        datetime(2019, 2, 1, 9, 30, tzinfo=UTC),
        fingerprint_of(data),
        canonical_json(data),
    )
    return render_pdf(kind.template, context, language, imprint=imprint, stylesheets=kind.stylesheets)


def text_of(pdf: bytes) -> str:
    reader = PdfReader(io.BytesIO(pdf))
    return " ".join(re.sub(r"\s+", " ", page.extract_text()) for page in reader.pages)


# --- the data ----------------------------------------------------------------------------------------------------


def test_data_are_plain_and_the_same_in_every_language(amina) -> None:
    action = full_action()
    english = build_action_fiche(action, amina)
    with translation.override("fr"):
        french = build_action_fiche(action, amina)
    assert json.loads(json.dumps(english)) == english
    assert fingerprint_of(english) == fingerprint_of(french)


def test_budget_is_summed_by_currency_and_never_across(amina) -> None:
    assert build_action_fiche(full_action(), amina)["budget"]["totals"] == [
        {"currency": "EUR", "planned": "15500.30", "spent": "9000.00"},
        {"currency": "XOF", "planned": "4500000.00", "spent": None},
    ]


def test_partner_gets_no_budget_and_only_their_own_request(amina, kofi) -> None:
    action = full_action()
    action.beneficiaries.add(anpe_togo())
    data = build_action_fiche(action, kofi)
    assert (data["budget"], data["action"]["request"]) == (None, "")
    assert "15,500.30" not in text_of(print_fiche(data))
    assert build_action_fiche(action, amina)["action"]["request"] == "DDF-TG-2014-001"


def test_data_of_a_long_action_take_no_more_queries_than_of_a_short_one(amina) -> None:
    action = full_action()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            build_action_fiche(action, amina)
        return len(captured)

    queries()
    short = queries()
    for number in range(10, 13):
        ActivityFactory(action=action, number=number)
        ExpertFactory(action=action, institution=InstitutionFactory())
        ApprovalFactory(action=action)
        action.partners.add(InstitutionFactory())
        for part in (BudgetLineFactory, IndicatorFactory, RiskFactory):
            part(action=action)
    assert queries() == short


# --- what is printed ---------------------------------------------------------------------------------------------


def test_fiche_prints_everything_in_english(amina) -> None:
    """Statement 16: objectives, numbered activities, results, experts, budget, approvals."""
    text = text_of(print_fiche(build_action_fiche(full_action(), amina)))
    for said in (
        "Support to Togo's national labour migration strategy",
        "FMM West Africa",
        "This project is funded by the European Union.",
        "Ministry of Labour of Togo (MFPTAS)",
        "July 2014 – December 2018",
        "18 months",
        "Togo has no strategy.",
        "Govern labour migration.",
        "Have it validated",
        "A funded action plan",
        "2 Validation workshop Validation workshop · Done 14–16 November 2017 Lomé, Togo",
        "40 15 women (38%) 50 18 women (45%)",
        "online",
        "Labour migration lawyer",
        "All experts 30 17.5",
        "Total in EUR 15,500.30 9,000.00",
        "Total in XOF 4,500,000.00 –",
        "Amounts of different currencies are not added.",
        "Minutes of the workshop",
        "Focal points are transferred High Medium Name alternates.",
        "Programme Manager",
        "September 2014",
        "Logos on every banner.",
        "The contents are the sole responsibility of ICMPD.",
        "Persons are not named.",
    ):
        assert said in text, said


def test_fiche_prints_in_french(amina) -> None:
    text = text_of(print_fiche(build_action_fiche(full_action(), amina), "fr"))
    for said in (
        "Appui à la stratégie nationale de migration professionnelle du Togo",
        "Ce projet est financé par l'Union européenne.",
        "juillet 2014 – décembre 2018",
        "14–16 novembre 2017",
        "Responsable du programme",
    ):
        assert said in text, said


def test_bare_action_says_what_is_not_provided(amina) -> None:
    bare = ActionFactory(countries="", title=Multilingual(en="Something to come"))
    data = build_action_fiche(bare, amina)
    text = text_of(print_fiche(data))
    assert "Programme: not provided" in text
    assert "5 Activities Not provided. 6 Experts Not provided. 7 Budget Not provided." in text
    assert present(data)["period"] == ""


def test_forty_activities_and_endless_titles_fit(amina) -> None:
    long = "Support to the formulation, validation and dissemination of the national strategy " * 6
    action = ActionFactory(title=Multilingual(en=long.strip()))
    for number in range(1, 41):
        ActivityFactory(action=action, number=number, title=Multilingual(en=f"{long} part {number}"))
    pdf = print_fiche(build_action_fiche(action, amina))
    text = text_of(pdf)
    assert all(f"part {number} " in text for number in range(1, 41))
    assert len(PdfReader(io.BytesIO(pdf)).pages) > 8


def test_file_is_tagged_pdf_a_with_its_data(amina) -> None:
    action = full_action()
    logo(action.programme)
    data = build_action_fiche(action, amina)
    with pikepdf.open(io.BytesIO(print_fiche(data))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        attached = pdf.attachments["AC-2014-001-AF-v1.json"].get_file().read_bytes()
    assert json.loads(attached) == data


def test_officer_asks_for_the_fiche_and_gets_it(amina, by, settings) -> None:
    action = full_action()
    report = request_report(actor=by(amina), kind="action-fiche", subject=action, language="fr")
    assert report.reference == "AC-2014-001-AF"
    make_report(report.pk)
    report.refresh_from_db()
    assert (report.status, report.error) == (JobStatus.DONE, "")


# --- logos and texts by date -------------------------------------------------------------------------------------


def test_documents_show_the_logos_and_texts_of_their_date_and_language(amina) -> None:
    """Statement 58: logos, funding statement and disclaimer by programme and language with validity dates."""
    action = full_action()
    programme = action.programme
    both = logo(programme)
    french = logo(programme, png(colour="#aa0000"), language="fr")
    logo(programme, png(colour="#00aa00"), valid_from=PartialDate(2022))
    data = build_action_fiche(action, amina)
    assert [row["sha256"] for row in data["programme"]["logos"]] == [both.sha256, french.sha256]
    assert [row["text"] for row in present(data)["programme"]["logos"]] == ["European Union"]
    with translation.override("fr"):
        shown = present(data)["programme"]["logos"]
    assert [row["text"] for row in shown] == ["Union européenne", "Union européenne"]
    assert shown[1]["address"] == f"logo:{french.sha256}.png"

    later = ActionFactory(programme=programme, starts_on=PartialDate(2023))
    after = build_action_fiche(later, amina)["programme"]
    assert (after["funding_line"], len(after["logos"])) == ({}, 3)


def test_debrief_note_carries_the_logos_too(amina) -> None:
    visit = founding_visit()
    kept = logo(visit.programme)
    assert [row["sha256"] for row in build_debrief_note(visit, amina)["programme"]["logos"]] == [kept.sha256]


def test_logo_is_in_the_file_with_its_text(amina) -> None:
    action = full_action()
    without = print_fiche(build_action_fiche(action, amina))
    logo(action.programme)
    pdf = print_fiche(build_action_fiche(action, amina))
    assert len(list(PdfReader(io.BytesIO(pdf)).pages[0].images)) == 1
    assert len(list(PdfReader(io.BytesIO(without)).pages[0].images)) == 0
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        texts = {str(element.Alt) for element in opened.objects if _is_figure(element)}
    assert texts == {"European Union"}


def _is_figure(element: Any) -> bool:
    return (
        isinstance(element, pikepdf.Dictionary)
        and element.get("/S") == pikepdf.Name.Figure
        and "/Alt" in element
    )


def test_missing_or_changed_logo_fails_with_a_clear_reason(amina, by) -> None:
    action = full_action()
    kept = logo(action.programme)
    data = build_action_fiche(action, amina)
    name = str(kept.file.name)
    default_storage.delete(name)
    with pytest.raises(PartMissing, match=rf"The file of the logo {kept.sha256}\.png is missing\."):
        print_fiche(data)
    default_storage.save(name, SimpleUploadedFile("x.png", png(colour="#123456")))
    with pytest.raises(PartMissing, match="was changed"):
        print_fiche(data)


@pytest.mark.parametrize("file", ["../../settings.py", "reports/1/x.pdf", "/etc/passwd", "a.png", "%2e%2e/x"])
def test_renderer_reads_no_other_file_as_a_logo(amina, file) -> None:
    action = full_action()
    logo(action.programme)
    data = build_action_fiche(action, amina)
    data["programme"]["logos"][0]["file"] = file
    with pytest.raises(PartMissing):
        print_fiche(data)


def test_document_that_was_asked_for_keeps_a_logo_that_was_removed_since(amina) -> None:
    action = full_action()
    kept = logo(action.programme)
    data = build_action_fiche(action, amina)
    kept.delete()
    assert len(list(PdfReader(io.BytesIO(print_fiche(data))).pages[0].images)) == 1


def test_same_picture_is_kept_once() -> None:
    programme = ProgrammeFactory()
    first, second = logo(programme), logo(programme)
    assert (first.file.name, first.order, second.order) == (second.file.name, 1, 2)
    assert default_storage.listdir("logos")[1] == [Path(str(first.file.name)).name]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("logo.svg", b"<svg/>", "Files of this type are not accepted. Accepted: jpeg, jpg, png."),
        ("logo.pdf", b"%PDF-1.7", "Files of this type are not accepted. Accepted: jpeg, jpg, png."),
        ("logo.png", b"<svg/>", "The content is not that of a png file."),
        ("logo.jpg", png(), "The content is not that of a jpg file."),
        ("logo.png", png()[:60], "The picture cannot be read."),
        ("logo.png", b"", "The file is empty."),
        ("logo.png", png(4001, 10), "The picture is 4001 × 10 pixels; at most 4000 a side are accepted."),
        ("logo.png", png() + b"\0" * LOGO_MAX_BYTES, "accepted"),
    ],
)
def test_only_pictures_are_taken_as_logos(marc, by, name, content, message) -> None:
    new = Logo(programme=ProgrammeFactory(), alternative_text=Multilingual(en="EU"))
    with pytest.raises(ValidationError) as refusal:
        add_logo(new, SimpleUploadedFile(name, content), actor=by(marc))
    assert message in refusal.value.message_dict["file"][0]
    assert Logo.objects.count() == 0


def test_logos_are_the_managers(amina, by) -> None:
    new = Logo(programme=ProgrammeFactory(), alternative_text=Multilingual(en="EU"))
    with pytest.raises(Forbidden):
        add_logo(new, SimpleUploadedFile("x.png", png()), actor=by(amina))
    assert not default_storage.exists("logos") or default_storage.listdir("logos")[1] == []


def test_days_are_exact(amina) -> None:
    action = ActionFactory()
    ExpertFactory(action=action, days_planned=Decimal("0.5"))
    ExpertFactory(action=action, days_planned=Decimal("1.5"))
    assert present(build_action_fiche(action, amina))["expert_days"] == {"planned": "2", "actual": ""}
