"""What was to be learnt and what was: questions, session notes, lessons."""

from collections.abc import Iterable
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.models import Record, Searchable
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.institutions.models import Institution
from studyvisits.enums import QuestionStatus, Transferability
from studyvisits.models.agenda import AgendaItem
from studyvisits.models.visit import StudyVisit


class LearningQuestion(Record):
    """A question the delegation brings along, and whether the visit answered it."""

    visit = models.ForeignKey(
        StudyVisit, on_delete=models.CASCADE, related_name="learning_questions", verbose_name=_("study visit")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    text = MultilingualField(_("question"), is_long=True)
    asked_by = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    agenda_item = models.ForeignKey(
        AgendaItem,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="learning_questions",
        verbose_name=_("session where it is to be answered"),
    )
    status = models.CharField(_("status"), max_length=8, choices=QuestionStatus, default=QuestionStatus.OPEN)
    answer = MultilingualField(_("answer"), is_long=True, blank=True)

    shown_relations: ClassVar[tuple[str, ...]] = ("visit", "asked_by__country", "agenda_item")
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("learning question")
        verbose_name_plural = _("learning questions")
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return str(self.text)

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.agenda_item is not None and self.agenda_item.visit_id != self.visit_id:
            errors["agenda_item"] = _t("This session belongs to another visit.")
        if errors:
            raise ValidationError(errors)

    def history_root(self) -> Record:
        return self.visit


class SessionNote(Record):
    """One author's notes of one session. A draft is for its author and the programme until it is shared."""

    item = models.ForeignKey(
        AgendaItem, on_delete=models.CASCADE, related_name="session_notes", verbose_name=_("session")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="session_notes",
        verbose_name=_("author"),
        editable=False,
    )
    author_label = models.CharField(_("author, as shown"), max_length=200, blank=True, editable=False)
    key_points = MultilingualField(_("key points"), is_long=True, blank=True)
    practice_observed = MultilingualField(_("practice observed"), is_long=True, blank=True)
    transferability = models.CharField(
        _("transferability"), max_length=6, choices=Transferability, blank=True
    )
    open_questions = MultilingualField(_("open questions"), is_long=True, blank=True)
    people_met = MultilingualField(
        _("people met, by position"), is_long=True, blank=True, help_text=_("Positions, not names.")
    )
    is_shared = models.BooleanField(
        _("shared"),
        default=False,
        help_text=_("Shared notes can be read by everyone who sees the visit, and go into the debrief note."),
    )

    shown_relations: ClassVar[tuple[str, ...]] = ("item__visit", "author")
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("session note")
        verbose_name_plural = _("session notes")
        ordering = ("item", "created_at", "pk")

    def __str__(self) -> str:
        return _t("Notes on %(session)s") % {"session": self.item}

    def clean(self) -> None:
        if not (self.key_points or self.practice_observed or self.open_questions or self.people_met):
            raise ValidationError({"key_points": _t("Write at least the key points.")})

    def get_absolute_url(self) -> str:
        return self.item.get_absolute_url()

    def history_root(self) -> Record:
        return self.item.visit


class Lesson(Searchable, Record):
    """Something learnt, from whom, and how far it can be used at home."""

    visit = models.ForeignKey(
        StudyVisit, on_delete=models.CASCADE, related_name="lessons", verbose_name=_("study visit")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    agenda_item = models.ForeignKey(
        AgendaItem,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="lessons",
        verbose_name=_("session"),
    )
    learnt_from = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lessons_given",
        verbose_name=_("learnt from"),
    )
    text = MultilingualField(_("lesson"), is_long=True)
    transferability = models.CharField(
        _("transferability"), max_length=6, choices=Transferability, blank=True
    )

    shown_relations: ClassVar[tuple[str, ...]] = ("visit", "agenda_item", "learnt_from__country")
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return str(self.text)

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.agenda_item is not None and self.agenda_item.visit_id != self.visit_id:
            errors["agenda_item"] = _t("This session belongs to another visit.")
        if errors:
            raise ValidationError(errors)

    def search_terms(self) -> Iterable[str]:
        return self.text.values()

    def get_absolute_url(self) -> str:
        return reverse("studyvisits:visit_followup", args=[self.visit_id])

    def history_root(self) -> Record:
        return self.visit
