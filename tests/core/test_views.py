"""Lists, pages, history and deletion, on the directory's resources."""

import pytest
from django.urls import reverse

from fmm_portal.core.activity import history_of
from fmm_portal.core.services import create_record, update_record
from fmm_portal.institutions.models import Contact, Country, FormerName, Institution
from tests.factories.institutions import ContactFactory, InstitutionFactory, country

LIST = "/institutions/"


def rows_of(page: object) -> list[str]:
    return [row.acronym for row in page.context["listing"].table.records]


@pytest.fixture
def three(db: None) -> list[Institution]:
    return [
        InstitutionFactory(acronym="ANPE", country=country("TG"), kind="ministry", city="Lomé"),
        InstitutionFactory(acronym="ANETI", country=country("TN"), kind="ngo", city="Tunis"),
        InstitutionFactory(acronym="GIZ", country=None, kind="donor"),
    ]


def test_list_is_sorted_by_its_own_order_or_the_one_asked_for(browser_of, eva, three) -> None:
    client = browser_of(eva)
    assert rows_of(client.get(LIST)) == ["ANETI", "ANPE", "GIZ"]
    assert rows_of(client.get(LIST, {"sort": "-acronym"})) == ["GIZ", "ANPE", "ANETI"]
    assert rows_of(client.get(LIST, {"sort": "country"})) == ["ANPE", "ANETI", "GIZ"], "unknown comes last"
    assert rows_of(client.get(LIST, {"sort": "-country"})) == ["ANETI", "ANPE", "GIZ"], "both ways"
    assert rows_of(client.get(LIST, {"sort": "notes"})) == ["ANETI", "ANPE", "GIZ"], "not a column that sorts"


@pytest.mark.parametrize("address", [f"{LIST}?page_size=²", f"{LIST}?page=²", "/contacts/add/?institution=²"])
def test_digits_that_are_no_number_are_taken_for_nothing(browser_of, amina, address) -> None:
    assert browser_of(amina).get(address).status_code == 200


def test_active_filters_are_chips_that_take_themselves_off(browser_of, eva, three) -> None:
    togo = country("TG").pk
    page = browser_of(eva).get(
        LIST, {"search": "agence", "country_id": [togo, country("TN").pk], "sort": "city"}
    )
    chips = page.context["listing"].bar.chips
    assert [(chip.name, chip.value) for chip in chips] == [
        ("Search", "agence"),
        ("Country", "Togo"),
        ("Country", "Tunisia"),
    ]
    assert chips[2].query == f"search=agence&country_id={togo}&sort=city"
    assert 'name="sort" value="city"' in page.content.decode(), "the form keeps the sort"


def test_empty_list_says_whether_filters_hide_rows(browser_of, amina, eva) -> None:
    nothing = browser_of(amina).get(LIST).content.decode()
    assert "Nothing here yet." in nothing
    assert reverse("institutions:institution_create") in nothing
    assert reverse("institutions:institution_create") not in browser_of(eva).get(LIST).content.decode()
    InstitutionFactory()
    assert "No row matches these filters." in browser_of(eva).get(LIST, {"search": "zzz"}).content.decode()


def test_filter_that_is_not_understood_shows_no_rows_and_says_so(browser_of, eva, three) -> None:
    page = browser_of(eva).get(LIST, {"updated_after": "yesterday"})
    assert (page.status_code, page.context["listing"].count) == (200, 0)
    assert "A filter is not understood." in page.content.decode()


def test_htmx_gets_the_rows_and_their_number_alone(browser_of, eva, three) -> None:
    page = browser_of(eva).get(LIST, {"search": "tunis"}, headers={"HX-Request": "true"})
    text = page.content.decode()
    assert text.strip().startswith('<div id="results"')
    assert "<html" not in text
    assert 'id="count" hx-swap-oob="innerHTML">1</span>' in text
    assert "HX-Request" in page["Vary"]


def test_pages_of_a_list_never_overlap(browser_of, eva) -> None:
    for _number in range(30):
        InstitutionFactory(acronym="")
    client = browser_of(eva)
    first, second = (client.get(LIST, {"page": number}) for number in (1, 2))
    shown = [row.pk for page in (first, second) for row in page.context["listing"].table.records]
    assert (len(shown), len(set(shown))) == (30, 30)
    assert "1–25 of 30" in first.content.decode()
    assert len(client.get(LIST, {"page_size": 50}).context["listing"].table.records) == 30
    assert len(client.get(LIST).context["listing"].table.records) == 30, "the size is remembered"
    assert client.get(LIST, {"page": "last"}).context["listing"].page.number == 1


def test_page_leaves_no_copy_in_shared_caches(browser_of, eva) -> None:
    assert "no-store" in browser_of(eva).get(LIST)["Cache-Control"]


def test_other_methods_than_reading_and_sending_are_refused(browser_of, eva) -> None:
    assert browser_of(eva).put(LIST).status_code == 405


def test_who_writes_at_length_after_the_session_ended_gets_the_text_back(client, three) -> None:
    address, notes = "/institutions/add/", "What the agency told us about placement abroad & at home"

    answer = client.post(address, {"notes_en": notes, "city": "Lomé", "record_base": "x" * 80})

    assert (answer.status_code, answer.context["texts"]) == (403, [notes])
    assert "placement abroad &amp; at home</textarea>" in answer.content.decode()
    assert answer.context["sign_in_url"] == f"/account/sign-in/?next={address}"
    assert client.post(address, {"city": "Lomé"})["Location"] == f"/account/sign-in/?next={address}"
    assert Institution.objects.filter(city="Lomé").count() == 1


def test_history_shows_who_changed_what_and_why(browser_of, amina, by) -> None:
    institution = create_record(
        Institution(name={"en": "Office"}, acronym="OFF", country=country("TG"), kind="other"),
        actor=by(amina),
    )
    update_record(institution, actor=by(amina), changes={"city": "Kara"}, reason="It moved")
    page = browser_of(amina).get(reverse("institutions:institution_history", args=[institution.pk]))
    text = page.content.decode()
    assert [(entry.verb, entry.is_part) for entry in page.context["entries"]] == [
        ("Changed", False),
        ("Added", False),
    ]
    assert "It moved" in text
    assert "<ins>Kara</ins>" in text


def test_history_hides_personal_values_and_parts_out_of_scope(browser_of, amina, eva, kofi, by) -> None:
    contact = create_record(
        Contact(institution=InstitutionFactory(), position={"en": "Director"}, person_name="Nobody Real"),
        actor=by(amina),
    )
    url = reverse("institutions:contact_history", args=[contact.pk])
    staff = browser_of(amina).get(url).content.decode()
    assert "Nobody Real" not in staff
    assert "changed (personal data are not shown here)" in staff
    assert "Name of the person" not in browser_of(eva).get(url).content.decode()
    assert browser_of(kofi).get(url).status_code == 404


def test_part_that_was_deleted_stays_in_the_history_of_who_keeps_the_record(
    browser_of, amina, eva, by
) -> None:
    from fmm_portal.core.partial_dates import PartialDate
    from fmm_portal.core.services import delete_record

    institution = InstitutionFactory()
    former = FormerName(institution=institution, name={"en": "Bureau"}, valid_until=PartialDate(2010))
    delete_record(create_record(former, actor=by(amina)), actor=by(amina))
    url = reverse("institutions:institution_history", args=[institution.pk])
    assert [entry.verb for entry in browser_of(amina).get(url).context["entries"]] == ["Deleted", "Added"]
    assert browser_of(eva).get(url).context["entries"] == []


def test_deletion_is_announced_with_numbers_and_kept_in_history(browser_of, amina) -> None:
    institution = InstitutionFactory()
    FormerName.objects.create(institution=institution, name={"en": "Bureau"}, valid_until="2010")
    client = browser_of(amina)
    url = reverse("institutions:institution_delete", args=[institution.pk])
    assert "1 former name" in client.get(url).content.decode()
    assert client.post(url, {"reason": "Twice"}).url == LIST
    assert history_of(institution)[0].reason == "Twice"


def test_record_in_use_is_not_deleted_and_the_page_says_what_uses_it(browser_of, amina) -> None:
    contact = ContactFactory()
    client = browser_of(amina)
    url = reverse("institutions:institution_delete", args=[contact.institution_id])
    assert "1 contact" in client.get(url).content.decode()
    refused = client.post(url)
    assert refused.status_code == 409
    assert "cannot be deleted: it is used by 1 other record (contact)." in refused.content.decode()
    assert Institution.objects.filter(pk=contact.institution_id).exists()


def test_text_in_another_language_is_marked_with_its_own(browser_of, eva) -> None:
    institution = InstitutionFactory(name={"fr": "Agence pour l'emploi"}, acronym="")
    page = browser_of(eva).get(institution.get_absolute_url()).content.decode()
    assert '<span lang="fr" dir="ltr">Agence pour l&#x27;emploi</span>' in page
    assert '<abbr class="fallback" title="Only in French">FR</abbr>' in page


def test_markup_in_data_stays_text(browser_of, amina) -> None:
    institution = InstitutionFactory(
        name={"en": "<script>alert(1)</script>"}, acronym="<b>", notes="<img src=x onerror=alert(2)>"
    )
    client = browser_of(amina)
    for url in (
        LIST,
        institution.get_absolute_url(),
        f"{LIST}{institution.pk}/edit/",
        f"{LIST}{institution.pk}/delete/",
    ):
        page = client.get(url).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_country_page_counts_its_institutions(browser_of, eva, three) -> None:
    togo = Country.objects.get(code="TG")
    page = browser_of(eva).get(togo.get_absolute_url())
    assert page.context["institution_count"] == 1
    assert "ANPE" in page.content.decode()


def test_rename_keeps_the_old_name_and_needs_its_end(browser_of, amina) -> None:
    from tests.page_contract import hidden_value

    institution = InstitutionFactory(name={"en": "Bureau"}, acronym="BUR")
    client = browser_of(amina)
    url = reverse("institutions:institution_rename", args=[institution.pk])
    page = client.get(url).content.decode()
    data = {name: hidden_value(page, name) for name in ("record_version", "record_base")}
    data |= {"name_en": "Agency", "acronym": "AGE"}
    assert client.post(url, {**data, "former_until": ""}).status_code == 422
    assert client.post(url, {**data, "former_until": "2016"}).status_code == 302
    institution.refresh_from_db()
    assert (str(institution.name), [str(former.name) for former in institution.former_names.all()]) == (
        "Agency",
        ["Bureau"],
    )


def test_contact_is_added_from_the_page_of_its_institution(browser_of, amina) -> None:
    institution = InstitutionFactory()
    client = browser_of(amina)
    url = f"{reverse('institutions:contact_create')}?institution={institution.pk}"
    assert url in client.get(institution.get_absolute_url()).content.decode()
    assert client.get(url).context["form"].initial["institution"] == institution.pk
