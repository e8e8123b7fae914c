"""Writes the pages of docs/ that the code is the source of: the workflows and the description of the API."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import translation

from fmm_portal.core.workflow import Transition, Workflow, all_workflows


class Command(BaseCommand):
    help = "Writes docs/workflows.md and docs/openapi.json from the code."

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs"
        with translation.override("en"):
            (folder / "workflows.md").write_text(workflows_page(), encoding="utf-8")
        write_description(folder / "openapi.json")
        self.stdout.write(f"Wrote workflows.md and openapi.json in {folder}.")


def write_description(file: Path) -> None:
    """The API as OpenAPI 3.1. Raises CommandError where anything of it had to be guessed."""
    call_command("spectacular", file=str(file), format="openapi-json", fail_on_warn=True)
    described = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def workflows_page() -> str:
    """Every table of transitions as a diagram and a list, in English."""
    parts = [
        "# Workflows",
        "Written by `make docs` from the `workflow.py` of each app; not edited by hand. A step that lacks something"
        " it needs is refused, with all that is missing. Who may take a step is said by the `policies.py` beside it.",
    ]
    for workflow in sorted(all_workflows(), key=lambda each: str(each.model._meta.verbose_name)):
        parts += [_heading(workflow), _diagram(workflow), _table(workflow)]
    return "\n\n".join(parts) + "\n"


def _heading(workflow: Workflow) -> str:
    name = str(workflow.model._meta.verbose_name)
    return f"## {name[:1].upper()}{name[1:]}"


def _diagram(workflow: Workflow) -> str:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines.append(f"    [*] --> {workflow.state_of(workflow.model())}")
    for step in workflow.transitions:
        lines += [f"    {source} --> {step.target}: {step.label}" for source in step.sources]
    return "\n".join([*lines, "```"])


def _table(workflow: Workflow) -> str:
    rows = ["| step | from | to | needs |", "|---|---|---|---|"]
    for step in workflow.transitions:
        sources = ", ".join(workflow.state_label(source) for source in step.sources)
        needs = "; ".join(_needs(step)) or "nothing"
        rows.append(
            f"| {step.label} (`{step.name}`) | {sources} | {workflow.state_label(step.target)} | {needs} |"
        )
    return "\n".join(rows)


def _needs(step: Transition) -> list[str]:
    needs = [
        guard.code.replace("_", " ") + (" (a manager may pass it)" if guard.overridable else "")
        for guard in step.guards
    ]
    if step.needs_reason:
        needs.append("a reason")
    return needs
