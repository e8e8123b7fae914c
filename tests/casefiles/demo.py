"""The demo's case files as another portal would write them: loaded once, exported, and gone again."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from fmm_portal.casefiles.files import load_document
from fmm_portal.casefiles.formats import export_record
from fmm_portal.core.principals import Source, system_actor
from studyvisits.demo.loading import case_files, find_case, load_demo, resolve_days

DEMO = Path(settings.BASE_DIR) / "demo"
PORTAL = system_actor(Source.IMPORT)
# "actions/ml-onef-2017": in the order in which they are loaded.
FILES = [str(path.relative_to(DEMO).with_suffix("")) for path in case_files(DEMO)]


def load_everything() -> list[str]:
    return list(load_demo(DEMO, actor=PORTAL))


def as_written(name: str) -> dict[str, Any]:
    """The document of a file, with the days of samples as they are today."""
    text = (DEMO / f"{name}.yaml").read_text(encoding="utf-8")
    resolved: dict[str, Any] = resolve_days(load_document(text), date.today())  # noqa: DTZ011
    return resolved


@cache
def exported() -> dict[str, dict[str, Any]]:
    """Every file's record as exported by a portal that is gone afterwards; needs the database."""
    with transaction.atomic():
        load_everything()
        found = {name: export_record(find_case(as_written(name)), actor=PORTAL) for name in FILES}
        transaction.set_rollback(True)
    return found
