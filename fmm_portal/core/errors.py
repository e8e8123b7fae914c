"""Refusals of the domain. Views and the API turn them into pages and problem documents; nothing hides them."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from fmm_portal.core.principals import Principal, name_for

if TYPE_CHECKING:
    from fmm_portal.core.models import Record


class DomainError(Exception):
    """A rule of the field said no. `messages` are sentences for the person who asked."""

    code = "refused"

    def __init__(self, messages: str | Sequence[str], *, code: str = "") -> None:
        self.messages = [messages] if isinstance(messages, str) else [str(message) for message in messages]
        self.code = code or self.code
        super().__init__(" ".join(self.messages))


class Refused(DomainError):
    """The request makes sense but the present state of things does not allow it."""


class Gone(DomainError):
    """The record was merged into another, which stands for it now."""

    code = "merged"

    def __init__(self, message: str, *, now: "Record") -> None:
        super().__init__(message)
        self.now = now


class Forbidden(DomainError):
    """The principal may see the record but not do this with it."""

    code = "forbidden"


class TransitionRefused(Refused):
    """A workflow step was blocked; `blockers` lists every unmet guard."""

    code = "transition_refused"

    def __init__(
        self, messages: str | Sequence[str], *, code: str = "", blockers: Sequence[Any] = ()
    ) -> None:
        super().__init__(messages, code=code)
        self.blockers = list(blockers)


class StaleRecord(DomainError):
    """Somebody changed the record after the caller read it."""

    code = "stale"

    def __init__(
        self,
        current: "Record",
        *,
        changed_by: str = "",
        changed_by_id: int | None = None,
        changed_at: datetime | None = None,
    ) -> None:
        self.current = current
        self.changed_by = changed_by
        self.changed_by_id = changed_by_id
        self.changed_at = changed_at
        super().__init__(_("This record was changed by somebody else while you were editing it."))

    def author_for(self, principal: Principal) -> str:
        """Who changed it, as far as the reader may know; "" otherwise."""
        return name_for(principal, self.changed_by, self.changed_by_id)
