"""An account for each role, a key of an agency and one of the programme: the founding visit from every side."""

from typing import Any

from delegations.models import Delegate
from fmm_portal.accounts.enums import KeyRole, Role
from fmm_portal.accounts.models import Membership, User
from fmm_portal.accounts.services import authenticate_api_key, issue_api_key
from fmm_portal.core.principals import system_actor
from fmm_portal.core.services import create_record, update_record
from fmm_portal.institutions.models import Institution
from studyvisits.demo.notes import DemoNotes
from studyvisits.models import StudyVisit

SCOPES = ("*:read", "*:write", "*:act")


def prepare_accounts(notes: DemoNotes, visit: StudyVisit) -> None:
    """One account for each role that sees the founding visit from its own side."""
    sending = Institution.objects.get(acronym="ANPE", country__code="TG")
    host = Institution.objects.get(acronym="ANETI", country__code="TN")
    places: dict[Role, dict[str, Institution]] = {
        Role.PARTNER: {"institution": sending},
        Role.AGENCY_ADMINISTRATOR: {"institution": sending},
        Role.HOST: {"institution": host},
    }
    accounts = []
    for role in Role:
        username = f"{role.value}@demo.example"
        password = notes.password_of(username)
        user = User.objects.filter(email=username).first()
        if user is None:
            user = User.objects.create_user(
                username, full_name=f"{role.name.capitalize().replace('_', ' ')} (demo)"
            )
        if role is Role.ADMINISTRATOR and not (user.is_staff and user.is_superuser):
            # As `create_administrator` does: they make the others' accounts on /support/.
            user.is_staff = user.is_superuser = True
            user.save(update_fields=["is_staff", "is_superuser"])
        if not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
        if not user.memberships.filter(role=role).exists():
            create_record(Membership(user=user, role=role, **places.get(role, {})), actor=system_actor())
        accounts.append({"role": role.value, "username": username, "password": password})
        if role is Role.DELEGATE:
            seat = Delegate.objects.filter(delegation__in=visit.delegations.all()).order_by("pk").first()
            if seat is not None and seat.account_id != user.pk:
                update_record(seat, actor=system_actor(), changes={"account": user})
    notes.accounts = accounts


def prepare_api_keys(notes: DemoNotes) -> None:
    """The keys of an earlier run while they live, or new ones: of the agency that sends, and of the programme."""
    sending = Institution.objects.get(acronym="ANPE", country__code="TG")
    programme = Institution.objects.get(acronym="ICMPD")
    notes.api_key = _live(notes.api_key) or _issue("Demo", sending, KeyRole.PARTNER, country=sending.country)
    notes.officer_api_key = _live(notes.officer_api_key) or _issue(
        "Demo of the programme", programme, KeyRole.OFFICER
    )


def _live(key: str) -> str:
    return key if key and authenticate_api_key(key) else ""


def _issue(name: str, agency: Institution, role: str, **options: Any) -> str:
    _key, text = issue_api_key(
        actor=system_actor(), institution=agency, name=name, role=role, scopes=SCOPES, **options
    )
    return text
