"""What the addresses of calendars do: made when asked for, renewed, revoked; each person's own affair."""

from django.db import transaction
from django.utils import timezone, translation

from fmm_portal.accounts.actors import actor_of
from fmm_portal.calendars.entries import FeedKind, feed_kind
from fmm_portal.calendars.models import CalendarFeed, new_key
from fmm_portal.calendars.writing import write_calendar
from fmm_portal.core.principals import Principal, Source

# A calendar program asks every hour; the day on which it last did is enough to know.
NOTED_EVERY = 3600


@transaction.atomic
def subscribe(user_id: int, kind: FeedKind, subject_id: int) -> CalendarFeed:
    """The person's address of a calendar; asked for twice it is the same one."""
    feed, _is_new = CalendarFeed.objects.get_or_create(user_id=user_id, kind=kind.key, subject_id=subject_id)
    return feed


def renew(feed: CalendarFeed) -> CalendarFeed:
    """Another address; the one before leads nowhere from now on."""
    feed.key, feed.renewed_at, feed.last_read_at = new_key(), timezone.now(), None
    feed.save(update_fields=["key", "renewed_at", "last_read_at"])
    return feed


def revoke(feed: CalendarFeed) -> None:
    feed.delete()


def calendar_of(kind: FeedKind, subject_id: int, principal: Principal) -> bytes | None:
    """A calendar as the principal may read it now, in the active language; None when it is not theirs to read."""
    subject = kind.find(subject_id, principal)
    return (
        write_calendar(kind.name(subject), kind.contents(subject, principal)) if subject is not None else None
    )


def read(feed: CalendarFeed) -> bytes:
    """What the address shows now. Who lost the right to read it gets an empty calendar, which clears theirs."""
    now = timezone.now()
    if feed.last_read_at is None or (now - feed.last_read_at).total_seconds() > NOTED_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_read_at=now)
    principal = actor_of(feed.user, source=Source.LINK).principal
    kind = feed_kind(feed.kind)
    with translation.override(feed.user.preferred_language):
        found = calendar_of(kind, feed.subject_id, principal) if kind is not None else None
        return found if found is not None else write_calendar("FMM portal", ())
