"""What a debrief begins with: the points of the shared notes and the outcomes, and what became of each."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from fmm_portal.core.multilingual import Multilingual, active_language
from fmm_portal.core.principals import Principal
from fmm_portal.institutions.models import Institution
from studyvisits.enums import HostStatus, OutcomeKind
from studyvisits.models import (
    AgendaHost,
    AgendaItem,
    Commitment,
    LearningQuestion,
    Lesson,
    SessionNote,
    SessionOutcome,
    StudyVisit,
)
from studyvisits.parties import parties_of


@dataclass(slots=True)
class Point:
    """One line of a session: a lesson once it is ticked, a commitment once it is ticked again."""

    item: AgendaItem
    text: Multilingual
    # "" for a line of the notes.
    kind: str = ""
    transferability: str = ""
    outcome: SessionOutcome | None = None
    lesson: Lesson | None = None
    commitment: Commitment | None = None

    @property
    def key(self) -> str:
        """Names its fields in the form; the same as long as its words are."""
        words = f"{self.item.pk}:{sorted(self.text.items())}"
        return hashlib.sha256(words.encode()).hexdigest()[:12]


@dataclass(slots=True)
class Board:
    """All that lies on the table when both sides sit down."""

    visit: StudyVisit
    points: list[Point] = field(default_factory=list)
    questions: list[LearningQuestion] = field(default_factory=list)
    parties: list[Institution] = field(default_factory=list)
    hosts: dict[int, Institution] = field(default_factory=dict)

    def first_words(self) -> dict[str, Multilingual]:
        """How the debrief's own texts begin: first points as the recap, decisions, tasks."""
        recap: dict[int, Multilingual] = {}
        for point in self.points:
            if not point.kind and point.item.pk not in recap:
                recap[point.item.pk] = titled(point.item, point.text)
        return {
            "recap": joined(recap.values()),
            "cooperation_points": joined(
                point.text for point in self.points if point.kind == OutcomeKind.DECISION
            ),
            "next_steps": joined(point.text for point in self.points if point.kind == OutcomeKind.TASK),
        }


def titled(item: AgendaItem, text: Multilingual) -> Multilingual:
    title = item.topic or item.host_label
    return Multilingual(
        {code: f"{title.in_language(code)}: {words}" if title else words for code, words in text.items()}
    )


def joined(texts: Iterable[Multilingual]) -> Multilingual:
    """One a line, in every language that all of them have; else all in the reader's, as far as they are in it."""
    rows = [text for text in texts if text]
    if not rows:
        return Multilingual()
    shared = set.intersection(*(set(row) for row in rows))
    if not shared:
        return Multilingual({active_language(): "\n".join(str(row) for row in rows)})
    return Multilingual({code: "\n".join(row[code] for row in rows) for code in shared})


def lines_of(text: Multilingual) -> list[Multilingual]:
    """A long text line by line, with the other languages where they have as many lines."""
    by_language = {
        code: [line.strip(" \t-•*–") for line in words.splitlines() if line.strip(" \t-•*–")]
        for code, words in text.items()
    }
    if not by_language:
        return []
    first = text.in_language().language
    count = len(by_language[first])
    whole = {code: rows for code, rows in by_language.items() if len(rows) == count}
    return [Multilingual({code: rows[number] for code, rows in whole.items()}) for number in range(count)]


def board_of(visit: StudyVisit, principal: Principal) -> Board:
    """Only what is shared is put before both sides; outcomes were written for the debrief."""
    items = {item.pk: item for item in AgendaItem.objects.visible_to(principal).filter(visit=visit)}
    points: dict[str, Point] = {}
    notes = SessionNote.objects.visible_to(principal).filter(item__visit=visit, is_shared=True)
    for note in notes.order_by("created_at", "pk"):
        for text in lines_of(note.key_points):
            _add(points, Point(items[note.item_id], text))
        for text in lines_of(note.practice_observed):
            _add(points, Point(items[note.item_id], text, transferability=note.transferability))
    outcomes = SessionOutcome.objects.visible_to(principal).filter(item__visit=visit)
    for outcome in outcomes.select_related("commitment").order_by("pk"):
        item = items[outcome.item_id]
        _add(points, Point(item, outcome.text, outcome.kind, outcome=outcome, commitment=outcome.commitment))
    places = {pk: place for place, pk in enumerate(items)}
    found = sorted(points.values(), key=lambda point: places[point.item.pk])
    _tell_what_became(visit, principal, found)
    parties = [one for side in parties_of(visit).values() for one in side]
    hosts = AgendaHost.objects.filter(item__visit=visit).exclude(
        status__in=(HostStatus.DECLINED, HostStatus.REPLACED)
    )
    return Board(
        visit,
        found,
        list(LearningQuestion.objects.visible_to(principal).filter(visit=visit).with_related()),
        list({one.pk: one for one in parties}.values()),
        {host.item_id: host.institution for host in hosts.select_related("institution__country")},
    )


def _add(points: dict[str, Point], point: Point) -> None:
    points.setdefault(point.key, point)


def _tell_what_became(visit: StudyVisit, principal: Principal, points: Sequence[Point]) -> None:
    """Lessons and commitments of the same words; whoever rewords one may tick the point again."""
    lessons = {
        (lesson.agenda_item_id, words): lesson
        for lesson in Lesson.objects.visible_to(principal).filter(visit=visit)
        for words in lesson.text.values()
    }
    made = Commitment.objects.visible_to(principal).made_at(visit)
    of_lessons: dict[int, Commitment] = {}
    of_words: dict[str, Commitment] = {}
    for commitment in made:
        if commitment.lesson_id is not None:
            of_lessons.setdefault(commitment.lesson_id, commitment)
        for words in commitment.text.values():
            of_words.setdefault(words, commitment)
    for point in points:
        words = list(point.text.values())
        at_session = [lessons[point.item.pk, text] for text in words if (point.item.pk, text) in lessons]
        promised = [of_words[text] for text in words if text in of_words]
        point.lesson = next(iter(at_session), None)
        point.commitment = (
            point.commitment
            or (of_lessons.get(point.lesson.pk) if point.lesson else None)
            or next(iter(promised), None)
        )
