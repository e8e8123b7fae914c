"""Reading delegates out of a case document, with the trail of who declined and who replaced whom."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from delegations.enums import DelegateRole
from delegations.models import Delegate, Delegation
from delegations.services import replace_delegate
from fmm_portal.casefiles.directory import Directory
from fmm_portal.casefiles.schema import Step
from fmm_portal.casefiles.steps import take
from fmm_portal.core.principals import Actor
from fmm_portal.core.services import create_record, update_record

FALLEN = ("decline", "replace")


class DelegateImport:
    """The delegates of one delegation. One who replaces another is made after, and through, the other."""

    def __init__(
        self,
        delegation: Delegation,
        entries: Sequence[Mapping[str, Any]],
        path: str,
        directory: Directory,
        actor: Actor,
    ) -> None:
        self.delegation = delegation
        self.entries = entries
        self.path = path
        self.directory = directory
        self.errors = directory.errors
        self.actor = actor
        self.made: dict[int, Delegate | None] = {}
        self.numbers = {entry["key"]: number for number, entry in enumerate(entries) if "key" in entry}
        self.replaced = {entry["replaces"] for entry in entries if "replaces" in entry}

    def run(self) -> list[tuple[str, str | None, Delegate]]:
        """(place, key, delegate) of each that was made, in the order of the document."""
        # Only one head may stand: those who declined make room first, then those who were replaced.
        for number in sorted(range(len(self.entries)), key=self._turn):
            self.make(number)
        return [
            (f"{self.path}[{number}]", self.entries[number].get("key"), delegate)
            for number, delegate in sorted(self.made.items())
            if delegate is not None
        ]

    def _turn(self, number: int) -> int:
        entry = self.entries[number]
        if self._is_fallen_head(number) and entry.get("key") not in self.replaced:
            return 0
        replaced = self.numbers.get(entry.get("replaces", ""))
        return 1 if replaced is not None and self._is_fallen_head(replaced) else 2

    def _is_fallen_head(self, number: int) -> bool:
        steps = self.steps(number)
        is_head = self.entries[number].get("role") == DelegateRole.HEAD
        return is_head and bool(steps) and steps[-1].name in FALLEN

    def steps(self, number: int) -> Sequence[Step]:
        steps: Sequence[Step] = self.entries[number].get("steps", ())
        return steps

    def make(self, number: int) -> Delegate | None:
        if number in self.made:
            return self.made[number]
        self.made[number] = None
        entry, path = self.entries[number], f"{self.path}[{number}]"
        delegate = self.nominated(entry, number, path)
        if "replaces" in entry:
            made = self.in_place_of(entry, delegate, path)
        else:
            with self.errors.at(path) as place:
                create_record(delegate, actor=self.actor)
            made = None if place.refused else delegate
        if made is None:
            return None
        self.made[number] = made
        steps = self.steps(number)
        if entry.get("key") in self.replaced and steps and steps[-1].name == "replace":
            # Taken when the one who replaces is made.
            steps = steps[:-1]
        take(made, steps, actor=self.actor, errors=self.errors, path=f"{path}.steps")
        return made

    def nominated(self, entry: Mapping[str, Any], number: int, path: str) -> Delegate:
        own = ("position", "constituency", "role", "sex", "seats", "notes")
        return Delegate(
            delegation=self.delegation,
            order=entry.get("order", number + 1),
            institution=self.directory.institution(entry.get("institution"), f"{path}.institution"),
            country=self.directory.country(entry["country"], f"{path}.country")
            if "country" in entry
            else None,
            **{name: entry[name] for name in own if name in entry},
        )

    def in_place_of(self, entry: Mapping[str, Any], delegate: Delegate, path: str) -> Delegate | None:
        number = self.numbers.get(entry["replaces"])
        other = self.make(number) if number is not None else None
        if number is None or other is None:
            self.errors.add(
                f"{path}.replaces",
                _("“%(key)s” is not a delegate of this delegation whom somebody could replace.")
                % {"key": entry["replaces"]},
            )
            return None
        steps = self.steps(number)
        if not steps or steps[-1].name != "replace":
            self.errors.add(
                f"{self.path}[{number}].steps", _("The last step of one who was replaced is “replace”.")
            )
            return None
        wanted = {"order": delegate.order, "role": delegate.role}
        with self.errors.at(path):
            made = replace_delegate(other, by=delegate, actor=self.actor, reason=steps[-1].reason)
            return update_record(made, actor=self.actor, changes=wanted)
        return None
