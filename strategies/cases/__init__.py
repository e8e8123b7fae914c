"""Case files of strategies: the text and its versions, the process, committees, plans and reviews."""

from fmm_portal.casefiles.formats import CaseFormat, register_format
from strategies.cases.exporting import export_strategy
from strategies.cases.importing import import_strategy
from strategies.cases.schema import STRATEGY_FORMAT
from strategies.models import Strategy


def register() -> None:
    register_format(CaseFormat(STRATEGY_FORMAT, Strategy, "strategy", import_strategy, export_strategy))
