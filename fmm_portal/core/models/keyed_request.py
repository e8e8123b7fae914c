"""Writes that came with a key of the sender's own, so that sending one again does nothing twice."""

from django.db import models


class KeyedRequest(models.Model):
    """A key in use: claimed under a lease while the request is worked on, then with the answer it was given.

    Nothing here can be read without the key that the sender sends again: it is kept as a hash, as is the request,
    and the answer is sealed with it (api.idempotency).
    """

    caller = models.CharField(max_length=40)
    key_hash = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    lease_owner = models.CharField(max_length=32)
    lease_until = models.DateTimeField()
    answer = models.BinaryField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["caller", "key_hash"], name="key_once_per_caller"),)

    def __str__(self) -> str:
        return f"{self.caller} {self.key_hash[:8]}"
