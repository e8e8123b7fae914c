"""Consulting stakeholders: links, answers, silence, the clock, vetoes and new rounds."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from fmm_portal.core.activity import history_of
from fmm_portal.core.errors import Forbidden, Refused, TransitionRefused
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.partial_dates import PartialDate
from fmm_portal.core.services import delete_record
from fmm_portal.facility.consultation import (
    add_consultee,
    answer_by_link,
    close_due_consultations,
    consultee_of,
    link_token,
    renew_link,
    time_left,
)
from fmm_portal.facility.models import Consultee, Request
from fmm_portal.facility.workflow import CONSULTEE_WORKFLOW, REQUEST_WORKFLOW
from tests.api_client import as_agency, as_persona
from tests.factories.facility import ConsulteeFactory, FacilityFactory, RequestFactory
from tests.factories.institutions import InstitutionFactory
from tests.personas import aneti, anpe_togo, ministry_of_ghana

pytestmark = pytest.mark.django_db

DECISION = {"decided_on": PartialDate(2018, 6), "decision_body": "Steering committee"}


def consulted(*consultees, actor, **values):
    """A request under consultation, opened now."""
    asked = RequestFactory(
        **{"institution": anpe_togo(), "status": "eligibility", "submitted_at": timezone.now(), **values}
    )
    for consultee in consultees or ({"institution": aneti()},):
        ConsulteeFactory(request=asked, **consultee)
    return REQUEST_WORKFLOW.apply(asked, "consult", actor=actor)


def link_to(consultee):
    return reverse("facility:consultation_answer", args=[link_token(consultee)])


def statuses(asked):
    return {str(row): row.status for row in asked.consultees.filter(round=asked.round)}


def test_stakeholder_is_due_after_the_days_of_the_facility(amina, by) -> None:
    """Statement 13: five days unless the facility says otherwise."""
    with time_machine.travel("2018-05-02T09:00:00+00:00", tick=False):
        usual = consulted(actor=by(amina))
        slower = consulted(actor=by(amina), facility=FacilityFactory(consultation_days=10))
    for asked, until in ((usual, "2018-05-07"), (slower, "2018-05-12")):
        asked.refresh_from_db()
        assert asked.consultation_due_at.isoformat() == f"{until}T09:00:00+00:00"
        assert asked.consultees.get().due_at == asked.consultation_due_at


def test_clock_ends_the_consultation_with_an_agreement_an_objection_and_a_silence(amina, by, client) -> None:
    """Statement 13: silence counts as consent, and is kept as silence."""
    with time_machine.travel("2018-05-02T09:00:00+00:00", tick=False):
        asked = consulted(
            {"institution": aneti()},
            {"institution": ministry_of_ghana()},
            {"institution": None, "position": Multilingual(en="Delegation of the Union")},
            actor=by(amina),
        )
        linked, keyed, silent = asked.consultees.order_by("pk")
        assert client.post(link_to(linked), {"answer": "agree", "comment": "Welcome."}).status_code == 302
        key = as_agency(ministry_of_ghana(), "*:read", "*:act")
        answer = key.post(f"consultees/{keyed.pk}/object/", {"comment": "Done already."})
        assert (answer.status_code, answer.json()["status"]) == (200, "objected")
    with time_machine.travel("2018-05-07T08:59:59+00:00", tick=False):
        assert close_due_consultations() == 0
    with time_machine.travel("2018-05-07T09:00:00+00:00", tick=False):
        assert close_due_consultations() == 1

    asked.refresh_from_db()
    assert asked.status == "assessment"
    assert statuses(asked) == {
        str(linked): "agreed",
        str(keyed): "objected",
        "Delegation of the Union": "silent",
    }
    silent.refresh_from_db()
    assert (silent.get_status_display(), silent.answered_at) == ("Silent: counts as consent", None)
    assert [
        (entry.verb, entry.source) for entry in history_of(asked).filter(verb__in=["lapse", "assess"])
    ] == [("assess", "job"), ("lapse", "job")]
    sources = dict(history_of(asked).filter(verb__in=["agree", "object"]).values_list("subject_id", "source"))
    assert sources == {linked.pk: "link", keyed.pk: "api_key"}


def test_clock_that_runs_twice_changes_nothing_more(amina, by) -> None:
    """Statement 13."""
    asked = consulted(actor=by(amina))
    later = timezone.now() + timedelta(days=6)
    assert close_due_consultations(later) == 1
    entries = history_of(asked).count()
    assert close_due_consultations(later) == 0
    assert history_of(asked).count() == entries


def test_request_that_cannot_be_closed_holds_up_no_other(amina, by) -> None:
    broken, sound = consulted(actor=by(amina)), consulted(actor=by(amina))
    # As no form and no key could leave it: neither an institution nor a position is asked.
    Consultee.objects.filter(request=broken).update(institution=None)
    assert close_due_consultations(timezone.now() + timedelta(days=6)) == 1
    assert {asked.pk: asked.status for asked in Request.objects.all()} == {
        broken.pk: "consultation",
        sound.pk: "assessment",
    }
    assert set(statuses(broken).values()) == {"asked"}


def test_nobody_answers_after_the_deadline_even_before_the_clock_came_round(amina, sami, by, client) -> None:
    asked = consulted(actor=by(amina))
    consultee = asked.consultees.get()
    with time_machine.travel(consultee.due_at, tick=False):
        with pytest.raises(TransitionRefused, match="The consultation is over"):
            CONSULTEE_WORKFLOW.apply(consultee, "agree", actor=by(sami))
        late = client.post(link_to(consultee), {"answer": "agree"})
    assert late.status_code == 409
    assert "This consultation is over." in late.content.decode()
    assert statuses(asked) == {str(consultee): "asked"}


def test_veto_blocks_the_approval_until_a_manager_passes_over_it_with_a_reason(amina, marc, by) -> None:
    """Statement 13: a veto for some."""
    asked = consulted({"institution": aneti(), "has_veto": True}, actor=by(amina))
    answer_by_link(asked.consultees.get(), "object", "Against our agreement.")
    Request.objects.filter(pk=asked.pk).update(status="decision")
    asked.refresh_from_db()
    with pytest.raises(TransitionRefused, match="Objection with a veto: ANETI"):
        REQUEST_WORKFLOW.apply(asked, "approve", actor=by(marc), data=DECISION)
    with pytest.raises(ValidationError, match="Give the reason"):
        REQUEST_WORKFLOW.apply(asked, "approve", actor=by(marc), data=DECISION, override=True)
    done = REQUEST_WORKFLOW.apply(
        asked, "approve", actor=by(marc), data=DECISION, override=True, reason="Settled by telephone"
    )
    assert done.status == "approved"
    entry = history_of(done).filter(verb="approve").get()
    assert entry.changes["overridden"] == [None, ["Objection with a veto: ANETI (Tunisia)."]]
    assert entry.reason == "Settled by telephone"


def test_ordinary_objection_only_warns(amina, marc, by) -> None:
    asked = consulted(actor=by(amina))
    answer_by_link(asked.consultees.get(), "object", "Too early.")
    Request.objects.filter(pk=asked.pk).update(status="decision")
    asked.refresh_from_db()
    approve = next(step for step in REQUEST_WORKFLOW.available(asked, marc) if step.name == "approve")
    assert (approve.allowed, approve.warnings) == (True, ["Objection: ANETI (Tunisia)."])
    assert REQUEST_WORKFLOW.apply(asked, "approve", actor=by(marc), data=DECISION).status == "approved"


def test_stakeholder_added_while_it_runs_has_the_same_deadline(amina, by) -> None:
    asked = consulted(actor=by(amina))
    asked.refresh_from_db()
    added = add_consultee(Consultee(request=asked, institution=ministry_of_ghana()), actor=by(amina))
    added.refresh_from_db()
    assert (added.status, added.due_at) == ("asked", asked.consultation_due_at)
    Request.objects.filter(pk=asked.pk).update(status="assessment")
    asked.refresh_from_db()
    with pytest.raises(Refused, match="The consultation is over"):
        add_consultee(Consultee(request=asked, institution=InstitutionFactory()), actor=by(amina))


def test_who_has_answered_stays_on_record(amina, by) -> None:
    asked = consulted({"institution": aneti()}, {"institution": ministry_of_ghana()}, actor=by(amina))
    answered, silent = asked.consultees.order_by("pk")
    answered = answer_by_link(answered, "object", "No.")
    with pytest.raises(Forbidden, match="Who has answered stays on record"):
        delete_record(answered, actor=by(amina))
    delete_record(silent, actor=by(amina))
    assert list(asked.consultees.all()) == [answered]


def test_new_round_asks_the_same_stakeholders_again_and_keeps_the_last(amina, kofi, by) -> None:
    asked = consulted({"institution": aneti(), "has_veto": True, "language": "fr"}, actor=by(amina))
    first = answer_by_link(asked.consultees.get(), "agree", "Welcome.")
    old_link = link_token(first)
    close_due_consultations(timezone.now() + timedelta(days=6))
    asked.refresh_from_db()
    steps = [("return_for_completion", amina), ("submit", kofi), ("register", amina)]
    for step, who in [*steps, ("check_eligibility", amina)]:
        asked = REQUEST_WORKFLOW.apply(asked, step, actor=by(who), reason="Say more")
    asked.refresh_from_db()
    again = asked.consultees.get(round=2)
    assert (again.institution, again.has_veto, again.language, again.status) == (
        first.institution,
        True,
        "fr",
        "pending",
    )
    asked = REQUEST_WORKFLOW.apply(asked, "consult", actor=by(amina))
    again.refresh_from_db()
    first.refresh_from_db()
    assert (again.status, first.status, first.comment) == ("asked", "agreed", "Welcome.")
    # The link of the first round shows what was answered, and takes nothing any more.
    assert not consultee_of(old_link).is_open
    assert consultee_of(link_token(again)).is_open


def test_renewed_link_makes_the_old_one_worthless(amina, kofi, by, client) -> None:
    asked = consulted(actor=by(amina))
    consultee = asked.consultees.get()
    old = link_to(consultee)
    assert client.get(old).status_code == 200
    with pytest.raises(Forbidden):
        renew_link(consultee, actor=by(kofi))
    new = link_to(renew_link(consultee, actor=by(amina)))
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    entry = history_of(asked).filter(verb="renew_link").get()
    assert consultee.key not in str(entry.changes)


@pytest.mark.parametrize("token", ["x", "WzEsImEiXQ", "WzEsImEiXQ:forged", "%00", "WzFd:AAAA"])
def test_forged_link_leads_to_a_calm_page(token, client, db) -> None:
    response = client.get(f"/consultation/{token}/")
    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


def test_link_of_another_stakeholder_is_not_made_from_ones_own(amina, by, client) -> None:
    asked = consulted({"institution": aneti()}, {"institution": ministry_of_ghana()}, actor=by(amina))
    one, other = asked.consultees.order_by("pk")
    payload, own = link_token(other).rpartition(":")[0], link_token(one).rpartition(":")[2]
    assert client.get(f"/consultation/{payload}:{own}/").status_code == 404


def test_nobody_reads_by_link_before_being_asked(client, db) -> None:
    assert client.get(link_to(ConsulteeFactory())).status_code == 404


# --- The personal page ----------------------------------------------------------------------------------------


def test_link_says_who_asks_what_until_when_and_nothing_internal(amina, by, client) -> None:
    asked = consulted(
        actor=by(amina),
        title=Multilingual(en="Help with a strategy", fr="Appui à une stratégie"),
        owner=amina,
        eligibility_note="Doubtful",
        estimated_cost=61_739,
        contact_position=Multilingual(en="Director of employment"),
    )
    consultee = asked.consultees.get()
    response = client.get(link_to(consultee))
    page = response.content.decode()
    for words in ("Help with a strategy", "ANPE", "Togo", "There is no strategy.", "Have a strategy"):
        assert words in page
    assert "days left" in page
    for words in ("Amina", "Doubtful", "61739", "61,739", "Director of employment", "/requests/"):
        assert words not in page.replace(link_to(consultee), "")
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "same-origin"


def test_answer_by_link_is_shown_and_changed_until_the_deadline(amina, by, client) -> None:
    asked = consulted(actor=by(amina))
    consultee, url = asked.consultees.get(), link_to(asked.consultees.get())
    assert client.post(url, {"answer": "agree", "comment": "Welcome."}).status_code == 302
    page = client.get(url).content.decode()
    assert "You agreed." in page
    assert "Welcome." in page

    bare = client.post(url, {"answer": "object", "comment": " "})
    assert bare.status_code == 422
    assert "Say what speaks against it." in bare.content.decode()

    client.post(url, {"answer": "object", "comment": "Too early."})
    client.post(url, {"answer": "object", "comment": "Too early this year."})
    consultee.refresh_from_db()
    assert (consultee.status, consultee.comment) == ("objected", "Too early this year.")

    close_due_consultations(consultee.due_at)
    over = client.get(url).content.decode()
    assert "This consultation is over." in over
    assert "You objected." in over
    assert "There is no strategy." not in over
    assert '<button class="button" name="answer"' not in over


def test_answer_that_is_no_answer_or_too_long_is_refused(amina, by, client) -> None:
    asked = consulted(actor=by(amina))
    url = link_to(asked.consultees.get())
    assert client.post(url, {"comment": "Hm"}).status_code == 422
    assert client.post(url, {"answer": "lapse"}).status_code == 422
    assert client.post(url, {"answer": "agree", "comment": "x" * 4001}).status_code == 422
    assert client.put(url).status_code == 405
    assert set(statuses(asked).values()) == {"asked"}


def test_silence_is_told_as_silence(amina, by, client) -> None:
    asked = consulted(actor=by(amina))
    consultee = asked.consultees.get()
    close_due_consultations(consultee.due_at)
    page = client.get(link_to(consultee)).content.decode()
    assert "recorded as silence" in page
    assert "You agreed" not in page


def test_link_opens_in_the_language_of_the_stakeholder_until_they_switch(amina, by, client) -> None:
    asked = consulted(
        {"institution": aneti(), "language": "fr"},
        actor=by(amina),
        title=Multilingual(en="Help with a strategy", fr="Appui à une stratégie"),
    )
    url = link_to(asked.consultees.get())
    response = client.get(url)
    assert (response["Content-Language"], "Appui à une stratégie" in response.content.decode()) == (
        "fr",
        True,
    )
    switched = client.post("/language/", {"language": "en", "next": url})
    assert switched.url == url
    response = client.get(url)
    assert (response["Content-Language"], "Help with a strategy" in response.content.decode()) == ("en", True)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, ""),
        (0, ""),
        (20, "1 minute left"),
        (59 * 60, "59 minutes left"),
        (3600, "1 hour left"),
        (86399, "23 hours left"),
        (2 * 86400 + 5, "2 days left"),
    ],
)
def test_time_left_in_words(seconds, words) -> None:
    now = timezone.now()
    assert time_left(now + timedelta(seconds=seconds), now) == words


# --- Who sees what on the request's page ----------------------------------------------------------------------


def test_officer_hands_out_links_and_nobody_else_sees_one(browser_of, amina, eva, kofi, sami, by) -> None:
    asked = consulted({"institution": aneti()}, {"institution": ministry_of_ghana()}, actor=by(amina))
    own, other = asked.consultees.order_by("pk")
    page = browser_of(amina).get(asked.get_absolute_url()).content.decode()
    assert f"http://testserver{link_to(own)}" in page
    assert f"http://testserver{link_to(other)}" in page
    for reader in (eva, kofi, sami):
        page = browser_of(reader).get(asked.get_absolute_url()).content.decode()
        assert "/consultation/" not in page.replace('href="/requests/', "")
        assert own.key not in page
    history = browser_of(amina).get(f"{asked.get_absolute_url()}history/").content.decode()
    assert own.key not in history
    for path in (f"consultees/{own.pk}/", "consultees/", f"requests/{asked.pk}/history/"):
        text = as_persona("amina").get(path).content.decode()
        assert own.key not in text
        assert '"key"' not in text


def test_signed_in_partner_answers_on_the_page_of_the_request(browser_of, amina, sami, kofi, by) -> None:
    asked = consulted({"institution": aneti()}, {"institution": ministry_of_ghana()}, actor=by(amina))
    own, other = asked.consultees.order_by("pk")
    client = browser_of(sami)
    page = client.get(asked.get_absolute_url()).content.decode()
    step = reverse("facility:consultee_step", args=[asked.pk, own.pk, "agree"])
    assert step in page
    assert str(other) not in page, "what others answer is not theirs to read"
    response = client.post(step, {"record_version": own.version, "comment": "Welcome."})
    assert response.status_code == 302, response.content
    own.refresh_from_db()
    assert (own.status, own.comment) == ("agreed", "Welcome.")
    # The asker sees that it is consulted, not who said what.
    page = browser_of(kofi).get(asked.get_absolute_url()).content.decode()
    assert "Welcome." not in page


def test_key_of_another_institution_does_not_answer(amina, by) -> None:
    asked = consulted({"institution": aneti()}, {"institution": ministry_of_ghana()}, actor=by(amina))
    own = asked.consultees.get(institution=aneti())
    stranger = as_agency(ministry_of_ghana(), "*:read", "*:act")
    assert stranger.post(f"consultees/{own.pk}/agree/", {}).status_code == 404
    reader = as_agency(aneti(), "*:read")
    assert reader.post(f"consultees/{own.pk}/agree/", {}).status_code == 403
    bare = as_agency(aneti(), "*:read", "*:act").post(f"consultees/{own.pk}/object/", {})
    assert (bare.status_code, bare.json()["errors"][0]["field"]) == (400, "comment")
    assert statuses(asked) == {str(row): "asked" for row in asked.consultees.all()}
