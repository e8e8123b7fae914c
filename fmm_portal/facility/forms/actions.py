"""Forms of actions, their activities and the parts of the fiche."""

from fmm_portal.core.forms import RecordForm
from fmm_portal.facility.models import Action, Activity


class ActionForm(RecordForm):
    class Meta:
        model = Action
        fields = ("title", "programme", "facility")


class ActivityForm(RecordForm):
    class Meta:
        model = Activity
        fields = ("number", "kind", "title", "starts_on", "ends_on")
