"""A client that keeps a copy: what changed, what went, what it may still see. Its copy is exact, whoever writes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from delegations.models import Delegation
from fmm_portal.core.errors import DomainError
from fmm_portal.core.models import Deletion
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.principals import system_actor
from fmm_portal.core.services import create_record, delete_record, update_record
from fmm_portal.core.workflow import workflow_for
from fmm_portal.facility.models import Programme
from fmm_portal.institutions.merging import merge_institutions
from fmm_portal.institutions.models import Institution, Theme
from studyvisits.models import AgendaHost, AgendaItem, Leg, StudyVisit
from tests.api_client import ApiClient, as_agency, as_persona
from tests.conftest import ALL_MUST_RUN
from tests.factories.delegations import DelegationFactory
from tests.factories.facility import ProgrammeFactory
from tests.factories.institutions import InstitutionFactory, country
from tests.factories.studyvisits import AgendaHostFactory, AgendaItemFactory, LegFactory, StudyVisitFactory
from tests.personas import anpe_togo, ministry_of_ghana
from tests.slow_writing import changed_but_not_committed

pytestmark = pytest.mark.django_db

COPIED = ("institutions", "programmes", "delegations", "study-visits", "legs", "agenda-items", "agenda-hosts")
ACTOR = system_actor()


@pytest.fixture(autouse=True)
def _nothing_is_sent_twice(settings: Any) -> None:
    """Without the overlap every change must be found by its own moment."""
    settings.SYNC_OVERLAP_SECONDS = 0


def rows_of(caller: ApiClient, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    following: str | None = path
    while following:
        response = caller.get(following)
        assert response.status_code == 200, response.content
        page = response.json()
        found += page["results"]
        following = page["next"]
    return found


class Copy:
    """What docs/api.md tells a client to do."""

    def __init__(self, caller: ApiClient, *, checks_ids: bool = True) -> None:
        self.caller = caller
        self.checks_ids = checks_ids
        self.rows: dict[str, dict[int, Any]] = {name: {} for name in COPIED}
        self.as_of = ""

    def poll(self) -> None:
        since = self.as_of.replace("+", "%2B")
        feed = self.caller.get(f"deletions/?after={since}" if since else "deletions/").json()
        self.as_of = feed["as_of"]
        for gone in feed["results"]:
            self.rows.get(gone["resource"], {}).pop(gone["id"], None)
        for name in COPIED:
            held = self.rows[name]
            query = f"&updated_after={since}" if since else ""
            changed = rows_of(self.caller, f"{name}/?paging=cursor&ordering=updated_at&page_size=200{query}")
            held |= {row["id"]: row for row in changed}
            if self.checks_ids:
                there = set(self.caller.get(f"{name}/ids/").json()["ids"])
                self.rows[name] = held = {pk: row for pk, row in held.items() if pk in there}
                if missing := ",".join(map(str, there - set(held))):
                    held |= {row["id"]: row for row in rows_of(self.caller, f"{name}/?id={missing}")}

    def assert_exact(self) -> None:
        for name in COPIED:
            there = {row["id"]: row for row in rows_of(self.caller, f"{name}/?page_size=200")}
            assert self.rows[name] == there, name


# --- Writers --------------------------------------------------------------------------------------------------


class Writer:
    """Changes of every kind that the portal knows; `pick` chooses the rows, what the rules refuse is not done."""

    def __init__(self, pick: Callable[[int], int]) -> None:
        self.pick = pick

    def any_of(self, model: Any) -> Any:
        rows = list(model.objects.order_by("pk"))
        return rows[self.pick(len(rows))] if rows else None

    def change(self, model: Any, **values: Any) -> None:
        row = self.any_of(model)
        if row is not None:
            update_record(row, actor=ACTOR, changes=values)

    def delete(self, model: Any) -> None:
        row = self.any_of(model)
        if row is not None:
            delete_record(row, actor=ACTOR)

    def word(self) -> Multilingual:
        return Multilingual(en=f"Name {self.pick(1000)}")

    def new_institution(self) -> None:
        create_record(InstitutionFactory.build(name=self.word(), country=country("TG")), actor=ACTOR)

    def rename_institution(self) -> None:
        self.change(Institution, name=self.word())

    def delete_institution(self) -> None:
        self.delete(Institution)

    def merge(self) -> None:
        merge_institutions(self.any_of(Institution), self.any_of(Institution), actor=ACTOR)

    def rename_programme(self) -> None:
        self.change(Programme, acronym=f"P{self.pick(1000)}")

    def new_visit(self) -> None:
        StudyVisitFactory(programme=self.any_of(Programme), sending="GH")

    def change_visit(self) -> None:
        themes = list(Theme.objects.order_by("pk")[: self.pick(3)])
        self.change(StudyVisit, themes=themes, programme=self.any_of(Programme))

    def change_delegations_of_visit(self) -> None:
        sent = [self.any_of(Delegation), self.any_of(Delegation)][: self.pick(3)]
        self.change(StudyVisit, delegations=[each for each in sent if each])

    def take_a_step(self) -> None:
        visit = self.any_of(StudyVisit)
        workflow: Any = workflow_for(StudyVisit)
        transition = workflow.transitions[self.pick(len(workflow.transitions))]
        workflow.apply(visit, transition.name, actor=ACTOR, reason="As agreed")

    def send_others(self) -> None:
        self.change(
            Delegation,
            sending_countries=[country(("TG", "GH", "TN")[self.pick(3)])],
            sending_institutions=[self.any_of(Institution)],
        )

    def delete_delegation(self) -> None:
        self.delete(Delegation)

    def add_leg(self) -> None:
        LegFactory(visit=self.any_of(StudyVisit), country=country("IT"), order=self.pick(9))

    def move_leg(self) -> None:
        self.change(Leg, visit=self.any_of(StudyVisit), city=f"City {self.pick(9)}")

    def delete_leg(self) -> None:
        self.delete(Leg)

    def add_item(self) -> None:
        AgendaItemFactory(visit=self.any_of(StudyVisit))

    def delete_item(self) -> None:
        self.delete(AgendaItem)

    def add_host(self) -> None:
        item = self.any_of(AgendaItem)
        if item is not None:
            create_record(AgendaHost(item=item, institution=self.any_of(Institution)), actor=ACTOR)

    def change_host(self) -> None:
        self.change(AgendaHost, institution=self.any_of(Institution))

    def delete_host(self) -> None:
        self.delete(AgendaHost)


TOOLS = {"any_of", "change", "delete", "word"}
DEEDS = sorted(name for name in vars(Writer) if name not in TOOLS and not name.startswith("_"))
deeds = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.lists(st.integers(0, 999), min_size=4, max_size=4), st.booleans()),
    min_size=4,
    max_size=8,
)


def act(deed: str, numbers: list[int]) -> None:
    left = iter(numbers * 5)
    try:
        with transaction.atomic():
            getattr(Writer(lambda size: next(left) % max(size, 1)), deed)()
    except (DomainError, ValidationError):
        """The rules refused it: nothing was written."""


@settings(
    # Each takes seconds; the long run tries more of them.
    max_examples=20 if ALL_MUST_RUN else 2,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.generate],
)
@given(deeds)
def test_copy_is_exact_whoever_writes(todo: list[tuple[str, list[int], bool]]) -> None:
    with transaction.atomic():
        for visit in [StudyVisitFactory(programme=ProgrammeFactory()) for _ in range(2)]:
            AgendaHostFactory(item__visit=visit, institution=anpe_togo())
        # The officer sees all: what she holds is exact without asking which ids are left.
        copies = [
            Copy(as_persona("amina"), checks_ids=False),
            Copy(as_agency(anpe_togo(), role="partner", country=country("TG"))),
        ]
        for deed, numbers, polls in todo:
            if polls:
                for copy in copies:
                    copy.poll()
            act(deed, numbers)
        for copy in copies:
            copy.poll()
            copy.assert_exact()
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_is_written_while_a_copy_is_made_comes_with_the_next(settings: Any) -> None:
    """A change bears the moment at which it began, and is seen only once it is committed: after the poll."""
    settings.SYNC_OVERLAP_SECONDS = 30
    agency = InstitutionFactory(name=Multilingual(en="Before"))
    copy = Copy(as_persona("amina"), checks_ids=False)
    copy.poll()
    with changed_but_not_committed(agency, name=Multilingual(en="After")):
        copy.poll()
    assert copy.rows["institutions"][agency.pk]["name"] == {"en": "Before"}
    copy.poll()
    assert copy.rows["institutions"][agency.pk]["name"] == {"en": "After"}
    copy.assert_exact()


@pytest.mark.long
def test_every_deed_is_done_and_followed() -> None:
    """One after the other, so that none is left to chance; each in a state where the rules allow it."""
    visits = [StudyVisitFactory(programme=ProgrammeFactory()) for _ in range(3)]
    for visit in visits:
        AgendaHostFactory(item__visit=visit)
    InstitutionFactory.create_batch(3)
    DelegationFactory()
    copies = [
        Copy(as_persona("amina"), checks_ids=False),
        Copy(as_agency(anpe_togo(), country=country("TG"))),
    ]
    for copy in copies:
        copy.poll()
    for number, deed in enumerate(DEEDS):
        act(deed, [number + 1, 2, 3, 1])
        for copy in copies:
            copy.poll()
            copy.assert_exact()


# --- The feed -------------------------------------------------------------------------------------------------


def told(caller: ApiClient, query: str = "") -> list[tuple[str, int]]:
    return [(row["resource"], row["id"]) for row in rows_of(caller, f"deletions/?{query}")]


def test_feed_tells_those_who_saw_the_record_and_nobody_else() -> None:
    visit = StudyVisitFactory()
    item = AgendaItemFactory(visit=visit)
    amina, kofi, fatou = as_persona("amina"), as_persona("kofi"), as_persona("fatou")
    togo = as_agency(anpe_togo(), "agenda-items:read", country=country("TG"))
    ghana = as_agency(ministry_of_ghana())
    blind = as_agency(anpe_togo(), "themes:read", country=country("TG"))
    visit.delegations.get().sending_institutions.add(anpe_togo())
    key = item.pk
    delete_record(item, actor=ACTOR)
    gone = [("agenda-items", key)]
    assert told(amina) == told(kofi) == told(togo) == gone
    assert told(fatou) == told(ghana) == told(blind) == []
    assert as_persona("anonymous").get("deletions/").status_code == 401


def test_parts_that_go_with_their_owner_are_told_of() -> None:
    delegation = DelegationFactory()
    visit = StudyVisitFactory(sending="")
    item = AgendaItemFactory(visit=visit)
    host = AgendaHostFactory(item=item)
    keys = [("agenda-hosts", host.pk), ("agenda-items", item.pk), ("delegations", delegation.pk)]
    amina = as_persona("amina")
    delete_record(item, actor=ACTOR)
    delete_record(delegation, actor=ACTOR)
    assert sorted(told(amina)) == sorted(keys)
    assert told(amina, "resource=delegations") == [keys[2]]


def test_merged_institution_is_told_of_as_gone() -> None:
    kept, other = InstitutionFactory(), InstitutionFactory()
    amina = as_persona("amina")
    merge_institutions(kept, other, actor=ACTOR)
    assert told(amina) == [("institutions", other.pk)]


def test_feed_goes_on_from_the_moment_it_gave() -> None:
    amina = as_persona("amina")
    delete_record(InstitutionFactory(), actor=ACTOR)
    as_of = amina.get("deletions/").json()["as_of"]
    assert datetime.fromisoformat(as_of) >= Deletion.objects.get().at
    assert told(amina, f"after={as_of}") == []
    second = InstitutionFactory()
    key = second.pk
    delete_record(second, actor=ACTOR)
    assert told(amina, f"after={as_of}") == [("institutions", key)]
    for query, name in (("after=soon", "after"), ("resource=shoes", "resource"), ("page=2", "page")):
        response = amina.get(f"deletions/?{query}")
        assert [error["field"] for error in response.json()["errors"]] == [name], response.content


def test_moment_lies_before_what_may_still_be_written(settings: Any) -> None:
    settings.SYNC_OVERLAP_SECONDS = 60
    as_of = datetime.fromisoformat(as_persona("amina").get("deletions/").json()["as_of"])
    assert (datetime.now(as_of.tzinfo) - as_of).total_seconds() >= 60


# --- Ids and counts -------------------------------------------------------------------------------------------


def test_ids_are_those_in_sight_and_cost_nothing_while_they_stay() -> None:
    ours, theirs = StudyVisitFactory(), StudyVisitFactory(sending="GH")
    togo = as_agency(anpe_togo(), country=country("TG"))
    response = togo.get("study-visits/ids/")
    assert response.json() == {"ids": [ours.pk]}
    update_record(ours, actor=ACTOR, changes={"objectives": Multilingual(en="To see")})
    assert togo.get("study-visits/ids/", If_None_Match=response["ETag"]).status_code == 304
    theirs.delegations.get().sending_countries.add(country("TG"))
    assert togo.get("study-visits/ids/", If_None_Match=response["ETag"]).json() == {
        "ids": [ours.pk, theirs.pk]
    }
    assert [row["id"] for row in rows_of(togo, f"study-visits/?id={theirs.pk},999")] == [theirs.pk]


def test_counts_follow_the_filters_and_the_sight() -> None:
    StudyVisitFactory(status="closed")
    StudyVisitFactory(sending="GH")
    amina, togo = as_persona("amina"), as_agency(anpe_togo(), country=country("TG"))
    counted = amina.get("study-visits/counts/").json()
    assert (counted["total"], counted["by"]) == (2, "status")
    assert (counted["counts"]["closed"], counted["counts"]["cancelled"], sum(counted["counts"].values())) == (
        1,
        0,
        2,
    )
    assert togo.get("study-visits/counts/").json()["total"] == 1
    assert amina.get("study-visits/counts/?status=closed").json()["total"] == 1
    assert amina.get("themes/counts/").json()["counts"] == {}
    assert amina.get("institutions/counts/?by=constituency").json()["by"] == "constituency"
    for query, name in (("by=shoes", "by"), ("shoes=1", "shoes")):
        response = amina.get(f"study-visits/counts/?{query}")
        assert [error["field"] for error in response.json()["errors"]] == [name]
