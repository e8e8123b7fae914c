"""Case files of requests and actions, and what every case file says of its programme."""

from fmm_portal.casefiles.formats import CaseFormat, register_format
from fmm_portal.facility.cases.exporting import export_action, export_request
from fmm_portal.facility.cases.importing import import_action, import_request
from fmm_portal.facility.cases.schema import ACTION_FORMAT, REQUEST_FORMAT
from fmm_portal.facility.models import Action, Request


def register() -> None:
    register_format(CaseFormat(ACTION_FORMAT, Action, "action", import_action, export_action))
    register_format(CaseFormat(REQUEST_FORMAT, Request, "request", import_request, export_request))
