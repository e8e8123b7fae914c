"""What an agency's API key is often for, around requests and delegations."""

from django.utils.translation import gettext_lazy as _

from fmm_portal.accounts.scopes import ScopePreset, register_preset


def register() -> None:
    register_preset(
        ScopePreset(
            "nominate",
            _("Send requests and nominate delegates"),
            (
                "actions:read", "countries:read", "delegates:act", "delegates:read", "delegates:write",
                "delegations:read", "facilities:read", "institutions:read", "programmes:read", "requests:act",
                "requests:read", "requests:write", "themes:read",
            ),
            order=10,
        )
    )  # fmt: skip
