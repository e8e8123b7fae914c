"""Planning, publishing, moving, noting, attending and debriefing; agendas with hours and without."""

from datetime import date, time

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from delegations.models import Delegation
from fmm_portal.core.activity import history_of
from fmm_portal.core.errors import Forbidden, Refused, StaleRecord
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.services import create_record, delete_record, update_record
from studyvisits.agenda import by_day, overlaps
from studyvisits.models import AgendaItem, Attendance, Commitment, Leg, SessionNote, StudyVisit
from studyvisits.services import (
    copy_day,
    join_delegation,
    mark_delegates_attended,
    move_agenda_item,
    move_to_day,
    open_debrief,
    plan_study_visit,
    publish_agenda,
    record_attendance,
    write_note,
)
from tests.factories.delegations import DelegateFactory, DelegationFactory
from tests.factories.institutions import InstitutionFactory, country
from tests.factories.studyvisits import (
    AgendaHostFactory,
    AgendaItemFactory,
    CommitmentFactory,
    DebriefFactory,
    LegFactory,
    LessonFactory,
    StudyVisitFactory,
)

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY = date(2019, 1, 21), date(2019, 1, 22)


@pytest.fixture
def visit(db):
    return StudyVisitFactory()


def item(visit, topic, day=MONDAY, hours="", **values):
    start, _dash, end = hours.partition("-")
    return AgendaItemFactory(
        visit=visit,
        topic=Multilingual(en=topic),
        day=day,
        starts_at=time.fromisoformat(start) if start else None,
        ends_at=time.fromisoformat(end) if end else None,
        **values,
    )


def topics(items):
    return [item.topic["en"] for item in items]


def refused(record):
    with pytest.raises(ValidationError) as refusal:
        record.full_clean()
    return refusal.value.message_dict


# --- Planning --------------------------------------------------------------------------------------------------


def test_planned_visit_has_reference_owner_legs_and_delegation(amina, by):
    visit = plan_study_visit(
        StudyVisit(title=Multilingual(en="To Tunisia and Italy"), starts_on=PartialDate(2015)),
        actor=by(amina),
        sending_countries=[country("GH"), country("TG")],
        host_countries=[country("TN"), country("IT")],
    )
    assert (visit.reference, visit.owner, visit.status) == ("SV-2015-001", amina, "planned")
    assert [(leg.order, leg.country.code) for leg in visit.legs.all()] == [(1, "TN"), (2, "IT")]
    delegation = visit.delegations.get()
    assert delegation.name == {
        "en": "Delegation of Ghana, Togo",
        "fr": "Délégation : Ghana, Togo",
        "pt": "Delegação: Gana, Togo",
    }
    assert [c.code for c in StudyVisit.objects.get().sending_countries] == ["GH", "TG"]
    assert [c.code for c in visit.host_countries] == ["TN", "IT"]


def test_refused_plan_leaves_nothing_behind(amina, by):
    with pytest.raises(ValidationError):
        plan_study_visit(
            StudyVisit(
                title=Multilingual(en="Backwards"), starts_on=PartialDate(2019), ends_on=PartialDate(2018)
            ),
            actor=by(amina),
            sending_countries=[country("TG")],
        )
    assert not StudyVisit.objects.exists()
    assert not Delegation.objects.exists()


def test_delegation_joins_once(visit, amina, by):
    delegation = DelegationFactory()
    joined = join_delegation(visit, delegation, actor=by(amina))
    again = join_delegation(joined, delegation, actor=by(amina))
    assert (visit.delegations.count(), again.version) == (2, 2)


# --- Dates -----------------------------------------------------------------------------------------------------


def test_last_day_is_not_before_the_first_and_comes_with_it(visit):
    visit.ends_on = PartialDate(2019, 1, 20)
    assert refused(visit) == {"ends_on": ["The last day is before the first day."]}
    visit.starts_on = None
    assert refused(visit) == {"starts_on": ["Give the first day too, as far as it is known."]}
    visit.starts_on, visit.ends_on = PartialDate(2019, 1, 21), PartialDate(2019)
    visit.full_clean()


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "stated", "days"),
    [
        ("2019-01-21", "2019-01-25", None, 5),
        ("2019-01-21", "2019-01-21", None, 1),
        ("2015", None, 7, 7),
        ("2019-01", "2019-02", None, None),
        (None, None, None, None),
    ],
)
def test_duration_counts_both_ends_or_is_as_stated(starts_on, ends_on, stated, days):
    dates = [PartialDate.from_iso(text) if text else None for text in (starts_on, ends_on)]
    assert StudyVisit(starts_on=dates[0], ends_on=dates[1], stated_duration_days=stated).duration_days == days


def test_items_outside_the_dates_of_the_visit_are_refused(visit):
    for day in (date(2019, 1, 20), date(2019, 1, 26)):
        late = AgendaItem(visit=visit, topic=Multilingual(en="Late"), day=day)
        assert refused(late) == {"day": ["This day is outside the dates of the visit."]}


def test_items_of_a_visit_known_by_its_year_lie_in_that_year(db):
    visit = StudyVisitFactory(starts_on=PartialDate(2015), ends_on=None)
    AgendaItem(visit=visit, topic=Multilingual(en="In"), day=date(2015, 12, 31)).full_clean()
    outside = AgendaItem(visit=visit, topic=Multilingual(en="Out"), day=date(2016, 1, 1))
    assert "day" in refused(outside)
    visit.starts_on = None
    outside.full_clean()


def test_dates_do_not_move_away_from_the_items(visit, amina, by):
    item(visit, "First", MONDAY)
    item(visit, "Second", TUESDAY)
    with pytest.raises(ValidationError) as refusal:
        update_record(visit, actor=by(amina), changes={"starts_on": PartialDate(2019, 1, 23)})
    assert refusal.value.message_dict == {
        "starts_on": ["2 agenda items would fall outside these dates. Move them first."]
    }
    with pytest.raises(ValidationError, match="1 agenda item would fall outside these dates"):
        update_record(visit, actor=by(amina), changes={"starts_on": PartialDate(2019, 1, 22)})


def test_leg_lies_in_the_visit(visit):
    early = Leg(visit=visit, country=country("TN"), starts_on=PartialDate(2019, 1, 20))
    assert refused(early) == {"starts_on": ["The leg begins before the visit."]}
    late = Leg(visit=visit, country=country("TN"), ends_on=PartialDate(2019, 1, 26))
    assert refused(late) == {"ends_on": ["The leg ends after the visit."]}
    Leg(
        visit=visit, country=country("TN"), starts_on=PartialDate(2019), ends_on=PartialDate(2019, 1)
    ).full_clean()


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"topic": Multilingual()}, "topic", "Say what the session is about, or describe its host."),
        ({"day": None, "starts_at": time(9)}, "day", "An hour needs its day."),
        ({"ends_at": time(9)}, "starts_at", "Give the hour at which it begins."),
        (
            {"starts_at": time(9), "ends_at": time(9)},
            "ends_at",
            "The session must end after it begins.",
        ),
    ],
)
def test_session_without_sense_is_refused(values, field, message, visit):
    session = AgendaItem(**{"visit": visit, "topic": Multilingual(en="A session"), "day": MONDAY, **values})
    assert refused(session) == {field: [message]}


def test_parts_of_another_visit_are_refused(visit):
    other = StudyVisitFactory()
    elsewhere = AgendaItemFactory(visit=other)
    assert refused(AgendaItem(visit=visit, topic=Multilingual(en="A"), leg=LegFactory(visit=other))) == {
        "leg": ["This leg belongs to another visit."]
    }
    assert refused(LessonFactory.build(visit=visit, agenda_item=elsewhere)) == {
        "agenda_item": ["This session belongs to another visit."]
    }
    assert refused(DebriefFactory.build(visit=visit, agenda_item=elsewhere)) == {
        "agenda_item": ["This session belongs to another visit."]
    }
    assert refused(CommitmentFactory.build(visit=visit, lesson=LessonFactory(visit=other))) == {
        "lesson": ["This lesson belongs to another visit."]
    }


# --- The agenda ------------------------------------------------------------------------------------------------


def test_agenda_is_in_order_of_days_then_order_then_hours_unknown_days_last(visit):
    item(visit, "no day", None, order=1)
    item(visit, "tuesday", TUESDAY, order=1)
    item(visit, "later", MONDAY, "14:00-15:00", order=1)
    item(visit, "earlier", MONDAY, "09:00-10:00", order=1)
    item(visit, "no hour", MONDAY, order=1)
    assert topics(visit.agenda_items.all()) == ["earlier", "later", "no hour", "tuesday", "no day"]
    assert [(day, topics(items)) for day, items in by_day(visit.agenda_items.all())] == [
        (MONDAY, ["earlier", "later", "no hour"]),
        (TUESDAY, ["tuesday"]),
        (None, ["no day"]),
    ]


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        ("09:00-10:00", "09:30-11:00", True),
        ("09:00-12:00", "10:00-11:00", True),
        ("09:00-10:00", "09:00-10:00", True),
        ("09:00", "09:00", True),
        ("09:00-10:00", "10:00-11:00", False),
        ("09:00", "09:30-10:00", False),
        ("09:00-10:00", "", False),
    ],
)
def test_overlapping_sessions_are_flagged(first, second, clash, visit):
    rows = [item(visit, "first", hours=first), item(visit, "second", hours=second)]
    assert [(o.first, o.second) for o in overlaps(rows)] == ([tuple(rows)] if clash else [])


def test_sessions_of_two_days_do_not_overlap(visit):
    item(visit, "monday", MONDAY, "09:00-10:00")
    item(visit, "tuesday", TUESDAY, "09:00-10:00")
    assert overlaps(visit.agenda_items.all()) == []


def test_long_session_overlaps_every_one_in_it(visit):
    for topic, hours in (("all day", "09:00-17:00"), ("one", "10:00-11:00"), ("two", "15:00-16:00")):
        item(visit, topic, hours=hours)
    assert [topics((o.first, o.second)) for o in overlaps(visit.agenda_items.all())] == [
        ["all day", "one"],
        ["all day", "two"],
    ]


@pytest.mark.parametrize("day", [MONDAY, None])
@pytest.mark.parametrize(
    ("move", "order"),
    [(("c", None), "cab"), (("a", "c"), "bca"), (("a", "b"), "bac"), (("b", "a"), "abc")],
)
def test_item_moves_within_its_day(day, move, order, visit, amina, by):
    moved, after = move
    rows = {topic: item(visit, topic, day, order=number) for number, topic in enumerate("abc", start=1)}
    other_day = item(visit, "z", TUESDAY, order=1)
    move_agenda_item(rows[moved], actor=by(amina), after=rows.get(after))
    assert "".join(topics(visit.agenda_items.filter(day=day))) == order
    other_day.refresh_from_db()
    assert (other_day.order, other_day.version) == (1, 1)


def test_move_writes_only_what_moves(visit, amina, by):
    rows = [item(visit, topic, order=number) for number, topic in enumerate("abcd", start=1)]
    move_agenda_item(rows[3], actor=by(amina), after=rows[1])
    assert [row.version for row in AgendaItem.objects.order_by("pk")] == [1, 1, 2, 2]


def test_item_does_not_move_behind_one_of_another_day(visit, amina, by):
    first, other = item(visit, "a"), item(visit, "b", TUESDAY)
    with pytest.raises(Refused, match="of another day"):
        move_agenda_item(first, actor=by(amina), after=other)


def test_item_goes_to_another_day_behind_the_one_that_is_named(visit, amina, by):
    moved, first = item(visit, "moved", order=1), item(visit, "first", TUESDAY, order=1)
    item(visit, "second", TUESDAY, order=2)
    move_agenda_item(moved, actor=by(amina), after=first, day=TUESDAY)
    assert topics(visit.agenda_items.filter(day=TUESDAY)) == ["first", "moved", "second"]
    move_agenda_item(AgendaItem.objects.get(pk=moved.pk), actor=by(amina), after=None, day=None)
    assert topics(visit.agenda_items.filter(day=None)) == ["moved"]


def test_item_goes_to_another_day_by_its_hour(visit, amina, by):
    moved = item(visit, "ten", hours="10:00-11:00")
    for order, hours in enumerate(("09:00", "14:00"), start=1):
        item(visit, hours, TUESDAY, hours=hours, order=order)
    move_to_day(moved, actor=by(amina), day=TUESDAY)
    assert topics(visit.agenda_items.filter(day=TUESDAY)) == ["09:00", "ten", "14:00"]


def test_an_hour_does_not_lose_its_day(visit, amina, by):
    timed = item(visit, "ten", hours="10:00")
    with pytest.raises(Refused, match="Take the hours away first"):
        move_to_day(timed, actor=by(amina), day=None)
    with pytest.raises(Refused, match="Take the hours away first"):
        move_agenda_item(timed, actor=by(amina), after=None, day=None)


def test_day_is_copied_with_its_hosts_asked_anew(visit, amina, by):
    first = item(visit, "Welcome", hours="09:00-10:00", place="Tunis")
    item(visit, "Lunch")
    item(visit, "There before", TUESDAY, order=5)
    confirmed = AgendaHostFactory(item=first, status="confirmed", answered_slot=first.slot)
    AgendaHostFactory(item=first, status="declined")
    copies = copy_day(visit, actor=by(amina), day=MONDAY, to=TUESDAY)
    assert topics(visit.agenda_items.filter(day=TUESDAY)) == ["There before", "Welcome", "Lunch"]
    assert (copies[0].starts_at, copies[0].place) == (time(9), "Tunis")
    asked = copies[0].hosts.get()
    assert (asked.institution, asked.status) == (confirmed.institution, "proposed")
    with pytest.raises(Refused, match="nothing to copy"):
        copy_day(visit, actor=by(amina), day=date(2019, 1, 25), to=TUESDAY)


def test_who_may_not_change_the_agenda_copies_no_day(visit, eva, by):
    item(visit, "Welcome")
    with pytest.raises(Forbidden):
        copy_day(visit, actor=by(eva), day=MONDAY, to=TUESDAY)
    assert visit.agenda_items.count() == 1


def test_who_may_not_change_the_agenda_does_not_move_it(visit, eva, by):
    rows = [item(visit, topic, order=number) for number, topic in enumerate("ab", start=1)]
    with pytest.raises(Forbidden):
        move_agenda_item(rows[1], actor=by(eva), after=None)
    assert topics(visit.agenda_items.all()) == ["a", "b"]


# --- Publishing ------------------------------------------------------------------------------------------------


def test_published_versions_count_up_and_keep_the_agenda_as_it_was(visit, amina, by):
    first = item(visit, "Welcome", hours="09:00-10:00")
    AgendaHostFactory(item=first, institution=InstitutionFactory(acronym="ANETI", country=country("TN")))
    version = publish_agenda(visit, actor=by(amina), note="  For the hosts  ")
    assert (version.number, version.note, version.published_by, version.changes) == (
        1,
        "For the hosts",
        amina,
        [],
    )
    update_record(first, actor=by(amina), changes={"topic": Multilingual(en="Opening")})
    (kept,) = visit.agenda_versions.get().items
    assert (kept["topic"], kept["day"], kept["starts_at"]) == ({"en": "Welcome"}, "2019-01-21", "09:00")
    assert kept["hosts"][0]["label"] == {
        "en": "ANETI (Tunisia)",
        "fr": "ANETI (Tunisie)",
        "pt": "ANETI (Tunísia)",
    }


def test_second_version_tells_what_was_added_changed_and_removed(visit, amina, by):
    moved, gone = item(visit, "Moved"), item(visit, "Gone")
    publish_agenda(visit, actor=by(amina))
    update_record(moved, actor=by(amina), changes={"day": TUESDAY, "starts_at": time(9), "place": "Tunis"})
    delete_record(gone, actor=by(amina))
    item(visit, "New", TUESDAY)
    version = publish_agenda(visit, actor=by(amina))
    told = {(c["change"], c["item"]["topic"]["en"]): c.get("fields") for c in version.changes}
    assert version.number == 2
    assert told == {
        ("changed", "Moved"): {
            "day": ["2019-01-21", "2019-01-22"],
            "starts_at": [None, "09:00"],
            "place": ["", "Tunis"],
        },
        ("added", "New"): None,
        ("removed", "Gone"): None,
    }


def test_empty_and_unchanged_agendas_are_not_published(visit, amina, by):
    with pytest.raises(Refused, match="The agenda is empty: add an item before publishing it") as refusal:
        publish_agenda(visit, actor=by(amina))
    assert refusal.value.code == "empty_agenda"
    item(visit, "Welcome")
    publish_agenda(visit, actor=by(amina))
    with pytest.raises(Refused, match="Nothing has changed since version 1 was published") as refusal:
        publish_agenda(visit, actor=by(amina))
    assert refusal.value.code == "unchanged_agenda"
    with translation.override("fr"), pytest.raises(Refused, match="Rien n’a changé"):
        publish_agenda(visit, actor=by(amina))
    assert visit.agenda_versions.count() == 1


def test_published_version_is_never_changed_or_deleted(visit, marc, by):
    item(visit, "Welcome")
    version = publish_agenda(visit, actor=by(marc))
    with pytest.raises(Forbidden, match="A published agenda is never changed"):
        update_record(version, actor=by(marc), changes={"note": "Other"})
    with pytest.raises(Forbidden):
        delete_record(version, actor=by(marc))


def test_agenda_changed_meanwhile_is_not_published_unseen(visit, amina, by):
    item(visit, "Welcome")
    update_record(visit, actor=by(amina), changes={"title": Multilingual(en="Other")})
    with pytest.raises(StaleRecord):
        publish_agenda(visit, actor=by(amina), expected_version=1)


@pytest.mark.parametrize("persona", ["eva", "kofi", "sami", "fatou", "nobody"])
def test_agenda_is_published_by_the_programme(persona, visit, request, by):
    item(visit, "Welcome")
    with pytest.raises(Forbidden):
        publish_agenda(visit, actor=by(request.getfixturevalue(persona)))


# --- Notes and attendance ----------------------------------------------------------------------------------------


def test_note_is_signed_by_whoever_writes_it(visit, jean, amina, by):
    session = item(visit, "Welcome")
    DelegateFactory(
        delegation=visit.delegations.get(), account=jean, position=Multilingual(en="Labour inspector")
    )
    mine = write_note(SessionNote(item=session, key_points=Multilingual(en="Mine")), actor=by(jean))
    theirs = write_note(
        SessionNote(item=session, key_points=Multilingual(en="Theirs"), is_shared=True), actor=by(amina)
    )
    assert (mine.author, mine.author_label) == (jean, "Labour inspector")
    assert (theirs.author, theirs.author_label) == (amina, "Programme officer")
    assert set(SessionNote.objects.visible_to(jean)) == {mine, theirs}
    with pytest.raises(Forbidden):
        update_record(theirs, actor=by(jean), changes={"key_points": Multilingual(en="Changed")})


def test_empty_note_is_refused(visit, amina, by):
    with pytest.raises(ValidationError, match="Write at least the key points"):
        write_note(SessionNote(item=item(visit, "Welcome")), actor=by(amina))


def test_attendance_is_set_changed_and_taken_away(visit, amina, by):
    session = item(visit, "Welcome")
    first, second = (DelegateFactory(delegation=visit.delegations.get()) for _time in range(2))
    record_attendance(session, {first: "present", second: "remote"}, actor=by(amina))
    record_attendance(session, {first: "absent", second: ""}, actor=by(amina))
    assert [(row.delegate, row.status) for row in Attendance.objects.all()] == [(first, "absent")]
    assert [entry.verb for entry in history_of(visit)] == ["delete", "update", "create", "create"]


def test_attendance_that_stays_is_not_written_again(visit, amina, by):
    session, delegate = item(visit, "Welcome"), DelegateFactory(delegation=visit.delegations.get())
    record_attendance(session, {delegate: "present"}, actor=by(amina))
    record_attendance(session, {delegate: "present"}, actor=by(amina))
    assert Attendance.objects.get().version == 1
    assert history_of(visit).count() == 1


def test_stranger_is_not_at_a_session(visit, amina, by):
    with pytest.raises(ValidationError, match="This delegate does not take part in the visit"):
        record_attendance(item(visit, "Welcome"), {DelegateFactory(): "present"}, actor=by(amina))


def test_all_confirmed_delegates_are_marked_at_once_and_no_others(visit, amina, by):
    delegation = visit.delegations.get()
    came = [DelegateFactory(delegation=delegation, status="confirmed") for _time in range(2)]
    waiting = DelegateFactory(delegation=delegation)
    assert list(mark_delegates_attended(visit, actor=by(amina))) == came
    waiting.refresh_from_db()
    assert waiting.status == "nominated"


# --- Debrief and commitments -------------------------------------------------------------------------------------


def test_debrief_begins_with_the_visiting_side_and_its_session(visit, amina, by):
    delegation = visit.delegations.get()
    head = DelegateFactory(delegation=delegation, role="head", order=1)
    member = DelegateFactory(delegation=delegation, order=2)
    DelegateFactory(delegation=delegation, status="declined")
    session = item(visit, "Debrief", kind="debrief", place="Tunis")
    debrief = open_debrief(visit, actor=by(amina))
    assert (debrief.agenda_item, debrief.held_on, debrief.place) == (
        session,
        PartialDate(2019, 1, 25),
        "Tunis",
    )
    assert [(p.delegate, p.side, p.position, p.has_agreed) for p in debrief.participants.all()] == [
        (head, "visiting", head.position, True),
        (member, "visiting", member.position, False),
    ]
    assert open_debrief(visit, actor=by(amina)) == debrief


def test_two_sides_of_a_commitment_differ(visit, amina, by):
    side = InstitutionFactory()
    owed = Commitment(visit=visit, text=Multilingual(en="Send it"), owed_by=side, owed_to=side)
    with pytest.raises(ValidationError) as refusal:
        create_record(owed, actor=by(amina))
    assert refusal.value.message_dict == {"owed_to": ["The two sides must differ."]}


@pytest.mark.parametrize(
    ("due", "on", "overdue"),
    [
        ("2019-03-10", date(2019, 3, 10), False),
        ("2019-03-10", date(2019, 3, 11), True),
        ("2019-03", date(2019, 3, 31), False),
        ("2019-03", date(2019, 4, 1), True),
        ("2019", date(2019, 12, 31), False),
        ("2019", date(2020, 1, 1), True),
        (None, date(2030, 1, 1), False),
    ],
)
def test_commitment_is_overdue_once_its_whole_period_has_passed(due, on, overdue, db):
    CommitmentFactory(due_on=PartialDate.from_iso(due) if due else None)
    assert Commitment.objects.overdue(on).exists() is overdue


def test_settled_commitments_are_never_overdue(db):
    for status in ("done", "dropped"):
        CommitmentFactory(due_on=PartialDate(2019), status=status)
    owed = CommitmentFactory(due_on=PartialDate(2019), status="in_progress")
    assert Commitment.objects.overdue(date(2026, 1, 1)).get() == owed
    assert owed.is_overdue


def test_visit_with_commitments_is_not_deleted_but_cancelled(visit, marc, by):
    with pytest.raises(Forbidden, match="Study visits are not deleted"):
        delete_record(visit, actor=by(marc))


def test_counts_of_a_visit_do_not_multiply_each_other(visit):
    for number in range(3):
        item(visit, str(number))
    for status in ("open", "in_progress", "done"):
        CommitmentFactory(visit=visit, status=status)
    counted = StudyVisit.objects.with_counts().get()
    assert (counted.agenda_count, counted.open_commitment_count) == (3, 2)
