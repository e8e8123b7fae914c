"""News as a resource: drafts for the programme, what is published for everybody with a role or a key."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from fmm_portal.api.resources import absolute
from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.serializers import ResourceSerializer
from fmm_portal.api.subjects import SubjectBrief, SubjectType
from fmm_portal.api.viewsets import ResourceViewSet
from fmm_portal.core.policies import require
from fmm_portal.news.filters import NewsFilterSet
from fmm_portal.news.models import NewsItem
from fmm_portal.news.public import language, picture_url


class PictureSerializer(serializers.Serializer[Any]):
    """A picture with what stands beside it. `src` opens once the item is published."""

    id = serializers.IntegerField()
    src = serializers.SerializerMethodField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    alternative_text = serializers.DictField(child=serializers.CharField())
    caption = serializers.DictField(child=serializers.CharField())
    credit = serializers.CharField()

    def get_src(self, picture: Any) -> str:
        return absolute(self.context.get("request"), picture_url(picture, "large")) or ""


class NewsSerializer(ResourceSerializer):
    source_type = SubjectType(source="source_type_id", read_only=True, allow_null=True)
    source_id = serializers.IntegerField(read_only=True, allow_null=True)
    source = SubjectBrief(read_only=True, allow_null=True)  # type: ignore[assignment]
    pictures = PictureSerializer(many=True, read_only=True)
    public_url = serializers.SerializerMethodField()

    class Meta:
        model = NewsItem
        fields = (
            "title", "lead", "body", "date", "countries", "themes", "programme", "published_at", "public_url",
            "source_type", "source_id", "source", "pictures",
        )  # fmt: skip
        detail_fields = ("body", "source_type", "source_id", "source", "pictures")
        read_only_fields = ("published_at",)
        prefetch = {"pictures": ("pictures",)}

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_public_url(self, item: NewsItem) -> str | None:
        """The page for everybody; nothing while it is not published."""
        return (
            absolute(self.context.get("request"), item.public_url(language())) if item.is_published else None
        )


class NewsViewSet(ResourceViewSet):
    """News of the programme. Drafts are written by its officers, published and withdrawn by a manager."""

    resource = "news"
    serializer_class = NewsSerializer
    filterset_class = NewsFilterSet
    ordering_fields = ("reference", "date", "published_at", "status", "created_at", "updated_at")

    def check_object_permissions(self, request: Request, obj: Any) -> None:
        super().check_object_permissions(request, obj)
        if self.action == "history":
            require(self.principal, "read_history", obj)


def register(router: ResourceRouter) -> None:
    router.register_resource(NewsViewSet)
