"""Following records: each person's own choice, and what was done last to what they follow."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.expressions import Combinable

from fmm_portal.core.latest import Change, changes_of
from fmm_portal.core.models import Activity, Follow, Record
from fmm_portal.core.principals import Principal

# How many records a person's first screen shows, those changed last.
SHOWN = 8


def is_followed_by(account: int | None, model: type[Record]) -> Combinable:
    """Whether the account follows the row, for a query over rows of the model."""
    kind = ContentType.objects.get_for_model(model)
    return Exists(Follow.objects.filter(user=account, subject_type=kind, subject_id=OuterRef("pk")))


def followed_changes(principal: Principal) -> list[Change]:
    """What the person follows and may see, with what was done last to it; newest first."""
    last = Activity.objects.filter(root_type=OuterRef("subject_type"), root_id=OuterRef("subject_id"))
    followed = Follow.objects.filter(user=principal.account_id).values_list(Subquery(last.values("pk")[:1]))
    entries = Activity.objects.select_related("root_type", "subject_type").filter(pk__in=followed)
    return changes_of(entries, principal, most=SHOWN)


def follow_instead(other: Record, record: Record) -> None:
    """Whoever follows the other follows the record, too: for when the record stands for both."""
    kind = ContentType.objects.get_for_model(record)
    followers = Follow.objects.filter(subject_type=kind, subject_id=other.pk).values_list("user", flat=True)
    follows = [Follow(user_id=user, subject_type=kind, subject_id=record.pk) for user in followers]
    Follow.objects.bulk_create(follows, ignore_conflicts=True)
