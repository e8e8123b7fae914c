"""Programmes are read by everyone who has a role and kept by managers."""

from typing import Any

from fmm_portal.accounts.roles import is_manager
from fmm_portal.core.policies import YES, Decision, no, register_policy
from fmm_portal.core.principals import Principal
from fmm_portal.facility.models import Programme, VisibilityText
from fmm_portal.institutions.policies import DirectoryPolicy


class ProgrammePolicy(DirectoryPolicy):
    def may_change(self, principal: Principal, obj: Any) -> Decision:
        return YES if is_manager(principal) else no()


def register() -> None:
    register_policy(Programme, ProgrammePolicy())
    register_policy(VisibilityText, ProgrammePolicy())
