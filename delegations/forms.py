"""Forms of delegations and delegates. The position comes first; the person is asked only of who may know."""

from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegate, Delegation
from delegations.services import replace_delegate
from fmm_portal.accounts.enums import Role
from fmm_portal.accounts.roles import countries_of, institutions_of, is_staff
from fmm_portal.core.errors import StaleRecord
from fmm_portal.core.forms import RecordForm, Section
from fmm_portal.core.models import Record
from fmm_portal.core.principals import Actor, Principal
from fmm_portal.institutions.models import Institution


class DelegationForm(RecordForm):
    sections: ClassVar = (
        Section(_("Who is sent"), ("name", "sending_countries", "sending_institutions", "purpose")),
        Section(
            _("Balance asked for"),
            (
                ("target_size", "target_women_percent"),
                ("target_government", "target_employers"),
                ("target_workers", "target_civil_society"),
            ),
            _("The delegation is shown against these numbers. Leave empty what was not asked."),
        ),
        Section(
            _("Head-count from a report"),
            (("reported_size", "reported_women", "reported_men"),),
            _(
                "Only when the people are not known one by one: these numbers then stand for the count of positions."
            ),
        ),
        Section(_("Remarks"), ("notes",)),
    )

    class Meta:
        model = Delegation
        fields = (
            "name",
            "sending_countries",
            "sending_institutions",
            "purpose",
            "target_size",
            "target_women_percent",
            "target_government",
            "target_employers",
            "target_workers",
            "target_civil_society",
            "reported_size",
            "reported_women",
            "reported_men",
            "notes",
        )


class DelegateForm(RecordForm):
    sections: ClassVar = (
        Section(_("Position"), ("position", "institution", "country", ("role", "sex"))),
        Section(_("More, where it is known"), (("constituency", "seats"), "person_name", "contact", "notes")),
    )

    class Meta:
        model = Delegate
        fields = (
            "position",
            "institution",
            "country",
            "role",
            "sex",
            "constituency",
            "seats",
            "person_name",
            "contact",
            "notes",
        )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        if not is_staff(actor.principal):
            self._offer_their_own_institutions(actor.principal)

    def _offer_their_own_institutions(self, principal: Principal) -> None:
        """An agency speaks for itself: others would be refused only after everything is typed."""
        institutions = institutions_of(principal, {Role.PARTNER})
        countries = countries_of(principal, {Role.PARTNER})
        field = cast(forms.ModelChoiceField[Institution], self.fields["institution"])
        own = Institution.objects.filter(Q(pk__in=institutions) | Q(country__in=countries))
        field.queryset = cast(QuerySet[Institution], field.queryset).filter(pk__in=own)
        if not countries:
            field.required = True
            if len(institutions) == 1 and not self.is_edit:
                self.initial["institution"] = next(iter(institutions))

    def create(self, actor: Actor) -> Record:
        """A new position comes after the others of its delegation."""
        last = Delegate.objects.filter(delegation=self.instance.delegation).order_by("order").last()
        self.instance.order = last.order + 1 if last is not None else 1
        return super().create(actor)


class ReplaceDelegateForm(RecordForm):
    """Who takes the seat. The seat, the role and the trail of who replaced whom are kept."""

    sections: ClassVar = (
        Section(_("Who comes instead"), ("position", "institution", "country", "sex", "person_name")),
        Section("", ("reason",)),
    )
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), help_text=_("It is kept in the history.")
    )
    replaced_version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Delegate
        fields = ("position", "institution", "country", "sex", "person_name")

    def __init__(self, *args: Any, replaced: Delegate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.replaced = replaced
        self.fields["replaced_version"].initial = replaced.version

    def create(self, actor: Actor) -> Record:
        for name, value in self.changes().items():
            setattr(self.instance, name, value)
        try:
            return replace_delegate(
                self.replaced,
                by=self.instance,
                actor=actor,
                reason=self.cleaned_data["reason"],
                expected_version=self.cleaned_data["replaced_version"],
            )
        except StaleRecord as error:
            # The next attempt is made upon the nomination as it now is.
            data = cast("QueryDict", self.data).copy()
            data[self.add_prefix("replaced_version")] = str(error.current.version)
            self.data = data
            who = error.author_for(actor.principal) or _t("somebody else")
            message = _t(
                "%(who)s changed this nomination meanwhile. Look at it again, then replace the delegate."
            )
            raise ValidationError(message % {"who": who}, code="stale") from error
