"""A study visit (fmm-case/1), or a commitment made elsewhere (fmm-commitment/1), as one document."""

from fmm_portal.casefiles.formats import CaseFormat, register_format
from studyvisits.cases.commitments import COMMITMENT_FORMAT, export_commitment, import_commitment
from studyvisits.cases.exporting import export_case
from studyvisits.cases.importing import import_case
from studyvisits.cases.schema import CASE_FORMAT
from studyvisits.models import Commitment, StudyVisit

__all__ = ("CASE_FORMAT", "export_case", "import_case", "register")


def register() -> None:
    register_format(CaseFormat(CASE_FORMAT, StudyVisit, "visit", import_case, export_case))
    register_format(
        CaseFormat(COMMITMENT_FORMAT, Commitment, "commitment", import_commitment, export_commitment)
    )
