"""The anchors of the API: the same rows and fields by plain Django REST framework, with nested serializers.

No policy, no scopes, no steps, no hidden fields, no entity tags. Relations are joined or prefetched as one does.
"""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import path
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import pagination, serializers, viewsets
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated

from delegations.models import Delegation
from fmm_portal.accounts.models import User
from fmm_portal.api.fields import MultilingualField, PartialDateField
from fmm_portal.core.querysets import fold
from fmm_portal.facility.models import Programme
from fmm_portal.institutions.models import Country, Theme
from studyvisits.models import StudyVisit


def brief(of: Any, *names: str) -> type[serializers.ModelSerializer[Any]]:
    """The nested serializer of a related record."""
    texts = {name: MultilingualField() for name in names if name in ("name", "title")}
    meta = type("Meta", (), {"model": of, "fields": ("id", *names)})
    return type(f"{of.__name__}Brief", (serializers.ModelSerializer,), {**texts, "Meta": meta})


class CountryBrief(serializers.ModelSerializer[Country]):
    name = serializers.SerializerMethodField()

    class Meta:
        model = Country
        fields = ("id", "code", "name")

    def get_name(self, country: Country) -> dict[str, str]:
        return {language: country.name_in(language) for language in ("en", "fr", "pt", "ar")}


class PlainVisitSerializer(serializers.ModelSerializer[StudyVisit]):
    title, objectives = MultilingualField(), MultilingualField()
    dates_note, outcomes = MultilingualField(), MultilingualField()
    starts_on, ends_on = PartialDateField(), PartialDateField()
    programme = brief(Programme, "acronym", "name")()
    owner = brief(User, "full_name")()
    themes = brief(Theme, "code", "name")(many=True)
    delegations = brief(Delegation, "name")(many=True)
    sending_countries = CountryBrief(many=True)
    host_countries = CountryBrief(many=True)

    class Meta:
        model = StudyVisit
        fields = (
            "id", "reference", "status", "title", "programme_id", "programme", "themes", "delegations",
            "sending_countries", "host_countries", "objectives", "starts_on", "ends_on", "duration_days",
            "stated_duration_days", "dates_note", "outcomes", "sources", "owner_id", "owner", "action_id",
            "activity_id",
            "strategy_id", "milestone_id", "plan_activity_id", "version", "created_at", "updated_at",
        )  # fmt: skip


class PlainVisitFilters(django_filters.FilterSet):
    search = django_filters.CharFilter(method="find")

    class Meta:
        model = StudyVisit
        fields = ("status", "programme", "owner", "themes")

    def find(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in fold(value).split():
            rows = rows.filter(search_text__contains=word)
        return rows


class FiftyRows(pagination.PageNumberPagination):
    page_size = 50


class PlainVisits(viewsets.ReadOnlyModelViewSet[StudyVisit]):
    queryset = (
        StudyVisit.objects.select_related("programme", "owner")
        .prefetch_related("themes", "delegations__sending_countries", "legs__country")
        .order_by("-starts_on", "-pk")
    )
    serializer_class = PlainVisitSerializer
    authentication_classes = (SessionAuthentication,)
    permission_classes = (IsAuthenticated,)
    filter_backends = (DjangoFilterBackend,)
    filterset_class = PlainVisitFilters
    pagination_class = FiftyRows


urlpatterns = [
    path("plain/api/visits/", PlainVisits.as_view({"get": "list"}), name="plain_api_visits"),
    path("plain/api/visits/<int:pk>/", PlainVisits.as_view({"get": "retrieve"}), name="plain_api_visit"),
]
