"""A request for technical assistance, the stakeholders consulted about it, and its assessment."""

import secrets
from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fmm_portal.core.addresses import record_address
from fmm_portal.core.currencies import Currency
from fmm_portal.core.models import Record, Searchable
from fmm_portal.core.multilingual import MultilingualField
from fmm_portal.core.partial_dates import PartialDateField
from fmm_portal.core.periods import is_in_the_future
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.core.sources import SourcesField
from fmm_portal.facility.enums import EDITABLE_REQUESTS, ConsulteeStatus, RequestStatus
from fmm_portal.facility.models.configuration import Criterion, Facility
from fmm_portal.facility.querysets import RequestQuerySet
from fmm_portal.institutions.models import Country, Institution, Theme


class Request(Searchable, Record):
    """What an institution asks a facility for. A draft needs a title only; submission asks for the rest."""

    # Given at registration, never before and never again: a draft has none.
    reference = models.CharField(
        _("reference"), max_length=30, unique=True, null=True, blank=True, editable=False
    )
    facility = models.ForeignKey(
        Facility,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="requests",
        verbose_name=_("facility"),
    )
    title = MultilingualField(_("title"))
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="requests",
        verbose_name=_("requesting authority"),
    )
    joint_with = models.ManyToManyField(
        Institution, blank=True, related_name="joint_requests", verbose_name=_("jointly with")
    )
    countries = models.ManyToManyField(
        Country, blank=True, related_name="requests", verbose_name=_("countries")
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="requests", verbose_name=_("themes"))
    contact_position = MultilingualField(
        _("contact, by position"), blank=True, help_text=_("A position, not a name.")
    )
    need = MultilingualField(
        _("need"), is_long=True, blank=True, help_text=_("The situation, and what is missing to change it.")
    )
    objectives = MultilingualField(_("objectives"), is_long=True, blank=True, help_text=_("One a line."))
    expected_results = MultilingualField(
        _("expected results"), is_long=True, blank=True, help_text=_("One a line.")
    )
    support_wanted = MultilingualField(
        _("support asked for"),
        is_long=True,
        blank=True,
        help_text=_("Such as expert missions, workshops, a study visit. One a line."),
    )
    estimated_cost = models.DecimalField(
        _("estimated cost"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.EUR)
    duration_months = models.PositiveSmallIntegerField(
        _("duration in months"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    requested_on = PartialDateField(
        _("date of the request"), db_index=True, help_text=_("The date of the letter, as far as it is known.")
    )
    dates_note = MultilingualField(_("note on the dates"), is_long=True, blank=True)
    sources = SourcesField(_("sources"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="requests",
        verbose_name=pgettext_lazy("request", "responsible officer"),
    )
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=RequestStatus,
        default=RequestStatus.DRAFT,
        editable=False,
        db_index=True,
    )
    # Grows each time a returned request is submitted again: it is consulted and assessed afresh.
    round = models.PositiveSmallIntegerField(_("round"), default=1, editable=False)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True, editable=False)
    consultation_due_at = models.DateTimeField(
        _("answers expected by"), null=True, blank=True, editable=False, db_index=True
    )
    eligibility_note = models.TextField(
        _("eligibility"), blank=True, help_text=_("Read by everybody who sees the request.")
    )
    decided_on = PartialDateField(_("decided on"))
    decision_body = models.CharField(
        _("deciding body"), max_length=200, blank=True, help_text=_("Such as the steering committee.")
    )
    decided_by = models.CharField(
        _("decided by"), max_length=200, blank=True, help_text=_("A position, not a name.")
    )
    decision_reasons = models.TextField(_("reasons of the decision"), blank=True)

    searched_through: ClassVar[tuple[str, ...]] = ("institution",)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = (models.F("requested_on").desc(nulls_last=True), "-pk")

    def __str__(self) -> str:
        return f"{self.reference or ''} {self.title}".strip()

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if is_in_the_future(self.requested_on):
            errors["requested_on"] = _t("This date is in the future.")
        if is_in_the_future(self.decided_on):
            errors["decided_on"] = _t("This date is in the future.")
        if errors:
            raise ValidationError(errors)

    def search_terms(self) -> Iterable[str]:
        asker = self.institution.search_text if self.institution else ""
        return (self.reference or "", *self.title.values(), asker)

    def get_absolute_url(self) -> str:
        return record_address("facility:request_detail", self.pk)

    @property
    def is_editable(self) -> bool:
        """What was submitted is what is judged; only a draft or a returned request changes."""
        return self.status in EDITABLE_REQUESTS

    @property
    def exceeds_ceiling(self) -> bool:
        """Whether the cost is over the facility's ceiling. Another currency is not compared."""
        ceiling = self.facility.ceiling if self.facility else None
        return (
            ceiling is not None
            and self.estimated_cost is not None
            and self.facility is not None
            and self.currency == self.facility.currency
            and self.estimated_cost > ceiling
        )

    @property
    def exceeds_duration(self) -> bool:
        longest = self.facility.max_duration_months if self.facility else None
        return longest is not None and self.duration_months is not None and self.duration_months > longest


def new_key() -> str:
    """The secret part of a personal link; a new one makes the old link worthless."""
    return secrets.token_urlsafe(16)


class Consultee(Record):
    """A stakeholder who is asked about a request: agree or object, and after the deadline silence consents."""

    request = models.ForeignKey(
        Request, on_delete=models.CASCADE, related_name="consultees", verbose_name=_("request")
    )
    round = models.PositiveSmallIntegerField(_("round"), default=1, editable=False)
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="consultations",
        verbose_name=_("institution"),
    )
    position = MultilingualField(_("position asked"), blank=True, help_text=_("A position, not a name."))
    has_veto = models.BooleanField(
        _("has a veto"),
        default=False,
        help_text=_("An objection then blocks approval until a manager passes over it with a reason."),
    )
    language = models.CharField(
        _("language of the link"),
        max_length=2,
        choices=settings.LANGUAGES,
        blank=True,
        help_text=_("In which the personal page opens. Left empty, it opens in the reader's own."),
    )
    status = models.CharField(
        _("answer"), max_length=8, choices=ConsulteeStatus, default=ConsulteeStatus.PENDING, editable=False
    )
    comment = models.TextField(_("comment"), blank=True)
    due_at = models.DateTimeField(_("answer by"), null=True, blank=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    key = models.CharField(max_length=32, default=new_key, editable=False)

    restricted_fields: ClassVar[frozenset[str]] = frozenset({"key"})
    shown_relations: ClassVar[tuple[str, ...]] = ("request", "institution__country")
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("stakeholder consulted")
        verbose_name_plural = _("stakeholders consulted")
        ordering = ("request", "-round", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["request", "round", "institution"],
                name="consultee_once_per_round",
                condition=models.Q(institution__isnull=False),
                violation_error_message=_("This institution is already consulted."),
            ),
        )

    def __str__(self) -> str:
        return str(self.institution or self.position)

    def clean(self) -> None:
        if self.institution_id is None and not self.position:
            raise ValidationError({"institution": _t("Say which institution, or which position, is asked.")})

    def get_absolute_url(self) -> str:
        return f"{self.request.get_absolute_url()}#consultee-{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it can be answered now: the consultation of this round runs and the deadline is ahead."""
        return (
            self.request.status == RequestStatus.CONSULTATION
            and self.round == self.request.round
            and self.due_at is not None
            and timezone.now() < self.due_at
        )

    def history_root(self) -> Record:
        return self.request


class AssessmentScore(Record):
    """One reviewer's score and comment on one criterion."""

    request = models.ForeignKey(
        Request, on_delete=models.CASCADE, related_name="scores", verbose_name=_("request")
    )
    round = models.PositiveSmallIntegerField(_("round"), default=1, editable=False)
    criterion = models.ForeignKey(
        Criterion, on_delete=models.PROTECT, related_name="scores", verbose_name=_("criterion")
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("reviewer"),
    )
    score = models.DecimalField(
        _("score"), max_digits=5, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    comment = models.TextField(_("comment"), blank=True)

    shown_relations: ClassVar[tuple[str, ...]] = ("request", "criterion", "reviewer")
    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ("request", "-round", "criterion__order", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["request", "round", "criterion", "reviewer"],
                name="score_once_per_reviewer",
                violation_error_message=_("You have scored this criterion already. Change that score."),
            ),
        )

    def __str__(self) -> str:
        return _t("%(label)s: %(value)s") % {"label": self.criterion, "value": self.score}

    def get_absolute_url(self) -> str:
        return reverse("facility:request_assessment", args=[self.request_id])

    def clean(self) -> None:
        errors: dict[str, str] = {}
        if self.criterion_id and self.request_id and self.criterion.facility_id != self.request.facility_id:
            errors["criterion"] = _t("This criterion belongs to another facility.")
        if self.criterion_id and self.score is not None and self.score > self.criterion.max_score:
            errors["score"] = _t("The highest score of this criterion is %(score)d.") % {
                "score": self.criterion.max_score
            }
        if errors:
            raise ValidationError(errors)

    def history_root(self) -> Record:
        return self.request
