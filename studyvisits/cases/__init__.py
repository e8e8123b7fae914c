"""A study visit as one document (fmm-case/1): written from the records, read back through the services."""

from studyvisits.cases.errors import CaseError, InvalidCase
from studyvisits.cases.exporting import export_case
from studyvisits.cases.files import dump_document, load_document
from studyvisits.cases.importing import import_case
from studyvisits.cases.schema import CASE_FORMAT

__all__ = (
    "CASE_FORMAT",
    "CaseError",
    "InvalidCase",
    "dump_document",
    "export_case",
    "import_case",
    "load_document",
)
