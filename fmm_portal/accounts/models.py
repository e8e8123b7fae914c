"""Users who sign in by e-mail, their memberships, and API keys bound to an agency.

Institutions lie in a higher layer, so memberships name them lazily.
"""

from datetime import timedelta
from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fmm_portal.accounts.enums import KeyRole, KeyState, Role
from fmm_portal.accounts.networks import is_within, normal_networks
from fmm_portal.accounts.roles import is_staff
from fmm_portal.accounts.scopes import check_scopes, in_words
from fmm_portal.core.models import Record
from fmm_portal.core.principals import Grant
from fmm_portal.core.querysets import RecordQuerySet

# A key that expires within so many days is to be renewed.
SOON = timedelta(days=30)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """E-mail addresses are kept in lower case: two spellings are one person."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(_("e-mail address"), unique=True)
    full_name = models.CharField(_("name shown to colleagues"), max_length=150)
    preferred_language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default="en"
    )
    is_active = models.BooleanField(_("active"), default=True)
    # Opens Django's support screens only; what a person may do in the portal comes from memberships.
    is_staff = models.BooleanField(_("may open the support screens"), default=False)
    date_joined = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True, editable=False, db_index=True)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("full_name", "pk")

    def __str__(self) -> str:
        return self.full_name or self.email

    def clean(self) -> None:
        self.email = self.email.strip().lower()

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[0] if self.full_name else self.email

    @cached_property
    def grants(self) -> tuple[Grant, ...]:
        """What today's memberships give; a partner's or host's institution brings no country by itself."""
        if not self.is_active:
            return ()
        today = timezone.localdate()
        memberships = self.memberships.filter(
            models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=today)
        ).filter(models.Q(starts_on__isnull=True) | models.Q(starts_on__lte=today))
        grants = []
        for membership in memberships:
            grants.append(Grant(membership.role, membership.institution_id, membership.country_id))
            if membership.role == Role.AGENCY_ADMINISTRATOR:
                # Whoever looks after an agency's keys works there.
                grants.append(Grant(Role.PARTNER, membership.institution_id, membership.country_id))
        return tuple(grants)

    @property
    def account_id(self) -> int | None:
        return self.pk

    @property
    def knows_colleagues(self) -> bool:
        return is_staff(self)


class Membership(Record):
    """A role somewhere, for some time. Several memberships add up."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=13, choices=Role)
    institution = models.ForeignKey(
        "institutions.Institution",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("institution"),
    )
    country = models.ForeignKey(
        "institutions.Country",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("country"),
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ("user", "role", "pk")
        constraints = (
            models.CheckConstraint(
                name="partners_and_hosts_belong_somewhere",
                condition=~models.Q(role__in=["partner", "host"])
                | models.Q(institution__isnull=False)
                | models.Q(country__isnull=False),
                violation_error_message=_("A partner or host needs an institution or a country."),
            ),
            models.CheckConstraint(
                name="agency_administrators_have_an_agency",
                condition=~models.Q(role="agency_admin") | models.Q(institution__isnull=False),
                violation_error_message=_("The administrator of a partner agency needs that institution."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class ApiKey(Record):
    """A key of an agency, not of a person. The secret is shown once and kept only as a hash.

    While it is renewed the old secret works beside the new one until `previous_until`.
    """

    institution = models.ForeignKey(
        "institutions.Institution",
        on_delete=models.PROTECT,
        related_name="api_keys",
        verbose_name=_("agency"),
    )
    country = models.ForeignKey(
        "institutions.Country",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("country"),
        help_text=_("Give the key the rows of a whole country besides those of the agency."),
    )
    role = models.CharField(_("role"), max_length=13, choices=KeyRole, default=KeyRole.PARTNER)
    name = models.CharField(
        _("name"),
        max_length=100,
        help_text=_("What uses the key, such as “Sync with the ministry’s register”."),
    )
    prefix = models.CharField(_("prefix"), max_length=12, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    previous_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    previous_until = models.DateTimeField(_("old secret works until"), null=True, blank=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    networks = models.JSONField(
        _("allowed networks"),
        default=list,
        blank=True,
        help_text=_(
            "Where the key may be used from, such as 196.200.10.0/24; everywhere when there is none."
        ),
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    rate_per_minute = models.PositiveIntegerField(
        _("requests a minute"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty for the portal’s usual limit."),
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    last_used_from = models.GenericIPAddressField(_("last used from"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("revoked by"),
    )

    restricted_fields: ClassVar[frozenset[str]] = frozenset({"secret_hash", "previous_hash"})
    shown_relations: ClassVar[tuple[str, ...]] = ("institution__country", "country", "revoked_by")

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ("institution", "name", "pk")

    # The key as it is given to its agency; known only right after it was issued, and never kept.
    full_text = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def get_absolute_url(self) -> str:
        return reverse("accounts:key_detail", args=[self.pk])

    def clean(self) -> None:
        errors = {}
        try:
            check_scopes(self.scopes)
        except ValidationError as error:
            errors["scopes"] = error
        try:
            self.networks = normal_networks(self.networks)
        except ValidationError as error:
            errors["networks"] = error
        if errors:
            raise ValidationError(errors)
        self.scopes = sorted(set(self.scopes))

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and not self.is_expired

    @property
    def state(self) -> KeyState:
        if self.revoked_at is not None:
            return KeyState.REVOKED
        if self.is_expired:
            return KeyState.EXPIRED
        is_near = self.expires_at is not None and self.expires_at <= timezone.now() + SOON
        return KeyState.EXPIRING if is_near else KeyState.LIVE

    @property
    def has_old_secret(self) -> bool:
        """Whether the secret before the last renewal still works."""
        return self.is_live and self.previous_until is not None and self.previous_until > timezone.now()

    def may_come_from(self, address: str | None) -> bool:
        return not self.networks or is_within(address, self.networks)

    @property
    def scopes_in_words(self) -> list[tuple[str, list[str]]]:
        return in_words(self.scopes)
