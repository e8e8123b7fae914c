"""The figures of an evaluation: how many answered, means and distributions, and nothing by which to tell a person."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from fmm_portal.institutions.enums import Sex
from studyvisits.models import Evaluation, EvaluationQuestion, EvaluationResponse

# Fewer people than this could be told apart by those who know them (domain notes, 3.4).
SMALLEST_GROUP = 5
TWO_PLACES = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Bar:
    """How many chose one value of the scale."""

    value: int
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """One question. `mean` is exact to two places; None, with no bars, where too few answered."""

    question: EvaluationQuestion
    n: int
    mean: Decimal | None
    bars: list[Bar]
    # (Woman or man, mean): only groups that are large enough.
    by_sex: list[tuple[str, Decimal]]

    @property
    def is_hidden(self) -> bool:
        return self.mean is None


@dataclass(frozen=True, slots=True)
class EvaluationFigures:
    """One evaluation. `rate` is the share of those asked who answered, in per cent; None where it is not known."""

    evaluation: Evaluation
    n: int
    rate: Decimal | None
    questions: list[QuestionFigures]

    @property
    def is_hidden(self) -> bool:
        """Whether so few answered that no figure is shown."""
        return self.n < SMALLEST_GROUP


def mean_of(values: Sequence[int]) -> Decimal | None:
    """To two places; None of nothing."""
    if not values:
        return None
    return (Decimal(sum(values)) / len(values)).quantize(TWO_PLACES, ROUND_HALF_UP)


def response_rate(answered: int, invited: int | None) -> Decimal | None:
    """In per cent to one place; None where nobody was, or is known to have been, asked."""
    if not invited:
        return None
    return (Decimal(100 * answered) / invited).quantize(Decimal("0.1"), ROUND_HALF_UP)


def figures_of(evaluation: Evaluation) -> EvaluationFigures:
    """Reads the evaluation's prefetched questions and responses."""
    responses = list(evaluation.responses.all())
    questions = [_question(evaluation, question, responses) for question in evaluation.questions.all()]
    rate = response_rate(len(responses), evaluation.invited)
    return EvaluationFigures(evaluation, len(responses), rate, questions)


def _question(
    evaluation: Evaluation, question: EvaluationQuestion, responses: Iterable[EvaluationResponse]
) -> QuestionFigures:
    key = str(question.pk)
    given = [(response.sex, response.answers[key]) for response in responses if key in response.answers]
    values = [value for _sex, value in given]
    if len(values) < SMALLEST_GROUP:
        return QuestionFigures(question, len(values), None, [], [])
    counts = Counter(values)
    bars = [Bar(value, evaluation.label_of(value), counts[value]) for value in evaluation.scale]
    return QuestionFigures(question, len(values), mean_of(values), bars, _by_sex(given))


def _by_sex(given: Sequence[tuple[str, int]]) -> list[tuple[str, Decimal]]:
    """Means of women and of men, when both groups are large enough: one alone would give the other away."""
    groups = {sex: [value for other, value in given if other == sex] for sex in (Sex.FEMALE, Sex.MALE)}
    rest = len(given) - sum(map(len, groups.values()))
    if any(len(values) < SMALLEST_GROUP for values in groups.values()) or 0 < rest < SMALLEST_GROUP:
        return []
    return [(str(sex.label), mean) for sex, values in groups.items() if (mean := mean_of(values)) is not None]
