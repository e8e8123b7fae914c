"""The agenda of a visit: days, sessions and their hosts, publishing versions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import quote

from babel.dates import format_date
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegation
from fmm_portal.core.errors import Refused, StaleRecord
from fmm_portal.core.facts import Fact
from fmm_portal.core.import_views import start_url
from fmm_portal.core.models import Record
from fmm_portal.core.partial_dates import babel_locale
from fmm_portal.core.policies import can, require
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import Crumb
from fmm_portal.core.submissions import create_once
from studyvisits.agenda import by_day, changes_between, long_day, snapshot_item
from studyvisits.agenda_warnings import about_a_day, warnings_of
from studyvisits.forms import AgendaHostForm, AgendaItemForm, CopyDayForm, PublishForm, visit_days
from studyvisits.imports import AGENDA
from studyvisits.models import AgendaHost, AgendaItem, AgendaVersion, StudyVisit
from studyvisits.published import ItemChange, by_host, days_of, read_changes
from studyvisits.services import copy_day, move_agenda_item, move_to_day, publish_agenda
from studyvisits.views.frame import VisitFrame, VisitPartViews, visit_url
from studyvisits.views.session import session_parts

# How an address and a form name the days that are not known.
UNKNOWN = "unknown"


def named(day: date | None) -> str:
    return day.isoformat() if day else UNKNOWN


@dataclass(slots=True)
class ShownHost:
    """A host in the agenda, and where it answers when this person may."""

    host: AgendaHost
    answer_url: str


@dataclass(slots=True)
class ShownItem:
    """A session as the agenda lists it, with what an officer should look at."""

    item: AgendaItem
    hosts: list[ShownHost]
    warnings: list[str]
    is_first: bool
    is_last: bool


@dataclass(slots=True)
class ShownDay:
    """A day of the agenda; `day` is None for what has no day yet."""

    day: date | None
    heading: str
    number: int | None
    items: list[ShownItem] = field(default_factory=list)
    warning: str = ""

    @property
    def name(self) -> str:
        return named(self.day)

    @property
    def short(self) -> str:
        """For the links to the days: "Mon 21 Jan"."""
        return format_date(self.day, "EEE d MMM", locale=babel_locale()) if self.day else self.heading

    @property
    def anchor(self) -> str:
        return f"day-{self.day.isoformat()}" if self.day else "day-unknown"


def day_number(visit: StudyVisit, day: date | None) -> int | None:
    """The day of the journey, counted from the first; None when that is not known."""
    if day is None or not visit.starts_on or not visit.starts_on.is_exact:
        return None
    return (day - visit.starts_on.earliest).days + 1


def told(visit: StudyVisit, changes: list[ItemChange], principal: Principal) -> dict[str, Any]:
    """What changed, and whom it concerns: the delegations by all of it, each host by its own sessions."""
    delegations = Delegation.objects.visible_to(principal).filter(study_visits=visit) if changes else []
    return {"changes": changes, "concerned": by_host(changes), "delegations": delegations}


class AgendaTab(VisitFrame):
    def agenda(self) -> HttpResponse:
        visit = self.record()
        may_edit = can(self.principal, "change", visit).allowed
        days = self.days(visit, with_empty=may_edit)
        asked = self.request.GET.get("day", "")
        chosen = [day for day in days if day.name == asked]
        versions = list(
            AgendaVersion.objects.visible_to(self.principal).filter(visit=visit).defer("items").with_related()
        )
        context = {
            "all_days": days,
            "days": chosen or days,
            "chosen": chosen[0] if chosen else None,
            "is_empty": not any(day.items for day in days),
            # Where the forms of this tab come back to.
            "here": self.request.get_full_path(),
            "here_quoted": quote(self.request.get_full_path()),
            "has_unknown": any(day.day is None for day in days),
            "versions": versions,
            "may_publish": can(self.principal, "publish_agenda", visit).allowed,
            "next_number": versions[0].number + 1 if versions else 1,
            "add_url": reverse("studyvisits:agenda_item_create", args=[visit.pk]) if may_edit else "",
            "import_url": start_url(AGENDA, visit) if may_edit else "",
        }
        return self.tab(visit, "agenda", context)

    def days(self, visit: StudyVisit, *, with_empty: bool) -> list[ShownDay]:
        """The days with their sessions; for who plans them also the days on which nothing is planned yet."""
        items = list(AgendaItem.objects.visible_to(self.principal).filter(visit=visit).with_related())
        warnings = warnings_of(visit, items, self.principal)
        keeps = self.keeps(visit)
        planned = dict(by_day(items))
        days = {*planned, *visit_days(visit)} if with_empty and items else {*planned}
        shown = []
        for day in sorted(days, key=lambda day: (day is None, day or date.max)):
            group = planned.get(day, [])
            heading = long_day(day) if day else _t("Order known, day not")
            entry = ShownDay(day, heading, day_number(visit, day), warning=about_a_day(group))
            for position, item in enumerate(group):
                hosts = [self.shown_host(visit, item, host, keeps) for host in item.hosts.all()]
                is_last = position == len(group) - 1
                entry.items.append(ShownItem(item, hosts, warnings[item.pk], position == 0, is_last))
            shown.append(entry)
        return shown

    def shown_host(self, visit: StudyVisit, item: AgendaItem, host: AgendaHost, keeps: bool) -> ShownHost:
        # What the rules read of the session and its visit is at hand already.
        host.item, item.visit = item, visit
        may_answer = keeps or can(self.principal, "confirm", host).allowed
        args = [visit.pk, item.pk, host.pk]
        return ShownHost(host, reverse("studyvisits:agenda_host_detail", args=args) if may_answer else "")

    def copy_day(self) -> HttpResponse:
        """Repeat the sessions of a day on another one."""
        visit = self.record()
        require(self.principal, "change", visit)
        form = CopyDayForm(
            self.request.POST or None, initial={"day": self.request.GET.get("day", "")}, visit=visit
        )
        if self.request.method == "POST" and form.is_valid():
            values = form.cleaned_data
            try:
                first = create_once(
                    values["submission"],
                    lambda: copy_day(visit, actor=self.actor, day=values["day"], to=values["to"])[0],
                    actor=self.actor,
                )
            except Refused as error:
                form.add_error("day", " ".join(error.messages))
            except ValidationError as error:
                form.add_error("to", " ".join(error.messages))
            else:
                messages.success(
                    self.request, _t("The sessions are copied to %(day)s.") % {"day": long_day(values["to"])}
                )
                return redirect(f"{visit_url('agenda', visit)}#item-{first.pk}")
        title = _t("Duplicate a day")
        context = {
            "object": visit,
            "form": form,
            "title": title,
            "crumbs": [*self.crumbs(visit), Crumb(_t("Agenda"), visit_url("agenda", visit))],
            "cancel_url": visit_url("agenda", visit),
            "submit_label": title,
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return self.render("generic/form.html", context, status=status)

    def publish(self) -> HttpResponse:
        """Show what has changed since the last version, then freeze the agenda as the next one."""
        visit = self.record()
        require(self.principal, "publish_agenda", visit)
        form = PublishForm(self.request.POST or None, initial={"record_version": visit.version})
        if self.request.method == "POST" and form.is_valid():
            try:
                version = publish_agenda(
                    visit,
                    actor=self.actor,
                    note=form.cleaned_data["note"],
                    expected_version=form.cleaned_data["record_version"],
                )
            except Refused as error:
                form.add_error(None, " ".join(error.messages))
            except StaleRecord as error:
                data = self.request.POST.copy()
                data["record_version"] = str(error.current.version)
                form.data = data
                form.add_error(None, _t("The visit was changed meanwhile. Look at it again, then publish."))
            else:
                messages.success(self.request, _t("%(agenda)s is published.") % {"agenda": version})
                return redirect(visit_url("agenda", visit))
        items = [snapshot_item(item) for item in AgendaItem.objects.filter(visit=visit).with_related()]
        last = AgendaVersion.objects.filter(visit=visit).first()
        number = last.number + 1 if last else 1
        changes = read_changes(changes_between(last.items, items)) if last else []
        title = _t("Publish agenda, version %(number)d") % {"number": number}
        context = {
            "object": visit,
            "form": form,
            "title": title,
            "crumbs": [*self.crumbs(visit), Crumb(_t("Agenda"), visit_url("agenda", visit))],
            "last": last,
            "count": len(items),
            **told(visit, changes, self.principal),
            "cancel_url": visit_url("agenda", visit),
            "submit_label": title,
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return self.render("studyvisits/agenda_publish.html", context, status=status)


class AgendaItemViews(VisitPartViews):
    """A session: on its own page with hosts, questions, notes and attendance; in the agenda, in its place."""

    model = AgendaItem
    prefix = "study-visits/<int:visit_pk>/agenda"
    resource = "agenda_item"
    pages: ClassVar[Sequence[str]] = ("create", "detail", "edit", "delete", "move", "history")
    form_class = AgendaItemForm
    adds_another = True
    detail_template = "studyvisits/agenda_item_detail.html"
    tab = "agenda"
    add_title = _("Add agenda item")
    facts = ("kind", "leg", "place", "languages", "notes")

    def new_record(self) -> AgendaItem:
        """A copy of the session named by `like`, or an empty one of the `day` that the last one had."""
        like = self.request.GET.get("like", "")
        item = AgendaItem(visit=self.visit)
        if like.isdecimal():
            original = get_object_or_404(self.rows(), pk=int(like))
            for name in ("day", "kind", "topic", "host_label", "leg", "place", "languages", "notes"):
                setattr(item, name, getattr(original, name))
            return item
        try:
            item.day = date.fromisoformat(self.request.GET.get("day", ""))
        except ValueError:
            legs = list(self.visit.legs.all()[:2])
            item.leg = legs[0] if len(legs) == 1 else None
        leg = self.request.GET.get("leg", "")
        if leg.isdecimal():
            item.leg = self.visit.legs.filter(pk=int(leg)).first()
        return item

    def form_options(self) -> dict[str, Any]:
        options = super().form_options()
        like = self.request.GET.get("like", "")
        if like.isdecimal() and "pk" not in self.kwargs:
            hosts = AgendaHost.objects.visible_to(self.principal).filter(
                item=int(like), item__visit=self.visit
            )
            options["initial"] = {"hosts": list(hosts.values_list("institution", flat=True))}
        return options

    def after(self, record: Any) -> str:
        """Save and add another: the next one is of the same day and leg."""
        if "again" in self.request.POST:
            kept = {"day": record.day.isoformat() if record.day else "", "leg": record.leg_id or ""}
            query = urlencode({name: value for name, value in kept.items() if value})
            return f"{self.url('create')}?{query}"
        return super().after(record)

    def anchor(self, record: Any) -> str:
        return f"item-{record.pk}"

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        record.visit = self.visit
        context = super().page_of(record, current=current)
        return context | {"item": record, "visit": self.visit, "may_edit": bool(context["edit_url"])}

    def fact_list(self, record: Any) -> list[Fact]:
        return [fact for fact in super().fact_list(record) if fact.value]

    def extra(self, record: Any) -> dict[str, Any]:
        return session_parts(self, record)

    def move(self) -> HttpResponse:
        """One place up or down within its day, to another day, or behind another session."""
        if self.request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        item = self.record()
        require(self.principal, "change", item)
        try:
            if "day" in self.request.POST:
                self.take_to_day(item)
            else:
                self.take_one_place(item)
        except (Refused, ValidationError) as error:
            messages.error(self.request, " ".join(error.messages))
        return redirect(self.asked_for() or self.tab_url(item))

    def take_one_place(self, item: AgendaItem) -> None:
        siblings = list(AgendaItem.objects.filter(visit=self.visit, day=item.day))
        position = siblings.index(item)
        if self.request.POST.get("direction") == "up":
            after = siblings[position - 2] if position >= 2 else None
        else:
            after = siblings[min(position + 1, len(siblings) - 1)]
        if after != item:
            move_agenda_item(item, actor=self.actor, after=after)
        places = list(AgendaItem.objects.filter(visit=self.visit, day=item.day))
        words = {"session": item, "place": places.index(item) + 1, "count": len(places)}
        messages.info(
            self.request, _t("%(session)s: now %(place)d of %(count)d.") % words, extra_tags="read-out"
        )

    def take_to_day(self, item: AgendaItem) -> None:
        """To the day that was chosen; with `after` behind that session, or first when it is empty."""
        asked, behind = self.request.POST["day"], self.request.POST.get("after")
        try:
            day = None if asked == UNKNOWN else date.fromisoformat(asked)
        except ValueError:
            raise Refused(_t("Choose the day to which the session moves."), code="no_day") from None
        if behind is None:
            move_to_day(item, actor=self.actor, day=day)
        elif behind != str(item.pk):
            after = self.rows().filter(pk=int(behind)).first() if behind.isdecimal() else None
            move_agenda_item(item, actor=self.actor, after=after, day=day)
        if item.day != day:
            words = {"session": item, "day": long_day(day) if day else _t("order known, day not")}
            messages.success(self.request, _t("%(session)s: moved to %(day)s.") % words)


class AgendaHostViews(VisitPartViews):
    """The institutions asked to receive the delegation in a session, and their answers."""

    model = AgendaHost
    prefix = "study-visits/<int:visit_pk>/agenda/<int:item_pk>/hosts"
    resource = "agenda_host"
    pages: ClassVar[Sequence[str]] = ("create", "detail", "edit", "delete", "step", "history")
    form_class = AgendaHostForm
    detail_template = "studyvisits/agenda_host_detail.html"
    tab = "agenda"
    add_title = _("Add host")
    facts = ("institution", "comment", "replaced_by")

    def __init__(self, request: Any, **kwargs: Any) -> None:
        super().__init__(request, **kwargs)
        items = AgendaItem.objects.visible_to(self.principal).filter(visit=self.visit)
        self.item: AgendaItem = get_object_or_404(items.with_related(), pk=kwargs["item_pk"])

    def rows(self) -> Any:
        return AgendaHost.objects.visible_to(self.principal).filter(item=self.item)

    def new_record(self) -> Record:
        return AgendaHost(item=self.item)

    def crumbs(self, record: Any = None) -> list[Crumb]:
        found = [*super().crumbs(), Crumb(self.item, self.item.get_absolute_url())]
        return (
            [*found, Crumb(record.institution, self.url("detail", record.pk))]
            if record is not None
            else found
        )

    def page_of(self, record: Any, *, current: str = "detail") -> dict[str, Any]:
        context = super().page_of(record, current=current)
        return context | {
            "title": record.institution,
            "item": self.item,
            "visit": self.visit,
            "crumbs": self.crumbs(),
        }

    def page_url(self, record: Any) -> str:
        return self.item.get_absolute_url()

    def cancel_url(self) -> str:
        return self.asked_for() or self.item.get_absolute_url()

    def after_delete(self, record: Any) -> str:
        return self.item.get_absolute_url()


class AgendaVersionViews(VisitPartViews):
    """A published agenda as it was, and what had changed."""

    model = AgendaVersion
    prefix = "study-visits/<int:visit_pk>/agenda/versions"
    resource = "agenda_version"
    pages: ClassVar[Sequence[str]] = ("detail",)
    tab = "agenda"
    paths: ClassVar[dict[str, str]] = {"detail": f"{prefix}/<int:number>/"}

    def record(self) -> AgendaVersion:
        rows = AgendaVersion.objects.visible_to(self.principal).filter(visit=self.visit).with_related()
        return get_object_or_404(rows, number=self.kwargs["number"])

    def detail(self) -> HttpResponse:
        version = self.record()
        context = {
            "object": version,
            "title": _t("%(label)s: %(value)s") % {"label": version, "value": self.visit},
            "visit": self.visit,
            "crumbs": self.crumbs(),
            "days": days_of(version.items),
            **told(self.visit, read_changes(version.changes), self.principal),
        }
        return self.render("studyvisits/agenda_version.html", context)
