"""The debrief note in words: its data as the template shows them, in the active language. Reads no database."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

from babel.numbers import format_percent
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from delegations.enums import DelegateRole
from fmm_portal.core.display import full_day
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate, babel_locale
from fmm_portal.facility.report_words import (
    Shown,
    author_of,
    country_names,
    institution_in_words,
    programme_in_words,
)
from fmm_portal.institutions.countries import country_name
from fmm_portal.institutions.enums import Constituency, Sex
from fmm_portal.reports.words import period, sources_in_words, title_size
from studyvisits.enums import (
    CommitmentStatus,
    DebriefStatus,
    HostStatus,
    QuestionStatus,
    SessionKind,
    Side,
    Transferability,
    VisitStatus,
)

if TYPE_CHECKING:
    from studyvisits.reports import (
        AgendaData,
        CommitmentData,
        DebriefData,
        DebriefNoteData,
        DelegationData,
        GroupData,
        LegData,
        NoteData,
        SessionData,
    )

NOT_RECEIVING = (HostStatus.DECLINED, HostStatus.REPLACED)


def present(data: "DebriefNoteData") -> Shown:
    """The context of templates/reports/debrief_note.html."""
    visit = data["visit"]
    sessions = [
        _session(session, has_countries=len(visit["host_countries"]) > 1)
        for session in data["agenda"]["sessions"]
    ]
    titles = {session["number"]: session["title"] for session in sessions}
    title = Multilingual(visit["title"])
    return {
        "title": title,
        "title_size": title_size(str(title)),
        "kind_label": _("Debrief note"),
        "author": author_of(data["programme"]),
        "programme": programme_in_words(data["programme"]),
        "period": period(visit["starts_on"], visit["ends_on"]),
        "senders": country_names(visit["sending_countries"]),
        "hosts": country_names(visit["host_countries"]),
        "people": _people(data["delegations"]),
        "facts": _facts(data),
        "objectives": Multilingual(visit["objectives"]),
        "outcomes": Multilingual(visit["outcomes"]),
        "delegations": [
            _delegation(delegation, has_countries=len(visit["sending_countries"]) > 1)
            for delegation in data["delegations"]
        ],
        "agenda": {**_agenda(data["agenda"]), "days": _days(sessions)},
        "visits": [session for session in sessions if session["kind"] != SessionKind.LOGISTICS],
        "questions": [
            {
                **question,
                "text": Multilingual(question["text"]),
                "asked_by": institution_in_words(question["asked_by"]),
                "answer": Multilingual(question["answer"]),
                "is_answered": question["status"] == QuestionStatus.ANSWERED,
                "status_label": QuestionStatus(question["status"]).label,
                "session_title": titles.get(question["session"] or 0),
            }
            for question in data["questions"]
        ],
        "lessons": [
            {
                **lesson,
                "text": Multilingual(lesson["text"]),
                "learnt_from": institution_in_words(lesson["learnt_from"]),
                "transferability_label": _transferability(lesson["transferability"]),
                "session_title": titles.get(lesson["session"] or 0),
            }
            for lesson in data["lessons"]
        ],
        "debrief": _debrief(data["debrief"]) if data["debrief"] else None,
        "commitments": [_commitment(commitment) for commitment in data["commitments"]],
        "sources": sources_in_words(data["sources"]),
    }


def _facts(data: "DebriefNoteData") -> list[Shown]:
    visit = data["visit"]
    days = visit["duration_days"]
    places = [_place(leg) for leg in data["legs"]]
    themes = [Multilingual(theme) for theme in visit["themes"]]
    rows = [
        (_("Reference"), visit["reference"]),
        (_("Dates"), period(visit["starts_on"], visit["ends_on"])),
        (_("Note on the dates"), Multilingual(visit["dates_note"])),
        (_("Duration"), ngettext("%(count)d day", "%(count)d days", days) % {"count": days} if days else ""),
        (_("Sending countries"), ", ".join(country_names(visit["sending_countries"]))),
        (_("Host countries"), ", ".join(country_names(visit["host_countries"]))),
        (_("Places"), "; ".join(places) if any(leg["city"] for leg in data["legs"]) else ""),
        (_("Delegation"), _people(data["delegations"])),
        (_("Themes"), themes),
        (_("Programme"), data["programme"]["acronym"] if data["programme"] else ""),
        (_("Status of the visit"), VisitStatus(visit["status"]).label),
    ]
    # What is not known is said, except where the line would only exist to explain another one.
    optional = {_("Note on the dates"), _("Places"), _("Themes")}
    return [{"label": label, "value": value} for label, value in rows if value or label not in optional]


def _people(delegations: "list[DelegationData]") -> str:
    total = sum(delegation["total"] for delegation in delegations)
    return ngettext("%(count)d person", "%(count)d people", total) % {"count": total} if total else ""


def _delegation(delegation: "DelegationData", *, has_countries: bool) -> Shown:
    total = delegation["total"]
    constituencies = dict(Constituency.choices)
    return {
        "name": Multilingual(delegation["name"]),
        "purpose": Multilingual(delegation["purpose"]),
        "has_countries": has_countries,
        "has_seats": any(seat["seats"] > 1 for seat in delegation["seats"]),
        "seats": [
            {
                **seat,
                "position": Multilingual(seat["position"]),
                "note": Multilingual(seat["note"]),
                "institution": institution_in_words(seat["institution"]),
                "country": country_name(seat["country"]) if seat["country"] else "",
                "role_label": "" if seat["role"] == DelegateRole.MEMBER else DelegateRole(seat["role"]).label,
                "constituency_label": constituencies.get(seat["constituency"], ""),
            }
            for seat in delegation["seats"]
        ],
        "total": total,
        "basis": _basis(delegation),
        "by_constituency": _groups(delegation["by_constituency"], total, constituencies),
        "by_sex": _groups(delegation["by_sex"], total, {Sex.FEMALE: _("Women"), Sex.MALE: _("Men")}),
    }


def _basis(delegation: "DelegationData") -> str:
    """Of whom the counts speak."""
    if delegation["is_reported"]:
        return _("Head-counts as reported by the source.")
    return _("Of those who took part.") if delegation["is_actual"] else _("Of the seats as planned.")


def _groups(groups: "Iterable[GroupData]", total: int, labels: Mapping[str, Any]) -> list[Shown]:
    return [
        {
            "label": labels.get(group["key"]) or _("Not stated"),
            "count": group["count"],
            "share": round(100 * group["count"] / total) if total else 0,
            "percent": format_percent(group["count"] / total if total else 0, locale=babel_locale()),
        }
        for group in groups
    ]


def _agenda(agenda: "AgendaData") -> Shown:
    if agenda["version"] is None:
        return {"edition": _("This agenda was not published.")}
    words = {"number": agenda["version"], "date": period(agenda["published_on"], None)}
    if agenda["is_changed_since"]:
        return {"edition": _("Version %(number)d of %(date)s, with the changes made since.") % words}
    return {"edition": _("Version %(number)d of %(date)s.") % words}


def _days(sessions: list[Shown]) -> list[Shown]:
    days = []
    for day, group in groupby(sessions, key=lambda session: session["day"]):
        heading = _("In order; the days are not known")
        if day is not None:
            heading = full_day(PartialDate.from_iso(day).earliest)
            heading = heading[0].upper() + heading[1:]
        found = list(group)
        days.append(
            {"heading": heading, "sessions": found, "has_hours": any(item["hours"] for item in found)}
        )
    return days


def _session(session: "SessionData", *, has_countries: bool) -> Shown:
    hosts = [
        institution_in_words(host["institution"])
        for host in session["hosts"]
        if host["status"] not in NOT_RECEIVING
    ]
    topic, label = Multilingual(session["topic"]), Multilingual(session["host_label"])
    hours = "–".join(hour for hour in (session["starts_at"], session["ends_at"]) if hour)
    leg = session["leg"]
    places = [session["place"], leg["city"] if leg else ""]
    return {
        "number": session["number"],
        "day": session["day"],
        "date": period(session["day"], None),
        "hours": hours,
        "kind": session["kind"],
        "kind_label": SessionKind(session["kind"]).label,
        "title": topic or label,
        "topic": topic,
        "host_label": label,
        "hosts": hosts,
        "has_countries": has_countries,
        "place": ", ".join(place for place in places if place),
        "remarks": Multilingual(session["remarks"]),
        "notes": [_note(note) for note in session["notes"]],
    }


def _note(note: "NoteData") -> Shown:
    parts = [
        (_("Key points"), note["key_points"]),
        (_("Practice observed"), note["practice_observed"]),
        (_("Open questions"), note["open_questions"]),
        (_("Met, by position"), note["people_met"]),
    ]
    return {
        "parts": [{"label": label, "text": Multilingual(text)} for label, text in parts if text],
        "transferability_label": _transferability(note["transferability"]),
    }


def _debrief(debrief: "DebriefData") -> Shown:
    sides = []
    for side in Side:
        people = [
            {
                **person,
                "position": Multilingual(person["position"]),
                "institution": institution_in_words(person["institution"]),
            }
            for person in debrief["participants"]
            if person["side"] == side
        ]
        sides.append({"label": side.label, "people": people})
    held = [period(debrief["held_on"], None), debrief["place"]]
    return {
        "held": ", ".join(part for part in held if part),
        "status_label": DebriefStatus(debrief["status"]).label,
        "is_agreed": debrief["status"] == DebriefStatus.AGREED,
        "recap": Multilingual(debrief["recap"]),
        "cooperation_points": Multilingual(debrief["cooperation_points"]),
        "next_steps": Multilingual(debrief["next_steps"]),
        "sides": sides,
    }


def _commitment(commitment: "CommitmentData") -> Shown:
    status = CommitmentStatus(commitment["status"])
    return {
        "reference": commitment["reference"],
        "text": Multilingual(commitment["text"]),
        "owed_by": institution_in_words(commitment["owed_by"]),
        "owed_to": institution_in_words(commitment["owed_to"]),
        "due": period(commitment["due_on"], None),
        "status_label": status.label,
        "done": period(commitment["done_on"], None) if status == CommitmentStatus.DONE else "",
    }


def _transferability(code: str) -> str:
    return str(Transferability(code).label) if code else ""


def _place(leg: "LegData") -> str:
    country = country_name(leg["country"])
    return f"{leg['city']}, {country}" if leg["city"] else country
