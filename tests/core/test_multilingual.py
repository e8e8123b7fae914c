"""Texts in several languages: one is enough, a fallback is marked, nothing is guessed."""

import pytest
from django import forms
from django.core import serializers
from django.core.exceptions import ValidationError
from django.utils import translation

from fmm_portal.core.multilingual import LocalText, Multilingual, MultilingualFormField
from fmm_portal.institutions.models import Institution
from tests.factories.institutions import InstitutionFactory, country


def test_empty_languages_are_left_out_and_texts_trimmed():
    assert dict(Multilingual(en="  Visit ", fr="", pt="   ")) == {"en": "Visit"}
    assert not Multilingual()
    assert Multilingual(fr="Visite", en="Visit") == {"en": "Visit", "fr": "Visite"}


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="Unknown content language: de"):
        Multilingual(de="Besuch")


def test_a_reader_gets_their_language_or_a_marked_fallback():
    name = Multilingual(fr="Visite", ar="زيارة")
    assert name.in_language("fr") == LocalText("Visite", "fr", is_fallback=False)
    assert name.in_language("fr-ca") == LocalText("Visite", "fr", is_fallback=False)
    assert name.in_language("en") == LocalText("Visite", "fr", is_fallback=True)
    assert Multilingual().in_language("en") == LocalText("", "en", is_fallback=False)


def test_the_direction_is_that_of_the_language_the_text_is_in():
    assert Multilingual(ar="زيارة").in_language("en").direction == "rtl"
    assert Multilingual(en="Visit").in_language("ar").direction == "ltr"


def test_str_is_the_text_in_the_active_language():
    name = Multilingual(en="Visit", fr="Visite")
    assert str(name) == "Visit"
    with translation.override("fr"):
        assert str(name) == "Visite"
    with translation.override("pt"):
        assert str(name) == "Visit"


def test_equal_texts_are_equal_and_hash_alike():
    assert Multilingual(en="Visit") == Multilingual({"en": "Visit"})
    assert len({Multilingual(en="Visit"), Multilingual({"en": "Visit"})}) == 1
    assert Multilingual(en="Visit") != Multilingual(en="Visit", fr="Visite")
    assert Multilingual(en="Visit") != "Visit"


def test_plain_text_is_taken_as_the_active_language():
    with translation.override("fr"):
        assert Multilingual.of("Visite") == {"fr": "Visite"}
    assert Multilingual.of(None) == {}
    assert Multilingual.of({"pt": "Visita"}) == {"pt": "Visita"}


def test_the_model_field_keeps_every_language(db):
    made = InstitutionFactory(name=Multilingual(en="Agency", fr="Agence", ar="وكالة"))
    again = Institution.objects.get(pk=made.pk)
    assert again.name == {"en": "Agency", "fr": "Agence", "ar": "وكالة"}
    assert list(again.name) == ["en", "fr", "ar"]
    assert Institution.objects.filter(name__contains="Agence").get() == made


def test_every_language_survives_being_dumped_and_loaded(db):
    agency = InstitutionFactory(name=Multilingual(en="Agency", fr="Agence"))
    dumped = serializers.serialize("json", [agency])
    Institution.objects.filter(pk=agency.pk).update(name=Multilingual(en="Other"))
    for loaded in serializers.deserialize("json", dumped):
        loaded.save()
    assert Institution.objects.get(pk=agency.pk).name == {"en": "Agency", "fr": "Agence"}


def test_an_empty_name_is_refused_by_the_model(db):
    nameless = Institution(name=Multilingual(), kind="ngo", country=country("TG"))
    with pytest.raises(ValidationError) as refusal:
        nameless.full_clean()
    assert refusal.value.message_dict == {"name": ["Write this in at least one language."]}


class NameForm(forms.Form):
    name = MultilingualFormField()
    note = MultilingualFormField(required=False, is_long=True)


def test_the_form_wants_one_language_only():
    form = NameForm({"name_fr": "Agence"})
    assert form.is_valid()
    assert form.cleaned_data == {"name": {"fr": "Agence"}, "note": {}}
    assert NameForm({"name_fr": "  "}).errors == {"name": ["This field is required."]}
    assert NameForm({"name_fr": "a\0b"}).errors == {"name": ["Null characters are not allowed."]}


def test_the_form_sees_whether_a_language_changed():
    initial = {"name": Multilingual(en="Agency", fr="Agence")}
    assert not NameForm({"name_en": "Agency", "name_fr": "Agence"}, initial=initial).has_changed()
    assert NameForm({"name_en": "Agency", "name_fr": ""}, initial=initial).changed_data == ["name"]


def test_the_form_shows_the_readers_language_first_and_marks_each_box():
    form = NameForm(initial={"name": Multilingual(en="Agency", ar="وكالة")})
    with translation.override("fr"):
        context = form["name"].field.widget.get_context("name", form["name"].value(), {})["widget"]
    assert context["first"]["code"] == "fr"
    assert [box["code"] for box in context["others"]] == ["en", "pt", "ar"]
    assert [box["code"] for box in context["filled_others"]] == ["en", "ar"]
    assert context["others"][2]["box"]["attrs"]["dir"] == "rtl"
