"""What changed lately, on the first screen: of what a person follows, and for programme staff of all."""

from fmm_portal.accounts.roles import is_staff
from fmm_portal.core.following import followed_changes
from fmm_portal.core.home import HomePart, HomeSection, register_home
from fmm_portal.core.latest import latest_changes
from fmm_portal.core.principals import Principal


def latest(principal: Principal) -> HomePart:
    if not is_staff(principal):
        return HomePart()
    section = HomeSection("core/home_latest.html", {"changes": latest_changes(principal)})
    return HomePart(sections=[section])


def followed(principal: Principal) -> HomePart:
    changes = followed_changes(principal)
    return HomePart(
        sections=[HomeSection("core/home_followed.html", {"changes": changes})] if changes else []
    )


def register() -> None:
    register_home(followed, order=85)
    # Behind everything that asks for something.
    register_home(latest, order=90)
