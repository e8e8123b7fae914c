"""What a printed document says of itself: reference, version, date, and the fingerprint of its data."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Imprint:
    """`data` is the canonical JSON that is attached to the file; its sha256 is the fingerprint printed in it."""

    reference: str
    number: int
    issued_at: datetime
    fingerprint: str
    data: bytes

    @property
    def issued_on(self) -> date:
        return self.issued_at.date()

    @property
    def fingerprint_groups(self) -> list[str]:
        """In groups of eight, so that two people can compare them aloud."""
        return [self.fingerprint[start : start + 8] for start in range(0, len(self.fingerprint), 8)]
