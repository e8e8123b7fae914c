"""The people and agencies of every story. Each persona is one role seen in the programme.

ada administers; marc manages the programme; amina is its officer; eva views it for a donor; kofi works at
Togo's employment agency, whose API keys akou keeps; fatou at Ghana's ministry, another country; sami receives
delegations at Tunisia's agency; jean travels as a delegate.
"""

from django.contrib.auth.hashers import make_password

from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.models import Membership, User
from fmm_portal.accounts.services import issue_api_key
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.principals import system_actor
from fmm_portal.institutions.enums import InstitutionKind
from fmm_portal.institutions.models import Institution
from tests.factories.institutions import InstitutionFactory, country

PASSWORD = "quiet-river-stone-2019"


def person(first_name: str, role: Role | None, **place: object) -> User:
    """An account with one role (none for a person without any), in a place or everywhere."""
    user = User.objects.create(
        email=f"{first_name.lower()}@example.org",
        full_name=first_name.capitalize(),
        password=make_password(PASSWORD),
    )
    if role is not None:
        Membership.objects.create(user=user, role=role, **place)
    return user


def anpe_togo() -> Institution:
    return _institution("ANPE", "TG", "National Employment Agency", "Agence nationale pour l'emploi")


def aneti() -> Institution:
    return _institution(
        "ANETI",
        "TN",
        "Agency for Employment and Independent Labour",
        "Agence nationale pour l'emploi et le travail indépendant",
    )


def ministry_of_ghana() -> Institution:
    return _institution(
        "MELR", "GH", "Ministry of Employment and Labour Relations", "Ministère de l'Emploi du Ghana"
    )


def _institution(acronym: str, code: str, english: str, french: str) -> Institution:
    found = Institution.objects.filter(acronym=acronym, country__code=code).first()
    return found or InstitutionFactory(
        acronym=acronym,
        country=country(code),
        name=Multilingual(en=english, fr=french),
        kind=InstitutionKind.GOVERNMENT,
    )


def ada() -> User:
    return person("ada", Role.ADMINISTRATOR)


def marc() -> User:
    return person("marc", Role.MANAGER)


def amina() -> User:
    return person("amina", Role.OFFICER)


def eva() -> User:
    return person("eva", Role.VIEWER)


def kofi() -> User:
    return person("kofi", Role.PARTNER, institution=anpe_togo())


def akou() -> User:
    return person("akou", Role.AGENCY_ADMINISTRATOR, institution=anpe_togo())


def fatou() -> User:
    return person("fatou", Role.PARTNER, institution=ministry_of_ghana())


def sami() -> User:
    return person("sami", Role.HOST, institution=aneti())


def jean() -> User:
    """Give him a seat with DelegateFactory(account=...)."""
    return person("jean", Role.DELEGATE)


def agency_key(institution: Institution, *scopes: str, **options: object) -> str:
    """The full text of a key of an agency."""
    _key, text = issue_api_key(
        actor=system_actor(),
        institution=institution,
        name="test key",
        scopes=scopes or ("*:read",),
        **options,
    )
    return text
