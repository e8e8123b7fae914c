"""What an agency's API key is often for, around visits and what they lead to."""

from django.utils.translation import gettext_lazy as _

from fmm_portal.accounts.scopes import ScopePreset, register_preset


def register() -> None:
    register_preset(
        ScopePreset(
            "receive",
            _("Receive visits: read the agenda and confirm the agency’s slots"),
            (
                "agenda-hosts:act", "agenda-hosts:read", "agenda-items:read", "countries:read", "institutions:read",
                "legs:read", "study-visits:read",
            ),
            order=20,
        )
    )  # fmt: skip
    register_preset(
        ScopePreset(
            "follow-up",
            _("Keep commitments and plan activities up to date"),
            (
                "action-plans:read", "commitments:act", "commitments:read", "commitments:write", "countries:read",
                "institutions:read", "milestones:read", "plan-activities:act", "plan-activities:read",
                "plan-activities:write", "strategies:read", "study-visits:read",
            ),
            order=30,
        )
    )  # fmt: skip
