"""Requests, actions and activities in the thread."""

from django.utils.translation import gettext_lazy as _

from fmm_portal.core.thread import Link, Stage, register_link, register_stage
from fmm_portal.facility.models import Action, Activity, Request


def register() -> None:
    register_stage(Stage(10, "request", _("Request"), Request, lambda row: row.requested_on))
    register_stage(Stage(20, "action", _("Action"), Action, lambda row: row.starts_on))
    register_stage(Stage(25, "activity", _("Activity"), Activity, lambda row: row.starts_on))
    register_link(Link(Action, Request, "request"))
    register_link(Link(Activity, Action, "action"))
