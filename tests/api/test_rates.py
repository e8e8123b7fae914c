"""Fair limits: each caller has a share of the minute, is told what is left of it, and when to come back."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from fmm_portal.accounts.models import ApiKey
from fmm_portal.core.counter_files import CounterFiles
from tests.api_client import ApiClient, as_agency, as_persona
from tests.personas import agency_key, anpe_togo, ministry_of_ghana

pytestmark = pytest.mark.django_db
FEW = override_settings(API_RATE_KEY=3, API_RATE_PERSON=4, API_RATE_VISITOR=2)


@pytest.fixture(autouse=True)
def fresh_counters() -> None:
    caches["rates"].clear()


@pytest.fixture(autouse=True)
def few() -> Any:
    with FEW, time_machine.travel("2026-03-02T10:00:00+00:00", tick=False):
        yield


def statuses(caller: ApiClient, times: int, path: str = "themes/") -> list[int]:
    return [caller.get(path).status_code for _time in range(times)]


def test_answers_tell_the_share_and_what_is_left() -> None:
    caller = as_agency(anpe_togo())
    left = []
    for _time in range(3):
        response = caller.get("themes/")
        assert response["RateLimit-Policy"] == '"key";q=3;w=60'
        policy, remaining, reset = response["RateLimit"].split(";")
        assert policy == '"key"' and 1 <= int(reset.removeprefix("t=")) <= 60
        left.append(remaining)
    assert left == ["r=2", "r=1", "r=0"]


def test_who_asks_too_often_is_told_when_to_come_back() -> None:
    caller = as_agency(anpe_togo())
    assert statuses(caller, 3) == [200, 200, 200]
    refused = caller.get("themes/")
    body = refused.json()
    assert (refused.status_code, refused["Content-Type"], body["code"]) == (
        429,
        "application/problem+json",
        "rate_limited",
    )
    wait = int(refused["Retry-After"])
    assert refused["RateLimit"] == f'"key";r=0;t={wait}'
    assert body["detail"] == f"More than 3 requests in a minute. Wait {wait} s, then go on."
    with time_machine.travel(f"2026-03-02T10:{wait // 60:02}:{wait % 60:02}+00:00", tick=False):
        assert caller.get("themes/").status_code == 200


def test_shares_are_apart() -> None:
    first, second = as_agency(anpe_togo()), as_agency(ministry_of_ghana())
    assert statuses(first, 4)[-1] == 429
    assert second.get("themes/").status_code == 200
    amina = as_persona("amina")
    assert statuses(amina, 5) == [200, 200, 200, 200, 429]
    assert amina.get("themes/")["RateLimit-Policy"] == '"person";q=4;w=60'


def test_key_may_have_a_share_of_its_own() -> None:
    caller = as_agency(anpe_togo())
    ApiKey.objects.update(rate_per_minute=5)
    assert statuses(caller, 6) == [200, 200, 200, 200, 200, 429]


def test_visitors_and_bad_keys_are_counted_by_their_address() -> None:
    good = agency_key(anpe_togo())
    for headers in ({}, {"Authorization": f"Bearer {good[:-1]}!"}):
        caches["rates"].clear()
        client = Client(headers=headers)
        asked = [
            client.get("/api/v1/themes/", REMOTE_ADDR=address).status_code
            for address in ("41.207.1.1", "41.207.1.1", "41.207.1.1", "41.207.1.2")
        ]
        assert asked == [401, 401, 429, 401]
        # One caller has all addresses of a network of IPv6.
        asked = [
            client.get("/api/v1/themes/", REMOTE_ADDR=f"2001:db8:0:1::{n}").status_code for n in (1, 2, 3)
        ]
        assert asked == [401, 401, 429]
    assert ApiClient(key=good).get("themes/")["RateLimit"].startswith('"key";r=2'), "nobody spent its share"


@pytest.mark.parametrize("path", ["", "themes/0/", "nowhere/", "docs/"])
def test_every_answer_tells(path: str) -> None:
    assert "RateLimit" in as_persona("anonymous").get(path)
    assert "RateLimit" not in Client().get("/healthz")


def test_refused_request_costs_no_more_than_finding_the_key() -> None:
    caller = as_agency(anpe_togo())
    statuses(caller, 3)
    with CaptureQueriesContext(connection) as captured:
        assert caller.get("study-visits/").status_code == 429
    assert len(captured) == 1


def test_lost_counter_closes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way of the folder")
    backend = "fmm_portal.core.counter_files.CounterFiles"
    with override_settings(
        CACHES={
            "rates": {"BACKEND": backend, "LOCATION": str(tmp_path / "file" / "rates")},
            "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        }
    ):
        assert statuses(as_agency(anpe_togo()), 5) == [200] * 5


def test_counts_are_exact_when_many_count_at_once(tmp_path: Path) -> None:
    def many(_worker: int) -> None:
        mine = CounterFiles(str(tmp_path / "rates"), {})
        mine.add("key-1", 0, timeout=60)
        for _time in range(100):
            mine.incr("key-1")

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(many, range(4)))
    assert CounterFiles(str(tmp_path / "rates"), {}).get("key-1") == 400


def test_counter_ends_with_its_time(tmp_path: Path) -> None:
    counters = CounterFiles(str(tmp_path / "rates"), {})
    assert counters.add("key-1", 0, timeout=60) and not counters.add("key-1", 0, timeout=60)
    assert (counters.incr("key-1"), counters.incr("key-1"), counters.get("key-1")) == (1, 2, 2)
    with time_machine.travel("2026-03-02T10:02:00+00:00", tick=False):
        with pytest.raises(ValueError, match="no counter"):
            counters.incr("key-1")
        assert counters.get("key-1", "none") == "none"
        assert counters.add("key-1", 0, timeout=60)
    counters.clear()
    with pytest.raises(ValueError, match="no counter"):
        counters.incr("key-1")
