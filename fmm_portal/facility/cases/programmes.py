"""Programmes in documents, with their visibility texts and facilities: found, or added when described in full."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from fmm_portal.casefiles.directory import Directory, DirectoryExport
from fmm_portal.casefiles.exporting import fields
from fmm_portal.casefiles.importing import given
from fmm_portal.casefiles.values import told
from fmm_portal.core.services import create_record
from fmm_portal.facility.models import Criterion, Facility, Programme, VisibilityText

FACILITY = (
    "code", "name", "currency", "ceiling", "max_duration_months", "consultation_days", "registration_days",
    "assessment_days", "decision_days",
)  # fmt: skip
CRITERION = ("order", "name", "guidance", "weight", "max_score")
Entry = Mapping[str, Any]


def find_or_add_programme(
    directory: Directory, entry: Entry | None, path: str
) -> tuple[Programme | None, bool]:
    """The programme of an entry, and whether anything of it was added: it or one of its facilities."""
    if entry is None:
        return None, False
    programme: Programme | None = Programme.objects.filter(acronym__iexact=entry["acronym"]).first()
    is_new = programme is None
    if programme is None:
        programme = _add_programme(directory, entry, path)
    if programme is None:
        return None, False
    for number, facility in enumerate(entry.get("facilities", ())):
        is_new |= _find_or_add_facility(directory, programme, facility, f"{path}.facilities[{number}]")
    return programme, is_new


def _add_programme(directory: Directory, entry: Entry, path: str) -> Programme | None:
    if "name" not in entry:
        directory.errors.add(path, _("This programme is not in the portal. Give its name to add it."))
        return None
    programme = Programme(
        implementer=directory.institution(entry.get("implementer"), f"{path}.implementer"),
        **given(entry, ("acronym", "name", "contract_numbers")),
    )
    funders = directory.institutions(entry.get("funders", ()), f"{path}.funders")
    with directory.errors.at(path) as place:
        create_record(programme, actor=directory.actor, related={"funders": funders})
    if place.refused:
        return None
    for number, text in enumerate(entry.get("visibility_texts", ())):
        with directory.errors.at(f"{path}.visibility_texts[{number}]"):
            create_record(VisibilityText(programme=programme, **text), actor=directory.actor)
    return programme


def _find_or_add_facility(directory: Directory, programme: Programme, entry: Entry, path: str) -> bool:
    """Whether it was added."""
    if Facility.objects.filter(code=entry["code"]).exists():
        return False
    if "name" not in entry:
        directory.errors.add(path, _("This facility is not in the portal. Give its name to add it."))
        return False
    facility = Facility(programme=programme, **given(entry, (*FACILITY, "is_open")))
    with directory.errors.at(path) as place:
        create_record(facility, actor=directory.actor)
    if place.refused:
        return False
    for number, criterion in enumerate(entry.get("criteria", ())):
        with directory.errors.at(f"{path}.criteria[{number}]"):
            row = Criterion(facility=facility, **given(criterion, (*CRITERION, "is_active")))
            create_record(row, actor=directory.actor)
    return True


def facility_of(directory: Directory, entry: Entry, path: str) -> Facility | None:
    """The facility that an entry names by its code, which its programme has by now."""
    code = entry.get("facility")
    if code is None:
        return None
    facility: Facility | None = Facility.objects.filter(code=code).select_related("programme").first()
    if facility is None:
        directory.errors.add(
            f"{path}.facility",
            _("There is no facility “%(code)s”. Describe it among the facilities of the programme.")
            % {"code": code},
        )
    return facility


def describe_programme(
    directory: DirectoryExport, programme: Programme | None, *facilities: Facility | None
) -> dict[str, Any] | None:
    """A programme as another portal could add it, with those of its facilities that the document speaks of."""
    if programme is None:
        return None
    spoken_of = {facility.pk: facility for facility in facilities if facility is not None}
    return told(
        acronym=programme.acronym,
        name=programme.name,
        implementer=directory.key(programme.implementer),
        funders=directory.keys(programme.funders.select_related("country", "parent__country")),
        contract_numbers=programme.contract_numbers,
        visibility_texts=[
            told(**fields(text, ("funding_line", "disclaimer", "valid_from", "valid_until")))
            for text in programme.visibility_texts.all()
        ],
        facilities=[describe_facility(facility) for facility in spoken_of.values()],
    )


def describe_facility(facility: Facility) -> dict[str, Any]:
    described = told(
        **fields(facility, FACILITY),
        criteria=[
            told(**fields(criterion, CRITERION)) | _said(criterion.is_active, "is_active")
            for criterion in facility.criteria.all()
        ],
    )
    return described | _said(facility.is_open, "is_open")


def _said(value: bool, name: str) -> dict[str, bool]:
    """What is usually so is told only where it is not."""
    return {} if value else {name: False}
