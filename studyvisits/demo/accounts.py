"""One account for each role and one key of an agency, each seeing the founding visit from its own side."""

from delegations.models import Delegate
from fmm_portal.accounts.enums import Role
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
        Role.HOST: {"institution": host},
    }
    accounts = []
    for role in Role:
        username = f"{role.value}@demo.example"
        password = notes.password_of(username)
        user = User.objects.filter(email=username).first()
        if user is None:
            user = User.objects.create_user(username, full_name=f"{role.value.capitalize()} (demo)")
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


def prepare_api_key(notes: DemoNotes) -> None:
    """The key of an earlier run while it lives, or a new one for the agency that sends the delegation."""
    if notes.api_key and authenticate_api_key(notes.api_key):
        return
    agency = Institution.objects.get(acronym="ANPE", country__code="TG")
    _key, notes.api_key = issue_api_key(
        actor=system_actor(), institution=agency, country=agency.country, name="Demo", scopes=SCOPES
    )
