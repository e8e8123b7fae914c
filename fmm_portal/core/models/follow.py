"""What a person keeps an eye on."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models


class Follow(models.Model):
    """A record that one person follows; it tells nobody else, and opens nothing that they may not see."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    subject_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    subject_id = models.BigIntegerField()
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "subject_type", "subject_id"], name="one_follow_a_record"
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject_type}: {self.subject_id}"
