"""A commitment as a file of its own (fmm-commitment/1): for promises made elsewhere than at a visit.

Those of a visit travel with the visit; these name the record at which they were made, and the part of it.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework import serializers

from fmm_portal.casefiles.exporting import DocumentExport, fields
from fmm_portal.casefiles.formats import found_by
from fmm_portal.casefiles.importing import DocumentImport, given
from fmm_portal.casefiles.schema import Date, InstitutionPart, Part, count, validated, word
from fmm_portal.casefiles.steps import steps_taken, written
from fmm_portal.casefiles.values import told
from fmm_portal.core.errors import Forbidden
from fmm_portal.core.models import Record
from fmm_portal.core.policies import require
from fmm_portal.core.principals import Actor
from fmm_portal.facility.models import Action, Activity
from strategies.models import CommitteeMeeting, Milestone, Review, Strategy
from studyvisits.cases.exporting import COMMITMENT
from studyvisits.cases.importing import milestone_like
from studyvisits.cases.schema import CommitmentPart, MilestoneLinkPart
from studyvisits.models import Commitment

COMMITMENT_FORMAT = "fmm-commitment/1"


class SourcePart(Part):
    """A record by its reference and, where it was made at a part of that record, which: one of the others."""

    reference = word(required=True)
    activity = count()
    milestone = MilestoneLinkPart(required=False)
    meeting = Date(required=False)
    review = Date(required=False)


class PromisePart(CommitmentPart):
    """Lessons belong to visits, and travel with them."""

    lesson = None  # type: ignore[assignment]  # takes the field of the base away


class CommitmentDocument(Part):
    format = serializers.ChoiceField(choices=[COMMITMENT_FORMAT])
    commitment = PromisePart()
    source = SourcePart()  # type: ignore[assignment]  # what the document calls it, not the serializer's own
    institutions = serializers.DictField(child=InstitutionPart(), required=False)


def import_commitment(document: Mapping[str, Any], *, actor: Actor) -> Commitment:
    """Make the commitment of a document, with its states.

    Raises InvalidCase with everything that is wrong, each with its place; then nothing has changed.
    """
    case = validated(CommitmentDocument, document)
    with transaction.atomic():
        return _CommitmentImport(case, actor).run()


class _CommitmentImport(DocumentImport):
    def run(self) -> Commitment:
        self.directory.load()
        entry, source = self.case["commitment"], self.source()
        made: Commitment | None = None
        if source is not None:
            made = self.create(
                Commitment(
                    source=source,
                    owed_by=self.directory.institution(entry.get("owed_by"), "commitment.owed_by"),
                    owed_to=self.directory.institution(entry.get("owed_to"), "commitment.owed_to"),
                    **given(entry, COMMITMENT),
                ),
                "commitment",
            )
        if made is not None:
            self.take(made, entry, "commitment")
        self.errors.raise_any()
        assert made is not None
        return Commitment.objects.get(pk=made.pk)

    def source(self) -> Record | None:
        """The record at which it was promised; None, with an error, where the portal lacks it."""
        entry = self.case["source"]
        whole = next(found_by(entry["reference"]), None)
        part = whole
        if isinstance(whole, Action) and "activity" in entry:
            part = whole.activities.filter(number=entry["activity"]).first()
        elif isinstance(whole, Strategy):
            part = self.part_of(whole, entry)
        if part is None:
            self.errors.add("source", _("There is no such record at which this could have been promised."))
        return part

    @staticmethod
    def part_of(strategy: Strategy, entry: Mapping[str, Any]) -> Record | None:
        """A milestone, meeting or review; nothing is promised at a strategy itself."""
        if "milestone" in entry:
            return milestone_like(strategy, entry["milestone"])
        if "meeting" in entry:
            return CommitteeMeeting.objects.filter(
                committee__strategy=strategy, held_on=entry["meeting"]
            ).first()
        return Review.objects.filter(plan__strategy=strategy, held_on=entry.get("review")).first()


def export_commitment(commitment: Commitment, *, actor: Actor) -> dict[str, Any]:
    """The commitment as a document that can be imported elsewhere.

    Raises Forbidden, also for somebody who may not see the record at which it was made.
    """
    require(actor.principal, "view", commitment)
    return _CommitmentExport(actor).document(commitment)


class _CommitmentExport(DocumentExport):
    def document(self, commitment: Commitment) -> dict[str, Any]:
        steps = written(steps_taken([commitment])[commitment.pk])
        facts = told(
            owed_by=self.directory.key(commitment.owed_by),
            owed_to=self.directory.key(commitment.owed_to),
            steps=steps,
            **fields(commitment, COMMITMENT),
        )
        return {
            "format": COMMITMENT_FORMAT,
            "commitment": facts,
            "source": self.source(commitment),
            **told(institutions=self.directory.described()),
        }

    def source(self, commitment: Commitment) -> dict[str, Any]:
        part: Any = commitment.source
        whole: Any = part
        named: dict[str, Any] = {}
        if isinstance(part, Activity):
            whole, named = part.action, {"activity": part.number}
        elif isinstance(part, Milestone):
            whole, named = part.strategy, {"milestone": told(kind=part.kind, on=part.begins_on)}
        elif isinstance(part, CommitteeMeeting):
            whole, named = part.committee.strategy, {"meeting": part.held_on}
        elif isinstance(part, Review):
            whole, named = part.plan.strategy, {"review": part.held_on}
        reference = self.reference(whole)
        if reference is None:
            raise Forbidden(_("You may not see where this was promised."))
        return told(reference=reference, **named)
