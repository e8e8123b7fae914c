"""Evaluations of visits: scales of their own, figures without anybody to recognise, answers for the programme alone."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from fmm_portal.core.activity import history_of
from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import Multilingual
from studyvisits.evaluations import figures_of, mean_of, response_rate
from studyvisits.models import Evaluation, EvaluationQuestion, EvaluationResponse
from tests.api_client import as_agency, as_persona
from tests.contracts import ApiContract
from tests.factories.studyvisits import (
    EvaluationFactory,
    EvaluationQuestionFactory,
    EvaluationResponseFactory,
    StudyVisitFactory,
)
from tests.page_contract import hidden_value
from tests.personas import aneti, anpe_togo


class TestEvaluationApi(ApiContract):
    resource = "evaluations"
    change = {"invited": 6}
    bad = {"level": 5, "highest": 1, "labels": {"en": "Bad\nGood"}}

    def make(self) -> Record:
        evaluation = EvaluationFactory()
        self.grow(evaluation)
        return evaluation  # type: ignore[no-any-return]

    def grow(self, record: Any) -> None:
        question = EvaluationQuestionFactory(evaluation=record)
        EvaluationResponseFactory(evaluation=record, answers={str(question.pk): 4})

    def payload(self) -> dict[str, Any]:
        return {
            "visit_id": StudyVisitFactory().pk,
            "title": {"en": "End of visit"},
            "level": 1,
            "lowest": 1,
            "highest": 4,
            "labels": {"fr": "Non\nPlutôt non\nPlutôt oui\nOui"},
            "held_on": "2019-01-25",
        }


class TestEvaluationQuestionApi(ApiContract):
    resource = "evaluation-questions"
    change = {"text": {"fr": "Était-ce utile ?"}}
    bad = {"text": {}, "evaluation_id": 0}
    ordering = "order"

    def make(self) -> Record:
        return EvaluationQuestionFactory()  # type: ignore[no-any-return]

    def payload(self) -> dict[str, Any]:
        return {"evaluation_id": EvaluationFactory().pk, "text": {"en": "Was it clear?"}, "order": 1}


class TestEvaluationResponseApi(ApiContract):
    """Statement 43: viewers, who read the programme, do not read a single answer."""

    resource = "evaluation-responses"
    reader = "marc"
    refused = outsider = "eva"
    refusal = (404, "not_found")
    change = {"sex": "female"}
    bad = {"answers": {"0": 4}, "sex": "unknown"}

    def make(self) -> Record:
        question = EvaluationQuestionFactory()
        return EvaluationResponseFactory(  # type: ignore[no-any-return]
            evaluation=question.evaluation, answers={str(question.pk): 5}
        )

    def payload(self) -> dict[str, Any]:
        question = EvaluationQuestionFactory()
        return {"evaluation_id": question.evaluation_id, "answers": {str(question.pk): 3}, "sex": "male"}


def answered(evaluation: Evaluation, values: Sequence[int], **options: Any) -> EvaluationQuestion:
    """A question of the form, answered with each of the values by somebody else."""
    question: EvaluationQuestion = EvaluationQuestionFactory(evaluation=evaluation)
    for value in values:
        EvaluationResponseFactory(evaluation=evaluation, answers={str(question.pk): value}, **options)
    return question


# --- Scales and figures ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_form_keeps_its_scale_and_words_whichever_it_is() -> None:
    """Statement 42."""
    five = EvaluationFactory()
    four = EvaluationFactory(highest=4, labels=Multilingual(fr="Non\nPlutôt non\nPlutôt oui\nOui"))
    for form in (five, four):
        form.full_clean()
    assert (list(five.scale), five.label_of(1), five.label_of(5)) == (
        [1, 2, 3, 4, 5],
        "Very poor",
        "Very good",
    )
    assert (list(four.scale), four.label_of(4)) == ([1, 2, 3, 4], "Oui")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "field"),
    [({"highest": 1}, "highest"), ({"labels": Multilingual(en="Bad\nGood")}, "labels")],
)
def test_scale_that_cannot_be_is_refused(values: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        EvaluationFactory(**values).full_clean()
    assert list(refusal.value.message_dict) == [field]


@pytest.mark.django_db
def test_mean_distribution_number_and_rate_are_computed() -> None:
    """Statement 42."""
    evaluation = EvaluationFactory(invited=8)
    answered(evaluation, [5, 5, 4, 3, 3, 1])
    figures = figures_of(evaluation)
    row = figures.questions[0]
    assert (figures.n, figures.rate) == (6, Decimal("75.0"))
    assert (row.n, row.mean) == (6, Decimal("3.50"))
    assert [(bar.value, bar.label, bar.count) for bar in row.bars] == [
        (1, "Very poor", 1), (2, "Poor", 0), (3, "Fair", 2), (4, "Good", 1), (5, "Very good", 2),
    ]  # fmt: skip


@pytest.mark.django_db
def test_nothing_is_divided_by_nothing() -> None:
    """Statement 42: a form that nobody answered, or was asked to answer, has figures all the same."""
    evaluation = EvaluationFactory(invited=0)
    EvaluationQuestionFactory(evaluation=evaluation)
    figures = figures_of(evaluation)
    assert (figures.n, figures.rate, figures.questions[0].n, figures.questions[0].mean) == (0, None, 0, None)
    assert (mean_of([]), response_rate(3, None), response_rate(0, 6)) == (None, None, Decimal("0.0"))


@pytest.mark.django_db
def test_groups_smaller_than_five_are_hidden() -> None:
    """Statement 43."""
    evaluation = EvaluationFactory(invited=6)
    answered(evaluation, [5, 4, 4, 2])
    row = figures_of(evaluation).questions[0]
    assert (row.n, row.mean, row.bars) == (4, None, [])


@pytest.mark.django_db
def test_women_and_men_are_told_apart_only_in_large_groups() -> None:
    """Statement 43: with one group shown the other could be worked out, so both must be large."""
    evaluation = EvaluationFactory()
    question = answered(evaluation, [5, 5, 4, 4, 4], sex="female")
    for value in (3, 3, 3, 2):
        EvaluationResponseFactory(evaluation=evaluation, answers={str(question.pk): value}, sex="male")
    assert figures_of(evaluation).questions[0].by_sex == []
    EvaluationResponseFactory(evaluation=evaluation, answers={str(question.pk): 2}, sex="male")
    fresh = Evaluation.objects.get(pk=evaluation.pk)
    assert figures_of(fresh).questions[0].by_sex == [("Woman", Decimal("4.40")), ("Man", Decimal("2.60"))]


@pytest.mark.django_db
def test_level_of_kirkpatrick_is_recorded_with_each_form() -> None:
    """Statement 44."""
    visit = StudyVisitFactory()
    for level in (1, 2, 3, 4):
        EvaluationFactory(visit=visit, level=level).full_clean()
    assert list(visit.evaluations.values_list("level", flat=True)) == [1, 2, 3, 4]
    with pytest.raises(ValidationError):
        EvaluationFactory(visit=visit, level=5).full_clean()


@pytest.mark.django_db
@pytest.mark.parametrize("value", [0, 6, "5", True, 4.5])
def test_answer_outside_the_scale_is_refused(value: Any) -> None:
    question = EvaluationQuestionFactory()
    response = EvaluationResponse(evaluation=question.evaluation, answers={str(question.pk): value})
    with pytest.raises(ValidationError) as refusal:
        response.full_clean()
    assert refusal.value.message_dict == {"answers": ["Every answer is a number from 1 to 5."]}


# --- Pages -----------------------------------------------------------------------------------------------


def test_amina_sets_a_form_and_enters_what_delegates_wrote(browser_of: Any, amina: Any) -> None:
    visit, client = StudyVisitFactory(), browser_of(amina)
    add = reverse("studyvisits:evaluation_create", args=[visit.pk])
    token = hidden_value(client.get(add).content.decode(), "submission")
    form = {"title_en": "Last day", "level": "1", "lowest": "1", "highest": "4", "invited": "6"}
    assert client.post(add, {**form, "submission": token}).status_code == 302
    evaluation = visit.evaluations.get()
    add = reverse("studyvisits:evaluation_question_create", args=[visit.pk, evaluation.pk])
    token = hidden_value(client.get(add).content.decode(), "submission")
    again = client.post(add, {"text_en": "Was it clear?", "submission": token, "again": "1"})
    assert again.url == add
    question = evaluation.questions.get()
    add = reverse("studyvisits:evaluation_response_create", args=[visit.pk, evaluation.pk])
    token = hidden_value(client.get(add).content.decode(), "submission")
    sheet = {f"question_{question.pk}": "4", "sex": "female", "liked": "The hosts", "submission": token}
    assert client.post(add, sheet).status_code == 302
    response = evaluation.responses.get()
    assert (response.answers, response.sex, response.liked) == ({str(question.pk): 4}, "female", "The hosts")
    page = client.get(reverse("studyvisits:evaluation_answers", args=[visit.pk, evaluation.pk]))
    assert "The hosts" in page.content.decode()


def test_correcting_an_answer_leaves_no_trace_of_what_it_was(browser_of: Any, amina: Any) -> None:
    question = answered(EvaluationFactory(), [2])
    response = question.evaluation.responses.get()
    visit = question.evaluation.visit
    url = reverse(
        "studyvisits:evaluation_response_edit", args=[visit.pk, question.evaluation_id, response.pk]
    )
    client = browser_of(amina)
    page = client.get(url).content.decode()
    machinery = {name: hidden_value(page, name) for name in ("record_version", "record_base")}
    sheet = {f"question_{question.pk}": "3", "sex": "not_stated", "liked": "Centre", **machinery}
    assert client.post(url, sheet).status_code == 302
    response.refresh_from_db()
    assert response.answers == {str(question.pk): 3}
    entry = history_of(response).filter(verb="update").get()
    concealed = [{"restricted": True}, {"restricted": True}]
    assert entry.changes == {"answers": concealed, "liked": concealed}


@pytest.mark.django_db
@pytest.mark.parametrize("persona", ["eva", "kofi", "sami"])
def test_others_read_figures_and_no_single_answer(
    persona: str, browser_of: Any, request: pytest.FixtureRequest
) -> None:
    """Statement 43: not hosts, not those who sent the delegates, not viewers."""
    from tests.factories.delegations import DelegateFactory
    from tests.factories.studyvisits import AgendaHostFactory, AgendaItemFactory

    client = browser_of(request.getfixturevalue(persona))
    evaluation = EvaluationFactory()
    visit = evaluation.visit
    DelegateFactory(delegation=visit.delegations.get(), institution=anpe_togo())
    AgendaHostFactory(item=AgendaItemFactory(visit=visit), institution=aneti())
    answered(evaluation, [5, 5, 4, 4, 2], liked="Words-of-one-person")
    page = client.get(reverse("studyvisits:visit_evaluation", args=[visit.pk])).content.decode()
    assert "mean 4.00" in page
    assert "Words-of-one-person" not in page
    answers = reverse("studyvisits:evaluation_answers", args=[visit.pk, evaluation.pk])
    assert client.get(answers).status_code == 403
    assert as_persona(persona).get("evaluation-responses/").json()["count"] == 0


@pytest.mark.django_db
def test_agencies_read_the_figures_and_no_answer() -> None:
    from tests.factories.delegations import DelegateFactory

    evaluation = EvaluationFactory(invited=5)
    DelegateFactory(delegation=evaluation.visit.delegations.get(), institution=anpe_togo())
    answered(evaluation, [5, 5, 4, 4, 2])
    key = as_agency(anpe_togo(), "*:read")
    figures = key.get(f"evaluations/{evaluation.pk}/").json()["figures"]
    assert (figures["n"], figures["response_rate"], figures["questions"][0]["mean"]) == (5, "100.0", "4.00")
    assert key.get("evaluation-responses/").json()["results"] == []


def test_question_with_answers_is_not_deleted(browser_of: Any, marc: Any) -> None:
    question = answered(EvaluationFactory(), [4])
    visit = question.evaluation.visit
    url = reverse(
        "studyvisits:evaluation_question_delete", args=[visit.pk, question.evaluation_id, question.pk]
    )
    assert browser_of(marc).post(url).status_code == 403
    assert EvaluationQuestion.objects.filter(pk=question.pk).exists()


def test_page_costs_the_same_for_one_and_for_forty_answers(
    browser_of: Any, amina: Any, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    evaluation = EvaluationFactory()
    answered(evaluation, [4])
    client, url = browser_of(amina), reverse("studyvisits:visit_evaluation", args=[evaluation.visit_id])
    client.get(url)
    with CaptureQueriesContext(connection) as first:
        client.get(url)
    answered(evaluation, [5] * 40)
    with django_assert_num_queries(len(first)):
        client.get(url)
