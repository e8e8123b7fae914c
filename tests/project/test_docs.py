"""The documents keep up with the code: every setting is described, every link leads somewhere."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from fmm_portal.core.management.commands.write_docs import workflows_page
from tests.everything import NOT_SHOWN
from tests.permissions_page import permissions_page
from tests.project.commands import ROOT
from tests.project.test_completeness import records

READERS = ("secret", "flag", "words", "whole_number", "database", "folder")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_operations_describes_exactly_the_settings_that_are_read() -> None:
    settings = (ROOT / "fmm_portal" / "settings.py").read_text()
    gunicorn = (ROOT / "gunicorn.conf.py").read_text()
    read = set(re.findall(rf'\b(?:{"|".join(READERS)})\("(\w+)"', settings))
    read |= set(re.findall(r"os\.environ\.get\(['\"](\w+)['\"]", gunicorn))
    described = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.M)

    assert set(described) == read
    assert len(described) == len(set(described))


def test_what_production_demands_is_marked_so() -> None:
    demanded = re.search(r"require\((.*?)\)", (ROOT / "fmm_portal" / "settings.py").read_text(), re.S)
    marked = re.findall(
        r"^\| `(\w+)` \| \*\*must\*\* \|", (ROOT / "docs" / "operations.md").read_text(), re.M
    )

    assert demanded is not None
    assert set(marked) == set(re.findall(r'"(\w+)"', demanded[1]))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_inside_the_project_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_named_in_the_documents_exists(page: Path) -> None:
    """Paths such as `fmm_portal/core/workflow.py`, from the root."""
    named = re.findall(
        r"`((?:fmm_portal|delegations|strategies|studyvisits|tests|docs|scripts|templates|static)/[\w./-]+)`",
        page.read_text(),
    )

    assert sorted({name for name in named if not (ROOT / name).exists()}) == []


def test_the_code_shown_in_the_guide_is_the_real_code() -> None:
    guide = (ROOT / "docs" / "adding-a-resource.md").read_text()
    snippets = re.findall(r"```python\n# (\S+)\n(.*?)```", guide, re.S)

    assert len(snippets) == guide.count("```python") == 8
    outdated = [path for path, code in snippets if code.strip("\n") not in (ROOT / path).read_text()]
    assert outdated == []


def test_the_workflows_page_is_what_the_code_says() -> None:
    with translation.override("en"):
        assert (ROOT / "docs" / "workflows.md").read_text() == workflows_page(), "run `make docs`"


@pytest.mark.django_db
def test_the_permissions_page_is_what_the_policies_say() -> None:
    assert (ROOT / "docs" / "permissions.md").read_text() == permissions_page(), "run `make docs`"


def test_the_permissions_page_asks_about_every_record() -> None:
    asked = re.findall(r"^## (.*)$", (ROOT / "docs" / "permissions.md").read_text(), re.M)
    with translation.override("en"):
        kinds = {str(model._meta.verbose_name).lower() for model in records() if model not in NOT_SHOWN}

    assert {heading.lower() for heading in asked} == kinds


def test_operations_describes_every_command_of_the_project() -> None:
    commands = {
        path.stem
        for app in ("fmm_portal", "delegations", "strategies", "studyvisits")
        for path in (ROOT / app).rglob("management/commands/*.py")
        if path.stem != "__init__"
    }
    described = re.findall(r"^\| `(\w+)[^`]*` \| ", (ROOT / "docs" / "operations.md").read_text(), re.M)

    assert commands - set(described) == set()
