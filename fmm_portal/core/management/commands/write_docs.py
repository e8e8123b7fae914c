"""Writes the pages of docs/ that the code is the source of: the workflows."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from fmm_portal.core.workflow import Transition, Workflow, all_workflows


class Command(BaseCommand):
    help = "Writes docs/workflows.md from the code."

    def handle(self, *args: Any, **options: Any) -> None:
        page = Path(settings.BASE_DIR) / "docs" / "workflows.md"
        with translation.override("en"):
            page.write_text(workflows_page(), encoding="utf-8")
        self.stdout.write(f"Wrote {page}.")


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
