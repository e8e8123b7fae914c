"""The balance of a delegation: seats by constituency and sex, planned and actual, against what was asked."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from delegations.enums import COUNTED_ROLES, PLANNED_STATUSES, DelegateStatus
from delegations.models import Delegate, Delegation
from fmm_portal.institutions.enums import Constituency, Sex

SEATS, CONSTITUENCIES, WOMEN = "seats", "constituencies", "women"


@dataclass(frozen=True, slots=True)
class Share:
    """Seats of one group: planned, actually there, and the least that was asked (None: nothing was)."""

    key: str
    label: str
    planned: int
    actual: int
    target: int | None = None

    @property
    def is_short(self) -> bool:
        """Whether what is planned, or what came of it, falls below the target."""
        return self.target is not None and max(self.planned, self.actual) < self.target


@dataclass(frozen=True, slots=True)
class Meter:
    """One target beside what stands for it, in words and as a part of a whole."""

    kind: str
    label: str
    words: str
    part: float
    whole: float
    is_short: bool


@dataclass(frozen=True, slots=True)
class Composition:
    """Counts of seats. Percentages are of all seats, those of unknown sex included."""

    planned: int
    actual: int
    target: int | None
    by_constituency: list[Share]
    by_sex: list[Share]
    women_percent: float | None
    target_women_percent: int | None
    is_reported: bool

    @property
    def shown_total(self) -> int:
        """Those who came, or, until then, those who are meant to."""
        return self.actual or self.planned

    @property
    def meters(self) -> list[Meter]:
        """What was asked for, one after the other: seats, constituencies represented, women."""
        found = []
        total = self.shown_total
        if self.target:
            words = ngettext("%(done)d of %(target)d seat", "%(done)d of %(target)d seats", self.target)
            shown = words % {"done": total, "target": self.target}
            found.append(Meter(SEATS, _("Seats"), shown, total, max(self.target, total), total < self.target))
        asked = [share for share in self.by_constituency if share.target]
        if asked:
            met = sum(not share.is_short for share in asked)
            words = ngettext(
                "%(done)d of %(target)d constituency", "%(done)d of %(target)d constituencies", len(asked)
            )
            shown = words % {"done": met, "target": len(asked)}
            found.append(Meter(CONSTITUENCIES, _("Constituencies"), shown, met, len(asked), met < len(asked)))
        if self.target_women_percent is not None:
            percent = self.women_percent
            known = _("%(percent)d %%, at least %(target)d %% asked for")
            shown = (
                _("not known")
                if percent is None
                else known % {"percent": percent, "target": self.target_women_percent}
            )
            found.append(
                Meter(WOMEN, _("Women"), shown, percent or 0, 100, percent is None or self.is_short_of_women)
            )
        return found

    @property
    def summary(self) -> str:
        """ "6 of 6 seats, 2 of 3 constituencies; women: not known"; "" when nothing was asked."""
        numbers = ", ".join(meter.words for meter in self.meters if meter.kind != WOMEN)
        women = "".join(
            _("%(label)s: %(value)s") % {"label": meter.label.lower(), "value": meter.words}
            for meter in self.meters
            if meter.kind == WOMEN
        )
        return "; ".join(part for part in (numbers, women) if part)

    @property
    def targets_met(self) -> list[bool]:
        """For each share that was asked whether it is reached; what is not known is not reached."""
        met = [not share.is_short for share in self.by_constituency if share.target]
        if self.target_women_percent is not None:
            met.append(self.women_percent is not None and not self.is_short_of_women)
        return met

    @property
    def is_short_of_women(self) -> bool:
        return (
            self.target_women_percent is not None
            and self.women_percent is not None
            and self.women_percent < self.target_women_percent
        )


def _count(delegates: Iterable[Delegate], key: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for delegate in delegates:
        counts[delegate.effective_constituency if key == "constituency" else delegate.sex] += delegate.seats
    return counts


def composition_of(delegation: Delegation, delegates: Iterable[Delegate] | None = None) -> Composition:
    """The balance of one delegation; reads `delegates`, or the delegation's own (prefetched) rows."""
    rows = [
        d for d in (delegation.delegates.all() if delegates is None else delegates) if d.role in COUNTED_ROLES
    ]
    planned = [d for d in rows if d.status in PLANNED_STATUSES]
    actual = [d for d in rows if d.status == DelegateStatus.ATTENDED]
    planned_total, actual_total = sum(d.seats for d in planned), sum(d.seats for d in actual)
    planned_sex, actual_sex = _count(planned, "sex"), _count(actual, "sex")
    is_reported = delegation.reported_size is not None
    if is_reported:
        total = delegation.reported_size or 0
        women, men = delegation.reported_women or 0, delegation.reported_men or 0
        reported = Counter(
            {Sex.FEMALE.value: women, Sex.MALE.value: men, Sex.NOT_STATED.value: total - women - men}
        )
        # A report speaks of the people who were there.
        actual_total = total if actual_total else 0
        planned_total = max(planned_total, total)
        planned_sex = reported
        actual_sex = reported if actual_total else Counter()
    targets = {
        Constituency.GOVERNMENT: delegation.target_government,
        Constituency.EMPLOYERS: delegation.target_employers,
        Constituency.WORKERS: delegation.target_workers,
        Constituency.CIVIL_SOCIETY: delegation.target_civil_society,
    }
    planned_by, actual_by = _count(planned, "constituency"), _count(actual, "constituency")
    by_constituency = [
        Share(value, str(label), planned_by[value], actual_by[value], targets.get(Constituency(value)))
        for value, label in Constituency.choices
        if planned_by[value] or actual_by[value] or targets.get(Constituency(value))
    ]
    if planned_by[""] or actual_by[""]:
        by_constituency.append(Share("", _("Not stated"), planned_by[""], actual_by[""]))
    by_sex = [Share(value, str(label), planned_sex[value], actual_sex[value]) for value, label in Sex.choices]
    shown_sex, shown_total = (actual_sex, actual_total) if actual_total else (planned_sex, planned_total)
    known = shown_sex[Sex.FEMALE.value] + shown_sex[Sex.MALE.value]
    women_percent = (
        round(100 * shown_sex[Sex.FEMALE.value] / shown_total, 1) if shown_total and known else None
    )
    return Composition(
        planned=planned_total,
        actual=actual_total,
        target=delegation.target_size,
        by_constituency=by_constituency,
        by_sex=by_sex,
        women_percent=women_percent,
        target_women_percent=delegation.target_women_percent,
        is_reported=is_reported,
    )
