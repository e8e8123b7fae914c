"""The addresses at which people's calendar programs read: half of each is kept, the other half is signed."""

import secrets

from django.conf import settings
from django.core import signing
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

# Between the two halves; it occurs in neither.
SIGNER = signing.Signer(salt="fmm_portal.calendars", sep=".")


def new_key() -> str:
    return secrets.token_urlsafe(16)


class CalendarFeed(models.Model):
    """One person's address of one calendar. Renewing it changes the key; revoking it deletes the row."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person")
    )
    kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    key = models.CharField(max_length=22, unique=True, default=new_key)
    created_at = models.DateTimeField(auto_now_add=True)
    renewed_at = models.DateTimeField(null=True, blank=True)
    last_read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = (
            models.UniqueConstraint(fields=["user", "kind", "subject_id"], name="one_address_a_calendar"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"

    @property
    def token(self) -> str:
        """The secret part of the address. It is never stored, so a copy of the database opens no calendar."""
        return SIGNER.sign(self.key)

    @property
    def address(self) -> str:
        return settings.BASE_URL.rstrip("/") + reverse("calendars:read", args=[self.token])

    @property
    def webcal(self) -> str:
        """The same address as calendar programs take it from a link."""
        return f"webcal://{self.address.partition('://')[2]}"


def feed_of(token: str) -> CalendarFeed | None:
    """The address that a token belongs to; None for one that is not ours, was renewed or was revoked."""
    try:
        key = SIGNER.unsign(token)
    except signing.BadSignature:
        return None
    return CalendarFeed.objects.select_related("user").filter(key=key).first()
