"""Pages of actions, their activities and the parts of the fiche."""

from typing import ClassVar

from fmm_portal.core.parts import PartViews
from fmm_portal.core.views import CrudViews
from fmm_portal.facility.enums import ACTION_STAGES
from fmm_portal.facility.filters.actions import ActionFilterSet
from fmm_portal.facility.forms.actions import ActionForm, ActivityForm
from fmm_portal.facility.models import Action, Activity
from fmm_portal.facility.tables.actions import ActionTable


class ActionViews(CrudViews):
    model = Action
    prefix = "actions"
    form_class = ActionForm
    table_class = ActionTable
    filterset_class = ActionFilterSet
    stages: ClassVar = ACTION_STAGES
    facts = ("title", "programme")


class ActivityViews(PartViews):
    model = Activity
    owner_model = Action
    owner_key = "action_pk"
    path = "action"
    owner_list = "facility:action_list"
    prefix = "actions/<int:action_pk>/activities"
    pages = ("create", "detail", "edit", "delete", "step")
    form_class = ActivityForm
    facts = ("kind", "starts_on", "ends_on")
