"""The founding story by the API alone: an officer plans a visit from nothing and closes it; partners take part."""

import pytest

from fmm_portal.institutions.models import Theme
from tests.api_client import ApiClient, as_agency, as_persona
from tests.factories.institutions import ProgrammeFactory, country
from tests.personas import aneti, anpe_togo, ministry_of_ghana

pytestmark = pytest.mark.django_db


def made(caller: ApiClient, resource: str, **body: object) -> dict:
    response = caller.post(f"{resource}/", body)
    assert response.status_code == 201, response.content
    return response.json()


def done(caller: ApiClient, path: str, **body: object) -> dict:
    response = caller.post(path, body)
    assert response.status_code in (200, 201), response.content
    return response.json()


def test_visit_from_nothing_to_its_end() -> None:
    amina = as_persona("amina")
    togo = as_agency(anpe_togo(), "*:read", "*:write", "*:act")
    tunisia = as_agency(aneti(), "*:read", "agenda-hosts:act", "commitments:act")

    delegation = made(
        amina, "delegations", name={"en": "Delegation of Togo"}, sending_country_ids=[country("TG").pk]
    )
    head = made(
        amina,
        "delegates",
        delegation_id=delegation["id"],
        position={"fr": "Directeur général de l'emploi"},
        institution_id=anpe_togo().pk,
        role="head",
        sex="male",
    )
    visit = made(
        amina,
        "study-visits",
        title={"en": "Labour migration in Tunisia", "fr": "La migration de travail en Tunisie"},
        programme_id=ProgrammeFactory().pk,
        theme_ids=[Theme.objects.order_by("pk")[0].pk],
        delegation_ids=[delegation["id"]],
        starts_on="2019-01-21",
        ends_on="2019-01-25",
    )
    assert visit["owner"]["label"] == "Amina"
    assert (visit["duration_days"], visit["reference"]) == (5, "SV-2019-001")
    address = f"study-visits/{visit['id']}/"
    leg = made(amina, "legs", visit_id=visit["id"], country_id=country("TN").pk, city="Tunis")

    # Those who send nominate, too, and ask.
    nominated = made(
        togo,
        "delegates",
        delegation_id=delegation["id"],
        position={"fr": "Directrice du travail"},
        institution_id=anpe_togo().pk,
        sex="female",
    )
    made(
        togo,
        "learning-questions",
        visit_id=visit["id"],
        text={"fr": "Qui accueille les migrants de retour ?"},
    )

    sessions = [
        made(
            amina,
            "agenda-items",
            visit_id=visit["id"],
            leg_id=leg["id"],
            day=day,
            kind=kind,
            topic={"en": topic},
        )
        for day, kind, topic in (
            ("2019-01-21", "courtesy", "Welcome"),
            ("2019-01-22", "site_visit", "Migrant resource centre"),
            ("2019-01-25", "debrief", "Debrief"),
        )
    ]
    host = made(amina, "agenda-hosts", item_id=sessions[2]["id"], institution_id=aneti().pk)
    assert (
        done(tunisia, f"agenda-hosts/{host['id']}/confirm/", comment="With pleasure")["status"] == "confirmed"
    )

    done(amina, f"{address}confirm/")
    for delegate in (head, nominated):
        done(amina, f"delegates/{delegate['id']}/confirm/")
    published = done(amina, f"{address}publish-agenda/", note="First version")
    assert (published["number"], len(published["items"])) == (1, 3)
    assert done(amina, f"{address}start/")["status"] == "under_way"

    note = made(
        amina,
        "session-notes",
        item_id=sessions[1]["id"],
        key_points={"fr": "Un guichet unique"},
        is_shared=True,
    )
    assert note["author"]["label"] == "Amina"
    done(
        amina,
        f"agenda-items/{sessions[1]['id']}/record-attendance/",
        attendance=[
            {"delegate_id": head["id"], "status": "present"},
            {"delegate_id": nominated["id"], "status": "absent"},
        ],
    )
    done(amina, f"{address}mark-delegates-attended/")
    done(amina, f"{address}complete/")

    debrief = done(amina, f"{address}open-debrief/")
    made(
        amina,
        "debrief-participants",
        debrief_id=debrief["id"],
        side="hosting",
        position={"fr": "Directeur général"},
        institution_id=aneti().pk,
        has_agreed=True,
    )
    response = amina.patch(
        f"debriefs/{debrief['id']}/",
        {"recap": {"fr": "Ce que nous avons vu"}, "cooperation_points": {"fr": "Échanges réguliers"}},
    )
    assert response.status_code == 200, response.content
    assert done(amina, f"debriefs/{debrief['id']}/agree/")["status"] == "agreed"
    lesson = made(amina, "lessons", visit_id=visit["id"], text={"fr": "Un guichet unique suffit"})
    owed = [
        made(
            amina,
            "commitments",
            visit_id=visit["id"],
            lesson_id=lesson["id"],
            text={"fr": text},
            owed_by_id=by.pk,
            owed_to_id=to.pk,
            due_on="2019-06",
        )
        for text, by, to in (
            ("Envoyer le manuel", aneti(), anpe_togo()),
            ("Inviter en retour", anpe_togo(), aneti()),
        )
    ]
    done(amina, f"{address}report/")
    closed = done(amina, f"{address}close/")
    assert (closed["status"], closed["available_actions"]) == ("closed", [])

    # What was promised is followed up after the visit is closed, by the side that owes it.
    kept = done(
        tunisia, f"commitments/{owed[0]['id']}/mark_done/", evidence="Letter of 3 June", done_on="2019-06-03"
    )
    assert (kept["reference"], kept["status"]) == ("CM-2019-001", "done")
    response = tunisia.post(f"commitments/{owed[1]['id']}/mark_done/", {"evidence": "x"})
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")

    report = amina.post(
        "reports/",
        {"kind": "debrief-note", "subject_type": "study-visits", "subject_id": visit["id"], "language": "fr"},
    )
    assert (report.status_code, report.json()["status"]) == (202, "queued")

    # Another country's ministry sees nothing of all this.
    ghana = as_agency(ministry_of_ghana(), "*:read")
    for resource in (
        "study-visits",
        "delegations",
        "delegates",
        "agenda-items",
        "session-notes",
        "commitments",
    ):
        assert ghana.get(f"{resource}/").json()["count"] == 0, resource

    verbs = [entry["verb"] for entry in amina.get(f"{address}history/?page_size=200").json()["results"]]
    assert [
        verb
        for verb in reversed(verbs)
        if verb in ("confirm", "start", "complete", "agree", "report", "close")
    ] == [
        "confirm",
        "confirm",
        "start",
        "complete",
        "agree",
        "report",
        "close",
    ]
