"""The base form: concurrent saves merged field by field, double saves met, choices in scope, errors kept."""

import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from fmm_portal.accounts.actors import actor_of
from fmm_portal.core.conflicts import Difference, base_of, read_base
from fmm_portal.core.errors import StaleRecord
from fmm_portal.core.forms import RecordForm
from fmm_portal.core.models import Record, Submission
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.services import update_record
from fmm_portal.institutions.forms import ContactForm, InstitutionForm
from fmm_portal.institutions.models import Institution, Theme
from tests.factories.institutions import ContactFactory, InstitutionFactory, country


def posted(form: RecordForm, **changes: Any) -> QueryDict:
    """What a browser sends back: the form as it is shown, with some fields typed over."""
    data = QueryDict(mutable=True)
    for name, field in form.fields.items():
        value = form.get_initial_for_field(field, name)
        if isinstance(value, Multilingual):
            for language in ("en", "fr", "pt", "ar"):
                data[f"{name}_{language}"] = value.get(language, "")
        elif isinstance(value, list):
            data.setlist(name, [str(item.pk) for item in value])
        elif value is not None:
            data[name] = str(value)
    for name, value in changes.items():
        data[name] = value
    return data


def opened(institution: Record, actor: Any) -> InstitutionForm:
    return InstitutionForm(instance=Institution.objects.get(pk=institution.pk), actor=actor)


def sent(form: RecordForm, actor: Any, **changes: Any) -> InstitutionForm:
    record = Institution.objects.get(pk=form.instance.pk)
    bound = InstitutionForm(posted(form, **changes), instance=record, actor=actor)
    assert bound.is_valid(), bound.errors
    return bound


def test_save_writes_through_the_service_with_history(amina, by) -> None:
    institution = InstitutionFactory(city="Lomé")
    form = sent(opened(institution, by(amina)), by(amina), city="Kara", reason="Moved")
    saved = form.save()
    assert (saved.city, saved.version) == ("Kara", 2)


def test_conflict_takes_their_fields_and_keeps_yours(amina, marc, by) -> None:
    institution = InstitutionFactory(city="Lomé", website="https://old.example", notes="first")
    form = opened(institution, by(amina))
    update_record(
        institution, actor=by(marc), changes={"city": "Kara", "notes": "theirs"}, expected_version=1
    )
    late = sent(form, by(amina), website="https://new.example", notes="mine")
    with pytest.raises(StaleRecord) as refusal:
        late.save()
    rebased = late.rebased_on(refusal.value)

    assert rebased.conflict.changed_by == "Marc"
    assert {difference.name: difference for difference in rebased.conflict.differences} == {
        "city": Difference("city", "City", "Kara", "Kara", False),
        "website": Difference("website", "Website", "https://new.example", "https://old.example", False),
        "notes": Difference("notes", "Notes", "mine", "theirs", True),
    }
    saved = sent(rebased, by(amina)).save()
    assert (saved.city, saved.website, saved.notes) == ("Kara", "https://new.example", "mine")


def test_conflict_merges_many_to_many_like_any_field(amina, marc, by) -> None:
    first, second = Theme.objects.all()[:2]
    institution = InstitutionFactory()
    institution.themes.set([first])
    form = opened(institution, by(amina))
    update_record(institution, actor=by(marc), changes={"themes": [first, second]})
    late = sent(form, by(amina), city="Kara")
    with pytest.raises(StaleRecord) as refusal:
        late.save()
    saved = sent(late.rebased_on(refusal.value), by(amina)).save()
    assert set(saved.themes.all()) == {first, second}


def test_conflict_is_settled_field_by_field(amina, marc, by) -> None:
    """Amina keeps what Marc wrote of the notes and the themes, and her own website."""
    theme = Theme.objects.first()
    institution = InstitutionFactory(website="https://old.example", notes="first")
    form = opened(institution, by(amina))
    theirs = {
        "website": "https://marc.example",
        "notes": "theirs",
        "themes": [theme],
        "acronym": "MARC",
        "name": Multilingual(en="Marc's office"),
    }
    update_record(institution, actor=by(marc), changes=theirs)
    late = sent(
        form,
        by(amina),
        website="https://amina.example",
        notes="mine",
        acronym="AMINA",
        name_en="Amina's office",
    )
    with pytest.raises(StaleRecord) as refusal:
        late.save()
    rebased = late.rebased_on(refusal.value)
    assert {row.name for row in rebased.conflict.differences if row.is_open} == {
        "website",
        "notes",
        "acronym",
        "name",
    }
    data = posted(rebased)
    data.setlist("theirs", ["notes", "acronym", "themes", "name"])
    chosen = InstitutionForm(data, instance=Institution.objects.get(pk=institution.pk), actor=by(amina))
    assert chosen.is_valid(), chosen.errors
    saved = chosen.save()
    assert (saved.website, saved.notes, saved.acronym) == ("https://amina.example", "theirs", "MARC")
    assert saved.name["en"] == "Marc's office"
    assert list(saved.themes.all()) == [theme]


def test_choice_of_theirs_outlives_an_error_elsewhere(amina, by) -> None:
    institution = InstitutionFactory(notes="saved")
    data = posted(opened(institution, by(amina)), notes="typed", kind="")
    data.setlist("theirs", ["notes", "no_such_field"])
    form = InstitutionForm(data, instance=Institution.objects.get(pk=institution.pk), actor=by(amina))
    assert list(form.errors) == ["kind"]
    assert form["notes"].value() == "saved"
    assert '<input type="hidden" name="theirs" value="notes"' in str(form["theirs"])


def test_base_that_was_tampered_with_counts_every_field_as_typed(amina, marc, by) -> None:
    institution = InstitutionFactory(city="Lomé")
    form = opened(institution, by(amina))
    update_record(institution, actor=by(marc), changes={"city": "Kara"})
    late = sent(form, by(amina), record_base="{}")
    with pytest.raises(StaleRecord) as refusal:
        late.save()
    (difference,) = late.rebased_on(refusal.value).conflict.differences
    assert difference == Difference("city", "City", "Lomé", "Kara", True)


def test_base_is_read_back_only_as_it_was_signed(db) -> None:
    institution = InstitutionFactory()
    base = base_of(institution, ["city"])
    assert list(read_base(base)) == ["city"]
    assert read_base(base + "x") == {}
    assert read_base("") == {}


def test_line_ends_of_browsers_change_nothing(amina, by) -> None:
    institution = InstitutionFactory(notes="one\ntwo")
    saved = sent(opened(institution, by(amina)), by(amina), notes="one\r\ntwo").save()
    assert (saved.notes, saved.version) == ("one\ntwo", 1)


def test_token_of_another_person_is_not_theirs_to_reuse(amina, marc, by) -> None:
    form = InstitutionForm(actor=by(amina))
    data = posted(form, name_en="Office", acronym="OFF", country=str(country("TG").pk), kind="other")
    bound = InstitutionForm(data, actor=by(amina))
    assert bound.is_valid(), bound.errors
    first = bound.save()
    assert InstitutionForm(data, actor=by(amina)).submitted_before() == first
    assert InstitutionForm(data, actor=by(marc)).submitted_before() is None


def test_race_of_the_same_form_ends_with_one_record(amina, by) -> None:
    """Both passed the first look for the token; the database lets one of them in."""
    actor = by(amina)
    data = posted(InstitutionForm(actor=actor), name_en="Office", kind="other")
    one, two = InstitutionForm(data, actor=actor), InstitutionForm(data, actor=actor)
    assert (one.is_valid(), two.is_valid()) == (True, True)
    assert one.save() == two.save()
    assert (Institution.objects.count(), Submission.objects.count()) == (1, 1)


@pytest.mark.parametrize("token", ["", "not-a-token", "0f8fad5b-d9cb-469f-a165-70867728950e"])
def test_unknown_token_is_a_new_form(amina, by, token) -> None:
    assert InstitutionForm({"submission": token}, actor=by(amina)).submitted_before() is None


def test_choices_are_rows_in_scope_in_order_of_their_names(kofi, by) -> None:
    InstitutionFactory(acronym="ZED", country=country("GH"))
    form = ContactForm(actor=by(kofi))
    labels = [str(label) for _value, label in form.fields["institution"].choices]
    assert labels[0] == "Choose…"
    assert labels[1:] == sorted(labels[1:])
    nobody = InstitutionForm(actor=actor_of(None))
    assert [str(label) for _value, label in nobody.fields["country"].choices] == ["None"]


def test_hidden_fields_are_not_in_the_form_that_edits(eva, amina, by) -> None:
    contact = ContactFactory()
    personal = {"person_name", "email", "phone"}
    assert not personal & set(ContactForm(instance=contact, actor=by(eva)).fields)
    assert personal <= set(ContactForm(instance=contact, actor=by(amina)).fields)


def test_refusals_of_a_service_stand_beside_their_fields(amina, by) -> None:
    form = InstitutionForm({}, actor=by(amina))
    form.full_clean()
    form.take_errors(
        ValidationError({"city": "Unknown place.", "order": "Not on this form.", "__all__": "Not now."})
    )
    form.take_errors(ValidationError("Neither then."))
    assert form.errors["city"] == ["Unknown place."]
    assert form.non_field_errors() == ["Not on this form.", "Not now.", "Neither then."]


def test_fields_that_no_section_names_follow_the_others(amina, by) -> None:
    groups = InstitutionForm(instance=InstitutionFactory(), actor=by(amina)).grouped()
    assert [str(section.title) for section, _rows in groups] == ["Name", "What it is", "Where to find it", ""]
    assert [field.name for row in groups[-1][1] for field in row] == ["reason"]


def test_required_is_said_in_words_and_errors_lead_to_their_fields(browser_of, amina) -> None:
    client = browser_of(amina)
    page = client.post("/institutions/add/", {"submission": str(uuid.uuid4())})
    text = page.content.decode()
    assert page.status_code == 422
    assert '<a href="#id_kind">Kind: This field is required.</a>' in text
    assert '<span class="field__required">required</span>' in text
