"""A person's own calendar, and what was deleted from it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fmm_portal.accounts.models import User
from fmm_portal.calendars.entries import Entry, EntryStatus, FeedKind, personal_contents, register_feed
from fmm_portal.core.models import Activity, Record
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import Principal

PERSON = "person"
# What lies further back is in the portal, no longer in people's calendars.
KEPT = timedelta(days=365)
# So long a calendar is told that something was deleted.
TOLD = timedelta(days=90)
# Above every version that a record had: no record is saved as often.
AFTER_ALL = 1_000_000


def oldest_day() -> date:
    return timezone.localdate() - KEPT


def mine(principal: Principal) -> set[int]:
    """The institutions that the principal speaks for."""
    return {grant.institution_id for grant in principal.grants if grant.institution_id is not None}


def deleted_entries(
    model: type[Record], prefix: str, field: str, is_theirs: Callable[[Mapping[str, Any]], bool]
) -> Iterator[Entry]:
    """What was deleted lately, as cancelled: its day and nothing else of it.

    `is_theirs` is asked of the values that the record had, as history keeps them.
    """
    deleted = Activity.objects.filter(
        subject_type=ContentType.objects.get_for_model(model), verb="delete", at__gte=timezone.now() - TOLD
    )
    for entry in deleted.order_by("pk"):
        before = {name: pair[0] for name, pair in entry.changes.items()}
        day = PartialDate.from_iso(before[field]) if before.get(field) else None
        if day is not None and day.is_exact and is_theirs(before):
            yield Entry(
                uid=f"{prefix}-{entry.subject_id}",
                sequence=AFTER_ALL,
                title=_("Removed"),
                starts=day.earliest,
                ends=None,
                changed_at=entry.at,
                status=EntryStatus.CANCELLED,
            )


def id_of(value: Any) -> int | None:
    """The key of a record as history keeps it."""
    return value.get("id") if isinstance(value, Mapping) else None


def find_person(pk: int, principal: Principal) -> User | None:
    """Oneself, and nobody else."""
    return User.objects.filter(pk=pk).first() if pk == principal.account_id else None


def register() -> None:
    register_feed(
        FeedKind(
            key=PERSON,
            find=find_person,
            name=lambda _person: _("My calendar of the FMM portal"),
            about=gettext_lazy(
                "Your visits with their published agendas, the commitments that are yours on the day they are due, "
                "and the milestones ahead."
            ),
            contents=lambda _person, principal: personal_contents(principal),
            page=lambda _person: reverse("accounts:profile"),
        )
    )
