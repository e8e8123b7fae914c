"""How a person looks at lists: views saved under a name, the columns they chose, the view a list opens with."""

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.policies import policy_for
from fmm_portal.core.principals import Principal


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, principal: Principal) -> "SavedViewQuerySet":
        return policy_for(SavedView).scope(principal, self)  # type: ignore[return-value]


class SavedView(models.Model):
    """The filters, sort and columns of one list. It says what to ask for, never what may be seen."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # The name of the list's address, such as "institutions:institution_list".
    list_name = models.CharField(max_length=100)
    name = models.CharField(_("name"), max_length=80)
    query = models.TextField(blank=True)
    columns = models.JSONField(default=list)
    is_shared = models.BooleanField(_("shared with colleagues"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["owner", "list_name", "name"],
                name="view_names_of_a_person",
                violation_error_message=_("You have a view of this name already."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def address_query(self) -> str:
        """The query of the list that shows this view."""
        query = QueryDict(self.query, mutable=True)
        query["view"] = str(self.pk)
        return query.urlencode(safe=",")


class ListPreference(models.Model):
    """What one person keeps for one list."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    list_name = models.CharField(max_length=100)
    # Empty for the list's own columns.
    columns = models.JSONField(default=list)
    default_view = models.ForeignKey(
        SavedView, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "list_name"], name="one_preference_a_list"),)

    def __str__(self) -> str:
        return f"{self.list_name}: {self.user}"
