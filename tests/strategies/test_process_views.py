"""Pages of strategies: what officers do there, what everybody else sees, and what it costs."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fmm_portal.core.activity import history_of
from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate, today
from strategies.enums import TEMPLATE, MilestoneKind, MilestoneStatus
from strategies.models import (
    Amendment,
    Axis,
    CommitteeMeeting,
    CommitteeMember,
    Milestone,
    MilestoneParticipant,
    Stakeholder,
    Strategy,
    StrategyVersion,
)
from strategies.views.process import StrategyViews
from tests.factories.facility import ActionFactory, ActivityFactory
from tests.factories.institutions import InstitutionFactory, ProgrammeFactory, country
from tests.factories.strategies import (
    ActionPlanFactory,
    AmendmentFactory,
    AxisFactory,
    CommitteeFactory,
    CommitteeMeetingFactory,
    CommitteeMemberFactory,
    MilestoneFactory,
    MilestoneParticipantFactory,
    StakeholderFactory,
    StrategyFactory,
    StrategyVersionFactory,
)
from tests.page_contract import PageContract, errors_of, hidden_value
from tests.personas import anpe_togo

TABS = ("detail", "milestones", "versions", "committees", "plans", "documents", "history")
NAMELESS = Multilingual()


def url(name: str, *args: object) -> str:
    return reverse(f"strategies:{name}", args=args)


def read(client: Client, name: str, *args: object) -> str:
    response = client.get(url(name, *args))
    assert response.status_code == 200, (name, response.status_code)
    return str(response.content.decode())


def words(page: str) -> str:
    """What a person reads in the main part of a page, in one line."""
    main = page.split('id="main"', 1)[-1]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def send(client: Client, name: str, *args: object, **data: object) -> str:
    """Send the form of a new record, and expect it to be taken."""
    response = client.post(url(name, *args), {"submission": str(uuid4()), **data})
    assert response.status_code == 302, errors_of(response)
    return str(response.url)


def step(client: Client, record: Record, address: str, **data: object) -> str:
    record.refresh_from_db()
    response = client.post(address, {"record_version": record.version, **data})
    assert response.status_code == 302, errors_of(response)
    return str(response.url)


class TestStrategyPages(PageContract):
    views = StrategyViews
    field = "vision_en"

    def make(self) -> Record:
        strategy = StrategyFactory(
            programme=ProgrammeFactory(),
            owner_institution=InstitutionFactory(),
            ministry=InstitutionFactory(),
            coordinator=anpe_togo(),
            owner=self.request.getfixturevalue("amina"),
        )
        strategy.actions.add(ActionFactory())
        fill(strategy, 1)
        return strategy  # type: ignore[no-any-return]

    def form_data(self) -> dict[str, object]:
        return {"title_en": "National strategy", "kind": "strategy", "country": country("TG").pk}


def fill(strategy: Strategy, times: int) -> None:
    """So many of everything that a strategy's pages list."""
    for number in range(times):
        version = StrategyVersionFactory(strategy=strategy)
        AxisFactory(version_of=version)
        StakeholderFactory(strategy=strategy)
        reached = MilestoneFactory(
            strategy=strategy, status=MilestoneStatus.DONE, actual_on=PartialDate(2015 + number % 5)
        )
        MilestoneParticipantFactory(milestone=reached)
        MilestoneFactory(strategy=strategy, kind=MilestoneKind.ADOPTION, planned_on=PartialDate(2018))
        committee = CommitteeFactory(strategy=strategy)
        CommitteeMemberFactory(committee=committee, institution=InstitutionFactory())
        CommitteeMeetingFactory(committee=committee, milestone=reached)
        ActionPlanFactory(strategy=strategy)


@pytest.mark.django_db
@pytest.mark.parametrize("page", TABS)
@pytest.mark.parametrize("persona", ["amina", "eva"])
@pytest.mark.long
def test_each_tab_costs_the_same_with_one_and_three_of_each_part(page, persona, browser_of, request) -> None:
    strategy = StrategyFactory()
    client = browser_of(request.getfixturevalue(persona))

    def queries() -> int:
        client.get(url(f"strategy_{page}", strategy.pk))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(f"strategy_{page}", strategy.pk)).status_code == 200
        return len(captured)

    fill(strategy, 1)
    at_one = queries()
    fill(strategy, 2)
    assert queries() == at_one


@pytest.mark.django_db
@pytest.mark.long
def test_milestones_of_a_long_process_cost_what_two_cost(browser_of, amina) -> None:
    strategy = StrategyFactory()
    client = browser_of(amina)

    def queries(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    first = MilestoneFactory(
        strategy=strategy,
        kind=MilestoneKind.TECHNICAL_VALIDATION,
        status=MilestoneStatus.RESERVED,
        actual_on=PartialDate(2017),
    )
    AmendmentFactory(milestone=first, asked_by=InstitutionFactory())
    MilestoneParticipantFactory(milestone=first)
    addresses = (url("strategy_milestones", strategy.pk), first.get_absolute_url(), url("strategy_list"))
    at_one = [queries(address) for address in addresses]
    kinds = list(MilestoneKind)
    Milestone.objects.bulk_create(
        Milestone(
            strategy=strategy,
            kind=kinds[number % len(kinds)],
            status=[MilestoneStatus.DONE, MilestoneStatus.PLANNED][number % 2],
            actual_on=PartialDate(2015 + number % 5) if number % 2 == 0 else None,
        )
        for number in range(199)
    )
    for _number in range(40):
        AmendmentFactory(milestone=first, asked_by=InstitutionFactory())
        MilestoneParticipantFactory(milestone=first)
    assert [queries(address) for address in addresses] == at_one


# --- Strategies of a country, their versions and axes --------------------------------------------------------------


@pytest.mark.django_db
def test_two_strategies_of_one_country_stay_apart(browser_of, amina) -> None:
    """Statement 45: SNMP and SNMD of Togo are not each other's versions."""
    snmp = StrategyFactory(acronym="SNMP", title=Multilingual(fr="Stratégie de migration professionnelle"))
    snmd = StrategyFactory(acronym="SNMD", title=Multilingual(fr="Stratégie migration et développement"))
    StrategyFactory(acronym="NLMP", country=country("GH"))
    MilestoneFactory(strategy=snmd, kind=MilestoneKind.LAUNCH, title=NAMELESS)
    page = browser_of(amina).get(f"{url('strategy_list')}?country_id={country('TG').pk}").content.decode()
    assert [name in page for name in ("SNMP", "SNMD", "NLMP")] == [True, True, False]
    assert "Official request or launch" not in words(read(browser_of(amina), "strategy_detail", snmp.pk))
    assert "Official request or launch" in words(read(browser_of(amina), "strategy_detail", snmd.pk))


@pytest.mark.django_db
def test_axes_are_kept_as_each_version_words_them(browser_of, amina) -> None:
    """Statement 45: the axes of Togo's strategy were worded differently in 2017 and later."""
    strategy, client = StrategyFactory(), browser_of(amina)
    for name, dated, axis in (
        ("As validated", "14/11/2017", "Governance of professional migration"),
        ("As published", "2019", "Stronger legal and institutional framework"),
    ):
        send(client, "version_create", strategy.pk, name_en=name, dated=dated)
        version = StrategyVersion.objects.latest("pk")
        back = send(
            client, "axis_create", strategy.pk, version.pk, code="1", title_en=axis, order=1, again="1"
        )
        assert back == url("axis_create", strategy.pk, version.pk)
    client.get(url("strategy_list"))  # reads the messages that name what was saved
    shown = words(read(client, "strategy_versions", strategy.pk))
    places = [
        shown.index(text)
        for text in (
            "As validated 14 Nov 2017",
            "1 Governance of professional migration",
            "As published 2019",
            "1 Stronger legal and institutional framework",
        )
    ]
    assert places == sorted(places)
    later = StrategyVersion.objects.latest("pk")
    assert client.post(url("version_put_in_force", strategy.pk, later.pk)).status_code == 302
    assert "As published 2019 In force" in words(read(client, "strategy_versions", strategy.pk))
    refused = client.post(
        url("axis_create", strategy.pk, later.pk),
        {"submission": str(uuid4()), "code": "1", "title_en": "Twice", "order": 2},
    )
    assert refused.status_code == 422
    assert "This version already has an axis of this code." in refused.content.decode()
    assert Axis.objects.count() == 2


@pytest.mark.django_db
def test_stakeholders_are_shown_by_role(browser_of, amina, eva) -> None:
    strategy, client = StrategyFactory(), browser_of(amina)
    anpe = anpe_togo()
    send(client, "stakeholder_create", strategy.pk, institution=anpe.pk, role="operational_lead")
    send(client, "stakeholder_create", strategy.pk, label_en="Migrants' associations", role="civil_society")
    shown = words(read(browser_of(eva), "strategy_detail", strategy.pk))
    assert "Stakeholders 2 Operational lead ANPE (Togo) Civil society Migrants&#x27; associations" in shown
    nothing = client.post(
        url("stakeholder_create", strategy.pk), {"submission": str(uuid4()), "role": "partner"}
    )
    assert nothing.status_code == 422
    assert "Choose an institution, or describe the stakeholder." in nothing.content.decode()
    assert Stakeholder.objects.count() == 2


@pytest.mark.django_db
def test_officer_is_named_to_colleagues_only(browser_of, amina, marc, eva, kofi) -> None:
    strategy = StrategyFactory(owner=amina, coordinator=anpe_togo())
    for reader, is_named in ((marc, True), (eva, False), (kofi, False)):
        for address in (url("strategy_list"), strategy.get_absolute_url()):
            assert ("Amina" in browser_of(reader).get(address).content.decode()) is is_named


# --- Milestones --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_timeline_is_in_time_order_with_dates_as_they_are_known(browser_of, eva) -> None:
    """Statement 46: the launch is known by its month, the validation by its day; unknown dates come last."""
    strategy = StrategyFactory()

    def milestone(kind: MilestoneKind, **values: object) -> None:
        MilestoneFactory(strategy=strategy, kind=kind, title=NAMELESS, **values)

    milestone(MilestoneKind.STEERING_COMMITTEE, status="done")
    milestone(MilestoneKind.TECHNICAL_VALIDATION, status="validated", actual_on=PartialDate(2017, 11, 14))
    milestone(MilestoneKind.PUBLICATION, planned_on=PartialDate(2018, 3))
    milestone(MilestoneKind.LAUNCH, status="done", actual_on=PartialDate(2015, 7))
    milestone(MilestoneKind.DISSEMINATION)
    shown = words(read(browser_of(eva), "strategy_milestones", strategy.pk))
    told = (
        "July 2015 Official request or launch Done",
        "14 Nov 2017 Technical validation Validated",
        "March 2018 overdue Publication and translation Planned",
        "date not known Steering committee set up Done",
        "date not known Launch and dissemination Planned",
    )
    places = [shown.index(line) for line in told]
    assert places == sorted(places)
    assert "Milestones 5" in shown
    assert "Add milestone" not in shown


@pytest.mark.django_db
def test_unusual_order_is_said_on_the_list_and_on_the_page(browser_of, amina) -> None:
    """Statement 50."""
    strategy, client = StrategyFactory(), browser_of(amina)
    adoption = MilestoneFactory(
        strategy=strategy, kind=MilestoneKind.ADOPTION, status="done", actual_on=PartialDate(2016)
    )
    planned = MilestoneFactory(strategy=strategy, kind=MilestoneKind.ADOPTION)
    warning = "No validation is recorded before this adoption."
    assert words(read(client, "strategy_milestones", strategy.pk)).count(warning) == 1
    assert warning in words(client.get(adoption.get_absolute_url()).content.decode())
    assert warning not in words(client.get(planned.get_absolute_url()).content.decode())
    asked = words(read(client, "milestone_step", strategy.pk, planned.pk, "mark_done"))
    assert warning in asked, "said before the step is taken"


@pytest.mark.django_db
def test_missing_steps_of_the_template_are_planned_in_one_go(browser_of, amina, eva) -> None:
    """Statement 46."""
    strategy, client = StrategyFactory(), browser_of(amina)
    MilestoneFactory(
        strategy=strategy, kind=MilestoneKind.ADOPTION, status="done", actual_on=PartialDate(2018)
    )
    address = url("strategy_add_from_template", strategy.pk)
    page = client.get(address).content.decode()
    offered = re.findall(r'<input type="checkbox" name="kinds" value="(\w+)"', page)
    assert offered == [kind.value for kind in TEMPLATE if kind != MilestoneKind.ADOPTION]
    ticked = re.findall(r'name="kinds" value="(\w+)"[^>]*checked', page)
    assert ticked == [kind.value for kind in TEMPLATE[15:]], "what usually follows an adoption"
    data = {"kinds": ["roadmap", "publication"]}
    assert client.post(address, data).url == url("strategy_milestones", strategy.pk)
    assert list(strategy.milestones.order_by("pk").values_list("kind", "status")) == [
        ("adoption", "done"),
        ("roadmap", "planned"),
        ("publication", "planned"),
    ]
    again = client.post(address, data)
    assert again.status_code == 422
    assert "“Roadmap” is among the milestones already." in again.content.decode()
    nothing = client.post(address, {})
    assert nothing.status_code == 422
    assert "Choose at least one step of the template." in nothing.content.decode()
    assert strategy.milestones.count() == 3
    assert browser_of(eva).get(address).status_code == 403
    for kind in TEMPLATE:
        MilestoneFactory(strategy=strategy, kind=kind)
    assert "Every step of the template is among the milestones." in client.get(address).content.decode()


@pytest.mark.django_db
def test_validation_with_reservations_from_the_meeting_to_the_last_amendment(browser_of, amina, eva) -> None:
    """Statement 47, as an officer does it without a script."""
    strategy, client = StrategyFactory(), browser_of(amina)
    back = send(
        client,
        "milestone_create",
        strategy.pk,
        kind="technical_validation",
        planned_on="14/11/2017",
        place="Lomé",
        people=60,
        women=18,
    )
    validation = Milestone.objects.get()
    assert back == validation.get_absolute_url()
    page = words(client.get(back).content.decode())
    assert (
        "Outcome of the validation Record as validated Record as validated with reservations "
        "Record as returned Postpone milestone" in page
    )
    assert "60 people, 18 women" in page

    reserve = url("milestone_step", strategy.pk, validation.pk, "validate_with_reservations")
    future = today() + timedelta(days=2)
    for data, refusal in (
        ({}, "Say when it took place; the month or the year is enough."),
        ({"actual_on": future.isoformat()}, "What took place cannot lie in the future."),
    ):
        refused = client.post(reserve, {"record_version": 1, **data})
        assert refused.status_code == 422
        assert refusal in refused.content.decode()
    assert step(client, validation, reserve, actual_on="November 2017") == f"{back}#amendments"

    add = url("amendment_create", strategy.pk, validation.pk)
    assert send(client, "amendment_create", strategy.pk, validation.pk, text_fr="Chiffrer", again="1") == add
    assert "Listed so far 1" in words(client.get(add).content.decode())
    send(client, "amendment_create", strategy.pk, validation.pk, text_fr="Citer la loi")
    first, second = Amendment.objects.order_by("order")
    assert (first.order, second.order) == (1, 2)

    page = words(client.get(back).content.decode())
    assert "Amendments 0 of 2 integrated" in page
    assert "2 amendments are not integrated yet." in page
    integrate = url("amendment_step", strategy.pk, validation.pk, first.pk, "integrate")
    anchor = f"{back}#amendments"
    assert step(client, first, integrate, integrated_where="Annexe 2, p. 41", next=anchor) == anchor
    aside = url("amendment_step", strategy.pk, validation.pk, second.pk, "set_aside")
    step(client, second, aside, reason="Outside the remit of the ministry")
    read_by_eva = words(browser_of(eva).get(back).content.decode())
    assert "Amendments 1 of 2 integrated, 1 set aside" in read_by_eva
    assert "Integrated : Annexe 2, p. 41" in read_by_eva.replace("Integrated: ", "Integrated : ")
    assert "Outside the remit of the ministry" in read_by_eva
    assert "Mark as integrated" not in read_by_eva
    step(client, validation, url("milestone_step", strategy.pk, validation.pk, "lift_reservations"))
    validation.refresh_from_db()
    assert validation.status == "validated"
    verbs = [entry.verb for entry in history_of(validation) if entry.subject_id == validation.pk]
    assert verbs[0] == "lift_reservations"


@pytest.mark.django_db
def test_integrated_needs_its_place(browser_of, amina) -> None:
    amendment = AmendmentFactory()
    strategy = amendment.milestone.strategy
    address = url("amendment_step", strategy.pk, amendment.milestone_id, amendment.pk, "integrate")
    refused = browser_of(amina).post(address, {"record_version": 1, "integrated_where": ""})
    assert refused.status_code == 422
    assert "Say where it was integrated: page or section." in refused.content.decode()


@pytest.mark.django_db
def test_adoption_shows_its_instrument_and_other_milestones_do_not_ask_for_one(browser_of, amina) -> None:
    """Statement 48."""
    strategy, client = StrategyFactory(), browser_of(amina)
    adoption = MilestoneFactory(
        strategy=strategy,
        kind=MilestoneKind.ADOPTION,
        status="done",
        actual_on=PartialDate(2018),
        instrument="Decree",
        instrument_reference="2018-044/PR",
    )
    workshop = MilestoneFactory(strategy=strategy)
    assert "Decree · 2018-044/PR" in words(read(client, "strategy_milestones", strategy.pk))
    assert "2018-044/PR" in words(client.get(adoption.get_absolute_url()).content.decode())
    assert 'name="instrument"' in read(client, "milestone_edit", strategy.pk, adoption.pk)
    assert 'name="instrument"' not in read(client, "milestone_edit", strategy.pk, workshop.pk)


@pytest.mark.django_db
def test_milestone_shows_who_took_part_its_activity_documents_and_sources(browser_of, amina, eva) -> None:
    """Statement 46."""
    strategy, client = StrategyFactory(), browser_of(amina)
    action = ActionFactory()
    strategy.actions.add(action)
    activity, foreign = ActivityFactory(action=action), ActivityFactory()
    milestone = MilestoneFactory(strategy=strategy, sources=["https://example.org/launch"], activity=activity)
    form = read(client, "milestone_edit", strategy.pk, milestone.pk)
    options = re.search(r'<select name="activity".*?</select>', form, re.DOTALL)
    assert options is not None
    assert (f'value="{activity.pk}"' in options[0], f'value="{foreign.pk}"' in options[0]) == (True, False)

    anpe = anpe_togo()
    send(
        client, "participant_create", strategy.pk, milestone.pk, institution=anpe.pk, people=6, women=2, men=4
    )
    too_many = client.post(
        url("participant_create", strategy.pk, milestone.pk),
        {"submission": str(uuid4()), "label_en": "Unions", "people": 2, "women": 2, "men": 1},
    )
    assert "Women and men together are more than all people." in too_many.content.decode()
    assert MilestoneParticipant.objects.count() == 1
    attach = reverse("core:document_attach", args=["milestone", milestone.pk])
    upload = SimpleUploadedFile("minutes.txt", b"Minutes of the workshop")
    assert client.post(attach, {"file": upload, "audience": "everyone"}).status_code == 302

    page = browser_of(eva).get(milestone.get_absolute_url()).content.decode()
    shown = words(page)
    assert "ANPE (Togo) 6 people, 2 women, 4 men" in shown
    assert activity.get_absolute_url() in page
    assert '<a href="https://example.org/launch"' in page
    assert "minutes" in shown
    assert "Attach document" not in shown


# --- Committees --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_committee_shows_its_members_by_position_and_where_their_number_is_known_from(
    browser_of, amina, eva
) -> None:
    """Statement 51: fifteen members are reported, three seats are listed."""
    strategy, client = StrategyFactory(), browser_of(amina)
    address = send(
        client,
        "committee_create",
        strategy.pk,
        name_fr="Comité de suivi",
        kind="monitoring",
        mandate_en="Follow the strategy",
        created_by_fr="Arrêté n° 12",
        created_on="03/2018",
        stated_member_count=15,
    )
    committee = strategy.committees.get()
    members = {"role": "chair", "seats": 1, "position_en": "Director General of Employment", "order": 1}
    send(client, "member_create", strategy.pk, committee.pk, **members)
    anpe = anpe_togo()
    send(
        client,
        "member_create",
        strategy.pk,
        committee.pk,
        institution=anpe.pk,
        role="member",
        seats=2,
        order=2,
    )
    assert list(CommitteeMember.objects.values_list("seats", flat=True)) == [1, 2]
    shown = words(browser_of(eva).get(address).content.decode())
    for told in (
        "15 members as reported · 3 of them listed here",
        "Mandate Follow the strategy",
        "Created by Arrêté n° 12",
        "Created on March 2018",
        "Director General of Employment Chair",
        "ANPE (Togo) Member · 2 seats",
    ):
        assert told in shown
    assert "15 members as reported 0 meetings" in words(read(client, "strategy_committees", strategy.pk))
    counted = CommitteeFactory(strategy=strategy)
    CommitteeMemberFactory(committee=counted, seats=2)
    assert "2 members listed" in words(client.get(counted.get_absolute_url()).content.decode())


@pytest.mark.django_db
def test_meeting_is_planned_and_held_and_may_be_a_milestone(browser_of, amina) -> None:
    """Statement 51."""
    committee, client = CommitteeFactory(), browser_of(amina)
    strategy = committee.strategy
    milestone = MilestoneFactory(strategy=strategy, kind=MilestoneKind.PERIODIC_REVIEW, title=NAMELESS)
    foreign = MilestoneFactory()
    args = (strategy.pk, committee.pk)
    address = send(
        client,
        "meeting_create",
        *args,
        title_en="First meeting",
        milestone=milestone.pk,
        agenda_en="Rules of procedure\nWork plan",
    )
    meeting = CommitteeMeeting.objects.get()
    held = url("meeting_step", *args, meeting.pk, "mark_held")
    step(client, meeting, held, held_on="05/2018", conclusions_en="Two meetings a year")
    shown = words(client.get(address).content.decode())
    for told in ("First meeting Held", "May 2018", "Rules of procedure", "Two meetings a year"):
        assert told in shown
    assert "First meeting" in words(client.get(milestone.get_absolute_url()).content.decode())
    form = read(client, "meeting_edit", *args, meeting.pk)
    assert f'value="{milestone.pk}"' in form
    refused = client.post(
        url("meeting_create", *args),
        {"submission": str(uuid4()), "title_en": "Elsewhere", "milestone": foreign.pk},
    )
    assert refused.status_code == 422


# --- Out of sight -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_parts_are_found_only_under_their_own_strategy_and_only_in_sight(browser_of, amina, fatou) -> None:
    milestone = MilestoneFactory()
    amendment = AmendmentFactory(milestone=milestone)
    member = CommitteeMemberFactory(committee=CommitteeFactory(strategy=milestone.strategy))
    meeting = CommitteeMeetingFactory(committee=member.committee)
    other, own = StrategyFactory().pk, milestone.strategy_id
    pages = (
        ("milestone_detail", [milestone.pk]),
        ("milestone_edit", [milestone.pk]),
        ("amendment_edit", [milestone.pk, amendment.pk]),
        ("committee_detail", [member.committee_id]),
        ("member_edit", [member.committee_id, member.pk]),
        ("meeting_detail", [member.committee_id, meeting.pk]),
    )
    for name, keys in pages:
        assert browser_of(amina).get(url(name, own, *keys)).status_code == 200, name
        assert browser_of(amina).get(url(name, other, *keys)).status_code == 404, name
        assert browser_of(fatou).get(url(name, own, *keys)).status_code == 404, name
    for page in TABS:
        assert browser_of(fatou).get(url(f"strategy_{page}", own)).status_code == 404


@pytest.mark.django_db
def test_edit_of_a_part_returns_to_where_it_is_shown(browser_of, amina) -> None:
    axis, client = AxisFactory(), browser_of(amina)
    strategy = axis.version_of.strategy
    address = url("axis_edit", strategy.pk, axis.version_of_id, axis.pk)
    page = client.get(address).content.decode()
    data = {name: hidden_value(page, name) for name in ("record_version", "record_base")}
    sent = client.post(address, {**data, "code": "2", "title_en": "Reworded", "order": 1})
    assert sent.status_code == 302, errors_of(sent)
    assert sent.url == f"{url('strategy_versions', strategy.pk)}#axis-{axis.pk}"
    gone = client.post(url("axis_delete", strategy.pk, axis.version_of_id, axis.pk))
    assert gone.url.startswith(url("strategy_versions", strategy.pk))
