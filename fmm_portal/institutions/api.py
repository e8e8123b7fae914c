"""Countries, themes, institutions with their former names, and contacts as resources."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fmm_portal.api.actions import act
from fmm_portal.api.fields import MultilingualField, PartialDateField
from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.serializers import ReasonRequest, ResourceSerializer
from fmm_portal.api.viewsets import ResourceViewSet
from fmm_portal.core.errors import Gone
from fmm_portal.core.multilingual import content_languages
from fmm_portal.institutions.filters import (
    ContactFilterSet,
    CountryFilterSet,
    FormerNameFilterSet,
    InstitutionFilterSet,
    ThemeFilterSet,
)
from fmm_portal.institutions.merging import merged_into
from fmm_portal.institutions.models import Contact, Country, FormerName, Institution, Theme
from fmm_portal.institutions.services import rename_institution


class CountrySerializer(ResourceSerializer):
    name = serializers.SerializerMethodField()

    class Meta:
        model = Country
        fields = ("code", "name", "is_programme_country", "ecowas_member_from", "ecowas_member_until")

    @extend_schema_field(MultilingualField)
    def get_name(self, country: Country) -> dict[str, str]:
        return {language: country.name_in(language) for language in content_languages()}


class CountryViewSet(ResourceViewSet):
    """Countries by ISO code; their names come out of CLDR."""

    resource = "countries"
    serializer_class = CountrySerializer
    filterset_class = CountryFilterSet
    ordering_fields = ("code", "updated_at")


class ThemeSerializer(ResourceSerializer):
    class Meta:
        model = Theme
        fields = ("code", "name")


class ThemeViewSet(ResourceViewSet):
    """Subjects of the programme, such as labour migration."""

    resource = "themes"
    serializer_class = ThemeSerializer
    filterset_class = ThemeFilterSet
    ordering_fields = ("code", "updated_at")


class FormerNameSerializer(ResourceSerializer):
    class Meta:
        model = FormerName
        fields = ("institution", "name", "acronym", "valid_from", "valid_until")


class FormerNameViewSet(ResourceViewSet):
    """What institutions were called until some date. To rename one, use its action `rename`."""

    resource = "former-names"
    serializer_class = FormerNameSerializer
    filterset_class = FormerNameFilterSet
    ordering_fields = ("valid_until", "updated_at")


class ShortFormerNameSerializer(serializers.ModelSerializer[FormerName]):
    """A former name within its institution."""

    name = MultilingualField()
    valid_from = PartialDateField(allow_null=True)
    valid_until = PartialDateField()

    class Meta:
        model = FormerName
        fields = ("id", "name", "acronym", "valid_from", "valid_until")


class InstitutionSerializer(ResourceSerializer):
    former_names = ShortFormerNameSerializer(many=True, read_only=True)

    class Meta:
        model = Institution
        fields = (
            "name",
            "acronym",
            "country",
            "kind",
            "constituency",
            "parent",
            "city",
            "website",
            "organisation_identifier",
            "themes",
            "notes",
            "former_names",
        )
        detail_fields = ("former_names",)
        prefetch = {"former_names": ("former_names",)}


class RenameRequest(ReasonRequest):
    name = MultilingualField(allow_empty=False)
    acronym = serializers.CharField(allow_blank=True, max_length=30)
    former_until = PartialDateField()


class InstitutionViewSet(ResourceViewSet):
    """Bodies that send, host, fund or take part.

    One that was merged into another is in no list. Its address answers 410 `merged`, with the other in `merged_into`.
    """

    resource = "institutions"
    serializer_class = InstitutionSerializer
    filterset_class = InstitutionFilterSet
    ordering_fields = ("acronym", "kind", ("country", "country__code"), "updated_at")

    def get_object(self) -> Any:
        try:
            return super().get_object()
        except Http404:
            now = merged_into(int(self.kwargs["pk"]), self.principal)
            if now is None:
                raise
            raise Gone(
                _("This institution was merged into %(institution)s.") % {"institution": now}, now=now
            ) from None

    @extend_schema(request=RenameRequest, responses=InstitutionSerializer)
    @act
    def rename(self, request: Request, pk: str) -> Response:
        """Give a new name and keep the present one as valid until `former_until`."""
        record, values = self.action_input(RenameRequest)
        return self.shown_again(rename_institution(record, actor=self.actor, **values))


class ContactSerializer(ResourceSerializer):
    class Meta:
        model = Contact
        fields = (
            "institution",
            "position",
            "person_name",
            "sex",
            "languages",
            "email",
            "phone",
            "starts_on",
            "ends_on",
        )


class ContactViewSet(ResourceViewSet):
    """Posts in institutions. Who holds a post is only read one record at a time, by those who may."""

    resource = "contacts"
    serializer_class = ContactSerializer
    filterset_class = ContactFilterSet
    ordering_fields = (("institution", "institution__acronym"), "starts_on", "updated_at")


def register(router: ResourceRouter) -> None:
    for viewset in (CountryViewSet, ThemeViewSet, InstitutionViewSet, FormerNameViewSet, ContactViewSet):
        router.register_resource(viewset)
