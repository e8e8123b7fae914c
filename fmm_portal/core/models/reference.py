"""Counters behind human references such as SV-2019-001. A number once given is never given again."""

from django.db import models


class ReferenceSequence(models.Model):
    prefix = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["prefix", "year"], name="one_sequence_per_prefix_and_year"),
        )

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}: {self.last_number}"
