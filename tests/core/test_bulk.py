"""Amina changes many rows at once: told before and after, all or none, undone from history."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fmm_portal.core.activity import history_of
from fmm_portal.core.bulk import BulkRefused, change_together, rehearse, undo_together
from fmm_portal.core.models import Activity, BulkChange
from fmm_portal.core.services import delete_record, update_record
from fmm_portal.facility.models import Action, Request
from fmm_portal.institutions.models import Institution, Theme
from strategies.models import Strategy
from studyvisits.models import Commitment, StudyVisit
from tests.factories.facility import ActionFactory, RequestFactory
from tests.factories.institutions import InstitutionFactory, country
from tests.factories.strategies import StrategyFactory
from tests.factories.studyvisits import CommitmentFactory, StudyVisitFactory

pytestmark = pytest.mark.django_db

LIST = "/institutions/"
TOGETHER = "/institutions/edit-together/"
KEEP = {"country_todo": "keep", "kind_todo": "keep", "constituency_todo": "keep", "parent_todo": "keep"} | {
    "themes_todo": "keep",
    "city_todo": "keep",
}


def preview_of(client: Any, url: str, **values: Any) -> Any:
    return client.post(url, {**KEEP, **values, "stage": "preview"})


def hidden_fields(page: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()
    ):
        found.setdefault(name, []).append(value)
    found.pop("csrfmiddlewaretoken", None)
    return found


def confirm(client: Any, url: str, preview: Any) -> Any:
    return client.post(url, {**hidden_fields(preview), "stage": "apply"})


@pytest.fixture
def three(db: None) -> list[Institution]:
    return [InstitutionFactory(acronym=name, country=country("TG"), city="Kara") for name in ("A", "B", "C")]


@pytest.mark.long
def test_all_212_matching_change_are_told_before_and_after_and_are_undone(browser_of, amina) -> None:
    togo = country("TG")
    Institution.objects.bulk_create(
        Institution(name={"en": f"T{number}"}, acronym=f"T{number}", country=togo, city="Kara", kind="other")
        for number in range(212)
    )
    other = InstitutionFactory(acronym="GH", country=country("GH"), city="Accra")
    client, query = browser_of(amina), f"?country_id={country('TG').pk}"

    page = client.get(LIST + query).content.decode()
    assert "Edit all 212 matching" in page
    url = f"{TOGETHER}{query}&all=yes"
    assert "All 212 rows that match" in client.get(url).content.decode()
    preview = preview_of(client, url, city_todo="set", city="Lomé", reason="They all moved")
    assert "212 rows change" in preview.content.decode()
    assert Institution.objects.filter(city="Lomé").count() == 0, "a preview changes nothing"
    assert Activity.objects.filter(verb="update").count() == 0
    done = confirm(client, url, preview)
    after = client.get(done.url).content.decode()
    assert "212 rows changed." in after
    assert "Undo for 212 rows" in after
    assert Institution.objects.filter(city="Lomé").count() == 212
    one = Institution.objects.get(acronym="T7")
    history = client.get(reverse("institutions:institution_history", args=[one.pk])).content.decode()
    assert done.url in history
    assert "They all moved" in history

    undone = client.post(done.url, {"reason": "A mistake"}, follow=True)
    assert "212 rows set back." in undone.content.decode()
    assert Institution.objects.filter(city="Kara").count() == 212
    assert [entry.verb for entry in history_of(one)[:2]] == ["update", "update"]
    assert "Undone" in client.get(done.url).content.decode()
    assert client.post(done.url).status_code == 409, "once only"
    other.refresh_from_db()
    assert (other.city, other.version) == ("Accra", 1)


def test_ticked_rows_are_kept_set_and_cleared(browser_of, amina, three) -> None:
    client, url = browser_of(amina), f"{TOGETHER}?pk={three[0].pk}&pk={three[1].pk}"
    theme = Theme.objects.first()
    three[0].themes.set([theme])
    data = {"kind_todo": "set", "kind": "ngo", "city_todo": "clear", "themes_todo": "clear"}
    confirm(client, url, preview_of(client, url, **data))
    rows = {row.acronym: (row.kind, row.city, list(row.themes.all())) for row in Institution.objects.all()}
    assert rows["A"] == rows["B"] == ("ngo", "", [])
    assert rows["C"][1] == "Kara"
    client.post(BulkChange.objects.get().get_absolute_url())
    three[0].refresh_from_db()
    assert (three[0].city, list(three[0].themes.all())) == ("Kara", [theme])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Choose at least one field"),
        ({"city_todo": "set", "city": ""}, "Say what it is set to"),
        ({"kind_todo": "set", "kind": "zoo"}, "Select a valid choice"),
        ({"kind_todo": "clear"}, "Select a valid choice"),
    ],
)
def test_bad_input_says_what_is_wrong_and_changes_nothing(browser_of, amina, three, values, words) -> None:
    url = f"{TOGETHER}?pk={three[0].pk}"
    page = preview_of(browser_of(amina), url, **values)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert BulkChange.objects.count() == 0


def test_row_that_cannot_change_is_named_with_the_reason_and_left_out_on_request(
    browser_of, amina, three
) -> None:
    """An institution is never part of itself."""
    client, url = browser_of(amina), TOGETHER + "?all=yes"
    preview = preview_of(client, url, parent_todo="set", parent=three[0].pk)
    page = preview.content.decode()
    assert "2 rows change" in page
    assert "1 row cannot be changed" in page
    assert [refusal.pk for refusal in preview.context["outcome"].refused] == [three[0].pk]
    fields = hidden_fields(preview)
    refused = client.post(url, {**fields, "leave_out": [], "stage": "apply"})
    assert (refused.status_code, BulkChange.objects.count()) == (409, 0)
    assert Institution.objects.filter(parent__isnull=False).count() == 0, "all or nothing"
    assert confirm(client, url, preview).status_code == 302
    assert Institution.objects.filter(parent=three[0]).count() == 2


def test_what_was_not_previewed_is_not_changed(browser_of, amina, three, by) -> None:
    client, url = browser_of(amina), TOGETHER + "?all=yes"
    preview = preview_of(client, url, city_todo="set", city="Lomé")
    InstitutionFactory(acronym="D")
    late = confirm(client, url, preview)
    assert late.status_code == 409
    assert "4 rows change" in late.content.decode()
    assert Institution.objects.filter(city="Lomé").count() == 0
    assert confirm(client, url, late).status_code == 302
    assert Institution.objects.filter(city="Lomé").count() == 4


def test_rows_changed_since_are_named_and_skipped_only_when_confirmed(browser_of, amina, three, by) -> None:
    actor = by(amina)
    pks = [row.pk for row in three]
    bulk = change_together(Institution, pks, {"city": "Lomé"}, actor=actor)
    update_record(three[1], actor=actor, changes={"city": "Sokodé"})
    delete_record(three[2], actor=actor)
    with pytest.raises(BulkRefused) as refusal:
        undo_together(bulk, actor=actor)
    assert [row.pk for row in refusal.value.outcome.refused] == pks[1:]
    client, url = browser_of(amina), bulk.get_absolute_url()
    page = client.get(url)
    assert "2 rows were changed since" in page.content.decode()
    assert "Undo for 1 row" in page.content.decode()
    assert client.post(url, {"leave_out": pks[1:]}).status_code == 409, "not confirmed"
    assert client.post(url, {"leave_out": pks[1:], "is_told": "yes"}).status_code == 302
    cities = dict(Institution.objects.values_list("acronym", "city"))
    assert cities == {"A": "Kara", "B": "Sokodé"}


def test_only_staff_edit_together_and_only_what_they_see(browser_of, by, amina, eva, kofi, three) -> None:
    url = f"{TOGETHER}?pk={three[0].pk}"
    bulk = change_together(Institution, [three[0].pk], {"city": "Lomé"}, actor=by(amina))
    for person in (eva, kofi):
        client = browser_of(person)
        assert "table__tick" not in client.get(LIST).content.decode()
        assert client.get(url).status_code == 403
        assert client.post(url, {**KEEP, "stage": "apply"}).status_code == 403
        assert client.get(bulk.get_absolute_url()).status_code == 404
        assert client.post(bulk.get_absolute_url()).status_code == 404
    client = browser_of(amina)
    assert 'name="pk" value="' in client.get(LIST).content.decode()
    assert client.get(TOGETHER).url == LIST, "nothing ticked"
    assert client.get(f"{TOGETHER}?pk=999999&pk=²&pk={'9' * 30}").url == LIST


def test_rows_outside_the_policy_refuse_one_by_one(by, kofi, amina) -> None:
    """Whoever may change some rows only is told which, by the policy that every save asks."""
    own, other = kofi.memberships.get().institution, InstitutionFactory(acronym="X")
    outcome = rehearse(Institution, [own.pk, other.pk], {"city": "Lomé"}, actor=by(kofi))
    assert (outcome.changed, [row.pk for row in outcome.refused]) == (1, [other.pk])
    assert outcome.refused[0].reasons == ["Your role does not allow this."]


@pytest.mark.parametrize(
    ("make", "model", "url_name"),
    [
        (RequestFactory, Request, "facility:request"),
        (ActionFactory, Action, "facility:action"),
        (StrategyFactory, Strategy, "strategies:strategy"),
        (StudyVisitFactory, StudyVisit, "studyvisits:visit"),
        (CommitmentFactory, Commitment, "studyvisits:commitment"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_every_list_that_says_so_is_edited_together(browser_of, marc, amina, make, model, url_name) -> None:
    rows = [make(), make(), make()]
    client = browser_of(marc)
    query = "&".join(f"pk={row.pk}" for row in rows)
    url = f"{reverse(f'{url_name}_bulk')}?{query}"
    form = client.get(url).context["form"]
    todo = {f"{name}_todo": "keep" for name in form.names}
    preview = client.post(url, {**todo, "owner_todo": "set", "owner": amina.pk, "stage": "preview"})
    assert preview.status_code == 200, preview.context["form"].errors
    assert preview.context["outcome"].changed == 3, preview.context["outcome"]
    assert confirm(client, url, preview).status_code == 302
    assert model.objects.filter(owner=amina).count() == 3
    bulk = BulkChange.objects.get()
    assert str(amina) in client.get(bulk.get_absolute_url()).content.decode()
    assert client.post(bulk.get_absolute_url()).status_code == 302
    assert model.objects.filter(owner=amina).count() == 0


def test_fields_edited_together_hold_nothing_restricted() -> None:
    from tests.project.test_completeness import page_classes

    lists = [views for views in page_classes() if getattr(views, "bulk_fields", ())]
    assert len(lists) >= 6
    for views in lists:
        fields = {field.name for field in views.model._meta.get_fields()}
        assert set(views.bulk_fields) <= fields, views
        assert not set(views.bulk_fields) & views.model.restricted_fields, views


def test_each_row_costs_the_same_and_the_pages_do_not_grow(browser_of, amina, three, by) -> None:
    def cost(pks: list[int]) -> int:
        with CaptureQueriesContext(connection) as captured:
            rehearse(Institution, pks, {"city": "Lomé"}, actor=by(amina))
        return len(captured)

    pks = [row.pk for row in three]
    cost(pks)
    one, three_rows = cost(pks[:1]), cost(pks)
    # With the look for what is found by the words of each: contacts, requests, actions; for its doubles; for webhooks.
    assert three_rows - one <= 2 * 27
    bulk = change_together(Institution, pks, {"city": "Lomé"}, actor=by(amina))
    client = browser_of(amina)
    counts = []
    for row in (bulk, change_together(Institution, pks[:1], {"city": "Kara"}, actor=by(amina))):
        client.get(row.get_absolute_url())
        with CaptureQueriesContext(connection) as captured:
            client.get(row.get_absolute_url())
        counts.append(len(captured))
    assert counts[0] == counts[1]
