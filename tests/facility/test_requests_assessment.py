"""Scores of several reviewers, what they add up to, and who reads them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fmm_portal.core.errors import Forbidden
from fmm_portal.facility.assessment import Given, assessment_of, give_scores
from fmm_portal.facility.models import AssessmentScore, Request
from tests.api_client import as_persona
from tests.factories.facility import AssessmentScoreFactory, CriterionFactory, RequestFactory
from tests.personas import anpe_togo, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_(db):
    """Under assessment, with two criteria of unequal weight."""
    asked = RequestFactory(institution=anpe_togo(), status="assessment")
    CriterionFactory(facility=asked.facility, weight=2, max_score=5, order=1)
    CriterionFactory(facility=asked.facility, weight=1, max_score=10, order=2)
    return asked


def url(asked):
    return reverse("facility:request_assessment", args=[asked.pk])


def test_total_is_the_weighted_percentage_of_the_highest_possible(request_, amina, marc, by) -> None:
    """Statement 14: a score and comment per criterion. 2 x 4.5/5 + 1 x 6/10 of 3 is 80 %."""
    relevance, feasibility = request_.facility.criteria.all()
    give_scores(
        request_, {relevance: Given(Decimal(5), "Fits"), feasibility: Given(Decimal(6))}, actor=by(amina)
    )
    give_scores(request_, {relevance: Given(Decimal(4))}, actor=by(marc))
    found = assessment_of(request_)
    assert [result.mean for result in found.results] == [Decimal("4.50"), Decimal("6.00")]
    assert (found.percent, found.is_complete, found.reviewers) == (Decimal("80.0"), True, 2)
    assert request_.scores.get(reviewer=amina, criterion=relevance).comment == "Fits"


def test_totals_are_exact_decimals(request_, by) -> None:
    """Three thirds: 1, 0 and 0 of 5 make 0.33, and 6.7 % by half-up of 6.666…"""
    relevance, _feasibility = request_.facility.criteria.all()
    for name, score in (("ann", 1), ("ben", 0), ("cid", 0)):
        give_scores(request_, {relevance: Given(Decimal(score))}, actor=by(person(name, "officer")))
    found = assessment_of(request_)
    assert found.results[0].mean == Decimal("0.33")
    assert (found.percent, found.is_complete, found.scored) == (Decimal("6.7"), False, 1)


def test_nothing_scored_is_no_total(request_) -> None:
    found = assessment_of(request_)
    assert (found.percent, found.scored, found.is_complete) == (None, 0, False)


def test_criterion_out_of_use_counts_where_it_was_scored(request_, amina, by) -> None:
    relevance, feasibility = request_.facility.criteria.all()
    give_scores(request_, {relevance: Given(Decimal(5))}, actor=by(amina))
    for criterion in (relevance, feasibility):
        criterion.is_active = False
        criterion.save()
    assert [result.criterion for result in assessment_of(request_).results] == [relevance]


def test_scores_of_an_earlier_round_do_not_count_and_do_not_change(request_, amina, by) -> None:
    relevance, _feasibility = request_.facility.criteria.all()
    give_scores(request_, {relevance: Given(Decimal(5))}, actor=by(amina))
    Request.objects.filter(pk=request_.pk).update(round=2)
    request_.refresh_from_db()
    assert assessment_of(request_).percent is None
    old = AssessmentScore.objects.get()
    answer = as_persona("amina").patch(f"assessment-scores/{old.pk}/", {"score": "1.00"})
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "Scores of an earlier round stay as they are.",
    )


def test_reviewer_saves_all_scores_or_none(request_, amina, by) -> None:
    relevance, feasibility = request_.facility.criteria.all()
    with pytest.raises(ValidationError, match="The highest score of this criterion is 10"):
        give_scores(
            request_, {relevance: Given(Decimal(5)), feasibility: Given(Decimal(11))}, actor=by(amina)
        )
    assert not AssessmentScore.objects.exists()


def test_reviewer_scores_on_the_page(request_, browser_of, amina) -> None:
    relevance, feasibility = request_.facility.criteria.all()
    client = browser_of(amina)
    data = {
        f"score_{relevance.pk}": "4.5",
        f"comment_{relevance.pk}": "Fits",
        f"score_{feasibility.pk}": "11",
    }
    refused = client.post(url(request_), data)
    assert refused.status_code == 422
    assert "Fits" in refused.content.decode(), "nothing typed is lost"
    assert not AssessmentScore.objects.exists()
    assert client.post(url(request_), {**data, f"score_{feasibility.pk}": "6"}).status_code == 302
    page = client.get(url(request_)).content.decode()
    assert "80.0 %" in page
    assert "Amina" in page
    # Emptied, a score is taken back.
    assert client.post(url(request_), {f"score_{relevance.pk}": "4.5"}).status_code == 302
    assert AssessmentScore.objects.get().criterion == relevance


def test_comment_without_a_score_is_asked_about(request_, browser_of, amina) -> None:
    relevance, _feasibility = request_.facility.criteria.all()
    response = browser_of(amina).post(url(request_), {f"comment_{relevance.pk}": "Fits"})
    assert response.status_code == 422
    assert "Give a score with the comment." in response.content.decode()


def test_viewer_reads_totals_without_names_and_partners_read_none(
    request_, browser_of, amina, eva, kofi, by
) -> None:
    relevance, _feasibility = request_.facility.criteria.all()
    give_scores(request_, {relevance: Given(Decimal(5), "Fits")}, actor=by(amina))
    page = browser_of(eva).get(url(request_)).content.decode()
    assert "100.0 %" in page
    assert "Reviewer 1" in page
    assert "Amina" not in page
    assert 'name="score_' not in page
    assert browser_of(eva).post(url(request_), {}).status_code == 403
    assert browser_of(kofi).get(url(request_)).status_code == 403
    assert url(request_) not in browser_of(kofi).get(request_.get_absolute_url()).content.decode()

    assert as_persona("eva").get(f"requests/{request_.pk}/").json()["assessment"] == {
        "reviewers": 1,
        "is_complete": False,
        "percent": "100.0",
        "criteria": [
            {"criterion_id": relevance.pk, "weight": "2.00", "max_score": 5, "scores": 1, "mean": "5.00"},
            {
                "criterion_id": relevance.pk + 1,
                "weight": "1.00",
                "max_score": 10,
                "scores": 0,
                "mean": None,
            },
        ],
    }
    assert as_persona("kofi").get(f"requests/{request_.pk}/").json()["assessment"] is None
    assert as_persona("kofi").get("assessment-scores/").json()["results"] == []


def test_scores_are_given_under_assessment_and_only_ones_own_are_changed(request_, amina, marc, by) -> None:
    relevance, _feasibility = request_.facility.criteria.all()
    give_scores(request_, {relevance: Given(Decimal(5))}, actor=by(amina))
    mine = AssessmentScore.objects.get()
    others = as_persona("marc").patch(f"assessment-scores/{mine.pk}/", {"score": "1.00"})
    assert (others.status_code, others.json()["detail"]) == (403, "Only the reviewer may change this score.")
    Request.objects.filter(pk=request_.pk).update(status="decision")
    request_.refresh_from_db()
    with pytest.raises(Forbidden, match="while the request is under assessment"):
        give_scores(request_, {relevance: Given(Decimal(1))}, actor=by(marc))


def test_page_costs_the_same_with_few_and_many_scores(request_, browser_of, eva) -> None:
    def queries() -> int:
        client.get(url(request_))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(request_)).status_code == 200
        return len(captured)

    client = browser_of(eva)
    relevance, feasibility = request_.facility.criteria.all()
    AssessmentScoreFactory(request=request_, criterion=relevance, reviewer=person("ann", "officer"))
    at_one = queries()
    for name in ("ben", "cid"):
        reviewer = person(name, "officer")
        for criterion in (relevance, feasibility, CriterionFactory(facility=request_.facility)):
            AssessmentScoreFactory(request=request_, criterion=criterion, reviewer=reviewer)
    assert queries() == at_one
