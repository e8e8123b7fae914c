"""What every case file is made of: steps, texts, dates, counts, institutions. Rules of the field stay in the models."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fmm_portal.api.fields import MultilingualField, PartialDateField
from fmm_portal.casefiles.errors import InvalidCase, flatten
from fmm_portal.institutions.enums import Constituency, InstitutionKind

EMPTY: tuple[Any, ...] = (None, "", [], {})


class Step(NamedTuple):
    """A step taken in a workflow; with `override` what it lacked was passed over, for the reason given."""

    name: str
    reason: str = ""
    override: bool = False


class Part(serializers.Serializer[Any]):
    """Refuses what it does not know; an empty value is as good as none."""

    def to_internal_value(self, data: Any) -> Any:
        errors: dict[str, Any] = {}
        if isinstance(data, Mapping):
            data = {str(name): value for name, value in data.items() if value not in EMPTY}
            known = ", ".join(self.fields)
            errors = {
                name: [_t("There is nothing of this name here; known are: %(known)s.") % {"known": known}]
                for name in data
                if name not in self.fields
            }
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**errors, **error.detail}) from error  # type: ignore[dict-item]
        if errors:
            raise serializers.ValidationError(errors)
        return values


class Text(MultilingualField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_empty=False, **{"required": False, **kwargs})


class Date(PartialDateField):
    """A year may be written as a number."""

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(str(data) if type(data) is int else data)


class Steps(serializers.ListField):
    """Each step by its name, or with a reason: `[confirm, {step: decline, reason: "…"}]`."""

    class _Step(serializers.Field[Step, Any, Any, Any]):
        default_error_messages = {
            "invalid": _("Give the step by its name, or as step, reason and override."),
        }

        def to_internal_value(self, data: Any) -> Step:
            if isinstance(data, str):
                return Step(data)
            if not isinstance(data, Mapping) or not isinstance(data.get("step"), str):
                self.fail("invalid")
            reason, override = data.get("reason") or "", data.get("override") or False
            is_known = set(data) <= {"step", "reason", "override"}
            if not is_known or not isinstance(reason, str) or not isinstance(override, bool):
                self.fail("invalid")
            return Step(data["step"], reason, override)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=self._Step(), **{"required": False, **kwargs})


def word(**kwargs: Any) -> serializers.CharField:
    return serializers.CharField(**{"required": False, **kwargs})


def words(**kwargs: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), **{"required": False, **kwargs})


def count() -> serializers.IntegerField:
    return serializers.IntegerField(required=False, min_value=0, max_value=32767)


def choice(choices: Any, **kwargs: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=choices.choices, **{"required": False, **kwargs})


def moment() -> serializers.DateTimeField:
    """A moment; a day alone is its beginning."""
    return serializers.DateTimeField(required=False, input_formats=["iso-8601", "%Y-%m-%d"])


def amount(places: int = 2) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=16, decimal_places=places, required=False)


def flag() -> serializers.BooleanField:
    return serializers.BooleanField(required=False)


# --- The directory ---------------------------------------------------------------------------------------


class FormerNamePart(Part):
    name = Text(required=True)
    acronym = word()
    valid_from = Date(required=False)
    valid_until = Date(required=True)


class InstitutionPart(Part):
    """Acronym and country, or the name, find an institution of the directory; with its kind it can be added."""

    acronym = word()
    name = Text()
    country = word()
    kind = choice(InstitutionKind)
    constituency = choice(Constituency)
    parent = word()  # type: ignore[assignment]  # the key of an institution, not the serializer above
    city = word()
    website = word()
    themes = words()
    notes = word()
    former_names = FormerNamePart(many=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("acronym") and not attrs.get("name"):
            raise serializers.ValidationError(_("Give the acronym or the name."))
        return attrs


# --- Dates that other sources give -----------------------------------------------------------------------


class StatedDatePart(Part):
    """A date or period that a source gives for what the record dates otherwise."""

    first = Date(required=True)
    last = Date(required=False)
    source = word(required=True)  # type: ignore[assignment]  # where the date is from, not the field's source
    note = Text()


def other_dates() -> StatedDatePart:
    return StatedDatePart(many=True, required=False)


# --- Reading ---------------------------------------------------------------------------------------------


def validated(schema: type[Part], document: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a document.  Raises InvalidCase with everything that is not as the schema says."""
    serializer = schema(data=dict(document))
    if not serializer.is_valid():
        raise InvalidCase(list(flatten(serializer.errors)))
    return dict(serializer.validated_data)
