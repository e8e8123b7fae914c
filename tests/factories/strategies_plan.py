"""A whole action plan for tests: 54 activities over four axes, marked as a sample, with an earlier review."""

from decimal import Decimal

from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.institutions.models import Institution
from strategies.enums import FundingSource, PlanActivityStatus, ReviewStatus, StallReason
from strategies.models import ActionPlan, PlanActivity, Review, ReviewEntry
from tests.factories.strategies import (
    ActionPlanFactory,
    AxisFactory,
    PlanActivityFactory,
    PlanObjectiveFactory,
    PlanResultFactory,
    ReviewFactory,
    StrategyVersionFactory,
)

S = PlanActivityStatus
# What the press says of Togo's plan on 30 June 2022; which activities they were is made up here.
DONE, IN_PROGRESS, NOT_STARTED = 11, 2, 41
# How many activities stand under each axis; together 54.
UNDER_AXES = (14, 14, 13, 13)


def states() -> list[PlanActivityStatus]:
    return [S.DONE] * DONE + [S.IN_PROGRESS] * IN_PROGRESS + [S.NOT_STARTED] * NOT_STARTED


def earlier_states() -> list[PlanActivityStatus]:
    """In June 2021: four done, six in progress."""
    return [S.DONE] * 4 + [S.IN_PROGRESS] * 6 + [S.NOT_STARTED] * 44


def sample_plan(
    lead: Institution | None = None, partner: Institution | None = None, **given: object
) -> ActionPlan:
    """Every activity has all its columns filled; `lead` leads every third one, beginning with the first."""
    plan = _plan(dict(given))
    state, number = iter(states()), 0
    for position, count in enumerate(UNDER_AXES, 1):
        axis = AxisFactory(version_of=plan.text_version, order=position, code=str(position))
        results = [
            PlanResultFactory(
                objective=PlanObjectiveFactory(
                    plan=plan, axis=axis, code=f"{position}.{place}", order=place,
                    text=Multilingual(en=f"Objective {position}.{place}", fr=f"Objectif {position}.{place}"),
                ),
                code=f"R{position}.{place}",
                text=Multilingual(en=f"Result {position}.{place}", fr=f"Résultat {position}.{place}"),
            )
            for place in (1, 2)
        ]  # fmt: skip
        for place in range(1, count + 1):
            number += 1
            _activity(
                plan,
                results[place % 2],
                number,
                f"{position}.{place % 2 + 1}.{place}",
                next(state),
                lead=lead,
                partner=partner,
            )
    activities = list(PlanActivity.objects.filter(plan=plan).order_by("order"))
    review = ReviewFactory(
        plan=plan,
        title=Multilingual(en="Review of June 2021", fr="Revue de juin 2021"),
        held_on=PartialDate(2021, 6, 25),
        status=ReviewStatus.FINAL,
    )
    ReviewEntry.objects.bulk_create(
        ReviewEntry(
            review=review,
            activity=activity,
            state=earlier,
            stall_reason=StallReason.FUNDING if earlier == S.NOT_STARTED else "",
        )
        for activity, earlier in zip(activities, earlier_states(), strict=True)
    )
    return plan


def _plan(given: dict[str, object]) -> ActionPlan:
    version = StrategyVersionFactory(**({"strategy": given.pop("strategy")} if "strategy" in given else {}))
    plan: ActionPlan = ActionPlanFactory(
        strategy=version.strategy,
        text_version=version,
        is_sample=True,
        title=Multilingual(en="Operational action plan", fr="Plan d'action opérationnel"),
        starts_on=PartialDate(2018),
        ends_on=PartialDate(2022),
        **given,
    )
    return plan


def _activity(
    plan: ActionPlan,
    result: object,
    number: int,
    code: str,
    status: PlanActivityStatus,
    *,
    lead: Institution | None,
    partner: Institution | None,
) -> None:
    activity = PlanActivityFactory(
        plan=plan,
        result=result,
        order=number,
        code=code,
        text=Multilingual(en=f"Activity number {number}", fr=f"Activité numéro {number}"),
        indicator=Multilingual(en="Number of trainings", fr="Nombre de formations"),
        unit="trainings",
        baseline="0",
        target=str(number),
        source_of_verification=Multilingual(en="=Report of the unit", fr="Rapport de l'unité"),
        lead=lead if number % 3 == 1 else None,
        starts_in="2018-Q1",
        ends_in="2019-Q4" if number % 2 else "2022-Q2",
        cost=Decimal("1250000.50") * number,
        funding_source=FundingSource.GAP if number % 4 == 0 else FundingSource.STATE,
        funder="" if number % 4 == 0 else "State budget",
        status=status,
        percent={S.DONE: 100, S.IN_PROGRESS: 40}.get(status),
        stall_reason=StallReason.FUNDING if number == 20 else "",
        comment="-10 % on last year" if number == 20 else "",
    )
    if partner is not None and number % 5 == 0:
        activity.partners.add(partner)


def published_review(plan: ActionPlan) -> Review:
    """The totals of 30 June 2022 as the press has them, without rows."""
    review: Review = ReviewFactory(
        plan=plan,
        title=Multilingual(en="Review of June 2022", fr="Revue de juin 2022"),
        held_on=PartialDate(2022, 6, 30),
        stated_total=54,
        stated_done=DONE,
        stated_in_progress=IN_PROGRESS,
        stated_not_started=NOT_STARTED,
        status=ReviewStatus.FINAL,
    )
    return review
