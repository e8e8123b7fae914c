"""What somebody typed into a form and has not saved yet."""

import uuid

from django.conf import settings
from django.db import models


class Draft(models.Model):
    """One person's text for the form at one address; see `core.drafts`."""

    token = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=300)
    # As a browser sends a form, so that the form can be filled with it as if it had just been sent.
    content = models.TextField()
    version = models.PositiveIntegerField(default=1)
    # The open page that wrote last: it may go on even when it never heard that the text had arrived.
    writer = models.UUIDField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = (models.Index(fields=["user", "form"], name="drafts_of_a_form"),)

    def __str__(self) -> str:
        return str(self.token)
