"""What an action's page says of the open data."""

from typing import Any

from fmm_portal.accounts.roles import reads_the_programme
from fmm_portal.core.panels import Panel, register_panel
from fmm_portal.core.policies import can
from fmm_portal.core.principals import Principal
from fmm_portal.facility.models import Action


def open_data_of(action: Any, principal: Principal) -> Panel | None:
    """For the programme and its viewers: whether everybody may read of the action."""
    if not reads_the_programme(principal):
        return None
    may_publish = can(principal, "publish_open_data", action).allowed
    if not action.is_open_data and not may_publish:
        return None
    return Panel("opendata/panel.html", {"action": action, "may_publish": may_publish})


def register() -> None:
    register_panel(Action, open_data_of, order=80)
