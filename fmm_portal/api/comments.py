"""Comments on records as a resource."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from fmm_portal.api.actions import act
from fmm_portal.api.documents import SubjectFilterSet
from fmm_portal.api.fields import principal_of
from fmm_portal.api.routers import ResourceRouter
from fmm_portal.api.serializers import ReasonRequest
from fmm_portal.api.subjects import SubjectSerializer
from fmm_portal.api.viewsets import ResourceViewSet
from fmm_portal.core.comments import add_comment, comment_hosts, withdraw_comment
from fmm_portal.core.enums import CommentAudience
from fmm_portal.core.filters import ChoicesFilter
from fmm_portal.core.models import Comment, Record
from fmm_portal.core.principals import name_for


class CommentFilterSet(SubjectFilterSet):
    audience = ChoicesFilter(CommentAudience, label=_("Who may read it"))

    class Meta:
        model = Comment
        fields = ()


class CommentSerializer(SubjectSerializer):
    written_by = serializers.SerializerMethodField()

    class Meta:
        model = Comment
        fields = (
            "subject_type",
            "subject_id",
            "subject",
            "text",
            "audience",
            "written_by",
            "is_by_programme",
            "withdrawn_at",
        )
        read_only_fields = ("is_by_programme", "withdrawn_at")
        extra_kwargs = {"text": {"allow_blank": False, "required": True}}
        prefetch = {"subject": ("subject",)}

    def get_written_by(self, comment: Comment) -> str | None:
        return name_for(principal_of(self), comment.author_label, comment.author_id) or None


class CommentViewSet(ResourceViewSet):
    """Remarks on records. For the programme's staff, or for all who see the record (`audience`).

    Who wrote a comment corrects it with PATCH. It is withdrawn, not deleted: its words go, its place stays.
    """

    resource = "comments"
    serializer_class = CommentSerializer
    filterset_class = CommentFilterSet
    ordering_fields = ("created_at", "updated_at")
    methods = ("list", "create", "retrieve", "partial_update")

    def may_create(self) -> None:
        """Whether one may depends on the subject alone: the service asks its policy."""

    def perform_create(self, values: dict[str, Any]) -> Record:
        subject = values.pop("subject")
        if type(subject) not in comment_hosts():
            raise ValidationError({"subject_type": [_("Records of this resource carry no comments.")]})
        return add_comment(subject, actor=self.actor, **values)

    @extend_schema(request=ReasonRequest, responses=CommentSerializer)
    @act
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take the words of a comment away for good; that there was one stays."""
        comment, values = self.action_input(ReasonRequest)
        return self.shown_again(withdraw_comment(comment, actor=self.actor, **values))


def register(router: ResourceRouter) -> None:
    router.register_resource(CommentViewSet)
