"""One edit is set back from history while it stands; what came after it is never lost."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from fmm_portal.core.activity import last_change
from fmm_portal.core.models import Activity, Record
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.services import update_record
from fmm_portal.core.undoing import is_edit
from fmm_portal.institutions.merging import merge_institutions
from fmm_portal.institutions.models import Institution, Theme
from tests.factories.institutions import ContactFactory, InstitutionFactory, country
from tests.page_contract import hidden_value

pytestmark = pytest.mark.django_db


@pytest.fixture
def institution() -> Institution:
    return InstitutionFactory(city="Lomé", name=Multilingual(en="Agency"), kind="government")


def edit(client: Client, record: Any, **values: Any) -> Activity:
    """What a person changes in the form, and the entry of history that tells of it."""
    url = reverse("institutions:institution_edit", args=[record.pk])
    opened = client.get(url).content.decode()
    machinery = {name: hidden_value(opened, name) for name in ("record_version", "record_base")}
    record.refresh_from_db()
    shown = {
        "name_en": record.name["en"], "acronym": record.acronym, "country": record.country_id, "kind": record.kind,
        "constituency": record.constituency, "city": record.city, "parent": record.parent_id or "",
        "themes": [theme.pk for theme in record.themes.all()],
    }  # fmt: skip
    assert client.post(url, {**shown, **machinery, **values}).status_code == 302
    return changed(record)


def changed(record: Record) -> Activity:
    entry = last_change(record)
    assert entry is not None
    return entry


def undo_url(entry: Activity) -> str:
    return reverse("core:undo", args=[entry.pk])


def test_words_choices_relations_and_lists_come_back(institution, amina, browser_of) -> None:
    client, parent = browser_of(amina), InstitutionFactory()
    theme, other = Theme.objects.order_by("pk")[:2]
    institution.themes.add(theme)
    entry = edit(
        client, institution, city="Kara", kind="observatory", parent=parent.pk, country=country("GH").pk,
        themes=[other.pk], name_en="University",
    )  # fmt: skip
    page = client.get(undo_url(entry)).content.decode()
    assert "Kara" in page
    assert "Lomé" in page
    assert (
        client.post(undo_url(entry), {"version": "2", "reason": "A slip"}).url
        == institution.get_absolute_url()
    )
    institution.refresh_from_db()
    assert (institution.city, institution.kind, institution.parent) == ("Lomé", "government", None)
    assert (institution.country, institution.name) == (country("TG"), Multilingual(en="Agency"))
    assert list(institution.themes.all()) == [theme]
    assert changed(institution).reason.startswith("Undoes the change of ")
    assert changed(institution).reason.endswith(" A slip")


def test_what_somebody_changed_since_is_said_and_stays(institution, amina, marc, browser_of) -> None:
    entry = edit(browser_of(amina), institution, city="Kara", acronym="NEW")
    edit(browser_of(marc), institution, city="Atakpamé")
    answer = browser_of(amina).post(undo_url(entry))
    assert answer.status_code == 409
    assert "City was changed since, by Marc, " in answer.content.decode()
    institution.refresh_from_db()
    assert (institution.city, institution.acronym) == ("Atakpamé", "NEW")


def test_older_edit_of_another_field_is_set_back_alone(institution, amina, browser_of) -> None:
    client = browser_of(amina)
    entry = edit(client, institution, city="Kara")
    edit(client, institution, acronym="NEW")
    assert client.post(undo_url(entry)).status_code == 302
    institution.refresh_from_db()
    assert (institution.city, institution.acronym) == ("Lomé", "NEW")


def test_undone_twice_is_refused_and_the_undoing_can_be_undone(institution, amina, browser_of) -> None:
    client = browser_of(amina)
    entry = edit(client, institution, city="Kara")
    assert client.post(undo_url(entry)).status_code == 302
    assert client.post(undo_url(entry)).status_code == 409
    assert client.post(undo_url(changed(institution))).status_code == 302
    institution.refresh_from_db()
    assert institution.city == "Kara"


def test_rules_of_today_hold_for_what_was_before(institution, amina, browser_of) -> None:
    """Its old acronym is another's by now."""
    client, before = browser_of(amina), institution.acronym
    entry = edit(client, institution, acronym="NEW")
    InstitutionFactory(acronym=before)
    answer = client.post(undo_url(entry))
    assert answer.status_code == 409
    assert "already has this acronym" in answer.content.decode()
    institution.refresh_from_db()
    assert institution.acronym == "NEW"


def test_nothing_leads_back_to_what_is_gone(amina, marc, browser_of, by) -> None:
    kept, double = InstitutionFactory(), InstitutionFactory()
    child = InstitutionFactory(parent=double, name=Multilingual(en="Child"))
    entry = edit(browser_of(amina), child, parent="")
    merge_institutions(kept, double, actor=by(marc))
    answer = browser_of(amina).post(undo_url(entry))
    assert answer.status_code == 409
    assert "there no more" in answer.content.decode()


def test_services_steps_and_personal_data_have_no_such_way(institution, amina, browser_of, by) -> None:
    update_record(institution, actor=by(amina), changes={"city": "Kara"})
    assert browser_of(amina).post(undo_url(changed(institution))).status_code == 409, "made by no request"
    contact = ContactFactory(email="post@example.org")
    update_record(contact, actor=by(amina), changes={"email": "other@example.org"})
    assert not is_edit(changed(contact))
    client, rename = browser_of(amina), reverse("institutions:institution_rename", args=[institution.pk])
    opened = client.get(rename).content.decode()
    machinery = {name: hidden_value(opened, name) for name in ("record_version", "record_base")}
    client.post(rename, {"name_en": "Bureau", "acronym": "B", "former_until": "2015", **machinery})
    institution.refresh_from_db()
    assert institution.acronym == "B"
    page = client.get(reverse("institutions:institution_history", args=[institution.pk])).content.decode()
    assert undo_url(changed(institution)) not in page, "its former name would stay behind"


def test_who_may_not_edit_undoes_nothing(institution, amina, eva, nobody, browser_of) -> None:
    entry = edit(browser_of(amina), institution, city="Kara")
    assert browser_of(eva).get(undo_url(entry)).status_code == 403
    assert browser_of(eva).post(undo_url(entry)).status_code == 403
    assert browser_of(nobody).post(undo_url(entry)).status_code == 404
    institution.refresh_from_db()
    assert institution.city == "Kara"
