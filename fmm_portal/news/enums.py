"""The states of a news item."""

from django.db import models
from django.utils.translation import pgettext_lazy


class NewsStatus(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("news", "Draft")
    PUBLISHED = "published", pgettext_lazy("news", "Published")
    WITHDRAWN = "withdrawn", pgettext_lazy("news", "Withdrawn")


# The road that a news item normally takes, for the state strip.
NEWS_STAGES = (NewsStatus.DRAFT, NewsStatus.PUBLISHED)
