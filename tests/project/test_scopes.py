"""Who is said to see all of a kind does: the shortcut past a scope must never show more than the scope."""

from typing import Any

import pytest

from fmm_portal.core.policies import policy_for
from fmm_portal.core.principals import Nobody
from studyvisits.enums import DebriefStatus
from tests.everything import Everything
from tests.factories.facility import RequestFactory

pytestmark = pytest.mark.django_db

EVERYBODY = ("ada", "marc", "amina", "eva", "kofi", "fatou", "sami", "jean", "nobody")


@pytest.fixture
def everything() -> Everything:
    """With what few may see: a draft debrief, a draft review and a request that was not submitted."""
    everything = Everything(debrief_status=DebriefStatus.DRAFT)
    RequestFactory()
    return everything


@pytest.mark.parametrize("persona", EVERYBODY)
def test_whoever_sees_all_of_a_kind_misses_none_of_it(
    persona: str, everything: Everything, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(persona)
    leaking = [model.__name__ for model in everything.records if shows_too_much(model, person)]
    assert leaking == []


def test_nobody_signed_in_sees_all_of_nothing(everything: Everything) -> None:
    assert [model for model in everything.records if policy_for(model).sees_all(Nobody())] == []


def test_the_shortcut_is_taken_by_staff_and_by_no_outsider(
    everything: Everything, ada: Any, fatou: Any
) -> None:
    taken = [model for model in everything.records if policy_for(model).sees_all(ada)]
    assert len(taken) > 5
    assert [model for model in taken if policy_for(model).sees_all(fatou)] == []


def shows_too_much(model: type[Any], person: Any) -> bool:
    policy = policy_for(model)
    rows = model._default_manager.all()
    return policy.sees_all(person) and policy.scope(person, rows).count() < rows.count()
