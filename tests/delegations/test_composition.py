"""The balance of a delegation: seats by constituency and sex, planned and actual, against what was asked."""

import pytest
from django.core.exceptions import ValidationError

from delegations.composition import composition_of
from delegations.models import Delegation
from fmm_portal.core.multilingual import Multilingual
from tests.factories.delegations import DelegateFactory, DelegationFactory
from tests.factories.institutions import InstitutionFactory, country


@pytest.fixture
def delegation(db):
    return DelegationFactory()


def seat(delegation, **values):
    return DelegateFactory(delegation=delegation, **values)


def by(shares):
    return {share.key: (share.planned, share.actual, share.target) for share in shares}


def test_seats_count_by_constituency_of_the_delegate_or_of_the_institution(delegation):
    unions = InstitutionFactory(kind="trade_union", constituency="workers")
    seat(delegation)
    seat(delegation, institution=unions)
    seat(delegation, institution=unions, constituency="civil_society")
    seat(delegation, institution=None, country=country("KE"))
    balance = composition_of(delegation)
    assert by(balance.by_constituency) == {
        "government": (1, 0, None),
        "workers": (1, 0, None),
        "civil_society": (1, 0, None),
        "": (1, 0, None),
    }
    assert balance.by_constituency[-1].label == "Not stated"


def test_planned_are_those_not_declined_or_replaced_actual_those_who_came(delegation):
    for status in ("nominated", "confirmed", "attended", "declined", "replaced"):
        seat(delegation, status=status, sex="female" if status == "attended" else "male")
    balance = composition_of(delegation)
    assert (balance.planned, balance.actual, balance.shown_total) == (3, 1, 1)
    assert by(balance.by_sex) == {"female": (1, 1, None), "male": (2, 0, None), "not_stated": (0, 0, None)}
    assert balance.women_percent == 100.0


def test_interpreters_and_staff_are_not_part_of_the_balance(delegation):
    for role in ("head", "member", "alternate", "observer", "interpreter", "staff"):
        seat(delegation, role=role)
    assert composition_of(delegation).planned == 4


def test_one_row_may_stand_for_many_seats(delegation):
    seat(delegation, seats=8, institution=InstitutionFactory(acronym="GIS"))
    balance = composition_of(delegation)
    assert balance.planned == 8
    assert by(balance.by_constituency) == {"government": (8, 0, None)}


def test_women_are_a_share_of_all_seats_and_unknown_while_no_sex_is_known(delegation):
    seat(delegation, seats=2)
    assert composition_of(delegation).women_percent is None
    seat(delegation, sex="female")
    assert composition_of(delegation).women_percent == 33.3
    assert composition_of(DelegationFactory()).women_percent is None


def test_reported_heads_stand_for_the_rows(delegation):
    seat(delegation, seats=25, status="attended")
    seat(delegation, role="head", status="attended")
    delegation.reported_size, delegation.reported_women, delegation.reported_men = 26, 9, 17
    balance = composition_of(delegation)
    assert (balance.planned, balance.actual, balance.women_percent, balance.is_reported) == (
        26,
        26,
        34.6,
        True,
    )
    assert by(balance.by_sex) == {"female": (9, 9, None), "male": (17, 17, None), "not_stated": (0, 0, None)}


def test_reported_size_alone_leaves_the_sexes_unknown(delegation):
    delegation.reported_size = 12
    balance = composition_of(delegation)
    assert (balance.planned, balance.actual, balance.women_percent) == (12, 0, None)
    assert by(balance.by_sex)["not_stated"] == (12, 0, None)


def test_shortfalls_against_targets_are_seen(delegation):
    delegation.target_size, delegation.target_women_percent = 4, 40
    delegation.target_employers, delegation.target_government = 1, 2
    seat(delegation, sex="male")
    seat(delegation, sex="male")
    seat(delegation, sex="female", status="declined")
    balance = composition_of(delegation)
    assert balance.target == 4
    assert balance.is_short_of_women
    assert {share.key: share.is_short for share in balance.by_constituency} == {
        "government": False,
        "employers": True,
    }


def test_what_was_asked_is_told_in_one_sentence(delegation):
    assert composition_of(delegation).summary == ""
    delegation.target_size, delegation.target_women_percent = 6, 30
    delegation.target_government = delegation.target_employers = delegation.target_workers = 1
    seat(delegation, seats=5)
    seat(delegation, constituency="employers")
    balance = composition_of(delegation)
    assert balance.summary == "6 of 6 seats, 2 of 3 constituencies; women: not known"
    assert [(meter.kind, meter.is_short) for meter in balance.meters] == [
        ("seats", False),
        ("constituencies", True),
        ("women", True),
    ]
    assert balance.targets_met == [True, True, False, False]
    seat(delegation, sex="female", seats=3)
    assert composition_of(delegation).summary.endswith("women: 33 %, at least 30 % asked for")


def test_enough_women_is_not_short(delegation):
    delegation.target_women_percent = 50
    seat(delegation, sex="male")
    seat(delegation, sex="female")
    assert not composition_of(delegation).is_short_of_women


def test_women_and_men_are_no_more_than_the_people_reported():
    too_many = Delegation(name=Multilingual(en="A"), reported_size=10, reported_women=6, reported_men=5)
    with pytest.raises(ValidationError) as refusal:
        too_many.clean()
    assert refusal.value.message_dict == {
        "reported_size": ["Women and men together are more than the people reported."]
    }


def test_head_is_the_one_who_stands(delegation):
    assert delegation.head is None
    seat(delegation, role="head", status="declined")
    standing = seat(delegation, role="head")
    assert delegation.head == standing
