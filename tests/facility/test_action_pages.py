"""Stories of officers, managers and agencies with actions in a browser."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fmm_portal.core.headcounts import Headcount
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.facility.models import Action, Activity, Logo
from tests.factories.facility import (
    ActionFactory,
    ActivityFactory,
    BudgetLineFactory,
    ExpertFactory,
    full_action,
    logo,
    png,
)
from tests.factories.institutions import InstitutionFactory, ProgrammeFactory, country
from tests.page_contract import hidden_value
from tests.personas import anpe_togo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def page(client, name, *args) -> str:
    response = client.get(reverse(f"facility:{name}", args=args))
    assert response.status_code == 200
    return response.content.decode()


def send(client, name, args, data):
    """Fill in a form as a browser does: with the hidden fields of the page."""
    url = reverse(f"facility:{name}", args=args)
    html = client.get(url).content.decode()
    hidden = {
        field: hidden_value(html, field)
        for field in ("submission", "record_version", "record_base")
        if f'name="{field}"' in html
    }
    return client.post(url, {**hidden, **data})


def test_title_is_enough_to_begin(browser_of, amina) -> None:
    response = send(browser_of(amina), "action_create", [], {"title_fr": "Appui au Togo"})
    action = Action.objects.get()
    assert (response.status_code, response.url) == (302, f"/actions/{action.pk}/")
    assert (action.status, action.reference[:3]) == ("fact_finding", "AC-")


def test_navigation_leads_to_actions(browser_of, eva) -> None:
    assert 'href="/actions/"' in browser_of(eva).get("/").content.decode()


def test_one_action_links_countries_and_institutions_and_is_found_under_each(browser_of, amina) -> None:
    """Statement 17."""
    agencies = [InstitutionFactory(), InstitutionFactory(country=country("GH"))]
    data = {
        "title_en": "Joint training",
        "countries": [country("TG").pk, country("GH").pk],
        "beneficiaries": [agency.pk for agency in agencies],
    }
    action = ActionFactory(countries="")
    client = browser_of(amina)
    assert send(client, "action_edit", [action.pk], data).status_code == 302
    html = page(client, "action_detail", action.pk)
    for named in (country("TG"), country("GH"), *agencies):
        assert str(named) in html
    for code in ("TG", "GH"):
        listed = client.get("/actions/", {"country_id": country(code).pk}).content.decode()
        assert action.reference in listed
    assert action.reference not in client.get("/actions/", {"country_id": country("BJ").pk}).content.decode()


def test_blocked_step_says_what_is_missing_and_leads_there(browser_of, amina) -> None:
    action = ActionFactory()
    html = page(browser_of(amina), "action_detail", action.pk)
    assert "Add at least one numbered activity." in html
    assert f'href="/actions/{action.pk}/activities/add/"' in html
    assert f'href="/actions/{action.pk}/edit/"' in html


def test_next_number_of_an_activity_is_proposed(browser_of, amina) -> None:
    action = ActionFactory()
    ActivityFactory(action=action, number=7)
    html = page(browser_of(amina), "activity_create", action.pk)
    assert hidden_value(html, "number") == "8"
    data = {"number": 8, "kind": "forum", "title_en": "Forum", "is_online": "on", "again": "1"}
    response = send(browser_of(amina), "activity_create", [action.pk], data)
    assert response.url == f"/actions/{action.pk}/activities/add/"
    assert Activity.objects.get(number=8).is_online


def test_activities_show_people_place_and_what_is_overdue(browser_of, eva) -> None:
    action = full_action()
    ActivityFactory(action=action, number=4, starts_on=PartialDate(2019))
    html = page(browser_of(eva), "action_activities", action.pk)
    for said in ("40 people, 15 women (38%)", "50 people, 18 women (45%)", "Lomé, Togo", "online", "overdue"):
        assert said in html
    assert html.count("overdue") == 1
    second = action.activities.get(number=2)
    html = page(browser_of(eva), "activity_detail", action.pk, second.pk)
    assert "15 (38%)" in html
    assert "18 (45%)" in html


def test_activity_of_another_action_is_not_found(browser_of, amina) -> None:
    activity = ActivityFactory()
    url = reverse("facility:activity_detail", args=[ActionFactory().pk, activity.pk])
    assert browser_of(amina).get(url).status_code == 404


def test_budget_is_added_by_currency_for_those_who_may_see_it(browser_of, amina, eva, kofi) -> None:
    action = full_action()
    action.beneficiaries.add(anpe_togo())
    html = page(browser_of(eva), "action_budget", action.pk)
    for said in ("15,500.30", "9,000.00", "4,500,000.00", "Total in XOF", "are not added"):
        assert said in html
    assert "Add budget line" not in html
    partner = browser_of(kofi)
    assert partner.get(reverse("facility:action_budget", args=[action.pk])).status_code == 403
    for name in ("action_detail", "action_history"):
        assert "udget" not in page(partner, name, action.pk)


def test_limits_are_told_on_the_page_and_the_budget_only_to_the_programme(browser_of, amina, kofi) -> None:
    """Statement 15: exceeding warns."""
    action = full_action()
    action.beneficiaries.add(anpe_togo())
    facility = action.facility
    facility.ceiling, facility.max_duration_months = Decimal("10000"), 12
    facility.save()
    ours, theirs = (page(browser_of(user), "action_detail", action.pk) for user in (amina, kofi))
    assert "The budget of 15,500.30 EUR exceeds the ceiling of 10,000.00 EUR." in ours
    assert "exceeds the ceiling" not in theirs
    assert "The duration of 18 months exceeds the longest of 12 months." in theirs


def test_page_leads_to_the_request_only_for_those_who_may_read_it(browser_of, eva, kofi) -> None:
    action = full_action()
    action.beneficiaries.add(anpe_togo())
    assert "DDF-TG-2014-001" in page(browser_of(eva), "action_detail", action.pk)
    assert "DDF-TG-2014-001" not in page(browser_of(kofi), "action_detail", action.pk)


@pytest.mark.parametrize(
    ("part", "data", "said"),
    [
        (
            "expert",
            {"profile_en": "Labour lawyer", "days_planned": "7.5"},
            "7.5 days planned",
        ),
        ("budgetline", {"text_en": "Fees", "currency": "EUR", "amount": "12.10"}, "12.10"),
        ("indicator", {"text_en": "Officials trained", "target": "40"}, "Officials trained"),
        ("risk", {"text_en": "Elections", "likelihood": "high"}, "Elections"),
        (
            "approval",
            {"position_en": "Director", "decision": "refused", "decided_on": "2018"},
            "Refused",
        ),
    ],
)
def test_parts_of_the_fiche_are_added_edited_and_deleted(browser_of, amina, eva, part, data, said) -> None:
    action, client = ActionFactory(), browser_of(amina)
    tab = "action_budget" if part == "budgetline" else "action_detail"
    response = send(client, f"{part}_create", [action.pk], data)
    assert response.status_code == 302
    assert said in page(client, tab, action.pk)
    key = int(response.url.rsplit("-", 1)[1])
    assert response.url.startswith(reverse(f"facility:{tab}", args=[action.pk]))
    assert send(client, f"{part}_edit", [action.pk, key], {**data, "order": 5}).status_code == 302
    reader = browser_of(eva)
    assert reader.get(reverse(f"facility:{part}_edit", args=[action.pk, key])).status_code == 403
    assert reader.get(reverse(f"facility:{part}_create", args=[action.pk])).status_code == 403
    assert client.post(reverse(f"facility:{part}_delete", args=[action.pk, key])).status_code == 302
    # The first page says what was deleted.
    page(client, tab, action.pk)
    assert said not in page(client, tab, action.pk)


def test_frozen_action_is_not_changed(browser_of, amina) -> None:
    action = ActionFactory(status="closed")
    client = browser_of(amina)
    assert client.get(reverse("facility:action_edit", args=[action.pk])).status_code == 403
    assert client.get(reverse("facility:expert_create", args=[action.pk])).status_code == 403


def test_partner_of_another_country_and_a_host_find_nothing(browser_of, fatou, sami) -> None:
    action = full_action()
    for user in (fatou, sami):
        assert browser_of(user).get(reverse("facility:action_detail", args=[action.pk])).status_code == 404
    activity = action.activities.get(number=3)
    activity.institutions.add(sami.memberships.get().institution)
    assert browser_of(sami).get(reverse("facility:action_detail", args=[action.pk])).status_code == 200


def test_colleagues_are_not_named_to_agencies(browser_of, amina, kofi) -> None:
    action = ActionFactory(requesting_institution=anpe_togo(), owner=amina)
    assert "Amina" in page(browser_of(amina), "action_detail", action.pk)
    assert "Amina" not in page(browser_of(kofi), "action_detail", action.pk)


def test_pages_of_a_large_action_cost_what_small_ones_cost(browser_of, eva) -> None:
    action = full_action()
    client = browser_of(eva)

    def queries(name: str) -> int:
        url = reverse(f"facility:{name}", args=[action.pk])
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    names = ("action_detail", "action_activities", "action_budget", "action_documents")
    small = [queries(name) for name in names]
    for number in range(10, 50):
        ActivityFactory(action=action, number=number, country=country("TG"))
        ExpertFactory(action=action, institution=InstitutionFactory())
        BudgetLineFactory(action=action)
    assert [queries(name) for name in names] == small


# --- the first screen --------------------------------------------------------------------------------------------


def test_first_screen_tells_officers_of_late_activities_and_managers_of_fiches(
    browser_of, amina, marc
) -> None:
    mine = ActionFactory(owner=amina, status="in_progress")
    ActivityFactory(action=mine, number=1, starts_on=PartialDate(2018))
    ActivityFactory(action=mine, number=2, starts_on=PartialDate(2018), status="done")
    theirs = ActionFactory(owner=marc, status="in_progress")
    ActivityFactory(action=theirs, starts_on=PartialDate(2018))
    fiche = ActionFactory(owner=amina, status="fiche_drafted")
    html = browser_of(amina).get("/").content.decode()
    assert f"1 activity is overdue: {mine}" in html
    assert f"overdue: {theirs}" not in html
    assert f"The fiche waits for approval: {fiche}" not in html
    html = browser_of(marc).get("/").content.decode()
    assert f"The fiche waits for approval: {fiche}" in html
    assert f"1 activity is overdue: {theirs}" in html


# --- head-counts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (Headcount(), ""),
        (Headcount(20), "20 people"),
        (Headcount(1, 1, 0), "1 person, 1 woman (100%)"),
        (Headcount(20, 9, 11), "20 people, 9 women (45%)"),
        # Of 20 people the sex of 10 is known.
        (Headcount(20, 4, 6), "20 people, 4 women (40%)"),
        # Only women were counted: the others may be either.
        (Headcount(26, 9), "26 people, 9 women"),
        (Headcount(None, 3, 7), "10 people, 3 women (30%)"),
        (Headcount(0, 0, 0), "0 people, 0 women"),
    ],
)
def test_women_are_given_by_number_and_share_of_known_sex(count, words) -> None:
    assert count.in_words == words


# --- logos -------------------------------------------------------------------------------------------------------


def test_manager_adds_a_logo_and_everyone_sees_it(browser_of, marc, amina, client) -> None:
    programme = ProgrammeFactory()
    data = {
        "file": SimpleUploadedFile("eu.png", png(), content_type="image/png"),
        "alternative_text_en": "European Union",
        "language": "en",
        "valid_from": "2013",
    }
    response = send(browser_of(marc), "logo_create", [programme.pk], data)
    kept = Logo.objects.get()
    assert (response.status_code, response.url) == (302, f"{programme.get_absolute_url()}#logo-{kept.pk}")
    image = reverse("facility:logo_image", args=[programme.pk, kept.pk])
    html = browser_of(amina).get(programme.get_absolute_url()).content.decode()
    assert f'src="{image}" alt="European Union"' in html
    assert "Add logo" not in html
    served = browser_of(amina).get(image)
    assert (served["Content-Type"], b"".join(served.streaming_content)) == ("image/png", png())
    assert client.get(image).status_code == 302
    assert browser_of(amina).get(reverse("facility:logo_create", args=[programme.pk])).status_code == 403


def test_refused_logo_says_why_beside_the_file(browser_of, marc) -> None:
    programme = ProgrammeFactory()
    data = {"file": SimpleUploadedFile("eu.png", b"<svg/>"), "alternative_text_en": "European Union"}
    response = send(browser_of(marc), "logo_create", [programme.pk], data)
    assert response.status_code == 422
    assert response.context["form"].errors["file"] == ["The content is not that of a png file."]
    assert send(browser_of(marc), "logo_create", [programme.pk], {}).context["form"].errors.keys() == {
        "file",
        "alternative_text",
    }


def test_logo_is_changed_and_removed_without_its_file(browser_of, marc) -> None:
    kept = logo(ProgrammeFactory())
    key = [kept.programme_id, kept.pk]
    data = {"alternative_text_en": "EU emblem", "valid_until": "2020", "order": 3}
    assert send(browser_of(marc), "logo_edit", key, data).status_code == 302
    kept.refresh_from_db()
    assert (str(kept.alternative_text), kept.valid_until, kept.order) == ("EU emblem", PartialDate(2020), 3)
    assert browser_of(marc).post(reverse("facility:logo_delete", args=key)).status_code == 302
    assert not Logo.objects.exists()
