"""Many rows written together: all that is refused is told row by row, and a single refusal undoes them all."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import ngettext

from fmm_portal.core.errors import DomainError


class RowsRefused(DomainError):
    """At least one of many rows was refused, so none was written; `refusals` holds each by the place of its row."""

    code = "rows_refused"

    def __init__(self, refusals: Mapping[str, Exception]) -> None:
        count = len(refusals)
        super().__init__(
            ngettext(
                "%(count)d row is refused, so nothing was written.",
                "%(count)d rows are refused, so nothing was written.",
                count,
            )
            % {"count": count}
        )
        self.refusals = dict(refusals)


class RowsTogether:
    """Collects what is refused. Used inside a transaction, which `settle` ends when anything was."""

    def __init__(self, *, also: tuple[type[Exception], ...] = ()) -> None:
        self._kinds: tuple[type[Exception], ...] = (DomainError, ValidationError, *also)
        self.refusals: dict[str, Exception] = {}

    @contextmanager
    def row(self, place: str) -> Iterator[None]:
        """What is done to one row: taken back, and remembered, when it is refused."""
        try:
            with transaction.atomic():
                yield
        except self._kinds as error:
            self.refusals[place] = error

    def settle(self) -> None:
        """Raises RowsRefused unless every row went well."""
        if self.refusals:
            raise RowsRefused(self.refusals)
