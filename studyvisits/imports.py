"""Study visits, agendas and commitments in spreadsheets."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.activity import difference, entry_of, snapshot
from fmm_portal.core.imports.columns import RelatedColumn
from fmm_portal.core.imports.formats import ImportFormat, register_import
from fmm_portal.core.imports.lookups import Lookup, register_lookup
from fmm_portal.core.imports.planning import PlannedRow
from fmm_portal.core.models import Activity
from fmm_portal.core.principals import Actor, Principal
from fmm_portal.facility.models import Action
from studyvisits.agenda import order_in_day
from studyvisits.models import AgendaHost, AgendaItem, Commitment, Leg, StudyVisit
from studyvisits.sources import READ_WITH, SOURCES, short_label, source_name, with_sources

MOST_DIGITS = 18


class HostsColumn(RelatedColumn):
    """The institutions that are asked to receive; each answers for itself, so that only new sessions name them here."""

    is_only_for_new = True

    @property
    def is_many(self) -> bool:
        return True

    @property
    def is_required(self) -> bool:
        return False

    def kept(self, record: Any) -> list[Any]:
        return [host.institution for host in record.hosts.all()] if record.pk else []


def _ask_hosts(rows: Sequence[PlannedRow], actor: Actor, reason: str) -> Iterable[Activity]:
    """Every host of a new session is asked, with an entry of its own."""
    hosts = [
        AgendaHost(item=row.record, institution=institution)
        for row in rows
        for institution in row.many.get("hosts", ())
    ]
    AgendaHost.objects.bulk_create(hosts, batch_size=2000)
    for host in hosts:
        changes = difference(host, {}, snapshot(host))
        yield entry_of(actor=actor, verb="create", subject=host, changes=changes, reason=reason)


def _place_in_day(rows: Sequence[PlannedRow], _principal: Principal) -> None:
    """New sessions stand among the others of their day, by the hour or in the order of the file."""
    visits = {row.record.visit_id for row in rows}
    days: defaultdict[Any, list[AgendaItem]] = defaultdict(list)
    for item in AgendaItem.objects.filter(visit__in=visits).order_by():
        days[item.visit_id, item.day].append(item)
    for row in rows:
        siblings = days[row.record.visit_id, row.record.day]
        if not row.values.get("order"):
            row.record.order = order_in_day(row.record.starts_at, siblings)
        siblings.append(row.record)


class SourceColumn(RelatedColumn):
    """Where something was promised: a visit or action by its reference, others as "reviews:12"."""

    @property
    def is_many(self) -> bool:
        return False

    @property
    def is_required(self) -> bool:
        return True

    @property
    def words(self) -> list[str]:
        return []

    @property
    def explanation(self) -> str:
        kinds = ", ".join(SOURCES)
        words = _t(
            "The reference of a visit or action, or a kind with a number, such as reviews:12: %(kinds)s."
        )
        return words % {"kinds": kinds}

    def written(self, value: Any) -> Any:
        if value is None:
            return ""
        if isinstance(value, StudyVisit | Action):
            return value.reference
        return f"{source_name(value)}:{value.pk} {short_label(value)}"

    def find(self, texts: Collection[str], principal: Principal) -> Any:
        found: dict[str, Any] = {}
        numbers: defaultdict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for text in texts:
            kind, _separator, rest = text.partition(":")
            number = rest.split(" ", 1)[0]
            if kind in SOURCES and number.isdecimal() and len(number) < MOST_DIGITS:
                numbers[kind][int(number)].append(text)
        references = {text.upper(): text for text in texts}
        for model in (StudyVisit, Action):
            named = model.objects.visible_to(principal).filter(reference__in=references)
            found |= {references[row.reference]: row for row in named}
        for kind, wanted in numbers.items():
            model_of: Any = SOURCES[kind]
            rows = model_of.objects.visible_to(principal).select_related(*READ_WITH.get(model_of, ()))
            for row in rows.filter(pk__in=wanted):
                found |= dict.fromkeys(wanted[row.pk], row)
        return Sources(found)


@dataclass
class Sources:
    """The sources that a file names, by what it calls them."""

    by_text: dict[str, Any]

    def one(self, text: str) -> Any:
        """Raises ValueError with a sentence."""
        if text not in self.by_text:
            raise ValueError(
                _t("There is nothing called “%(text)s” at which it may be promised.") % {"text": text}
            )
        return self.by_text[text]


def _follow(rows: Sequence[PlannedRow], principal: Principal) -> None:
    """Who brings a commitment in follows it, as who types it does."""
    for row in rows:
        row.record.owner_id = principal.account_id


def _agenda(visit: Any) -> str:
    return (
        reverse("studyvisits:visit_agenda", args=[visit.pk]) if visit else reverse("studyvisits:visit_list")
    )


AGENDA = ImportFormat(
    name="agenda-items",
    model=AgendaItem,
    fields=(
        "visit", "day", "starts_at", "ends_at", "topic", "kind",
        HostsColumn("hosts", AgendaHost._meta.get_field("institution"), label=_("Host institutions")),
        "host_label", "leg", "place", "languages", "notes", "order",
    ),
    keys=(("topic", "visit", "day", "starts_at"), ("host_label", "visit", "day", "starts_at")),
    parent="visit",
    address=_agenda,
    complete=_place_in_day,
    children={"hosts": _ask_hosts},
    prefetch=("hosts__institution__country",),
)  # fmt: skip
COMMITMENTS = ImportFormat(
    name="commitments",
    model=Commitment,
    fields=(
        SourceColumn("source", label=_("Where it was promised")),
        "text", "owed_by", "owed_to", "due_on", "notes",
    ),
    read_only=("reference", "status"),
    keys=(("reference",), ("text", "owed_by", "owed_to")),
    fixed=("source",),
    address=lambda _parent: reverse("studyvisits:commitment_list"),
    complete=_follow,
    prefetch=(with_sources(),),
    select=("lesson",),
)  # fmt: skip


def register() -> None:
    register_lookup(
        Lookup(
            StudyVisit,
            label=lambda visit: visit.reference,
            names=lambda visit: (visit.reference,),
            about=_("The reference of the visit, such as SV-2019-001."),
            narrow=lambda rows, texts: rows.filter(reference__in={text.upper() for text in texts}),
        )
    )
    register_lookup(
        Lookup(
            Leg,
            label=lambda leg: f"#{leg.pk} {leg}",
            names=lambda leg: (f"{leg.visit.reference} {leg.city}",),
            about=_("The reference of the visit and the city, such as SV-2019-001 Tunis."),
            narrow=lambda rows, texts: rows.filter(
                visit__reference__in={text.split(" ", 1)[0].upper() for text in texts}
            ),
            related=("visit", "country"),
        )
    )
    register_import(AGENDA)
    register_import(COMMITMENTS)
