"""The list of API keys."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.accounts.enums import KeyState
from fmm_portal.accounts.models import ApiKey
from fmm_portal.accounts.scopes import presets
from fmm_portal.core.tables import Cell, Column, DateColumn, LinkColumn, Table

TONES = {KeyState.LIVE: "good", KeyState.EXPIRING: "warn", KeyState.EXPIRED: "bad", KeyState.REVOKED: "off"}


def key_badge(key: ApiKey) -> SafeString:
    return format_html('<span class="badge badge--{}">{}</span>', TONES[key.state], key.state.label)


class StateColumn(Column):
    def render(self, record: Any) -> Cell:
        return key_badge(record)


class LastUseColumn(DateColumn):
    def render(self, record: Any) -> Cell:
        return super().render(record) or format_html('<span class="muted">{}</span>', _t("never"))


def rights_in_short(key: ApiKey) -> str:
    """The preset by its name, else the resources that the key opens."""
    for preset in presets():
        if sorted(preset.scopes) == sorted(key.scopes):
            return str(preset.label)
    names = [label for label, _rights in key.scopes_in_words]
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


class ApiKeyTable(Table):
    name = LinkColumn(sort="name", sub=lambda key: f"fmm_{key.prefix}…")
    institution = Column(label=_("Agency"), sort="institution__acronym")
    state = StateColumn(label=_("State"), is_narrow=True)
    rights = Column(label=_("Rights"), value=rights_in_short)
    expires_at = DateColumn(sort="expires_at")
    last_used_at = LastUseColumn(sort="last_used_at")
    role = Column("get_role_display", label=_("Role"), is_optional=True)

    model = ApiKey
    order = "name"
