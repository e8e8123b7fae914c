"""The steps that records really took in their workflows: read from history, taken again on import."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _

from fmm_portal.casefiles.errors import Errors
from fmm_portal.casefiles.schema import Step
from fmm_portal.casefiles.values import told
from fmm_portal.core.models import Activity, Record
from fmm_portal.core.principals import Actor
from fmm_portal.core.workflow import Transition, Workflow, workflow_for


def workflow_of(model: type[Record] | Record) -> Workflow:
    workflow = workflow_for(model)
    assert workflow is not None, f"{model} has no workflow"
    return workflow


def steps_taken(records: Sequence[Record]) -> dict[int, list[Step]]:
    """For each record of one model its steps, oldest first, as they could be taken again today.

    What history does not tell, of records that did not come through the services, is the shortest way.
    """
    if not records:
        return {}
    workflow = workflow_of(records[0])
    told = defaultdict(list)
    entries = Activity.objects.filter(
        subject_type=ContentType.objects.get_for_model(records[0]),
        subject_id__in=[record.pk for record in records],
        verb__in=[transition.name for transition in workflow.transitions],
    )
    for entry in entries.order_by("pk"):
        told[entry.subject_id].append((workflow.get(entry.verb), entry.reason))
    taken = {}
    for record in records:
        way = told[record.pk]
        if not _leads_to(workflow, [transition for transition, _reason in way], record):
            way = [(transition, "") for transition in _shortest_way(workflow, record)]
        taken[record.pk] = [_again(workflow, record, transition, reason) for transition, reason in way]
    return taken


def _first_state(workflow: Workflow) -> str:
    field: Any = workflow.model._meta.get_field(workflow.field)
    return str(field.get_default())


def _leads_to(workflow: Workflow, way: Iterable[Transition], record: Record) -> bool:
    state = _first_state(workflow)
    for transition in way:
        if state not in transition.sources:
            return False
        state = transition.target
    return state == workflow.state_of(record)


def _shortest_way(workflow: Workflow, record: Record) -> list[Transition]:
    first = _first_state(workflow)
    waiting: deque[tuple[str, list[Transition]]] = deque([(first, [])])
    seen = {first}
    while waiting:
        state, way = waiting.popleft()
        if state == workflow.state_of(record):
            return way
        for transition in workflow.transitions:
            if state in transition.sources and transition.target not in seen:
                seen.add(transition.target)
                waiting.append((transition.target, [*way, transition]))
    return []


def _again(workflow: Workflow, record: Record, transition: Transition, reason: str) -> Step:
    """The step with what it would need if it were taken today."""
    blockers = workflow.blockers(record, transition) if transition.guards else []
    override = any(blocker.overridable for blocker in blockers)
    if not reason and (override or transition.needs_reason):
        reason = _("The reason was not recorded.")
    return Step(transition.name, reason, override)


def written(steps: Iterable[Step]) -> list[Any]:
    """Steps as a document holds them: by name where there is no more to say."""
    return [
        told(step=step.name, reason=step.reason, override=step.override)
        if step.reason or step.override
        else step.name
        for step in steps
    ]


def take(
    record: Record, steps: Sequence[Step], *, actor: Actor, errors: Errors, path: str, first: int = 0
) -> Record:
    """Take steps one after another; at a refusal the rest is left. `first` is the number of the first in its list."""
    workflow = workflow_of(record)
    for number, step in enumerate(steps, start=first):
        with errors.at(f"{path}[{number}]") as place:
            record = workflow.apply(
                record, step.name, actor=actor, reason=step.reason, override=step.override
            )
        if place.refused:
            break
    return record


def state_label(record: Record) -> str:
    """The state in brackets; nothing for a record without states."""
    workflow = workflow_for(record)
    return f" ({workflow.state_label(workflow.state_of(record))})" if workflow else ""
