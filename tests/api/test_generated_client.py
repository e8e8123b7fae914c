"""A client that a generator makes of docs/openapi.json, as an agency's developer uses it against a running portal."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from fmm_portal.institutions.models import Theme
from tests.factories.facility import FacilityFactory
from tests.personas import agency_key, anpe_togo
from tests.project.commands import ROOT
from tests.scene import whole_visit

PACKAGE = "portal_client"
# Files are bytes to it, whatever their format; nothing is formatted or checked afterwards.
CONFIG = {
    "content_type_overrides": {
        "application/pdf": "application/octet-stream",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "application/octet-stream",
    },
    "post_hooks": [],
}


@pytest.fixture
def of_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The generated modules by name: `of_client("models")`. No part of the description is left out with a warning."""
    config = tmp_path / "generator.json"
    config.write_text(json.dumps(CONFIG))
    made = subprocess.run(
        [
            str(Path(sys.executable).with_name("openapi-python-client")),
            "generate",
            f"--path={ROOT / 'docs' / 'openapi.json'}",
            f"--config={config}",
            "--meta=none",
            f"--output-path={tmp_path / PACKAGE}",
            "--fail-on-warning",
        ],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(str(tmp_path))
    yield lambda name: import_module(f"{PACKAGE}.{name}")
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.mark.process
@pytest.mark.long
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_agency_builds_on_a_generated_client(of_client: Any, live_server: Any) -> None:
    scene = whole_visit()
    facility = FacilityFactory()
    theme = Theme.objects.get(code="labour_migration")
    client = of_client("client").AuthenticatedClient(
        base_url=live_server.url, token=agency_key(anpe_togo(), "*:read", "requests:write", "requests:act")
    )
    models = of_client("models")
    text, of_status = models.MultilingualText, models.RequestsListStatusItem

    def call(operation: str, *path: int, **given: Any) -> Any:
        return of_client(f"api.{operation}").sync(*path, client=client, **given)

    with client:
        # It reads what it may see.
        page = call("study_visits.study_visits_list", page_size=1, has_date=True, ordering="-starts_on")
        assert (page.count, [row.reference for row in page.results]) == (1, [scene.visit.reference])
        visit = call("study_visits.study_visits_retrieve", scene.visit.pk)
        assert visit.title.en == scene.visit.title["en"]
        assert (visit.starts_on, visit.status.value) == ("2019-01-21", "planned")
        assert [delegation.id for delegation in visit.delegations] == [scene.delegation.pk]

        # It asks for assistance: a draft is free, what is missing is told, then it is submitted.
        draft = call(
            "requests.requests_create",
            body=models.RequestRequest(
                title=text(fr="Appui aux données d’intermédiation"),
                need=text(fr="Les registres ne se parlent pas."),
                objectives=text(fr="Un registre commun"),
                requested_on="2026-11",
            ),
            idempotency_key="of-the-generated-client",
        )
        assert (draft.facility_id, draft.institution_id) == (facility.pk, anpe_togo().pk)
        refused = call("requests.requests_submit", draft.id)
        assert isinstance(refused, models.Problem)
        assert (refused.status, refused.code) == (409, "blocked")
        call(
            "requests.requests_partial_update",
            draft.id,
            body=models.PatchedRequestRequest(theme_ids=[theme.pk], version=draft.version),
        )
        submitted = call("requests.requests_submit", draft.id)
        assert (submitted.status.value, submitted.title.fr) == ("submitted", draft.title.fr)
        [found] = call("requests.requests_list", status=[of_status.SUBMITTED]).results
        assert found.reference == submitted.reference
