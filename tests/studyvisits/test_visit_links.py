"""What a study visit serves: an action and its activity, a strategy with its milestone and plan activity."""

from typing import Any

import pytest
from django.urls import reverse

from strategies.models import Strategy
from studyvisits.models import StudyVisit
from tests.api_client import as_persona
from tests.factories.facility import ActionFactory, ActivityFactory
from tests.factories.strategies import MilestoneFactory, PlanActivityFactory, StrategyFactory
from tests.factories.studyvisits import AgendaHostFactory, AgendaItemFactory, StudyVisitFactory
from tests.page_contract import hidden_value
from tests.personas import aneti

pytestmark = pytest.mark.django_db


def parts_of(strategy: Strategy) -> dict[str, Any]:
    action = ActionFactory()
    return {
        "action": action,
        "activity": ActivityFactory(action=action),
        "strategy": strategy,
        "milestone": MilestoneFactory(strategy=strategy),
        "plan_activity": PlanActivityFactory(plan__strategy=strategy),
    }


def test_parts_are_offered_once_their_owner_is_known(amina: Any, browser_of: Any) -> None:
    visit, client = StudyVisitFactory(), browser_of(amina)
    served, other = parts_of(StrategyFactory()), parts_of(StrategyFactory())
    url = reverse("studyvisits:visit_edit", args=[visit.pk])
    fields = client.get(url).context["form"].fields
    assert {"action", "strategy"} <= set(fields)
    assert not {"activity", "milestone", "plan_activity"} & set(fields)
    page = client.get(url).content.decode()
    data = {
        "title_en": "Togo visits Tunisia",
        "starts_on": "21/01/2019",
        "ends_on": "25/01/2019",
        "action": served["action"].pk,
        "strategy": served["strategy"].pk,
        "record_version": hidden_value(page, "record_version"),
        "record_base": hidden_value(page, "record_base"),
    }
    response = client.post(url, data)
    assert response.status_code == 302, response.context["form"].errors
    fields = client.get(url).context["form"].fields
    for name in ("activity", "milestone", "plan_activity"):
        assert set(fields[name].queryset) == {served[name]}
        assert other[name] not in fields[name].queryset
    shown = client.get(visit.get_absolute_url()).content.decode()
    assert served["action"].get_absolute_url() in shown
    assert served["strategy"].get_absolute_url() in shown


def test_action_and_strategy_follow_from_their_parts_in_the_api() -> None:
    served, amina = parts_of(StrategyFactory()), as_persona("amina")
    body = {"title": {"en": "Togo visits Tunisia"}, "activity_id": served["activity"].pk}
    shown = amina.post("study-visits/", {**body, "milestone_id": served["milestone"].pk}).json()
    assert (shown["action_id"], shown["strategy_id"]) == (served["action"].pk, served["strategy"].pk)
    wrong = {"strategy_id": StrategyFactory().pk}
    response = amina.patch(f"study-visits/{shown['id']}/", wrong)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["milestone_id"]


@pytest.mark.parametrize("name", ["action", "activity", "strategy", "milestone", "plan_activity"])
def test_visits_are_found_by_what_they_serve(name: str, amina: Any, browser_of: Any) -> None:
    """Statement 18: a visit hangs on an action and, if need be, on a milestone or an activity of the plan."""
    served = parts_of(StrategyFactory())
    visit, _other = StudyVisitFactory(**served), StudyVisitFactory(**parts_of(StrategyFactory()))
    query = f"{name}_id={served[name].pk}"
    found = as_persona("amina").get(f"study-visits/?{query}").json()["results"]
    assert [row["id"] for row in found] == [visit.pk]
    page = browser_of(amina).get(served[name].get_absolute_url()).content.decode()
    assert visit.reference in page


def test_host_sees_the_visit_and_not_the_process_behind_it(sami: Any, amina: Any, browser_of: Any) -> None:
    served = parts_of(StrategyFactory(acronym="SNMP-TG"))
    visit = StudyVisitFactory(**served)
    AgendaHostFactory(item=AgendaItemFactory(visit=visit), institution=aneti())
    for path in (f"study-visits/{visit.pk}/", "study-visits/"):
        shown = as_persona("sami").get(path).json()
        row = shown["results"][0] if "results" in shown else shown
        assert row["id"] == visit.pk
        for name in served:
            assert (row[name], row[f"{name}_id"]) == (None, None)
    page = browser_of(sami).get(visit.get_absolute_url()).content.decode()
    assert "SNMP-TG" not in page
    assert served["action"].reference not in page
    assert "SNMP-TG" in browser_of(amina).get(visit.get_absolute_url()).content.decode()
    assert StudyVisit.objects.visible_to(sami).get() == visit
