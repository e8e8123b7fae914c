"""Two entries for one institution become one: nothing that named either is lost."""

from typing import Any

import pytest
from django.urls import reverse

from fmm_portal.accounts.models import Membership
from fmm_portal.casefiles.directory import find_institution
from fmm_portal.core.activity import history_of, last_change
from fmm_portal.core.comments import add_comment, comments_of
from fmm_portal.core.documents import attach_document, documents_of
from fmm_portal.core.errors import Forbidden, Refused, StaleRecord
from fmm_portal.core.merging import namings_of
from fmm_portal.core.models import Activity, Merge
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.search import search_everything
from fmm_portal.core.services import update_record
from fmm_portal.institutions.merging import (
    choices_between,
    like_this,
    merge_institutions,
    merges_to_undo,
    plan_merge,
    undo_merge,
)
from fmm_portal.institutions.models import Contact, Institution, Theme
from studyvisits.enums import HostStatus
from studyvisits.models import AgendaHost
from tests import personas
from tests.api_client import as_persona
from tests.core.test_document_views import pdf
from tests.factories.facility import ActionFactory
from tests.factories.institutions import ContactFactory, InstitutionFactory, country
from tests.factories.studyvisits import AgendaHostFactory, AgendaItemFactory, CommitmentFactory
from tests.page_contract import hidden_value
from tests.personas import person

pytestmark = pytest.mark.django_db
NAME = Multilingual(fr="Agence nationale pour l'emploi")


@pytest.fixture
def kept() -> Institution:
    return InstitutionFactory(acronym="ANPE", name=NAME, city="")


@pytest.fixture
def double() -> Institution:
    return InstitutionFactory(acronym="ANPE-TG", name=NAME, city="Lomé", website="https://anpe.example.org")


def merge(kept: Institution, double: Institution, actor: Any, **options: Any) -> Institution:
    return merge_institutions(kept, double, actor=actor, **options)


def url_of(kept: Institution) -> str:
    return reverse("institutions:institution_merge", args=[kept.pk])


def test_everything_that_named_the_one_names_the_other(kept, double, amina, marc, by) -> None:
    contact = ContactFactory(institution=double)
    part = InstitutionFactory(parent=double)
    action = ActionFactory(requesting_institution=double)
    action.partners.add(double)
    commitment = CommitmentFactory(owed_by=double)
    member = person("akossiwa", "partner", institution=double)
    add_comment(double, actor=by(amina), text="Two entries?")
    attach_document(double, pdf(), actor=by(amina))
    themes = list(Theme.objects.order_by("pk")[:2])
    kept.themes.add(themes[0])
    double.themes.add(themes[1])

    merged = merge(kept, double, by(marc), taken=["city"], reason="Entered twice")
    assert (merged.pk, merged.city, merged.website) == (kept.pk, "Lomé", "")
    for record in (contact, part, action, commitment):
        record.refresh_from_db()
    assert contact.institution == part.parent == action.requesting_institution == commitment.owed_by == kept
    assert list(action.partners.all()) == [kept]
    assert Membership.objects.get(user=member).institution == kept
    assert comments_of(kept).count() == documents_of(kept).count() == 1
    assert set(kept.themes.all()) == set(themes)
    assert not [naming for naming in namings_of(Institution) if naming.rows(double).exists()]


def test_history_of_all_tells_of_it(kept, double, marc, by) -> None:
    contact = ContactFactory(institution=double)
    merge(kept, double, by(marc), reason="Entered twice")
    entries = {
        "kept": history_of(kept).filter(verb="merge").get(),
        "double": history_of(double).filter(verb="merge").get(),
        "contact": last_change(contact),
    }
    assert {entry.reason for entry in entries.values()} == {"Entered twice"}
    assert entries["kept"].changes["moved"][1] == {"Contacts: institution": 1}
    assert entries["contact"].changes == {
        "institution": [{"id": double.pk, "label": str(double)}, {"id": kept.pk, "label": str(kept)}]
    }
    contact.refresh_from_db()
    assert contact.version == 2, "whoever is editing it just now is told"


def test_what_both_take_part_in_is_there_once(kept, double, marc, by) -> None:
    action = ActionFactory()
    action.partners.add(kept, double)
    item = AgendaItemFactory()
    stays = AgendaHostFactory(item=item, institution=kept)
    goes = AgendaHostFactory(item=item, institution=double)
    add_comment(goes, actor=by(marc), text="Said of the double")
    plan = plan_merge(kept, double)
    assert {part.naming.label: len(part.joining) for part in plan.parts} == {
        "Actions: partners": 1,
        "Hosts of sessions: host institution": 1,
    }
    merge(kept, double, by(marc))
    assert list(action.partners.all()) == [kept]
    assert AgendaHost.objects.filter(item=item).get() == stays
    assert comments_of(stays).get().text == "Said of the double"
    assert Activity.objects.filter(
        verb="delete", subject_id=goes.pk, subject_type__model="agendahost"
    ).exists()


def test_equals_with_different_answers_are_settled_first(kept, double, marc, by) -> None:
    item = AgendaItemFactory()
    AgendaHostFactory(item=item, institution=kept)
    AgendaHostFactory(item=item, institution=double, status=HostStatus.CONFIRMED)
    entries = Activity.objects.count()
    with pytest.raises(Refused, match="different states") as refusal:
        merge(kept, double, by(marc))
    assert refusal.value.code == "settle_first"
    double.refresh_from_db()
    assert (double.merged_into, Activity.objects.count()) == (None, entries)


def test_promise_between_the_two_is_settled_first(kept, double, marc, by) -> None:
    CommitmentFactory(owed_by=kept, owed_to=double)
    with pytest.raises(Refused) as refusal:
        merge(kept, double, by(marc))
    assert len(refusal.value.messages) == 1


def test_part_of_its_own_double_comes_out_where_the_double_stood(kept, double, marc, by) -> None:
    ministry = InstitutionFactory()
    Institution.objects.filter(pk=double.pk).update(parent=ministry)
    between = InstitutionFactory(parent=double)
    Institution.objects.filter(pk=kept.pk).update(parent=between)
    merged = merge(kept, double, by(marc))
    between.refresh_from_db()
    assert (merged.parent, between.parent) == (ministry, kept)


def test_both_may_have_been_the_others_name(kept, double, marc, by) -> None:
    """The acronym of the double is free for the kept one, and leads to it from everywhere."""
    merged = merge(kept, double, by(marc), taken=["acronym"])
    assert merged.acronym == "ANPE-TG"
    again = InstitutionFactory(acronym="ANPE", country=country("GH"))
    assert find_institution("ANPE-TG", {}, country("TG")) == merged
    found = [hit.record for group in search_everything("anpe-tg", marc) for hit in group.hits]
    assert merged in found
    assert double not in found
    assert again not in found


def test_names_in_other_languages_are_put_together(kept, double, marc, by) -> None:
    Institution.objects.filter(pk=double.pk).update(
        name=Multilingual(en="Employment agency", fr="Agence de l'emploi")
    )
    double.refresh_from_db()
    [choice] = [choice for choice in choices_between(kept, double) if choice.name == "name"]
    assert (choice.kept, choice.other) == (
        "FR Agence nationale pour l'emploi",
        "EN Employment agency\nFR Agence de l'emploi",
    )
    merged = merge(kept, double, by(marc))
    assert merged.name == Multilingual(en="Employment agency", fr="Agence nationale pour l'emploi")


def test_double_is_in_no_list_and_no_choice(kept, double, amina, marc, browser_of, by) -> None:
    ContactFactory(institution=double)
    merge(kept, double, by(marc))
    client = browser_of(amina)
    assert double not in Institution.objects.visible_to(amina)
    form = client.get(reverse("institutions:contact_create")).content.decode()
    assert f'<option value="{double.pk}"' not in form
    assert client.get(reverse("institutions:institution_edit", args=[double.pk])).status_code == 404
    found = Contact.objects.visible_to(amina).search("ANPE-TG").get()
    assert found.institution == kept


def test_view_saved_before_finds_what_stands_for_it(kept, double, amina, marc, browser_of, by) -> None:
    contact = ContactFactory(institution=double)
    merge(kept, double, by(marc))
    query = {"institution_id": double.pk}
    page = browser_of(amina).get(reverse("institutions:contact_list"), query)
    assert [row.pk for row in page.context["listing"].table.records] == [contact.pk]
    found = as_persona("amina").get(f"contacts/?institution_id={double.pk}").json()
    assert [row["id"] for row in found["results"]] == [contact.pk]
    for wrong in (str(kept.pk + 900), f"x&institution_id={10**30}"):
        assert as_persona("amina").get(f"contacts/?institution_id={wrong}").status_code == 400


def test_its_address_leads_to_what_stands_for_it(kept, double, marc, browser_of, by) -> None:
    eva, nobody = personas.eva(), person("nadia", None)
    merge(kept, double, by(marc))
    answer = browser_of(eva).get(double.get_absolute_url(), follow=True)
    assert answer.redirect_chain == [(kept.get_absolute_url(), 302)]
    assert "was merged into" in answer.content.decode()
    history = reverse("institutions:institution_history", args=[double.pk])
    assert "Merged" in browser_of(eva).get(history).content.decode()
    assert browser_of(nobody).get(double.get_absolute_url()).status_code == 404
    problem = as_persona("eva").get(f"institutions/{double.pk}/")
    assert (problem.status_code, problem.json()["code"]) == (410, "merged")
    assert problem.json()["merged_into"] == {
        "id": kept.pk,
        "url": f"http://testserver/api/v1/institutions/{kept.pk}/",
    }
    assert as_persona("amina").patch(f"institutions/{double.pk}/", {"city": "Kara"}).status_code == 410


def test_double_of_a_double_leads_to_the_last(kept, double, marc, eva, browser_of, by) -> None:
    last = InstitutionFactory()
    merge(kept, double, by(marc))
    merge(last, kept, by(marc))
    assert browser_of(eva).get(double.get_absolute_url()).url == last.get_absolute_url()
    assert set(last.merged.all()) == {kept, double}


def test_only_managers_merge_and_nothing_with_itself(kept, double, amina, marc, browser_of, by) -> None:
    with pytest.raises(Forbidden, match="Only a manager"):
        merge(kept, double, by(amina))
    with pytest.raises(Refused, match="itself"):
        merge(kept, kept, by(marc))
    assert browser_of(amina).get(url_of(kept)).status_code == 403
    of_togo = person("mensah", "manager", country=country("TG"))
    assert browser_of(of_togo).get(url_of(kept)).status_code == 403


def test_merging_on_what_was_changed_since_is_refused(kept, double, amina, marc, by) -> None:
    seen = double.version
    update_record(double, actor=by(amina), changes={"city": "Kara"})
    with pytest.raises(StaleRecord):
        merge(kept, double, by(marc), expected_version_of_other=seen)
    double.refresh_from_db()
    assert double.merged_into is None


def test_manager_compares_and_merges_on_the_page(kept, double, marc, amina, browser_of, by) -> None:
    ContactFactory(institution=double)
    client = browser_of(marc)
    assert url_of(kept) in client.get(kept.get_absolute_url()).content.decode()
    chosen = client.get(url_of(kept))
    assert chosen.context["like_this"] == [double]
    page = client.get(url_of(kept), {"other": double.pk})
    choices = {choice.name: choice.takes_other for choice in page.context["choices"]}
    assert choices == {"acronym": False, "city": True, "website": True}
    text = page.content.decode()
    assert "Contacts: institution" in text
    assert "This can be undone" in text
    assert hidden_value(text, "other") == str(double.pk)
    sent = {
        "other": double.pk, "version": [kept.version, double.version], "value-city": "other",
        "value-website": "kept", "reason": "Entered twice",
    }  # fmt: skip
    update_record(double, actor=by(amina), changes={"notes": "Seat moved"})
    late = client.post(url_of(kept), sent)
    assert late.status_code == 409
    assert "was changed meanwhile" in late.content.decode()
    assert {choice.name: choice.takes_other for choice in late.context["choices"]}["city"], (
        "what was chosen stays"
    )
    sent["version"] = [kept.version, double.version + 1]
    assert client.post(url_of(kept), sent).url == kept.get_absolute_url()
    kept.refresh_from_db()
    assert (kept.city, kept.website) == ("Lomé", "")
    assert "ANPE-TG" in client.get(kept.get_absolute_url()).content.decode()


def test_page_names_nothing_that_the_manager_may_not_see(kept, double, marc, browser_of) -> None:
    person("akossiwa", "partner", institution=double)
    page = browser_of(marc).get(url_of(kept), {"other": double.pk}).content.decode()
    assert "Memberships" in page
    assert "Akossiwa" not in page


def test_whoever_adds_an_institution_is_told_of_its_likes(kept, amina, browser_of) -> None:
    data = {
        "name_fr": "agence nationale pour l'Emploi", "acronym": "A.N.P.E.", "country": kept.country_id,
        "kind": "government", "submission": "0a0f2c4e-8f7e-4f6e-9f3b-0a8f7e4f6e9f",
    }  # fmt: skip
    answer = browser_of(amina).post(reverse("institutions:institution_create"), data, follow=True)
    assert "This may be the same institution as: ANPE" in answer.content.decode()
    added = Institution.objects.get(acronym="A.N.P.E.")
    assert like_this(added, amina) == [kept]


# --- undoing ---


def test_who_followed_the_double_follows_what_stands_for_it(
    kept, double, amina, marc, browser_of, by
) -> None:
    for person_of, record in ((amina, double), (marc, double), (marc, kept)):
        browser_of(person_of).post(f"{record.get_absolute_url()}follow/", {"follow": "yes"})
    merge(kept, double, by(marc))
    for person_of in (amina, marc):
        page = browser_of(person_of).get(kept.get_absolute_url()).content.decode()
        assert 'aria-pressed="true"' in page


def undo_url(kept: Institution, double: Institution) -> str:
    return reverse("institutions:institution_separate", args=[kept.pk, double.pk])


def test_undone_merge_leaves_both_as_they_were(kept, double, marc, browser_of, by) -> None:
    contact, action = ContactFactory(institution=double), ActionFactory()
    action.partners.add(double)
    double.themes.add(Theme.objects.first())
    merge(kept, double, by(marc), taken=["acronym", "city"])
    client, url = browser_of(marc), undo_url(kept, double)
    assert url in client.get(kept.get_absolute_url()).content.decode()
    asked = client.get(url).content.decode()
    assert "Contacts: institution: 1 go back." in asked
    assert client.post(url).url == double.get_absolute_url()
    for record in (kept, double, contact):
        record.refresh_from_db()
    assert (kept.acronym, kept.city, double.acronym, double.city) == ("ANPE", "", "ANPE-TG", "Lomé")
    assert (double.merged_into, contact.institution, list(action.partners.all())) == (None, double, [double])
    assert not kept.themes.exists()
    assert "anpe-tg" not in kept.search_text
    assert Contact.objects.search("ANPE-TG").get() == contact
    assert [history_of(row).filter(verb="unmerge").count() for row in (kept, double)] == [1, 1]
    assert client.post(url).status_code == 404


def test_undoing_leaves_what_was_changed_since(kept, double, marc, browser_of, by) -> None:
    stays, goes, gone = (ContactFactory(institution=double) for _number in range(3))
    elsewhere = InstitutionFactory()
    kept = merge(kept, double, by(marc), taken=["city"])
    update_record(stays, actor=by(marc), changes={"institution": elsewhere})
    gone.delete()
    update_record(kept, actor=by(marc), changes={"city": "Kara"})
    asked = browser_of(marc).get(undo_url(kept, double)).content.decode()
    assert "Contacts: institution: 2 changed or deleted since stay as they are." in asked
    assert "City was changed since and stays." in asked
    [only] = merges_to_undo(kept).values()
    undo_merge(only, actor=by(marc))
    for record in (kept, stays, goes):
        record.refresh_from_db()
    assert (kept.city, stays.institution, goes.institution) == ("Kara", elsewhere, double)


def test_what_became_one_is_not_taken_apart(kept, double, marc, browser_of, by) -> None:
    ActionFactory().partners.add(kept, double)
    page = browser_of(marc).get(url_of(kept), {"other": double.pk}).content.decode()
    assert "This cannot be undone" in page
    merge(kept, double, by(marc))
    assert browser_of(marc).get(undo_url(kept, double)).status_code == 404
    with pytest.raises(Refused, match="cannot be taken apart"):
        undo_merge(Merge.objects.get(), actor=by(marc))


def test_acronym_given_away_meanwhile_stands_against_undoing(kept, double, marc, browser_of, by) -> None:
    merge(kept, double, by(marc))
    InstitutionFactory(acronym="ANPE-TG")
    answer = browser_of(marc).post(undo_url(kept, double), follow=True)
    assert "already has this acronym" in answer.content.decode()
    double.refresh_from_db()
    assert double.merged_into == kept


def test_officer_undoes_no_merge(kept, double, amina, marc, browser_of, by) -> None:
    merge(kept, double, by(marc))
    assert browser_of(amina).post(undo_url(kept, double)).status_code == 403
    with pytest.raises(Forbidden):
        undo_merge(Merge.objects.get(), actor=by(amina))
