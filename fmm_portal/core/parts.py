"""The pages of records that are parts of another: added, edited and deleted by themselves, then back to the owner."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, resolve_url
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from fmm_portal.core.models import Record
from fmm_portal.core.policies import require
from fmm_portal.core.resource import Crumb
from fmm_portal.core.views import CrudViews


class PartViews(CrudViews):
    """Pages of the parts of one owner, whose key stands in the prefix: "actions/<int:action_pk>/risks"."""

    pages: ClassVar[Sequence[str]] = ("create", "edit", "delete")
    owner_model: ClassVar[type[Record]]
    # The name of the owner's key in the prefix, and the part's relation to the owner.
    owner_key: ClassVar[str]
    path: ClassVar[str]
    # The list that the owner stands in, first in the crumbs; "" for none.
    owner_list: ClassVar[str] = ""
    add_title: ClassVar[Any] = ""

    def __init__(self, request: Any, **kwargs: Any) -> None:
        super().__init__(request, **kwargs)
        # Anonymous people are sent to the log-in before any page is asked for.
        self.owner: Any = get_object_or_404(self.owners(), pk=kwargs[self.owner_key])

    def owners(self) -> models.QuerySet[Any]:
        """The owners that this person may see; parts of parts narrow them to the address."""
        return self.owner_model._default_manager.visible_to(self.principal)  # type: ignore[attr-defined]

    def rows(self) -> models.QuerySet[Any]:
        return super().rows().filter(**{self.path: self.owner})

    def new_record(self) -> Any:
        return self.model(**{self.path: self.owner})

    def create(self) -> HttpResponse:
        record = self.new_record()
        require(self.principal, "create", record)
        title = str(self.add_title or _("Add %(thing)s") % {"thing": self.model._meta.verbose_name})
        return self.edit_with(record, title=title, crumbs=self.crumbs(), cancel=self.cancel_url())

    def crumbs(self, record: Any = None) -> list[Crumb]:
        owner_name = getattr(self.owner, "reference", None) or self.owner
        found = [Crumb(owner_name, self.owner_url())]
        if self.owner_list:
            every = capfirst(str(self.owner_model._meta.verbose_name_plural))
            found.insert(0, Crumb(every, reverse(self.owner_list)))
        if record is not None and "detail" in self.pages:
            found.append(Crumb(record, record.get_absolute_url()))
        return found

    def owner_url(self) -> str:
        """The page that shows these parts."""
        return resolve_url(self.owner.get_absolute_url())

    def anchor(self, record: Any) -> str:
        """Where on that page the part stands."""
        return f"{self.model._meta.model_name}-{record.pk}"

    def page_url(self, record: Any) -> str:
        if "detail" in self.pages:
            return super().page_url(record)
        return f"{self.owner_url()}#{self.anchor(record)}"

    def cancel_url(self) -> str:
        return self.asked_for() or self.owner_url()

    def after_delete(self, record: Any) -> str:
        return self.asked_for() or self.owner_url()
