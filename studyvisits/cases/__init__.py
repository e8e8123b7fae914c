"""A study visit as one document (fmm-case/1): written from the records, read back through the services."""

from fmm_portal.casefiles.formats import CaseFormat, register_format
from studyvisits.cases.exporting import export_case
from studyvisits.cases.importing import import_case
from studyvisits.cases.schema import CASE_FORMAT
from studyvisits.models import StudyVisit

__all__ = ("CASE_FORMAT", "export_case", "import_case", "register")


def register() -> None:
    register_format(CaseFormat(CASE_FORMAT, StudyVisit, "visit", import_case, export_case))
