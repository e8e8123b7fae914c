"""What strategies put into a person's own calendar: the milestones ahead."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.translation import gettext as _

from fmm_portal.accounts.roles import reads_the_programme
from fmm_portal.calendars.entries import Content, Entry, EntryStatus, Undated, register_personal
from fmm_portal.calendars.personal import deleted_entries, id_of, oldest_day
from fmm_portal.core.models import Follow
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.principals import Principal
from strategies.enums import REACHED, MilestoneStatus
from strategies.models import Milestone, Strategy


def their_milestones(principal: Principal) -> Iterator[Content]:
    """Of the strategies that a person answers for or follows; of agencies all that they see."""
    account = principal.account_id
    strategies = Strategy.objects.visible_to(principal)
    if reads_the_programme(principal):
        followed = Follow.objects.filter(
            user=account, subject_type=ContentType.objects.get_for_model(Strategy)
        ).values("subject_id")
        strategies = strategies.filter(Q(owner=account) | Q(pk__in=followed))
    keys = list(strategies.order_by().values_list("pk", flat=True))
    rows = Milestone.objects.visible_to(principal).filter(strategy__in=keys)
    day = PartialDate.of(oldest_day())
    is_recent = Q(actual_on__gte=day) | Q(actual_on__isnull=True, planned_on__gte=day)
    for row in rows.filter(is_recent).select_related("strategy__country").order_by("pk"):
        yield _milestone(row)

    def is_theirs(before: Mapping[str, Any]) -> bool:
        return id_of(before.get("strategy")) in keys

    yield from deleted_entries(Milestone, "milestone", "planned_on", is_theirs)


def _milestone(row: Milestone) -> Content:
    title = f"{row.title or row.get_kind_display()}: {row.strategy}"
    first, last = row.begins_on, row.ends_on
    assert first is not None
    if not first.is_exact or (last is not None and not last.is_exact):
        return Undated(f"{title} ({first})")
    status = EntryStatus.CONFIRMED if row.status in REACHED else EntryStatus.TENTATIVE
    if row.status == MilestoneStatus.CANCELLED:
        status = EntryStatus.CANCELLED
    return Entry(
        uid=f"milestone-{row.pk}",
        sequence=row.version,
        title=title,
        starts=first.earliest,
        ends=last.latest if last is not None else None,
        changed_at=row.updated_at,
        status=status,
        place=row.place,
        text=f"{row.get_kind_display()} · {row.get_status_display()}",
        path=row.get_absolute_url(),
        category=_("Milestone"),
    )


def register() -> None:
    register_personal(their_milestones)
