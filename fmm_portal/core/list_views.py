"""A person's own way of looking at a list: views saved under a name, the columns shown."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from fmm_portal.core.errors import Forbidden
from fmm_portal.core.models import ListPreference, SavedView
from fmm_portal.core.policies import YES, Decision, Policy, no, register_policy
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import Resource

# What an address holds besides the filters and the sort.
NOT_OF_A_VIEW = ("page", "page_size", "view", "pk", "all")


class SavedViewPolicy(Policy):
    """One's own, and what colleagues share; the programme's staff are each other's colleagues."""

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if principal.account_id is None:
            return queryset.none()
        own = Q(owner=principal.account_id)
        return queryset.filter(own | Q(is_shared=True) if principal.knows_colleagues else own)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        return YES if obj is not None and obj.owner_id == principal.account_id else no()

    may_delete = may_change


def register() -> None:
    register_policy(SavedView, SavedViewPolicy())


class ViewForm(forms.ModelForm[SavedView]):
    """A name for what the list shows; sharing is for those who have colleagues here."""

    class Meta:
        model = SavedView
        fields = ("name", "is_shared")

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not principal.knows_colleagues:
            del self.fields["is_shared"]

    def _get_validation_exclusions(self) -> set[str]:
        # Whose view it is and of which list is not asked, but decides whether the name is taken.
        found: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return found - {"owner", "list_name"}


class PersonalPages(Resource):
    """Pages "views" and "columns" of every list."""

    @classmethod
    def all_pages(cls) -> Sequence[str]:
        pages = super().all_pages()
        return (*pages, "views", "columns") if "list" in pages and cls.table_class is not None else pages

    # --- what is kept ---

    @cached_property
    def list_name(self) -> str:
        return f"{self.model._meta.app_label}:{self.url_name('list')}"

    @cached_property
    def preference(self) -> ListPreference:
        """The person's own for this list; an empty one as long as they have chosen nothing."""
        found = ListPreference.objects.filter(user=self.actor.user_id, list_name=self.list_name)
        return found.select_related("default_view").first() or ListPreference(
            user_id=self.actor.user_id, list_name=self.list_name
        )

    @cached_property
    def saved_views(self) -> list[SavedView]:
        views = SavedView.objects.filter(list_name=self.list_name).visible_to(self.principal)
        return list(views.select_related("owner"))

    @property
    def current_view(self) -> SavedView | None:
        """The view that the address names."""
        asked = self.request.GET.get("view", "")
        return next((view for view in self.saved_views if str(view.pk) == asked), None)

    def open_with_default_view(self) -> None:
        """A list opened without a word of what to show opens with the view that the person pinned."""
        pinned = self.preference.default_view
        if not self.request.GET and pinned in self.saved_views:
            assert pinned is not None
            self.request.GET = QueryDict(pinned.address_query)

    def clear_url(self) -> str:
        """The list without filters; said so where it would open with the pinned view otherwise."""
        return f"{self.url('list')}?view=none" if self.preference.default_view_id else self.url("list")

    def shown_columns(self) -> list[str]:
        """The keys of the columns on show: those of the view, else those chosen, else the list's own."""
        assert self.table_class is not None
        view = self.current_view
        chosen = (view.columns if view is not None else []) or self.preference.columns
        shown = [
            key for key in self.table_class.columns if key in chosen or key == self.table_class.first_column()
        ]
        return shown if chosen else self.table_class.default_columns()

    # --- pages ---

    def query_of_view(self) -> QueryDict:
        """The filters and the sort of the address."""
        query = self.request.GET.copy()
        for name in NOT_OF_A_VIEW:
            query.pop(name, None)
        return query

    def back(self) -> str:
        query = self.request.GET.urlencode()
        return f"{self.url('list')}?{query}" if query else self.url("list")

    def columns(self) -> HttpResponse:
        """Tick the columns to see; remembered for this person and this list."""
        assert self.table_class is not None
        first = self.table_class.first_column()
        offered = {key: column for key, column in self.table_class.columns.items() if key != first}
        if self.request.method == "POST":
            chosen = [] if "reset" in self.request.POST else self.request.POST.getlist("columns")
            keys = [key for key in offered if key in chosen]
            # Nothing ticked is one column, not the list's own choice.
            self.preference.columns = [] if "reset" in self.request.POST else [first, *keys]
            self.preference.save()
            return redirect(self.back())
        shown = self.shown_columns()
        context = {
            "title": _("Columns: %(list)s") % {"list": self.list_title()},
            "crumbs": self.crumbs(),
            "columns": [(key, column.heading(self.model), key in shown) for key, column in offered.items()],
            "cancel_url": self.back(),
        }
        return self.render("core/list_columns.html", context)

    def views(self) -> HttpResponse:
        """Save what the list shows under a name; rename, share, pin and delete one's views."""
        form, status = self.view_form(), HTTPStatus.OK
        if self.request.method == "POST":
            do = self.request.POST.get("do", "save")
            if do == "pin":
                return self.pin()
            view = self.own_view() if do in {"rename", "delete"} else self.new_view()
            if do == "delete":
                view.delete()
                messages.success(self.request, _("%(record)s: deleted.") % {"record": view.name})
                return redirect(self.url("views"))
            bound = self.view_form(self.request.POST, instance=view)
            if bound.is_valid():
                saved = bound.save()
                messages.success(self.request, _("%(record)s: saved.") % {"record": saved})
                return redirect(
                    f"{self.url('list')}?{saved.address_query}" if do == "save" else self.url("views")
                )
            form = bound if do == "save" else form
            if do != "save":
                sentences = [str(text) for texts in bound.errors.values() for text in texts]
                messages.error(self.request, " ".join(sentences))
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        context = {
            "title": _("Views: %(list)s") % {"list": self.list_title()},
            "crumbs": self.crumbs(),
            "form": form,
            "saved_views": self.saved_views,
            "pinned": self.preference.default_view_id,
            "list_url": self.url("list"),
            "cancel_url": self.back(),
            "may_share": self.principal.knows_colleagues,
        }
        return self.render("core/list_views.html", context, status=status)

    def view_form(self, *args: Any, **options: Any) -> ViewForm:
        return ViewForm(*args, principal=self.principal, **options)

    def new_view(self) -> SavedView:
        return SavedView(
            owner_id=self.actor.user_id,
            list_name=self.list_name,
            query=self.query_of_view().urlencode(),
            columns=self.shown_columns(),
        )

    def asked_view(self) -> SavedView:
        asked = self.request.POST.get("id", "")
        pk = int(asked) if asked.isdecimal() and len(asked) < 18 else 0
        return get_object_or_404(
            SavedView.objects.filter(list_name=self.list_name).visible_to(self.principal), pk=pk
        )

    def own_view(self) -> SavedView:
        view = self.asked_view()
        if not SavedViewPolicy().may_change(self.principal, view).allowed:
            raise Forbidden(_("Only whoever saved a view changes it."))
        return view

    def pin(self) -> HttpResponse:
        """The list opens with this view from now on; with "none" as it did before."""
        self.preference.default_view = self.asked_view() if self.request.POST.get("id") else None
        self.preference.save()
        messages.success(self.request, _("Saved."))
        return redirect(self.url("views"))
