"""What the base classes refuse to become, and the fields they share."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from fmm_portal.api.permissions import PolicyPermission
from fmm_portal.api.resources import resource_models, resource_name
from fmm_portal.api.serializers import ResourceSerializer
from fmm_portal.api.urls import router
from fmm_portal.api.viewsets import ResourceViewSet
from fmm_portal.core.models import ReferenceSequence
from fmm_portal.core.policies import policy_for
from fmm_portal.core.principals import Nobody
from fmm_portal.facility.models import Action
from fmm_portal.institutions.api import ThemeSerializer
from fmm_portal.institutions.filters import ThemeFilterSet
from fmm_portal.news.models import NewsItem
from tests.api_client import as_persona
from tests.factories.institutions import InstitutionFactory
from tests.factories.studyvisits import StudyVisitFactory


@pytest.mark.parametrize("missing", ["resource", "serializer_class", "filterset_class", "ordering_fields"])
def test_viewset_refuses_to_load_without(missing: str) -> None:
    parts = {
        "resource": "themes",
        "serializer_class": ThemeSerializer,
        "filterset_class": ThemeFilterSet,
        "ordering_fields": ("code",),
    }
    del parts[missing]
    with pytest.raises(ImproperlyConfigured, match=missing):
        type("BareViewSet", (ResourceViewSet,), parts)


def test_viewset_refuses_to_load_without_a_policy() -> None:
    class Bare(ResourceSerializer):
        class Meta:
            model = ReferenceSequence
            fields = ("prefix",)

    parts = {
        "resource": "sequences",
        "serializer_class": Bare,
        "filterset_class": ThemeFilterSet,
        "ordering_fields": ("pk",),
        "ordering": ("pk",),
    }
    with pytest.raises(ImproperlyConfigured, match="ReferenceSequence has no policy"):
        type("BareViewSet", (ResourceViewSet,), parts)


def test_no_resource_has_permissions_of_its_own() -> None:
    for _prefix, viewset, _basename in router.registry:
        assert viewset.permission_classes == [PolicyPermission]


def test_resource_is_the_same_in_address_scope_and_registry() -> None:
    for prefix, viewset, basename in router.registry:
        assert prefix == basename == viewset.resource == resource_name(viewset.model)


# Emptied row by row for those who may not read it, without a query; tests/facility/test_actions_api.py and
# tests/news/test_api.py show it.
EMPTIED: dict[type[models.Model], set[str]] = {
    Action: {"request"},
    NewsItem: {"source", "source_type", "source_id"},
}


def test_hidden_fields_are_personal_fields_which_lists_never_show() -> None:
    """Lists leave personal fields out for everybody; what they empty row by row is named here."""
    for model in resource_models().values():
        hidden = policy_for(model).hidden_fields(Nobody(), None)
        assert hidden <= model.restricted_fields | EMPTIED.get(model, set())


def test_every_filter_of_a_relation_takes_several_ids() -> None:
    for _prefix, viewset, _basename in router.registry:
        foreign_keys = [f for f in viewset.model._meta.fields if isinstance(f, models.ForeignKey)]
        relations = {key.name for key in foreign_keys if key.related_model is not ContentType}
        for name in relations & set(viewset.filterset_class.base_filters):
            pytest.fail(f"{viewset.__name__}: the filter {name} must be called {name}_id")


@pytest.mark.django_db
def test_partial_dates_are_taken_and_given_as_known() -> None:
    amina = as_persona("amina")
    for written in ("2015", "2015-07", "2015-07-14", None):
        body = {"title": {"en": "Visit"}, "starts_on": written}
        shown = amina.post("study-visits/", body).json()
        assert shown["starts_on"] == written


@pytest.mark.django_db
def test_period_filter_counts_dates_that_may_lie_in_it() -> None:
    from fmm_portal.core.partial_dates import PartialDate

    def visit(*parts: int) -> int:
        return StudyVisitFactory(starts_on=PartialDate(*parts), ends_on=None).pk  # type: ignore[no-any-return]

    year, month, before, after = visit(2015), visit(2015, 7), visit(2015, 6, 30), visit(2015, 8, 1)
    day = visit(2015, 7, 14)
    amina = as_persona("amina")

    def found(query: str) -> set[int]:
        return {row["id"] for row in amina.get(f"study-visits/?{query}").json()["results"]}

    assert found("starts_on_from=2015-07-01&starts_on_until=2015-07-31") == {year, month, day}
    assert found("starts_on_from=2015-07&starts_on_until=2015-07") == {year, month, day}
    assert found("starts_on_from=2015-07-20") == {year, month, after}
    assert found("starts_on_until=2015-06") == {year, before}
    assert found("starts_on_from=2016") == set()


@pytest.mark.django_db
def test_multilingual_text_is_an_object_of_filled_languages() -> None:
    amina = as_persona("amina")
    shown = amina.post("study-visits/", {"title": {"fr": " Visite ", "ar": ""}}).json()
    assert shown["title"] == {"fr": "Visite"}


@pytest.mark.django_db
def test_write_and_reading_back_give_the_same_tag() -> None:
    institution = InstitutionFactory()
    amina = as_persona("amina")
    written = amina.patch(f"institutions/{institution.pk}/", {"city": "Sokodé"})
    assert amina.get(f"institutions/{institution.pk}/")["ETag"] == written["ETag"]


@pytest.mark.django_db
def test_tag_in_another_language_still_allows_the_write() -> None:
    visit = StudyVisitFactory()
    amina = as_persona("amina")
    tag = amina.get(f"study-visits/{visit.pk}/", Accept_Language="fr")["ETag"]
    response = amina.patch(
        f"study-visits/{visit.pk}/", {"ends_on": "2019-01-24"}, If_Match=tag, Accept_Language="en"
    )
    assert response.status_code == 200
    response = amina.patch(f"study-visits/{visit.pk}/", {"ends_on": "2019-01-23"}, If_Match="*")
    assert response.status_code == 200
    response = amina.patch(f"study-visits/{visit.pk}/", {"ends_on": "2019-01-22"}, If_Match='"made-up"')
    assert (response.status_code, response.json()["current_version"]) == (412, 3)


@pytest.mark.django_db
def test_tag_of_a_compressed_answer_allows_the_write() -> None:
    visit = StudyVisitFactory()
    amina = as_persona("amina")
    tag = amina.get(f"study-visits/{visit.pk}/", Accept_Encoding="gzip")["ETag"]
    assert tag.startswith('W/"1-')
    change = amina.patch(f"study-visits/{visit.pk}/", {"ends_on": "2019-01-24"}, If_Match=tag)
    assert change.status_code == 200
    assert amina.patch(f"study-visits/{visit.pk}/", {"ends_on": None}, If_Match=tag).status_code == 412


@pytest.mark.django_db
def test_names_of_colleagues_are_for_colleagues() -> None:
    visit = StudyVisitFactory(owner=as_persona("amina").user)
    path = f"study-visits/{visit.pk}/"
    assert as_persona("marc").get(path).json()["owner"]["label"] == "Amina"
    assert as_persona("eva").get(path).json()["owner"]["label"] is None
    as_persona("amina").patch(path, {"ends_on": "2019-01-24"})
    assert as_persona("marc").get(f"{path}history/").json()["results"][0]["actor"] == "Amina"
    assert as_persona("eva").get(f"{path}history/").json()["results"][0]["actor"] is None
