"""What people say about a record: beside its facts, never part of them."""

from typing import ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.enums import CommentAudience
from fmm_portal.core.models.record import Record
from fmm_portal.core.querysets import RecordQuerySet

LONGEST_COMMENT = 4000


class Comment(Record):
    """A remark in plain text. A withdrawn one keeps its place and loses its words."""

    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    text = models.TextField(_("comment"), max_length=LONGEST_COMMENT, blank=True)
    audience = models.CharField(
        _("who may read it"), max_length=12, choices=CommentAudience, default=CommentAudience.PROGRAMME
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("who"),
    )
    author_label = models.CharField(_("who"), max_length=200, editable=False)
    is_by_programme = models.BooleanField(_("said by the programme"), default=False, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)

    # Free words may hold anything: history tells that they changed and keeps no copy, so that withdrawing works.
    uncopied_fields: ClassVar[frozenset[str]] = frozenset({"text"})

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=["subject_type", "subject_id", "-created_at"], name="comments_of_subject"),
        )

    def __str__(self) -> str:
        return str(self.subject) if self.subject is not None else _t("comment")

    def clean(self) -> None:
        if not self.text.strip() and self.withdrawn_at is None:
            raise ValidationError({"text": ValidationError(_t("Write something first."), code="required")})

    @property
    def is_corrected(self) -> bool:
        return self.version > 1 and self.withdrawn_at is None

    def get_absolute_url(self) -> str:
        return str(self.subject.get_absolute_url()) if self.subject is not None else ""

    def history_root(self) -> Record:
        return self.subject.history_root() if self.subject is not None else self
