"""The page by which a person follows a record, or follows it no longer."""

from collections.abc import Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect

from fmm_portal.core.following import is_followed_by
from fmm_portal.core.models import Follow
from fmm_portal.core.resource import Resource


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
