"""What happens around a strategy beyond saving one record."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from fmm_portal.core.policies import require
from fmm_portal.core.principals import Actor
from fmm_portal.core.services import create_record, field_error, lock, update_record
from strategies.enums import TEMPLATE, MilestoneKind
from strategies.models import Milestone, Strategy, StrategyVersion


def missing_from_template(strategy: Strategy) -> list[MilestoneKind]:
    """The kinds of the template that the strategy has no milestone of, in the template's order."""
    present = set(strategy.milestones.values_list("kind", flat=True))
    return [kind for kind in TEMPLATE if kind not in present]


@transaction.atomic
def add_from_template(
    strategy: Strategy, kinds: Iterable[str], *, actor: Actor, expected_version: int | None = None
) -> list[Milestone]:
    """Plan a milestone of each of these kinds, without a date, in the template's order: all of them, or none.

    Raises StaleRecord, Forbidden, ValidationError on "kinds".
    """
    current = lock(strategy, expected_version=expected_version)
    require(actor.principal, "add_from_template", current)
    wanted = set(kinds)
    if not wanted:
        raise field_error("kinds", _("Choose at least one step of the template."), "required")
    missing = missing_from_template(current)
    labels = dict(MilestoneKind.choices)
    refused = [
        ValidationError(
            _("“%(kind)s” is among the milestones already.") % {"kind": labels[kind]}
            if kind in TEMPLATE
            else _("The template has no step called “%(kind)s”.") % {"kind": kind},
            code="invalid",
        )
        for kind in sorted(wanted - set(missing))
    ]
    if refused:
        raise ValidationError({"kinds": refused})
    return [
        create_record(Milestone(strategy=current, kind=kind), actor=actor)
        for kind in missing
        if kind in wanted
    ]


@transaction.atomic
def put_in_force(
    version: StrategyVersion, *, actor: Actor, expected_version: int | None = None
) -> StrategyVersion:
    """Make this the version in force, and the one before it no longer so.

    Raises StaleRecord, Forbidden.
    """
    current = lock(version, expected_version=expected_version)
    require(actor.principal, "change", current)
    for other in StrategyVersion.objects.filter(strategy=current.strategy_id, is_current=True).exclude(
        pk=current.pk
    ):
        update_record(other, actor=actor, changes={"is_current": False})
    return update_record(current, actor=actor, changes={"is_current": True})
