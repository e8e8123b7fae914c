"""Following records: each person's own choice, and what was done last to what they follow."""

from collections.abc import Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect

from fmm_portal.core.latest import Change, changes_of
from fmm_portal.core.models import Activity, Follow, Record
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import Resource

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


class FollowPages(Resource):
    """The page "follow" of every record that has a list and a page of its own."""

    @classmethod
    def all_pages(cls) -> Sequence[str]:
        pages = super().all_pages()
        return (*pages, "follow") if {"list", "detail"} <= set(pages) else pages

    def detail_rows(self) -> QuerySet[Any]:
        rows = super().detail_rows()
        return rows.annotate(is_followed=is_followed_by(self.principal.account_id, self.model))

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        may_follow = "follow" in self.all_pages() and hasattr(record, "is_followed")
        return super().page_of(record, current=current) | {
            "follow_url": self.url("follow", record.pk) if may_follow else ""
        }

    def follow(self) -> HttpResponse:
        """Follow the record, or no longer: sent twice it is as when sent once."""
        if self.request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        record = self.record()
        kind = ContentType.objects.get_for_model(self.model)
        followed = {"user_id": self.actor.user_id, "subject_type": kind, "subject_id": record.pk}
        if self.request.POST.get("follow") == "yes":
            Follow.objects.get_or_create(**followed)
        else:
            Follow.objects.filter(**followed).delete()
        return redirect(self.after(record))
