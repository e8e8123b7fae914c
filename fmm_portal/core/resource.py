"""What all pages of one resource share: their addresses, the rows in scope, the frame around a record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlencode

import django_filters
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, render, resolve_url
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from fmm_portal.core import drafts
from fmm_portal.core.activity import last_change
from fmm_portal.core.comments import comments_seen_at
from fmm_portal.core.facts import Fact, facts_of
from fmm_portal.core.forms import RecordForm
from fmm_portal.core.kept import kept
from fmm_portal.core.models import Activity, Record
from fmm_portal.core.navigation import section
from fmm_portal.core.policies import can
from fmm_portal.core.steps import Steps, StripStep, steps_of, strip_of
from fmm_portal.core.tables import Table
from fmm_portal.core.workflow import workflow_for

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of a record's page with an address of its own."""

    label: Text
    url: str
    count: int | None = None


class Crumb(NamedTuple):
    label: Any
    url: str


def page_asked_for(request: HttpRequest) -> str:
    """The address in `next`, when it is one of the portal's own; "" otherwise."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if is_ours else ""


# Shorter ones are typed again sooner than they are copied.
WORTH_KEEPING = 40


def signed_out(request: HttpRequest) -> HttpResponse:
    """The door; but who wrote at length while the session ended first gets the text back, to keep a copy."""
    if drafts.HEADER in request.headers:
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
    to_the_door = redirect_to_login(request.get_full_path())
    texts = [
        text
        for name, values in request.POST.lists()
        for text in values
        if name not in drafts.MACHINERY and len(text) >= WORTH_KEEPING
    ]
    if not texts:
        return to_the_door
    context = {"texts": texts, "sign_in_url": to_the_door["Location"]}
    return render(request, "generic/signed_out.html", context, status=HTTPStatus.FORBIDDEN)


class Resource:
    """Declares a resource and finds its rows; `core.views.CrudViews` adds the pages.

    A page is a method listed in `pages`; `get_urls()` names it <app>:<resource>_<page>. Parts of another
    record put the other's key in `prefix` ("visits/<int:visit_pk>/agenda") and override `rows`,
    `new_record` and `crumbs`.
    """

    model: ClassVar[type[Record]]
    prefix: ClassVar[str]
    resource: ClassVar[str] = ""
    pages: ClassVar[Sequence[str]] = ("list", "create", "detail", "edit", "delete", "history", "step")
    # Pages that only show; they answer a POST with 405.
    read_only_pages: ClassVar[Sequence[str]] = ("list", "detail", "history")
    form_class: ClassVar[type[RecordForm] | None] = None
    table_class: ClassVar[type[Table] | None] = None
    filterset_class: ClassVar[type[django_filters.FilterSet] | None] = None
    filter_names: ClassVar[Sequence[str]] = ("search",)
    more_filters: ClassVar[Sequence[str]] = ()
    facts: ClassVar[Sequence[str]] = ()
    stages: ClassVar[Sequence[str]] = ()
    # The group of lists that this one belongs to, see core.navigation.
    section: ClassVar[str] = ""
    # Pages with an address of their own shape: {page: path}.
    paths: ClassVar[dict[str, str]] = {}
    # Steps that have a page of their own: {step: url name}, called with the record's key.
    step_pages: ClassVar[dict[str, str]] = {}
    create_label: ClassVar[Text] = ""
    empty_text: ClassVar[Text] = ""
    list_template = "generic/list.html"
    # Its frame is also that of the history and the comments: whatever stands outside its `body` comes out of `page_of`.
    detail_template = "generic/detail.html"
    form_template = "generic/form.html"
    history_template = "generic/history.html"
    # Whether the form of a new record can be saved with "another": `after` then says where that one is added.
    adds_another: ClassVar[bool] = False
    # Whether forms are saved as drafts while they are typed (`core.drafts`): long texts yes, personal data never.
    keeps_drafts: ClassVar[bool] = False

    ROUTES: ClassVar[dict[str, str]] = {
        "list": "", "create": "add/", "detail": "<int:pk>/", "edit": "<int:pk>/edit/", "delete": "<int:pk>/delete/",
        "history": "<int:pk>/history/", "step": "<int:pk>/steps/<slug:name>/",
        "bulk": "edit-together/", "export": "export/", "views": "views/",
        "columns": "columns/",
    }  # fmt: skip

    def __init__(self, request: HttpRequest, **kwargs: Any) -> None:
        self.request = request
        self.kwargs = kwargs
        self.actor = request.actor  # type: ignore[attr-defined]
        self.principal = self.actor.principal

    # --- addresses ---

    @classmethod
    def get_urls(cls) -> list[URLPattern]:
        return [
            path(cls.path_of(page), cls.as_page(page), name=cls.url_name(page)) for page in cls.all_pages()
        ]

    @classmethod
    def all_pages(cls) -> Sequence[str]:
        """The pages listed, and those that come with them."""
        return cls.pages

    @classmethod
    def path_of(cls, page: str) -> str:
        """Pages of a subclass's own follow the record's key: "<int:pk>/attendance/"."""
        own = f"<int:pk>/{page.replace('_', '-')}/"
        return cls.paths.get(page, f"{cls.prefix}/{cls.ROUTES.get(page, own)}")

    @classmethod
    def url_name(cls, page: str) -> str:
        return f"{cls.resource or cls.model._meta.model_name}_{page}"

    @classmethod
    def as_page(cls, page: str) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return signed_out(request)
            methods = ["GET", "HEAD"] if page in cls.read_only_pages else ["GET", "HEAD", "POST"]
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            handler: Callable[[], HttpResponse] = getattr(cls(request, **kwargs), page)
            return handler()

        view.views = cls  # type: ignore[attr-defined]
        return never_cache(view)

    def url(self, page: str, *args: Any) -> str:
        """The address of another page of this resource, within the same owner."""
        owners = [value for name, value in self.kwargs.items() if f":{name}>" in self.prefix]
        return reverse(f"{self.model._meta.app_label}:{self.url_name(page)}", args=[*owners, *args])

    # --- what subclasses refine ---

    def rows(self) -> models.QuerySet[Any]:
        """The rows that this person may see."""
        return self.model._default_manager.visible_to(self.principal)  # type: ignore[attr-defined]

    def record(self) -> Any:
        """The one that the address names; 404 outside the person's scope."""
        return get_object_or_404(self.detail_rows(), pk=self.kwargs["pk"])

    def detail_rows(self) -> models.QuerySet[Any]:
        """The rows with all that a record's own pages show."""
        return self.rows().with_detail()  # type: ignore[attr-defined]

    def new_record(self) -> Record:
        """An empty record, with its owner where the address names one."""
        return self.model()

    def crumbs(self, record: Any = None) -> list[Crumb]:
        found = [Crumb(self.list_title(), self.url("list"))] if "list" in self.pages else []
        return [*found, Crumb(record, record.get_absolute_url())] if record is not None else found

    def list_title(self) -> str:
        return str(capfirst(self.model._meta.verbose_name_plural))

    def list_tabs(self) -> list[Tab]:
        return [Tab(item.label, item.url) for item in section(self.section)]

    def tabs(self, record: Any) -> list[Tab]:
        """Besides the overview, the comments and the history, which are always there."""
        return []

    def extra(self, record: Any) -> dict[str, Any]:
        """More context for the record's page."""
        return {}

    def asked_for(self) -> str:
        """The page of the portal that the person came from, when the form or the link says so."""
        return page_asked_for(self.request)

    def page_url(self, record: Any) -> str:
        """Where a record is shown: on a page of its own, or for a part on its owner's."""
        return resolve_url(record.get_absolute_url())

    def after(self, record: Any) -> str:
        """Where to go once a record is saved or a step is taken."""
        return self.asked_for() or self.page_url(record)

    def mend_url(self, record: Any, code: str) -> str:
        """Where a person puts right what a guard of the workflow asks for; "" where only time helps."""
        return ""

    def cancel_url(self) -> str:
        crumbs = self.crumbs()
        return crumbs[-1].url if crumbs else reverse("home")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    # --- the frame of a record's pages ---

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        """What every page of a record shows around its content. `current` names the page for the tabs."""
        change, delete = can(self.principal, "change", record), can(self.principal, "delete", record)
        name = f"frame of {record._meta.label_lower} {record.pk}"
        tabs, steps, strip, newest = kept(name, self.principal, lambda: self.counted_frame(record))
        return {
            "object": record,
            "title": record,
            "crumbs": self.crumbs(),
            # The strip tells the state; without one a badge does.
            "stated": None if self.stages or workflow_for(self.model) is None else record,
            "tabs": tabs,
            "current": current,
            "facts": self.fact_list(record),
            "steps": steps,
            "strip": strip,
            "edit_url": self.url("edit", record.pk) if "edit" in self.pages and change.allowed else "",
            "delete_url": self.url("delete", record.pk) if "delete" in self.pages and delete.allowed else "",
            "last_change": newest,
        }

    def counted_frame(self, record: Any) -> tuple[list[Tab], Steps | None, list[StripStep], Activity | None]:
        """The tabs with their counts, what the steps lack, the strip and the last change: a query each and more."""
        strip = strip_of(record, self.stages) if self.stages else []
        return self.all_tabs(record), self.steps(record), strip, last_change(record)

    def all_tabs(self, record: Any) -> list[Tab]:
        """The overview, the resource's own, the comments and the history."""
        found = [Tab(_("Overview"), self.url("detail", record.pk)), *self.tabs(record)]
        if "comments" in self.all_pages():
            count = comments_seen_at(record, self.principal).count()
            found.append(Tab(_("Comments"), self.url("comments", record.pk), count))
        if "history" in self.pages:
            found.append(Tab(_("History"), self.url("history", record.pk)))
        return found

    def fact_list(self, record: Any) -> list[Fact]:
        return facts_of(record, self.facts, self.principal)

    def steps(self, record: Any) -> Steps | None:
        if workflow_for(self.model) is None or "step" not in self.pages:
            return None
        return steps_of(
            record,
            self.principal,
            lambda name: self.step_url(record, name),
            lambda code: self.mend_url(record, code),
        )

    def step_url(self, record: Any, name: str) -> str:
        own = self.step_pages.get(name)
        return self.url(own, record.pk) if own else self.url("step", record.pk, name)

    def render(self, template: str, context: dict[str, Any], *, status: int = HTTPStatus.OK) -> HttpResponse:
        return render(self.request, template, {"views": self, **context}, status=status)


def with_query(url: str, **params: Any) -> str:
    """An address of a list with filters set; links of numbers to their rows."""
    return f"{url}?{urlencode(params, doseq=True)}"
