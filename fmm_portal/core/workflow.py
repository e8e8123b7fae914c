"""The one engine through which states change, and the tables that tell it how.

A table per model drives the buttons, the API's actions, the documentation and the tests. A refusal always
raises and says everything that is missing; nothing is silently skipped.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fmm_portal.core.activity import difference, record_activity, snapshot
from fmm_portal.core.errors import Forbidden, TransitionRefused
from fmm_portal.core.models import Record
from fmm_portal.core.policies import Decision, policy_for
from fmm_portal.core.principals import Actor, Principal
from fmm_portal.core.services import lock

Text = str | Promise
R = TypeVar("R", bound=Record)


class Guard(NamedTuple):
    """A condition of a step. `check` reads the record and returns what is missing, or None; it never writes.

    An overridable guard may be passed by somebody with the right "override", who gives the reason. A guard
    with a `field` asks for a value that the step itself takes: it blocks nothing until the step is taken, and
    buttons never offer to pass it over. A guard that `hides` says that a step is not for such a record at all:
    it is refused, and never offered.
    """

    code: str
    check: Callable[[Any], str | None]
    overridable: bool = False
    field: str = ""
    hides: bool = False


class Blocker(NamedTuple):
    code: str
    message: str
    overridable: bool = False
    field: str = ""


@dataclass(frozen=True, slots=True)
class Transition:
    """A step from some states to one. `fields` are values the step takes and sets, such as evidence."""

    name: str
    label: Text
    sources: tuple[str, ...]
    target: str
    guards: tuple[Guard, ...] = ()
    warnings: tuple[Guard, ...] = ()
    needs_reason: bool = False
    fields: tuple[str, ...] = ()
    # The right the policy is asked about; the transition's own name unless told otherwise.
    permission: str = ""
    # The step that people normally take next; others sit in a menu.
    is_forward: bool = True
    effects: tuple[Callable[[Any, Actor], None], ...] = ()
    # Taken only by a service that does more than set the state; interfaces offer that service instead.
    by_service: bool = False
    # Taken by the portal itself along with another step or by the clock; offered to nobody.
    automatic: bool = False

    @property
    def right(self) -> str:
        return self.permission or self.name


@dataclass(frozen=True, slots=True)
class AvailableTransition:
    """A step as one person sees it now: allowed, or blocked and why."""

    name: str
    label: str
    target: str
    allowed: bool
    blockers: list[Blocker]
    warnings: list[str]
    needs_reason: bool
    can_override: bool
    is_forward: bool
    fields: tuple[str, ...]
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Workflow:
    """The states of a model's field and the steps between them."""

    model: type[Record]
    field: str
    transitions: tuple[Transition, ...]
    _by_name: dict[str, Transition] = dataclasses.field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for transition in self.transitions:
            if transition.name in self._by_name:
                raise ImproperlyConfigured(
                    f"{self.model.__name__}: two transitions are called {transition.name}."
                )
            self._by_name[transition.name] = transition

    def get(self, name: str) -> Transition:
        """Raises TransitionRefused for a step that does not exist."""
        try:
            return self._by_name[name]
        except KeyError:
            raise TransitionRefused(
                _("There is no step called %(name)s.") % {"name": name}, code="unknown_transition"
            ) from None

    def state_of(self, record: Record) -> str:
        return str(getattr(record, self.field))

    def state_label(self, state: str) -> str:
        choices = dict(self.model._meta.get_field(self.field).flatchoices)  # type: ignore[union-attr]
        return str(choices.get(state, state))

    def available(self, record: Record, principal: Principal) -> list[AvailableTransition]:
        """The steps that start from the present state, for one person; steps outside their role are left out."""
        policy = policy_for(record)
        steps: list[AvailableTransition] = []
        for transition in self.transitions:
            if transition.automatic or self.state_of(record) not in transition.sources:
                continue
            if not policy.can(principal, transition.right, record).allowed:
                continue
            if any(guard.hides and guard.check(record) for guard in transition.guards):
                continue
            blockers = [blocker for blocker in self.blockers(record, transition) if not blocker.field]
            may_override = bool(blockers) and self._may_override(record, principal, blockers).allowed
            steps.append(
                AvailableTransition(
                    name=transition.name,
                    label=str(transition.label),
                    target=transition.target,
                    allowed=not blockers,
                    blockers=blockers,
                    warnings=[message for guard in transition.warnings if (message := guard.check(record))],
                    needs_reason=transition.needs_reason,
                    can_override=may_override,
                    is_forward=transition.is_forward,
                    fields=transition.fields,
                    primary=transition.is_forward and not any(step.primary for step in steps),
                )
            )
        return steps

    def blockers(self, record: Record, transition: Transition) -> list[Blocker]:
        """Every unmet guard, not only the first."""
        found = ((guard, guard.check(record)) for guard in transition.guards)
        return [
            Blocker(guard.code, str(message), guard.overridable, guard.field)
            for guard, message in found
            if message
        ]

    def _may_override(self, record: Record, principal: Principal, blockers: Iterable[Blocker]) -> Decision:
        if not all(blocker.overridable for blocker in blockers):
            return Decision(False)
        return policy_for(record).can(principal, "override", record)

    def apply(
        self,
        record: R,
        name: str,
        *,
        actor: Actor,
        reason: str = "",
        data: Mapping[str, Any] | None = None,
        expected_version: int | None = None,
        override: bool = False,
    ) -> R:
        """Take a step: lock, check state, right, reason and guards, set the state, write history, then effects.

        `data` holds values for the transition's `fields`. With `override` the overridable guards are passed by
        somebody who may, with a reason. Returns the fresh record. Raises StaleRecord, Forbidden,
        TransitionRefused, ValidationError.
        """
        transition = self.get(name)
        with transaction.atomic():
            current = lock(record, expected_version=expected_version)
            self._check(current, transition, actor, reason, override, data or {})
            before = snapshot(current)
            for field_name, value in (data or {}).items():
                setattr(current, field_name, value)
            blockers = self.blockers(current, transition)
            # A value that the step asks for may be unknown for good: then it is passed over as any other guard.
            is_asked = [b for b in blockers if b.field and not (override and b.overridable)]
            if asked := {blocker.field: blocker.message for blocker in is_asked}:
                raise ValidationError(
                    {name: ValidationError(text, code="required") for name, text in asked.items()}
                )
            if blockers:
                self._require_override(current, transition, actor, blockers, reason, override)
            setattr(current, self.field, transition.target)
            current.full_clean()
            current.version += 1
            current.save()
            changes = difference(current, before, snapshot(current))
            if blockers:
                changes["overridden"] = [None, [blocker.message for blocker in blockers]]
            record_activity(actor=actor, verb=name, subject=current, changes=changes, reason=reason)
            for effect in transition.effects:
                effect(current, actor)
        return current

    def _check(
        self,
        record: Record,
        transition: Transition,
        actor: Actor,
        reason: str,
        override: bool,
        data: Mapping[str, Any],
    ) -> None:
        decision = policy_for(record).can(actor.principal, transition.right, record)
        if not decision.allowed:
            raise Forbidden(decision.reason)
        state = self.state_of(record)
        if state not in transition.sources:
            allowed_from = ", ".join(self.state_label(source) for source in transition.sources)
            raise TransitionRefused(
                _(
                    "“%(step)s” is not possible now: the state is “%(state)s”, and this step starts from: %(sources)s."
                )
                % {"step": transition.label, "state": self.state_label(state), "sources": allowed_from},
                code="wrong_state",
            )
        unknown = set(data) - set(transition.fields)
        if unknown:
            raise ValidationError(
                {name: _("This step does not take this value.") for name in sorted(unknown)}
            )
        if (transition.needs_reason or override) and not reason.strip():
            raise ValidationError(
                {"reason": ValidationError(_("Give the reason: it is kept in the history."), code="required")}
            )

    def _require_override(
        self,
        record: Record,
        transition: Transition,
        actor: Actor,
        blockers: list[Blocker],
        reason: str,
        override: bool,
    ) -> None:
        if override and reason.strip() and self._may_override(record, actor.principal, blockers).allowed:
            return
        raise TransitionRefused([blocker.message for blocker in blockers], code="blocked", blockers=blockers)


_workflows: dict[type[models.Model], Workflow] = {}


def register_workflow(workflow: Workflow) -> None:
    _workflows[workflow.model] = workflow


def workflow_for(model: type[models.Model] | models.Model) -> Workflow | None:
    """The model's workflow, None when it has no states."""
    return _workflows.get(model if isinstance(model, type) else type(model))


def all_workflows() -> list[Workflow]:
    return list(_workflows.values())
