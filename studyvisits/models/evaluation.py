"""What delegates thought of a visit: a form with a scale of its own, its questions, and the answers."""

from collections.abc import Mapping
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.partial_dates import PartialDateField
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.institutions.enums import Sex
from studyvisits.enums import KirkpatrickLevel
from studyvisits.models.visit import StudyVisit


class Evaluation(Record):
    """A form that delegates answer: at the end of the visit, or months later.

    Each form keeps its scale with the words for its values, because programmes use 1 to 5 and 1 to 4 alike.
    """

    visit = models.ForeignKey(
        StudyVisit, on_delete=models.CASCADE, related_name="evaluations", verbose_name=_("study visit")
    )
    title = MultilingualField(_("title"))
    level = models.PositiveSmallIntegerField(
        _("level"), choices=KirkpatrickLevel, default=KirkpatrickLevel.REACTION
    )
    lowest = models.PositiveSmallIntegerField(
        _("lowest value"), default=1, validators=[MaxValueValidator(10)]
    )
    highest = models.PositiveSmallIntegerField(
        _("highest value"), default=5, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    labels = MultilingualField(
        _("words for the values"),
        is_long=True,
        blank=True,
        help_text=_("One a line, from the lowest value to the highest."),
    )
    held_on = PartialDateField(_("date"))
    invited = models.PositiveSmallIntegerField(
        _("people asked"), null=True, blank=True, help_text=_("Without it no response rate is shown.")
    )

    shown_relations: ClassVar[tuple[str, ...]] = ("visit",)
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        ordering = ("visit", "level", "pk")

    def __str__(self) -> str:
        return str(self.title)

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.highest <= self.lowest:
            errors["highest"] = _t("The highest value must be above the lowest.")
        elif wrong := self._wrong_labels():
            errors["labels"] = wrong
        if errors:
            raise ValidationError(errors)

    def _wrong_labels(self) -> str | None:
        count = len(self.scale)
        for text in self.labels.values():
            if len([line for line in text.splitlines() if line.strip()]) != count:
                return _t("Give %(count)d words, one a line: one for each value of the scale.") % {
                    "count": count
                }
        return None

    def get_absolute_url(self) -> str:
        return f"{reverse('studyvisits:visit_evaluation', args=[self.visit_id])}#evaluation-{self.pk}"

    def history_root(self) -> Record:
        return self.visit

    @property
    def scale(self) -> range:
        return range(self.lowest, self.highest + 1)

    def label_of(self, value: int) -> str:
        """The word for a value in the reader's language; "" where the form has none."""
        lines = [line.strip() for line in str(self.labels).splitlines() if line.strip()]
        return lines[value - self.lowest] if lines else ""


class EvaluationQuestion(Record):
    """One question, answered by a value of the form's scale."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.CASCADE, related_name="questions", verbose_name=_("evaluation")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    text = MultilingualField(_("question"))

    shown_relations: ClassVar[tuple[str, ...]] = ("evaluation__visit",)
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation question")
        verbose_name_plural = _("evaluation questions")
        ordering = ("evaluation", "order", "pk")

    def __str__(self) -> str:
        return str(self.text)

    def get_absolute_url(self) -> str:
        return self.evaluation.get_absolute_url()

    def history_root(self) -> Record:
        return self.evaluation.visit


class EvaluationResponse(Record):
    """One person's answers, without the person: no name, no position, no account."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.CASCADE, related_name="responses", verbose_name=_("evaluation")
    )
    sex = models.CharField(_("sex"), max_length=10, choices=Sex, default=Sex.NOT_STATED)
    # {question's key: value}; what was left out was not answered.
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    liked = models.TextField(_("what was best"), blank=True)
    improve = models.TextField(_("what to improve"), blank=True)

    # History tells that an answer was put right, never from what to what.
    restricted_fields: ClassVar[frozenset[str]] = frozenset({"answers", "liked", "improve", "sex"})
    shown_relations: ClassVar[tuple[str, ...]] = ("evaluation__visit",)
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation answer")
        verbose_name_plural = _("evaluation answers")
        ordering = ("evaluation", "pk")

    def __str__(self) -> str:
        return _t("Answer to “%(evaluation)s”") % {"evaluation": self.evaluation}

    def clean(self) -> None:
        if not isinstance(self.answers, Mapping):
            raise ValidationError({"answers": _t("Give the answers by question.")})
        questions = {str(pk) for pk in self.evaluation.questions.values_list("pk", flat=True)}
        if set(self.answers) - questions:
            raise ValidationError({"answers": _t("An answer is to a question of another form.")})
        scale = self.evaluation.scale
        if any(type(value) is not int or value not in scale for value in self.answers.values()):
            limits = {"lowest": scale[0], "highest": scale[-1]}
            raise ValidationError(
                {"answers": _t("Every answer is a number from %(lowest)d to %(highest)d.") % limits}
            )
        if not self.answers and not self.liked.strip() and not self.improve.strip():
            raise ValidationError({"answers": _t("Answer at least one question.")})

    def get_absolute_url(self) -> str:
        return self.evaluation.get_absolute_url()

    def history_root(self) -> Record:
        return self.evaluation.visit
