"""Two entries of the directory for one institution: finding them, and making one of them."""

from collections.abc import Collection
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from fmm_portal.core.activity import difference, plain, read_change, record_activity, snapshot
from fmm_portal.core.bulk import value_before
from fmm_portal.core.deletions import note_deletion
from fmm_portal.core.errors import Refused
from fmm_portal.core.following import follow_instead
from fmm_portal.core.merging import (
    Part,
    Return,
    begin_merge,
    clashes,
    move_all,
    move_back,
    parts_of,
    returns_of,
)
from fmm_portal.core.models import Merge
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.policies import require
from fmm_portal.core.principals import Actor, Principal
from fmm_portal.core.querysets import fold
from fmm_portal.core.services import lock, update_record
from fmm_portal.core.undoing import without_labels
from fmm_portal.institutions.models import Institution

# Of which one value is kept, of a name in each language; themes are put together.
ONE_OF_TWO = (
    "name", "acronym", "country", "kind", "constituency", "parent", "city", "website",
    "organisation_identifier", "notes",
)  # fmt: skip
MOST_LIKE = 5


def like_this(institution: Institution, principal: Principal) -> list[Institution]:
    """Entries that may be the same institution: in its country or in none, of its acronym or one of its names."""
    same = models.Q(acronym__iexact=institution.acronym) if institution.acronym else models.Q(pk__in=[])
    for name in institution.name.values():
        same |= models.Q(search_text__contains=fold(name))
    near = models.Q(country__isnull=True)
    if institution.country_id is not None:
        near |= models.Q(country=institution.country_id)
    rows = Institution.objects.visible_to(principal).filter(same, near).exclude(pk=institution.pk)
    return list(rows.with_related()[:MOST_LIKE])


def merged_into(pk: int, principal: Principal) -> Institution | None:
    """The institution, in the principal's sight, for which an entry that is gone stands now."""
    doubles = Institution.objects.filter(pk=pk).order_by().values("merged_into")
    return Institution.objects.visible_to(principal).filter(pk__in=doubles).with_related().first()


class Choice(NamedTuple):
    """A field in which two entries differ, as people read it. What one of them lacks the other gives."""

    name: str
    label: str
    kept: Any
    other: Any
    takes_other: bool


def choices_between(
    kept: Institution, other: Institution, taken: Collection[str] | None = None
) -> list[Choice]:
    """The fields that cannot both stand; `taken` are those chosen from the other so far."""
    found = []
    for name in ONE_OF_TWO:
        mine: Any = getattr(kept, name)
        theirs: Any = getattr(other, name)
        # Neither can be a part of itself.
        theirs = None if theirs == kept else theirs
        mine = other.parent if mine == other else mine
        by_default = not mine if taken is None else name in taken
        if isinstance(mine, Multilingual):
            if both_together(mine, theirs) != both_together(theirs, mine):
                label = read_change(Institution, name, [None, None]).label
                found.append(Choice(name, label, _each_language(mine), _each_language(theirs), by_default))
        elif (mine or None) != (theirs or None):
            change = read_change(Institution, name, [plain(mine), plain(theirs)])
            found.append(Choice(name, change.label, change.before, change.after, by_default))
    return found


def both_together(first: Multilingual, second: Multilingual) -> Multilingual:
    """The first, with the languages that only the second has."""
    return Multilingual({**second, **first})


def _each_language(text: Multilingual) -> str:
    return "\n".join(f"{code.upper()} {words}" for code, words in sorted(text.items()))


class Plan(NamedTuple):
    """What merging two entries would do, and what stands against it."""

    parts: list[Part]
    clashes: list[str]


def plan_merge(kept: Institution, other: Institution) -> Plan:
    parts = parts_of(other, kept)
    return Plan(parts, clashes(parts, kept))


@transaction.atomic
def merge_institutions(
    kept: Institution,
    other: Institution,
    *,
    actor: Actor,
    taken: Collection[str] = (),
    expected_version: int | None = None,
    expected_version_of_other: int | None = None,
    reason: str = "",
) -> Institution:
    """Make one entry of two. `taken` names the fields whose value comes from the other one.

    The other stays as a sign that leads to the kept one, and finds it by its names.
    Raises Forbidden, StaleRecord, ValidationError, Refused with all that must be settled first.
    """
    if kept.pk == other.pk:
        raise Refused(_("An institution cannot be merged with itself."), code="same")
    # Always in the same order: two that merge the same pair at once wait for each other and do not stand still.
    expected = {kept.pk: expected_version, other.pk: expected_version_of_other}
    locked = {
        row.pk: lock(row, expected_version=expected[row.pk])
        for row in sorted((kept, other), key=lambda row: row.pk)
    }
    kept, other = locked[kept.pk], locked[other.pk]
    for row in (kept, other):
        require(actor.principal, "merge", row)
    parts, against = plan_merge(kept, other)
    if against:
        raise Refused(against, code="settle_first")
    changes: dict[str, Any] = {name: getattr(other, name) for name in ONE_OF_TWO if name in set(taken)}
    names = (other.name, kept.name) if "name" in taken else (kept.name, other.name)
    changes["name"] = both_together(*names)
    if _is_above(other, kept):
        changes["parent"] = other.parent
    if changes.get("parent") == kept:
        changes["parent"] = None
    changes["themes"] = list({*kept.themes.all(), *other.themes.all()})
    merge = begin_merge(parts, other, kept, actor=actor)
    before = snapshot(kept)
    note_deletion(other)
    _leave_a_sign(other, kept, actor=actor, reason=reason)
    moved = {part.naming.label: len(part.owners) for part in parts}
    move_all(parts, other, kept, actor=actor, reason=reason)
    follow_instead(other, kept)
    kept = update_record(kept, actor=actor, changes=changes, reason=reason)
    # Found by the names of the other from now on; whoever is editing it must read it again.
    kept.version += 1
    kept.save()
    merge.values = difference(kept, before, snapshot(kept))
    merge.save(update_fields=["values"])
    told = {"double": [None, plain(other)]} | ({"moved": [None, moved]} if moved else {})
    record_activity(actor=actor, verb="merge", subject=kept, changes=told, reason=reason)
    return kept


def merges_to_undo(kept: Institution) -> dict[int, Merge]:
    """By the key of the other entry: merges of which nothing became one with something else."""
    kind = ContentType.objects.get_for_model(Institution)
    rows = Merge.objects.filter(model_type=kind, kept_id=kept.pk, undone_at=None, joined=0)
    return {merge.other_id: merge for merge in rows}


class Separation(NamedTuple):
    """What undoing a merge would do: rows that go back, values set back, and fields that somebody changed since."""

    returns: list[Return]
    values: dict[str, Any]
    standing: list[str]


def plan_separation(merge: Merge, kept: Institution) -> Separation:
    present, values, standing = snapshot(kept), dict[str, Any](), list[str]()
    for name, (before, after) in merge.values.items():
        if without_labels(present.get(name)) == without_labels(after):
            values[name] = value_before(Institution, name, before)
        else:
            standing.append(capfirst(read_change(Institution, name, [None, None]).label))
    return Separation(returns_of(merge, kept), values, standing)


@transaction.atomic
def undo_merge(merge: Merge, *, actor: Actor, reason: str = "") -> Institution:
    """Make two entries of one again: what moved and has not been changed since goes back.

    Raises Forbidden, ValidationError, Refused.
    """
    pair = Institution.objects.filter(pk__in=(merge.kept_id, merge.other_id)).order_by("pk")
    found = {row.pk: lock(row) for row in pair}
    kept, other = found.get(merge.kept_id), found.get(merge.other_id)
    current = Merge.objects.select_for_update().get(pk=merge.pk)
    if kept is None or other is None or current.undone_at is not None or other.merged_into_id != kept.pk:
        raise Refused(_("The two entries are not merged any more."), code="not_merged")
    if current.joined:
        raise Refused(
            _("Rows that were there for both became one; they cannot be taken apart."), code="joined"
        )
    require(actor.principal, "merge", kept)
    plan = plan_separation(current, kept)
    # First the kept one: it may have taken the acronym that the other has.
    kept = update_record(kept, actor=actor, changes=plan.values, reason=reason)
    other.merged_into = None
    other.full_clean()
    other.version += 1
    other.save()
    move_back(plan.returns, kept, other, actor=actor, reason=reason)
    kept.version += 1
    kept.save()
    current.undone_at = timezone.now()
    current.save(update_fields=["undone_at"])
    told = {"double": [plain(other), None]}
    record_activity(actor=actor, verb="unmerge", subject=kept, changes=told, reason=reason)
    told = {"merged_into": [plain(kept), None]}
    record_activity(actor=actor, verb="unmerge", subject=other, changes=told, reason=reason)
    return other


def _is_above(one: Institution, other: Institution) -> bool:
    """Whether `other` is a part of `one`, at any depth."""
    above, seen = other.parent, set[int]()
    while above is not None and above.pk not in seen:
        if above.pk == one.pk:
            return True
        seen.add(above.pk)
        above = above.parent
    return False


def _leave_a_sign(other: Institution, kept: Institution, *, actor: Actor, reason: str) -> None:
    other.merged_into = kept
    other.version += 1
    other.save()
    told = {"merged_into": [None, plain(kept)]}
    record_activity(actor=actor, verb="merge", subject=other, changes=told, reason=reason)
