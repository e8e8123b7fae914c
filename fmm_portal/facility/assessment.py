"""The assessment of a request: reviewers' scores, and what they add up to. Numbers are exact until they are shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from fmm_portal.core.principals import Actor
from fmm_portal.core.services import create_record, delete_record, update_record
from fmm_portal.facility.models import AssessmentScore, Criterion, Request


def rounded(value: Fraction, places: str) -> Decimal:
    """Half up, as people round."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(places), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One criterion with what every reviewer gave it."""

    criterion: Criterion
    scores: Sequence[AssessmentScore]

    @property
    def exact_mean(self) -> Fraction | None:
        if not self.scores:
            return None
        return sum((Fraction(score.score) for score in self.scores), Fraction(0)) / len(self.scores)

    @property
    def mean(self) -> Decimal | None:
        mean = self.exact_mean
        return rounded(mean, "0.01") if mean is not None else None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The criteria of a request in one round. The total counts those that have a score."""

    results: Sequence[CriterionResult]

    @property
    def scored(self) -> int:
        return sum(1 for result in self.results if result.scores)

    @property
    def is_complete(self) -> bool:
        return self.scored == len(self.results)

    @property
    def reviewers(self) -> int:
        return len({score.reviewer_id for result in self.results for score in result.scores})

    @property
    def percent(self) -> Decimal | None:
        """The weighted total in percent of the highest possible; None while nothing is scored."""
        reached, possible = Fraction(0), Fraction(0)
        for result in self.results:
            mean = result.exact_mean
            if mean is not None:
                weight = Fraction(result.criterion.weight)
                reached += weight * mean / result.criterion.max_score
                possible += weight
        return rounded(100 * reached / possible, "0.1") if possible else None


def assessment_of(request: Request, scores: Iterable[AssessmentScore] | None = None) -> Assessment:
    """The criteria in use and those that were scored in this round. Scores may be given where they are loaded."""
    if scores is None:
        scores = request.scores.filter(round=request.round).select_related("reviewer").order_by("pk")
    by_criterion: dict[int, list[AssessmentScore]] = {}
    for score in scores:
        score.request = request
        by_criterion.setdefault(score.criterion_id, []).append(score)
    wanted = Q(pk__in=by_criterion)
    if request.facility_id is not None:
        wanted |= Q(facility=request.facility_id, is_active=True)
    criteria = Criterion.objects.filter(wanted).order_by("order", "pk")
    return Assessment(
        [CriterionResult(criterion, by_criterion.get(criterion.pk, [])) for criterion in criteria]
    )


class Given(NamedTuple):
    """What a reviewer gives a criterion; no score takes an earlier one back."""

    score: Decimal | None
    comment: str = ""


@transaction.atomic
def give_scores(request: Request, given: Mapping[Criterion, Given], *, actor: Actor) -> None:
    """Write one reviewer's scores of this round, all of them or none. Raises Forbidden, ValidationError."""
    mine = request.scores.filter(round=request.round, reviewer=actor.user_id).select_related("criterion")
    present = {score.criterion_id: score for score in mine}
    for criterion, entry in given.items():
        earlier = present.get(criterion.pk)
        if entry.score is None:
            if earlier is not None:
                delete_record(earlier, actor=actor)
        elif earlier is not None:
            update_record(earlier, actor=actor, changes={"score": entry.score, "comment": entry.comment})
        else:
            score = AssessmentScore(
                request=request, criterion=criterion, score=entry.score, comment=entry.comment
            )
            give_score(score, actor=actor)


def give_score(score: AssessmentScore, *, actor: Actor) -> AssessmentScore:
    """Write one score as that of the person who gives it, in the present round."""
    score.round = score.request.round
    score.reviewer_id = actor.user_id
    return create_record(score, actor=actor)
