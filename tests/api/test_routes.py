"""Every route of the API as nobody, as a viewer, as a partner of another country and with a read-only key."""

import importlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.utils import timezone

from fmm_portal.accounts.models import ApiKey
from fmm_portal.accounts.scopes import KEYS
from fmm_portal.accounts.services import rotate_api_key
from fmm_portal.api.resources import resource_models
from fmm_portal.api.urls import router, version_1
from fmm_portal.core.models import Activity, Record
from fmm_portal.core.principals import system_actor
from tests.api_client import ApiClient, as_agency, as_persona
from tests.contracts import ApiContract
from tests.personas import ministry_of_ghana

# Their contracts bring the records that the routes are called with.
for module in (
    "tests.institutions.test_api",
    "tests.facility.test_api",
    "tests.facility.test_requests_api",
    "tests.facility.test_actions_api",
    "tests.delegations.test_api",
    "tests.strategies.test_process_api",
    "tests.strategies.test_plan_api",
    "tests.studyvisits.test_api",
    "tests.studyvisits.test_evaluations",
    "tests.news.test_api",
    "tests.reports.test_api_contract",
    "tests.api.test_documents",
    "tests.api.test_comments",
    "tests.api.test_stated_dates",
    "tests.webhooks.test_api",
    "tests.api.test_api_keys",
):
    importlib.import_module(module)


def _contracts(base: type[ApiContract]) -> Iterator[type[ApiContract]]:
    """Those that name a resource; what several share stands between them and the base."""
    for contract in base.__subclasses__():
        if hasattr(contract, "resource"):
            yield contract
        yield from _contracts(contract)


CONTRACTS = {contract.resource: contract for contract in _contracts(ApiContract)}
pytestmark = pytest.mark.django_db


class Route(NamedTuple):
    resource: str
    pattern: str
    verb: str
    action: str

    def path(self, record: Record) -> str:
        return self.pattern.replace(r"(?P<pk>\d+)", str(record.pk))


def _routes() -> Iterator[Route]:
    for pattern in router.urls:
        regex = pattern.pattern.regex.pattern.removeprefix("^").removesuffix("$").removesuffix(r"\Z")
        for verb, action in pattern.callback.actions.items():
            if verb != "head":
                yield Route(regex.split("/")[0], regex, verb, action)


ROUTES = list(_routes())
ONE_OF_EACH = list({route.resource: route for route in ROUTES}.values())
# Besides those of the resources; a new one is to be placed here.
NOWHERE = "nowhere/"
# They answer in formats of their own.
DESCRIPTIONS = ("schema/", "docs/", "reference/")
WITHOUT_RECORDS = ("", *DESCRIPTIONS, NOWHERE)
READS = [route for route in ROUTES if route.verb == "get"]
WRITES = [route for route in ROUTES if route.verb != "get"]


def call(caller: ApiClient, route: Route, record: Record) -> Any:
    body: Any = {} if route.verb in ("post", "patch", "put") else None
    if route.action in ("bulk_create", "bulk_update"):
        body = [{"id": record.pk}]
    return caller._call(route.verb, route.path(record), body, {})


@pytest.fixture
def made() -> dict[str, Record]:
    """One record of every resource, out of the sight of Ghana's ministry."""
    return {resource: contract().make() for resource, contract in CONTRACTS.items()}


def state() -> dict[str, list[dict[str, Any]]]:
    """All rows of all resources, to see that nothing changed."""
    rows = {name: list(model.objects.order_by("pk").values()) for name, model in resource_models().items()}
    for key in rows[KEYS]:
        # That a key is used is noted; it is no change.
        del key["last_used_at"], key["last_used_from"]
    return {**rows, "history": list(Activity.objects.order_by("pk").values_list("pk", flat=True))}  # type: ignore[dict-item]


def test_every_resource_is_held_to_the_contract() -> None:
    assert set(CONTRACTS) == set(resource_models())
    assert len(ROUTES) > 160


def test_nobody_gets_nothing_anywhere(made: dict[str, Record]) -> None:
    anonymous, before = as_persona("anonymous"), state()
    for route in ROUTES:
        response = call(anonymous, route, made[route.resource])
        assert (response.status_code, response.json()["code"]) == (401, "not_authenticated"), route
    assert state() == before


@pytest.mark.long
def test_options_tell_no_row(made: dict[str, Record]) -> None:
    anonymous, eva = as_persona("anonymous"), as_persona("eva")
    for path in {route.path(made[route.resource]) for route in ROUTES}:
        assert anonymous._client.options(f"/api/v1/{path}").status_code == 401, path
        response = eva._client.options(f"/api/v1/{path}")
        assert response.status_code in (200, 403), (path, response.content)
        assert b"Somebody" not in response.content


@pytest.mark.long
def test_viewer_reads_and_changes_nothing(made: dict[str, Record]) -> None:
    eva = as_persona("eva")
    before = state()
    for route in WRITES:
        response = call(eva, route, made[route.resource])
        # 404: drafts are not even seen. 400: who may attach or ask depends on the subject, which is missing here.
        # In bulk a row that is not seen is one that does not exist.
        told = {"create", "bulk_create", "bulk_update"}
        expected = {403, 404} | ({400} if route.action in told else set())
        if route[:1] + route[3:] == ("reports", "retry"):
            # Viewers ask for reports of their own, and may ask again once one failed.
            expected = {409}
        assert response.status_code in expected, (route, response.content)
    assert state() == before


@pytest.mark.long
def test_viewer_meets_no_name_of_a_delegate_or_contact(made: dict[str, Record]) -> None:
    eva = as_persona("eva")
    for route in READS:
        response = call(eva, route, made[route.resource])
        content = response.getvalue() if response.streaming else response.content
        assert response.status_code in (200, 404, 409), (route, response.content)
        assert b"Somebody" not in content and b"s@example.org" not in content, route


@pytest.mark.long
def test_partner_of_another_country_sees_the_directory_and_nothing_else(made: dict[str, Record]) -> None:
    fatou = as_persona("fatou")
    before = state()
    for route in ROUTES:
        contract, record = CONTRACTS[route.resource], made[route.resource]
        response = call(fatou, route, record)
        if not contract.outsider:
            expected = {200} if route.verb == "get" else {403}
        elif "pk" in route.pattern:
            expected = {404}
        elif route.verb == "get":
            expected = {200}
            body = response.json()
            told = body.get("ids", [row["id"] for row in body.get("results", [])])
            assert record.pk not in told, route
        else:
            # She may nominate and ask for her own country: an empty body is what she is told.
            expected = {400, 403}
        assert response.status_code in expected, (route, response.content)
    assert state() == before


@pytest.mark.long
def test_read_only_key_writes_nowhere(made: dict[str, Record]) -> None:
    """Every address with every method that could write, whether the resource offers it or not."""
    key = as_agency(ministry_of_ghana(), "*:read")
    before = state()
    offered = {(route.path(made[route.resource]), route.verb) for route in ROUTES}
    for path in sorted({path for path, _verb in offered} | set(WITHOUT_RECORDS)):
        for verb in ("post", "put", "patch", "delete"):
            response = key._call(verb, path, None if verb == "delete" else {}, {})
            expected = (405, "method_not_allowed")
            if (path, verb) in offered:
                expected = (403, "missing_scope")
            elif path == NOWHERE:
                expected = (404, "not_found")
            assert response.status_code == expected[0], (path, verb)
            if path not in DESCRIPTIONS:
                assert response.json()["code"] == expected[1], (path, verb)
    assert state() == before
    for route in READS:
        # The keys themselves are no part of everything.
        expected = (403,) if route.resource == KEYS else (200, 404)
        assert call(key, route, made[route.resource]).status_code in expected, route


def test_the_table_of_addresses_holds_no_others() -> None:
    routed = {pattern.name for pattern in router.urls}
    assert {pattern.name for pattern in version_1} - routed == {
        "root",
        "schema",
        "docs",
        "reference",
        "deletions",
    }


def refusals(key: ApiClient, routes: Iterable[Route] = ROUTES) -> set[tuple[int, str]]:
    """How a key is refused; the refusal comes before any record is looked for."""
    found = set()
    for route in routes:
        path = route.pattern.replace(r"(?P<pk>\d+)", "0")
        response = key._call(route.verb, path, {} if route.verb in ("post", "put", "patch") else None, {})
        found.add((response.status_code, response.json()["code"]))
    return found


@pytest.mark.long
def test_key_of_no_scope_opens_nothing() -> None:
    key = as_agency(ministry_of_ghana())
    ApiKey.objects.update(scopes=[])
    assert refusals(key) == {(403, "missing_scope")}


def test_key_from_a_wrong_network_opens_nothing() -> None:
    key = as_agency(ministry_of_ghana(), "*:read", "*:write", "*:act", networks=["196.200.10.0/24"])
    assert refusals(key, ONE_OF_EACH) == {(403, "wrong_network")}


def test_expired_key_and_secret_replaced_open_nothing() -> None:
    everything = ("*:read", "*:write", "*:act")
    expired = as_agency(ministry_of_ghana(), *everything)
    ApiKey.objects.update(expires_at=timezone.now())
    assert refusals(expired, ONE_OF_EACH) == {(401, "invalid_key")}
    replaced = as_agency(ministry_of_ghana(), *everything)
    rotate_api_key(ApiKey.objects.latest("pk"), actor=system_actor(), overlap=timedelta(0))
    assert refusals(replaced, ONE_OF_EACH) == {(401, "invalid_key")}


@pytest.mark.long
def test_key_of_one_resource_opens_no_other(made: dict[str, Record]) -> None:
    key = as_agency(ministry_of_ghana(), "themes:read", "themes:write", "themes:act")
    for route in ROUTES:
        response = call(key, route, made[route.resource])
        if route.resource != "themes":
            assert (response.status_code, response.json()["code"]) == (403, "missing_scope"), route
