"""docs/permissions.md, written by asking the policies: who may do what, role by role, with each kind of record."""

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.utils import translation

from delegations.models import Delegate
from fmm_portal.core.comments import comment_hosts
from fmm_portal.core.documents import document_hosts
from fmm_portal.core.models import Record
from fmm_portal.core.policies import policy_for
from fmm_portal.core.workflow import workflow_for
from fmm_portal.reports.registry import kinds_for
from tests import personas
from tests.everything import Everything

HEAD = """# Permissions

Written by `make docs` from the `policies.py` of each app; not edited by hand. Each column is one role; the partner
agency, the host and the delegate are asked about records in which they take part: the partner's institution asks,
sends, leads or owes, the host receives or is consulted, the delegate has a seat. What they take no part in does not
exist for them. Officers and managers whose membership names countries have these rights there. A step is one of
[the workflows](workflows.md); whether it is possible now is decided by the state."""

ROLES = {
    "Administrator": "ada",
    "Manager": "marc",
    "Officer": "amina",
    "Viewer": "eva",
    "Partner agency": "kofi",
    "Host": "sami",
    "Delegate": "jean",
}
# What every policy answers; these come first, in this order.
USUAL = {"create": "add", "change": "change", "delete": "delete"}
OTHER_WORDS = {
    "attach": "attach a document",
    "comment": "comment on it",
    "override": "pass over what a step lacks, with a reason",
}


def permissions_page() -> str:
    """The page in English. Makes records; call it in a transaction that is not kept."""
    with translation.override("en"):
        everything = Everything()
        people = _people(everything)
        kinds = sorted(everything.records, key=lambda model: str(model._meta.verbose_name))
        parts = [HEAD]
        for model in kinds:
            parts += [_heading(str(model._meta.verbose_name)), _table(everything[model], people)]
        return "\n\n".join(parts) + "\n"


def _people(everything: Everything) -> dict[str, Any]:
    people = {role: getattr(personas, name)() for role, name in ROLES.items()}
    Delegate.objects.filter(pk=everything[Delegate].pk).update(account=people["Delegate"])
    everything[Delegate].refresh_from_db()
    return people


def _table(record: Record, people: dict[str, Any]) -> str:
    rows = [f"| | {' | '.join(people)} |", f"|---|{'|'.join(':-:' for _role in people)}|"]
    policy = policy_for(record)
    seen = [_is_seen(record, principal) for principal in people.values()]
    rows.append(_row("see", seen))
    for label, action in _actions(record):
        answers = [
            was_seen and policy.can(principal, action, record).allowed
            for was_seen, principal in zip(seen, people.values(), strict=True)
        ]
        rows.append(_row(label, answers))
    return "\n".join(rows)


def _row(label: str, answers: list[bool]) -> str:
    return f"| {label} | {' | '.join('✓' if answer else '' for answer in answers)} |"


def _is_seen(record: Record, principal: Any) -> bool:
    model: Any = type(record)
    rows: models.QuerySet[Any] = model._default_manager.filter(pk=record.pk)
    return policy_for(record).scope(principal, rows).exists()


def _actions(record: Record) -> Iterator[tuple[str, str]]:
    """(words, right) of everything that the policy decides about a record."""
    for action, words in USUAL.items():
        yield words, action
    workflow = workflow_for(record)
    transitions = workflow.transitions if workflow else ()
    steps = {step.right: str(step.label) for step in transitions}
    for right, label in steps.items():
        yield f"step: {label}", right
    has_use = {
        "attach": type(record) in document_hosts(),
        "comment": type(record) in comment_hosts(),
        "override": any(guard.overridable for step in transitions for guard in step.guards),
        "request_report": bool(kinds_for(record)),
        "view": False,
    }
    decided = {name.removeprefix("may_") for name in dir(policy_for(record)) if name.startswith("may_")}
    for action in sorted(decided - {*USUAL, *steps}):
        if has_use.get(action, True):
            yield OTHER_WORDS.get(action, action.replace("_", " ")), action


def _heading(text: str) -> str:
    return f"## {text[:1].upper()}{text[1:]}"
