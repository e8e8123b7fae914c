"""Every address of the portal, as everyone who must not get through. A new route fails here until it is placed."""

import gzip
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from fmm_portal.accounts.actors import actor_of
from fmm_portal.accounts.models import ApiKey, User
from fmm_portal.core.activity import record_activity
from fmm_portal.core.bulk import change_together
from fmm_portal.core.models import Activity as HistoryEntry
from fmm_portal.core.models import BulkChange, Comment, Export, Import, StatedDate
from fmm_portal.core.principals import system_actor
from fmm_portal.core.services import update_record
from fmm_portal.core.workflow import workflow_for
from fmm_portal.facility.consultation import link_token
from fmm_portal.facility.models import (
    Action,
    Activity,
    Approval,
    BudgetLine,
    Consultee,
    Criterion,
    Expert,
    Facility,
    Indicator,
    Logo,
    Request,
    Risk,
    VisibilityText,
)
from fmm_portal.institutions.models import Theme
from fmm_portal.news.models import NewsItem, NewsPicture
from fmm_portal.reports.models import Report
from fmm_portal.webhooks.models import Delivery, Subscription
from strategies.models import (
    ActionPlan,
    Amendment,
    Axis,
    Committee,
    CommitteeMeeting,
    CommitteeMember,
    Milestone,
    MilestoneParticipant,
    PlanActivity,
    PlanObjective,
    PlanResult,
    Review,
    ReviewEntry,
    Stakeholder,
    Strategy,
    StrategyVersion,
)
from studyvisits.enums import DebriefStatus
from studyvisits.models import Evaluation, EvaluationQuestion, EvaluationResponse
from tests.everything import Everything
from tests.personas import ada, agency_key, anpe_togo
from tests.scene import Scene

pytestmark = pytest.mark.django_db

# Shown to visitors who have not signed in, on purpose.
# A personal link opens one consultation; tests/facility/test_requests_consultation.py says for whom.
# A secret address opens one calendar: tests/calendars/test_feeds.py.
# What is published is for everybody, what is not for nobody: tests/news/test_public.py.
OPEN = {
    "accounts:login",
    "accounts:logout",
    "set_language",
    "healthz",
    "readyz",
    "facility:consultation_answer",
    "calendars:read",
    "open_data:home",
    "open_data:page",
    "open_data:activities",
    "open_data:organisation",
    "open:news_list",
    "open:news_country",
    "open:news_item",
    "open:news_feed",
    "open:picture",
}
# Read by everybody with a role: the directory holds nothing confidential.
DIRECTORY = (
    "institutions:institution_",
    "institutions:country_",
    "institutions:theme_",
    "facility:programme_",
    "facility:logo_",
    "facility:facility_",
    "facility:criterion_",
)
# One's own account, and one's own requests for reports.
OWN = {
    "home",
    "facility:overview",
    "accounts:profile",
    "accounts:password_change",
    "reports:report_request",
    "accounts:logout",
    "set_language",
}

# Bytes of a first visit, compressed: the page with all that it fetches.
HEAVIEST = 60_000


# How somebody looks at a list is theirs to keep, whoever they are.
OWN_OF_A_LIST = ("_views", "_columns")
# Whoever reads a record may keep an eye on it.
OWN_OF_A_RECORD = ("_follow", ":feed_subscribe", ":feed_renew", ":feed_revoke")


def routes() -> Iterator[tuple[str, list[str]]]:
    """All web routes with the names of their parameters; the API and the support screens have their own tests."""

    def walk(resolver: URLResolver, namespace: str, given: list[str]) -> Iterator[tuple[str, list[str]]]:
        for pattern in resolver.url_patterns:
            parameters = [*given, *pattern.pattern.regex.groupindex]
            if isinstance(pattern, URLPattern):
                yield f"{namespace}{pattern.name}", parameters
            elif pattern.namespace not in {"admin", "api"}:
                prefix = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                yield from walk(pattern, prefix, parameters)

    yield from walk(get_resolver(), "", [])


ROUTES = dict(routes())
OWN |= {name for name in ROUTES if name.endswith(OWN_OF_A_LIST)}


def change_of(record: Any) -> BulkChange:
    """A change of several rows, of which this is the only one."""
    return change_together(
        type(record), [record.pk], {"website": "https://example.org"}, actor=system_actor()
    )


def exported_by(person: Any) -> Export:
    """A list that somebody had written into a file."""
    return Export.objects.create(
        user=person, title="Contacts", path="/contacts/", file_name="contacts.csv", format="csv"
    )


def key_of_agency() -> ApiKey:
    """Of an agency whose administrator is none of those who come."""
    agency_key(anpe_togo())
    return ApiKey.objects.latest("pk")


def imported_by(person: Any) -> Import:
    """A spreadsheet that somebody had written into the portal."""
    return Import.objects.create(
        user=person, kind="institutions", file_name="institutions.csv", language="en"
    )


class Addresses:
    """Addresses that all lead to records of one scene."""

    def __init__(self, everything: Everything) -> None:
        scene, record = everything.scene, everything
        self.subjects: dict[str, Any] = {
            "core:document_attach": scene.visit,
            "core:document_": scene.documents["programme"],
            "core:comment_": record[Comment],
            "core:undo": record_activity(actor=system_actor(), verb="update", subject=scene.visit),
            "core:thread": scene.visit,
            "core:bulk_change": change_of(scene.institution),
            "core:export": exported_by(ada()),
            "core:import": imported_by(User.objects.get(email="ada@example.org")),
            "core:stateddate_create": scene.visit,
            "core:stateddate_": record[StatedDate],
            "accounts:key_": key_of_agency(),
            "calendars:": scene.visit,
            "institutions:institution_": scene.institution,
            "institutions:contact_": scene.contact,
            "institutions:country_": scene.leg.country,
            "institutions:theme_": record[Theme],
            "facility:programme_": scene.visit.programme,
            "facility:visibilitytext_": record[VisibilityText],
            "facility:logo_": record[Logo],
            "facility:facility_": record[Facility],
            "facility:criterion_": record[Criterion],
            "facility:request_": record[Request],
            "facility:consultee_": record[Consultee],
            "facility:consultation_": record[Consultee],
            "facility:action_": record[Action],
            "facility:activity_": record[Activity],
            "facility:expert_": record[Expert],
            "facility:budgetline_": record[BudgetLine],
            "facility:indicator_": record[Indicator],
            "facility:risk_": record[Risk],
            "facility:approval_": record[Approval],
            "opendata:action_": record[Action],
            "news:newsitem_": record[NewsItem],
            "news:newsitem_draft": scene.visit,
            "news:picture_": record[NewsPicture],
            "open:picture": record[NewsPicture],
            "delegations:delegation_": scene.delegation,
            "delegations:delegate_": scene.delegate,
            "strategies:strategy_": record[Strategy],
            "strategies:version_": record[StrategyVersion],
            "strategies:axis_": record[Axis],
            "strategies:stakeholder_": record[Stakeholder],
            "strategies:milestone_": record[Milestone],
            "strategies:participant_": record[MilestoneParticipant],
            "strategies:amendment_": record[Amendment],
            "strategies:committee_": record[Committee],
            "strategies:member_": record[CommitteeMember],
            "strategies:meeting_": record[CommitteeMeeting],
            "strategies:plan_": record[ActionPlan],
            "strategies:plan_objective_": record[PlanObjective],
            "strategies:plan_result_": record[PlanResult],
            "strategies:plan_activity_": record[PlanActivity],
            "strategies:review_": record[Review],
            "strategies:review_entry_": record[ReviewEntry],
            "studyvisits:visit_delegation_": scene.delegation,
            "studyvisits:visit_": scene.visit,
            "studyvisits:leg_": scene.leg,
            "studyvisits:learningquestion_": scene.question,
            "studyvisits:agenda_item_": scene.item,
            "studyvisits:agenda_host_": scene.host,
            "studyvisits:session_note_": scene.draft_note,
            "studyvisits:session_outcome_": scene.outcome,
            "studyvisits:session_room_": scene.item,
            "studyvisits:debrief_participant_": scene.participant,
            "studyvisits:debrief_": scene.debrief,
            "studyvisits:evaluation_": record[Evaluation],
            "studyvisits:evaluation_question_": record[EvaluationQuestion],
            "studyvisits:evaluation_response_": record[EvaluationResponse],
            "studyvisits:lesson_": scene.lesson,
            "studyvisits:commitment_": scene.commitment,
            "reports:report_": record[Report],
            "webhooks:subscription_": record[Subscription],
            "webhooks:delivery_": record[Delivery],
        }
        self.fixed = {
            "visit_pk": scene.visit.pk,
            # Nothing was merged into the institution of the scene: tests/institutions/test_merging.py
            "double_pk": scene.institution.pk,
            "item_pk": scene.item.pk,
            "news_pk": record[NewsItem].pk,
            "delegation_pk": scene.delegation.pk,
            "programme_pk": scene.visit.programme.pk,
            "facility_pk": record[Facility].pk,
            "request_pk": record[Request].pk,
            "action_pk": record[Action].pk,
            "strategy_pk": record[Strategy].pk,
            "version_pk": record[StrategyVersion].pk,
            "milestone_pk": record[Milestone].pk,
            "committee_pk": record[Committee].pk,
            "plan_pk": record[ActionPlan].pk,
            "review_pk": record[Review].pk,
            "evaluation_pk": record[Evaluation].pk,
            "subscription_pk": record[Subscription].pk,
            "subject_pk": scene.visit.pk,
            "subject_id": scene.visit.pk,
            "number": scene.version.number,
            "language": "en",
            "code": scene.leg.country.code,
            "reference": record[NewsItem].reference,
            "size": "small",
            "token": link_token(record[Consultee]),
            # No calendar has this address: tests/calendars/test_feeds.py
            "secret": "x" * 60,
            # Nobody has sent a spreadsheet: what lies between preview and import is seen by its sender alone.
            "key": uuid4(),
        }
        # What `kind` names in the addresses that take it.
        self.kinds = {
            "core:document_attach": "studyvisit",
            "core:thread": "study-visit",
            "news:newsitem_draft": "study-visits",
            "core:stateddate_create": "studyvisit",
            "calendars:download": "study-visit",
            "calendars:feed_subscribe": "study-visit",
            "calendars:feed_renew": "study-visit",
            "calendars:feed_revoke": "study-visit",
            "reports:report_request": "debrief-note",
            "core:import_start": "institutions",
            "core:import_template": "institutions",
            "core:import_rows": "institutions",
        }

    def subject(self, name: str) -> Any:
        prefixes = [prefix for prefix in self.subjects if name.startswith(prefix)]
        assert prefixes, f"{name} is a new route: say here what its records are"
        return self.subjects[max(prefixes, key=len)]

    def of(self, name: str) -> str:
        arguments: dict[str, Any] = {}
        for parameter in ROUTES[name]:
            if parameter == "pk":
                arguments["pk"] = self.subject(name).pk
            elif parameter == "name":
                workflow = workflow_for(self.subject(name))
                arguments["name"] = workflow.transitions[0].name if workflow else "confirm"
            elif parameter == "kind":
                arguments["kind"] = self.kinds[name]
            else:
                assert parameter in self.fixed, f"{name} takes {parameter}: say here which record it is"
                arguments[parameter] = self.fixed[parameter]
        return reverse(name, kwargs=arguments)


@pytest.fixture
def everything(db: None) -> Everything:
    return Everything(debrief_status=DebriefStatus.DRAFT)


@pytest.fixture
def scene(everything: Everything) -> Scene:
    return everything.scene


@pytest.fixture
def worked_on_by_amina(scene: Scene, amina: Any) -> None:
    """Her name lies in owners and histories; who has no part in the programme must not meet it anywhere."""
    actor = actor_of(amina)
    update_record(scene.visit, actor=actor, changes={"owner": amina})
    update_record(scene.institution, actor=actor, changes={"city": "Lomé"})
    update_record(scene.commitment, actor=actor, changes={"owner": amina})


@pytest.fixture
def addresses(everything: Everything) -> Addresses:
    return Addresses(everything)


def row_count() -> int:
    """Rows of all tables that hold the programme's data."""
    from django.apps import apps

    models = [
        model for model in apps.get_models() if issubclass(model, object) and hasattr(model, "history_root")
    ]
    return sum(model._base_manager.count() for model in models)


def text_of(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace")


def try_all(client: Client, addresses: Addresses, names: list[str]) -> Iterator[tuple[str, str, int, str]]:
    """Every route by GET and by an empty POST: name, method, status, text."""
    for name in names:
        for method in ("get", "post"):
            response = getattr(client, method)(addresses.of(name))
            yield (
                name,
                method,
                response.status_code,
                text_of(response) + str(response.headers.get("Location", "")),
            )


def test_visitor_reaches_nothing_but_the_door(scene: Scene, addresses: Addresses, client: Client) -> None:
    names = [name for name in ROUTES if name not in OPEN]
    words = (*scene.personal, *Everything.internal, *Everything.of_the_programme, *Everything.of_the_chain)
    words += Everything.of_the_agency
    before = HistoryEntry.objects.count(), row_count()
    for name, method, status, text in try_all(client, addresses, names):
        assert status in {302, 403, 405}, (name, method, status)
        assert status != 302 or reverse("accounts:login") in text, (name, method, text)
        assert not [word for word in words if word in text], (name, method)
    assert (HistoryEntry.objects.count(), row_count()) == before


@pytest.mark.parametrize("persona", ["fatou", "nobody"])
@pytest.mark.long
def test_outsider_finds_no_trace_of_the_visit(
    persona: str, scene: Scene, addresses: Addresses, browser_of: Any, request: pytest.FixtureRequest
) -> None:
    client = browser_of(request.getfixturevalue(persona))
    names = [name for name in ROUTES if name not in OPEN | OWN]
    words = (*scene.personal, *Everything.internal, *Everything.of_the_programme, *Everything.of_the_chain)
    words += Everything.of_the_agency
    before = HistoryEntry.objects.count(), row_count()
    for name, method, status, text in try_all(client, addresses, names):
        is_of_the_scene = ROUTES[name] and not name.startswith(DIRECTORY)
        # A form about nothing in particular may be refused for what was not typed.
        allowed = {403, 404, 405} if is_of_the_scene else {200, 403, 404, 405, 422}
        if name.endswith(OWN_OF_A_RECORD) and not is_of_the_scene:
            allowed |= {302}
        assert status in allowed, (name, method, status)
        assert not [word for word in words if word in text], (name, method)
    assert (HistoryEntry.objects.count(), row_count()) == before


@pytest.mark.long
def test_viewer_reads_and_changes_nothing(
    scene: Scene, addresses: Addresses, browser_of: Any, worked_on_by_amina: None, eva: Any
) -> None:
    client = browser_of(eva)
    names = [name for name in ROUTES if name not in OPEN | OWN]
    before = HistoryEntry.objects.count(), row_count()
    read = []
    for name, method, status, text in try_all(client, addresses, names):
        if method == "post" and not name.endswith(OWN_OF_A_RECORD):
            assert status in {403, 404, 405}, (name, status)
        elif status == 200:
            read.append(name)
        hidden = (*scene.personal, *Everything.internal, *Everything.of_the_agency, "Amina")
        assert not [word for word in hidden if word in text], (name, method)
    assert {"studyvisits:visit_detail", "studyvisits:visit_notes", "studyvisits:commitment_list"} <= set(read)
    assert (HistoryEntry.objects.count(), row_count()) == before


@pytest.mark.long
def test_those_taking_part_see_the_visit_without_what_is_internal(
    scene: Scene, addresses: Addresses, browser_of: Any, worked_on_by_amina: None, sami: Any
) -> None:
    client = browser_of(sami)
    read = []
    for name, method, status, text in try_all(client, addresses, [n for n in ROUTES if n not in OPEN | OWN]):
        if method == "get" and status == 200:
            read.append(name)
        words = (*Everything.internal, *Everything.of_the_programme, *Everything.of_the_agency)
        hidden = (*scene.personal, *words, "Amina")
        assert not [word for word in hidden if word in text], (name, method)
    assert {"studyvisits:visit_detail", "studyvisits:visit_agenda", "delegations:delegation_detail"} <= set(
        read
    )


def loaded_with(page: str) -> set[str]:
    """The styles, scripts and pictures that a browser fetches with a page at its first visit."""
    return set(re.findall(r'(?:href|src)="/static/([^"#?]+)', page))


@cache
def compressed_size(static_file: str) -> int:
    found = finders.find(static_file)
    assert isinstance(found, str), static_file
    return len(gzip.compress(Path(found).read_bytes()))


@pytest.mark.long
def test_every_page_is_light_and_keeps_to_the_content_security_policy(
    scene: Scene, addresses: Addresses, browser_of: Any, marc: Any
) -> None:
    """No inline style or script anywhere, the browser would refuse them; no more than 60 kB on a slow line."""
    client = browser_of(marc)
    seen, heavy = 0, {}
    for name in ROUTES:
        response = client.get(addresses.of(name))
        if response.status_code != 200 or "text/html" not in response.headers.get("Content-Type", ""):
            continue
        seen += 1
        page = response.content.decode()
        assert ' style="' not in page, name
        assert "<style" not in page, name
        assert " onclick=" not in page, name
        assert "<script>" not in page, name
        weight = len(gzip.compress(page.encode())) + sum(map(compressed_size, loaded_with(page)))
        if weight > HEAVIEST:
            heavy[name] = weight
    assert heavy == {}
    assert seen > 50


@pytest.mark.long
def test_names_of_the_programmes_people_stay_with_the_programme(
    addresses: Addresses, browser_of: Any, amina: Any, worked_on_by_amina: None, kofi: Any
) -> None:
    """Hosts work with the programme's positions; who holds them is not theirs to list."""
    outside = browser_of(kofi)
    pages = [name for name in ROUTES if name not in OPEN | OWN]
    assert [name for name in pages if "Amina" in text_of(outside.get(addresses.of(name)))] == []
    history = addresses.of("institutions:institution_history")
    assert "Amina" in text_of(browser_of(amina).get(history)), "colleagues see who did it"
