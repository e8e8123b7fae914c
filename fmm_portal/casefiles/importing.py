"""Reading a document into the portal: checked first, made through the services, all of it or nothing."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _

from fmm_portal.casefiles.directory import Directory
from fmm_portal.casefiles.errors import Errors
from fmm_portal.casefiles.steps import take
from fmm_portal.core.models import Record, Referenced, StatedDate
from fmm_portal.core.principals import Actor, Source
from fmm_portal.core.services import create_record
from fmm_portal.institutions.models import Institution

R = TypeVar("R", bound=Record)
F = TypeVar("F", bound=Referenced)
Entry = Mapping[str, Any]


def importer(actor: Actor) -> Actor:
    """The same actor, whose history says that it came out of a file."""
    return dataclasses.replace(actor, source=Source.IMPORT)


def given(entry: Entry, names: Sequence[str]) -> dict[str, Any]:
    """The values of these names that a document gives."""
    return {name: entry[name] for name in names if name in entry}


class DocumentImport:
    """The words in which every import is told. It collects what is refused and goes on."""

    def __init__(self, case: Entry, actor: Actor) -> None:
        self.case = case
        self.actor = importer(actor)
        self.errors = Errors()
        self.directory = Directory(case.get("institutions", {}), actor=self.actor, errors=self.errors)
        # Links to records that this portal does not have, as "strategy ST-2015-001".
        self.left_out: list[str] = []

    def entries(self, part: str) -> Sequence[Entry]:
        return self.case.get(part, ())

    def create(self, record: R, path: str, **options: Any) -> R | None:
        """The record as created, None when it was refused."""
        with self.errors.at(path) as place:
            create_record(record, actor=self.actor, **options)
        return None if place.refused else record

    def take(self, record: R, entry: Entry, path: str) -> None:
        """Take the steps of an entry."""
        take(record, entry.get("steps", ()), actor=self.actor, errors=self.errors, path=f"{path}.steps")

    def remember(self, known: dict[str, R], key: str | None, record: R, path: str) -> None:
        if key is None:
            return
        if key in known:
            self.errors.add(f"{path}.key", _("The key “%(key)s” is used twice.") % {"key": key})
        known[key] = record

    def recall(self, known: Mapping[str, R], entry: Entry, name: str, path: str) -> R | None:
        """The record that an entry refers to by its key."""
        key = entry.get(name)
        if key is not None and key not in known:
            self.errors.add(f"{path}.{name}", _("Nothing has the key “%(key)s”.") % {"key": key})
        return known.get(key) if key is not None else None

    def institution(self, entry: Entry, name: str, path: str) -> Institution | None:
        return self.directory.institution(entry.get(name), f"{path}.{name}")

    def is_new(self, model: type[Record], entry: Entry, path: str) -> bool:
        """Whether the reference of an entry is free; with an error when it is not."""
        rows: Any = model._default_manager
        if "reference" not in entry or not rows.filter(reference=entry["reference"]).exists():
            return True
        self.errors.add(
            f"{path}.reference",
            _("%(reference)s is in the portal already. A case is imported only once.")
            % {"reference": entry["reference"]},
        )
        return False

    def linked(self, model: type[F], reference: str | None) -> F | None:
        """The record of another file, by its reference. One that this portal does not have is left out, and noted."""
        if reference is None:
            return None
        rows: Any = model._default_manager
        found: F | None = rows.visible_to(self.actor.principal).filter(reference=reference).first()
        if found is None:
            self.leave_out(model, reference)
        return found

    def leave_out(self, model: type[Record], which: object) -> None:
        self.left_out.append(f"{model._meta.verbose_name} {which}")

    def reason(self) -> str:
        """What the history of the record made next says of its links that were left out."""
        records, self.left_out = ", ".join(self.left_out), []
        if not records:
            return ""
        return _("Not linked, for this portal does not have it: %(records)s.") % {"records": records}

    def add_other_dates(self, subject: Record, entry: Entry, path: str) -> None:
        for number, stated in enumerate(entry.get("other_dates", ())):
            row = StatedDate(
                subject_type=ContentType.objects.get_for_model(subject), subject_id=subject.pk, **stated
            )
            self.create(row, f"{path}.other_dates[{number}]")
