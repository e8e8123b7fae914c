"""Loading the demo's files: institutions, programmes, real cases and samples. What is there is left alone."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from rest_framework import serializers

from fmm_portal.casefiles.directory import Directory
from fmm_portal.casefiles.errors import Errors
from fmm_portal.casefiles.files import load_document
from fmm_portal.casefiles.formats import format_of, import_document
from fmm_portal.casefiles.schema import InstitutionPart, Part, validated
from fmm_portal.casefiles.steps import state_label
from fmm_portal.core.partial_dates import today
from fmm_portal.core.principals import Actor
from fmm_portal.facility.cases.programmes import find_or_add_programme
from fmm_portal.facility.cases.schema import ProgrammePart
from studyvisits.demo.news import publish_founding_news

# "today+20" or "today-3 09:00-10:30": days counted from the day of loading, in samples only.
RELATIVE_DAY = re.compile(r"^today([+-]\d{1,4})?(?=$| \d\d:\d\d)")
# What a file refers to is loaded before it: an action before the strategy, both before the visit.
FOLDERS = ("requests", "actions", "strategies", "cases", "commitments")


class InstitutionsFile(Part):
    format = serializers.ChoiceField(choices=["fmm-institutions/1"])
    institutions = serializers.DictField(child=InstitutionPart())


class ProgrammesFile(Part):
    format = serializers.ChoiceField(choices=["fmm-programmes/1"])
    institutions = serializers.DictField(child=InstitutionPart(), required=False)
    programmes = ProgrammePart(many=True)


def load_demo(folder: Path, *, actor: Actor) -> Iterator[str]:
    """Load everything that is not there yet; yields a line for each file.

    Each file is loaded whole or not at all. Raises InvalidCase.
    """
    yield from load_directory(folder, actor=actor)
    for path in case_files(folder):
        yield _load_case(path, actor)
    yield publish_founding_news(actor)


def load_directory(folder: Path, *, actor: Actor) -> Iterator[str]:
    """Only what the case files take for granted: institutions and programmes."""
    yield _load_institutions(folder / "institutions.yaml", actor)
    yield _load_programmes(folder / "programmes.yaml", actor)


def case_files(folder: Path) -> list[Path]:
    """The case files of all kinds, in the order in which they are loaded."""
    return [path for name in FOLDERS for path in sorted((folder / name).glob("*.yaml"))]


@transaction.atomic
def _load_institutions(path: Path, actor: Actor) -> str:
    values = validated(InstitutionsFile, load_document(path.read_text(encoding="utf-8")))
    errors = Errors()
    directory = Directory(values["institutions"], actor=actor, errors=errors)
    directory.load()
    errors.raise_any()
    return f"{path.name}: {_added(len(directory.added), len(values['institutions']))}"


@transaction.atomic
def _load_programmes(path: Path, actor: Actor) -> str:
    values = validated(ProgrammesFile, load_document(path.read_text(encoding="utf-8")))
    errors = Errors()
    directory = Directory(values.get("institutions", {}), actor=actor, errors=errors)
    added = 0
    for number, entry in enumerate(values["programmes"]):
        _programme, is_new = find_or_add_programme(directory, entry, f"programmes[{number}]")
        added += is_new
    errors.raise_any()
    return f"{path.name}: {_added(added, len(values['programmes']))}"


def _added(added: int, total: int) -> str:
    return f"{added} added, {total - added} already there" if added else "nothing to do, all there"


def _load_case(path: Path, actor: Actor) -> str:
    document = resolve_days(load_document(path.read_text(encoding="utf-8")), today())
    existing = find_case(document)
    if existing is not None:
        return f"{path.name}: nothing to do, {_named(existing)} is there"
    record = import_document(document, actor=actor)
    return f"{path.name}: added {_named(record)}{state_label(record)}"


def _named(record: Any) -> str:
    """By its reference; a draft has none yet."""
    return str(record.reference or f"“{record.title}”")


def find_case(document: dict[str, Any]) -> Any:
    """The record of a file: by its reference or, for a sample that has none, by the source that names its file."""
    case_format = format_of(document)
    facts = document.get(case_format.part) or {}
    if facts.get("reference"):
        return case_format.find(facts["reference"])
    rows: Any = case_format.model._default_manager.all()
    return next((record for record in rows if record.sources == facts.get("sources")), None)


def resolve_days(value: Any, start: date) -> Any:
    """The document with each "today+20" as the day that it means."""
    if isinstance(value, dict):
        return {key: resolve_days(inner, start) for key, inner in value.items()}
    if isinstance(value, list):
        return [resolve_days(inner, start) for inner in value]
    if isinstance(value, str):
        return RELATIVE_DAY.sub(lambda m: (start + timedelta(days=int(m[1] or 0))).isoformat(), value)
    return value
