"""What a spreadsheet would change in a plan, row by row and cell by cell; nothing is written here."""

import copy
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from fmm_portal.core.cells import restored, tidy
from fmm_portal.core.multilingual import Multilingual
from fmm_portal.core.principals import Principal
from fmm_portal.core.querysets import fold
from fmm_portal.institutions.models import Institution
from strategies.models import ActionPlan, Axis, PlanActivity, PlanObjective, PlanResult
from strategies.sheet.columns import (
    BY_FIELD,
    SEPARATOR,
    column_of,
    value_of_word,
)
from strategies.sheet.institutions import Directory
from strategies.sheet.reading import Sheet, SheetCell, SheetRow

# Fields of an activity that a cell holds as it is.
PLAIN = ("code", "baseline", "target", "unit", "funder", "comment")
MULTILINGUAL = ("text", "indicator", "source_of_verification")
QUARTERS = ("starts_in", "ends_in")
CHOICES = ("currency", "funding_source", "stall_reason")
# Checked by other means than the model's own: by the directory, or by what the sheet itself says.
RELATIONS = ("plan", "result", "lead", "milestone")


class CellError(NamedTuple):
    """What is wrong with one cell; `cell` is its address, "" for the row as a whole."""

    key: str
    column: str
    cell: str
    message: str


class CellChange(NamedTuple):
    """What one column holds before and after, in words."""

    column: str
    before: str
    after: str


@dataclass
class Line:
    """An objective or a result that rows speak of: kept already, or new; `changes` are what to write."""

    code: str
    record: Any
    is_new: bool
    first_row: int
    changes: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)


@dataclass
class PlannedRow:
    """What one row of the sheet does."""

    source: SheetRow
    code: str = ""
    activity: PlanActivity | None = None
    values: dict[str, Any] = field(default_factory=dict)
    partners: list[Institution] | None = None
    result: Line | None = None
    status: str = ""
    changes: list[CellChange] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)

    @property
    def number(self) -> int:
        return self.source.number

    @property
    def action(self) -> str:
        if self.errors:
            return "error"
        if self.activity is None:
            return "create"
        return "update" if self.changes else "unchanged"

    @property
    def action_label(self) -> str:
        return {
            "create": _("New"),
            "update": _("Changes"),
            "unchanged": _("Unchanged"),
            "error": _("Not accepted"),
        }[self.action]

    def refuse(self, key: str, message: str) -> None:
        cell = self.source.cells.get(key)
        label = column_of(key).heading if key else ""
        self.errors.append(CellError(key, label, cell.address if cell else "", message))


@dataclass
class SheetPlan:
    """The whole preview."""

    sheet: Sheet
    rows: list[PlannedRow]
    objectives: list[Line]
    results: list[Line]
    left_alone: int
    # How many rows an import has written.
    written: int = 0

    @property
    def has_errors(self) -> bool:
        return any(row.errors for row in self.rows)

    @property
    def counts(self) -> Counter[str]:
        return Counter(row.action for row in self.rows)

    @property
    def changes_anything(self) -> bool:
        return any(row.action in ("create", "update") for row in self.rows)


def stamp_of(plan: ActionPlan) -> str:
    """Changes whenever the plan, a line of it or its lines' number does."""
    lines: tuple[models.QuerySet[Any], ...] = (
        PlanObjective.objects.filter(plan=plan),
        PlanResult.objects.filter(objective__plan=plan),
        PlanActivity.objects.filter(plan=plan),
    )
    versions = [list(rows.order_by("pk").values_list("pk", "version")) for rows in lines]
    return hashlib.sha256(repr([plan.version, versions]).encode()).hexdigest()


# --- From cells to values ---------------------------------------------------------------------------------


def text_in(cell: SheetCell | None) -> str:
    """The text of a cell.  Raises ValueError for what is no text that somebody wrote."""
    if cell is None or cell.value is None:
        return ""
    if cell.kind == "f":
        raise ValueError(_("The cell holds a formula. Put its value there."))
    if cell.kind == "e":
        raise ValueError(_("The cell shows an error: %(value)s.") % {"value": cell.value})
    if cell.kind == "d":
        raise ValueError(
            _("The spreadsheet took this for a date. Format the cell as text and write it again.")
        )
    if isinstance(cell.value, bool):
        return _("yes") if cell.value else _("no")
    if isinstance(cell.value, float) and cell.value.is_integer():
        return str(int(cell.value))
    if isinstance(cell.value, int | float):
        return str(cell.value)
    return restored(tidy(str(cell.value)))


def quarter_in(text: str) -> str:
    """2018-Q3, from "2018 Q3", "Q3 2018", "T3 2018"; what is no quarter comes back as it is, to be refused."""
    found = re.fullmatch(r"(\d{4})[\s\-/]*[QT]([1-4])|[QT]([1-4])[\s\-/]*(\d{4})", text.strip().upper())
    if found is None:
        return text
    return f"{found[1] or found[4]}-Q{found[2] or found[3]}"


def cost_in(cell: SheetCell | None) -> Decimal | None:
    text = re.sub(r"\s", "", text_in(cell))
    if not text:
        return None
    if isinstance(cell, SheetCell) and isinstance(cell.value, float):
        text = repr(cell.value)
    if not re.fullmatch(r"-?\d+([.,]\d{1,2})?", text):
        raise ValueError(_("“%(text)s” is not an amount. Write 1250000 or 1250000.50.") % {"text": text})
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise ValueError(_("“%(text)s” is not an amount.") % {"text": text}) from error


def percent_in(cell: SheetCell | None) -> int | None:
    text = re.sub(r"\s", "", text_in(cell)).removesuffix("%")
    if not text:
        return None
    if cell is not None and isinstance(cell.value, int | float) and cell.number_format.endswith("%"):
        # The spreadsheet keeps 40 % as 0.4.
        text = str(round(cell.value * 100, 6)).removesuffix(".0")
    if not text.isdecimal() or int(text) > 100:
        raise ValueError(_("Write a whole number from 0 to 100."))
    return int(text)


def shown(value: Any) -> str:
    """A value as the preview shows it."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Multilingual):
        return "\n".join(f"[{code.upper()}] {text}" for code, text in value.items())
    return str(value)


# --- The comparison ---------------------------------------------------------------------------------------


class Comparison:
    """Compares one sheet with one plan. All that it needs is read at the beginning, in a fixed number of queries."""

    def __init__(self, plan: ActionPlan, sheet: Sheet, principal: Principal) -> None:
        self.plan, self.sheet = plan, sheet
        self.directory = Directory(principal)
        activities = PlanActivity.objects.filter(plan=plan).select_related(
            "result__objective__axis", "lead__country"
        )
        self.activities = {row.pk: row for row in activities.prefetch_related("partners__country")}
        for activity in self.activities.values():
            activity.plan = plan
        self.by_code = {activity.code: activity for activity in self.activities.values()}
        self.axes = list(Axis.objects.filter(version_of=plan.text_version_id))
        objectives = PlanObjective.objects.filter(plan=plan).select_related("axis")
        self.objectives = {row.code: Line(row.code, row, False, 0) for row in objectives}
        results = PlanResult.objects.filter(objective__plan=plan).select_related("objective")
        self.results = {(row.objective.code, row.code): Line(row.code, row, False, 0) for row in results}
        self.columns = {name: self._languages(name) for name in (*MULTILINGUAL, "objective", "result")}

    def _languages(self, name: str) -> list[str]:
        """The languages in which the sheet has a column for a text."""
        keys = self.sheet.keys.values()
        return [key.removeprefix(f"{name}_") for key in keys if _is_text(key, name)]

    def plan_rows(self) -> SheetPlan:
        rows = [self._row(source) for source in self.sheet.rows]
        self._refuse_double_codes(rows)
        named = {row.activity.pk for row in rows if row.activity is not None}
        changed = [line for line in self.objectives.values() if line.is_new or line.changes]
        changed_results = [line for line in self.results.values() if line.is_new or line.changes]
        return SheetPlan(self.sheet, rows, changed, changed_results, len(self.activities.keys() - named))

    def _row(self, source: SheetRow) -> PlannedRow:
        row = PlannedRow(source)
        row.code = self._read(row, "code", text_in) or ""
        if not row.code:
            row.refuse("code", _("Give the code of the activity."))
        row.activity = self._activity(row)
        self._lines(row)
        self._fields(row)
        self._people(row)
        self._status(row)
        if not row.errors:
            self._check(row)
        return row

    def _read(self, row: PlannedRow, key: str, read: Callable[[SheetCell | None], Any]) -> Any:
        """The value of a cell; None, with the reason noted, where it cannot be read."""
        try:
            return read(row.source.cells.get(key))
        except ValueError as error:
            row.refuse(key, str(error))
            return None

    def _activity(self, row: PlannedRow) -> PlanActivity | None:
        """By its id, else by its code, so that the same file can be sent twice."""
        number = self._read(row, "id", text_in) or ""
        if not number:
            return self.by_code.get(row.code)
        if not number.isdecimal() or int(number) not in self.activities:
            row.refuse(
                "id",
                _("This plan has no activity with the id %(id)s. Leave it empty for a new one.")
                % {"id": number},
            )
            return None
        return self.activities[int(number)]

    def _refuse_double_codes(self, rows: Iterable[PlannedRow]) -> None:
        """Two rows for one activity, or one code for two activities."""
        codes: dict[str, int] = {}
        activities: dict[int, int] = {}
        rows = list(rows)
        named = {row.activity.pk for row in rows if row.activity is not None}
        kept = {row.code for pk, row in self.activities.items() if pk not in named}
        for row in rows:
            if row.activity is not None:
                first = activities.setdefault(row.activity.pk, row.number)
                if first != row.number:
                    row.refuse("id", _("Row %(row)d is about the same activity.") % {"row": first})
                    continue
            if not row.code:
                continue
            first = codes.setdefault(row.code, row.number)
            if first != row.number:
                row.refuse("code", _("Row %(row)d has the same code.") % {"row": first})
            elif row.code in kept and not any(error.key == "id" for error in row.errors):
                row.refuse("code", _("This plan already has an activity of this code."))

    # --- axis, objective, result ---

    def _axis(self, row: PlannedRow) -> Axis | None:
        text = self._read(row, "axis", text_in)
        if not text:
            return None
        wanted = fold(text)
        for axis in self.axes:
            if wanted in {fold(axis.code), *(fold(title) for title in axis.title.values())} - {""}:
                return axis
        names = ", ".join(axis.code or str(axis.title) for axis in self.axes)
        row.refuse(
            "axis", _("The text has no axis “%(axis)s”. It has: %(names)s.") % {"axis": text, "names": names}
        )
        return None

    def _texts(self, row: PlannedRow, name: str) -> dict[str, str]:
        """The texts of a line that are given, by language; what is left empty is not meant to change."""
        found = {code: self._read(row, f"{name}_{code}", text_in) for code in self.columns[name]}
        return {code: text for code, text in found.items() if text}

    def _lines(self, row: PlannedRow) -> None:
        axis = self._axis(row)
        codes = {name: self._read(row, f"{name}_code", text_in) for name in ("objective", "result")}
        if row.activity is not None:
            kept = row.activity.result
            codes["objective"] = codes["objective"] or kept.objective.code
            codes["result"] = codes["result"] or kept.code
        for name, label in (
            ("objective", _("Give the code of the objective.")),
            ("result", _("Give the code of the result.")),
        ):
            if not codes[name] and not any(error.key == f"{name}_code" for error in row.errors):
                row.refuse(f"{name}_code", label)
        if not codes["objective"] or not codes["result"]:
            return
        objective = self.objectives.get(codes["objective"])
        if objective is None:
            objective = self._new_line(
                row, "objective", PlanObjective(plan=self.plan, code=codes["objective"]), axis
            )
            self.objectives[codes["objective"]] = objective
        self._line_values(row, "objective", objective, axis)
        key = (codes["objective"], codes["result"])
        result = self.results.get(key)
        if result is None:
            record = PlanResult(objective=objective.record, code=codes["result"])
            result = self.results[key] = self._new_line(row, "result", record, None)
        self._line_values(row, "result", result, None)
        row.result = result
        if row.activity is not None and result.record.pk != row.activity.result_id:
            before = row.activity.result
            row.changes.append(
                CellChange(_label("result_code"), f"{before.objective.code} / {before.code}", " / ".join(key))
            )

    def _new_line(self, row: PlannedRow, name: str, record: Any, axis: Axis | None) -> Line:
        line = Line(record.code, record, True, row.number)
        texts = self._texts(row, name)
        if not texts:
            key = next((f"{name}_{code}" for code in self.columns[name]), f"{name}_code")
            row.refuse(key, _("“%(code)s” is new: write its text, too.") % {"code": record.code})
        record.text = Multilingual(texts)
        if isinstance(record, PlanObjective):
            if axis is None and not any(error.key == "axis" for error in row.errors):
                row.refuse("axis", _("“%(code)s” is new: say under which axis.") % {"code": record.code})
            elif axis is not None:
                record.axis = axis
        if len(record.code) > 20:
            row.refuse(f"{name}_code", _("A code has at most 20 characters."))
        row.changes.append(CellChange(_label(name), "", f"{record.code} {record.text}"))
        return line

    def _line_values(self, row: PlannedRow, name: str, line: Line, axis: Axis | None) -> None:
        """Rows that speak of one line must say the same; the first that differs from what is kept changes it."""
        given: dict[str, Any] = {f"{name}_{code}": text for code, text in self._texts(row, name).items()}
        if axis is not None:
            given["axis"] = axis
        for key, value in given.items():
            said, where = line.given.setdefault(key, (value, row.number))
            if said != value:
                words = {"row": where, "code": line.code}
                row.refuse(key, _("Row %(row)d says something else of “%(code)s”.") % words)
        if line.is_new:
            return
        texts = {
            code: text
            for code, text in self._texts(row, name).items()
            if text != tidy(line.record.text.get(code, ""))
        }
        if texts and "text" not in line.changes:
            after = Multilingual({**line.record.text, **texts})
            row.changes.append(
                CellChange(f"{_label(name)} {line.code}", shown(line.record.text), shown(after))
            )
            line.changes["text"] = after
        if axis is not None and axis.pk != line.record.axis_id and "axis" not in line.changes:
            row.changes.append(CellChange(f"{_label(name)} {line.code}", str(line.record.axis), str(axis)))
            line.changes["axis"] = axis

    # --- the activity itself ---

    def _fields(self, row: PlannedRow) -> None:
        now = row.activity or PlanActivity(plan=self.plan, currency=self.plan.currency)
        found = self._found(row, now)
        refused = {error.key for error in row.errors}
        for name, value in found.items():
            if name in refused or any(f"{name}_{code}" in refused for code in self.columns.get(name, ())):
                continue
            before = getattr(now, name)
            if value != before:
                row.values[name] = value
                if row.activity is not None:
                    row.changes.append(self._change(name, before, value))

    def _found(self, row: PlannedRow, now: PlanActivity) -> dict[str, Any]:
        """What the cells of a row say of the activity's own fields."""
        found: dict[str, Any] = {}
        for name in PLAIN:
            if self.sheet.has(name):
                found[name] = self._kept(getattr(now, name), self._read(row, name, text_in))
        for name in MULTILINGUAL:
            if self.columns[name]:
                found[name] = self._multilingual(row, name, getattr(now, name))
        for name in QUARTERS:
            if self.sheet.has(name):
                found[name] = self._read(row, name, lambda cell: quarter_in(text_in(cell)))
        if self.sheet.has("cost"):
            found["cost"] = self._read(row, "cost", cost_in)
        if self.sheet.has("percent"):
            found["percent"] = self._read(row, "percent", percent_in)
        for name in CHOICES:
            if self.sheet.has(name):
                found[name] = self._choice(row, name, now.currency if name == "currency" else "")
        return found

    def _change(self, name: str, before: Any, after: Any) -> CellChange:
        if isinstance(before, Multilingual):
            # Only the languages that differ are worth reading.
            differ = [code for code in {**before, **after} if before.get(code) != after.get(code)]
            before, after = (
                Multilingual({code: texts.get(code, "") for code in differ}) for texts in (before, after)
            )
        choices = BY_FIELD[name].choices
        if choices is not None and name != "currency":
            labels = dict(choices.choices)
            before, after = labels.get(before, ""), labels.get(after, "")
        return CellChange(_label(name), shown(before), shown(after))

    @staticmethod
    def _kept(before: str, given: str | None) -> str | None:
        """What is kept already where the cell holds just that, as far as a cell can."""
        return before if given == tidy(before) else given

    def _multilingual(self, row: PlannedRow, name: str, before: Multilingual) -> Multilingual:
        texts = dict(before)
        for code in self.columns[name]:
            given = self._read(row, f"{name}_{code}", text_in)
            texts[code] = self._kept(texts.get(code, ""), given) or ""
        return Multilingual(texts)

    def _choice(self, row: PlannedRow, name: str, default: str) -> str | None:
        choices = BY_FIELD[name].choices
        assert choices is not None
        word = self._read(row, name, text_in)
        if not word:
            return default
        value = value_of_word(choices, word)
        if value is None:
            known = choices.values if name == "currency" else [str(label) for label in choices.labels]
            row.refuse(
                name, _("“%(word)s” is none of: %(known)s.") % {"word": word, "known": ", ".join(known)}
            )
        return value

    def _people(self, row: PlannedRow) -> None:
        if self.sheet.has("lead"):
            lead = self._read(row, "lead", lambda cell: self._institution(text_in(cell)))
            before = row.activity.lead if row.activity is not None else None
            if lead != before and not any(error.key == "lead" for error in row.errors):
                row.values["lead"] = lead
                if row.activity is not None:
                    row.changes.append(CellChange(_label("lead"), shown(before), shown(lead)))
        if self.sheet.has("partners"):
            partners = self._read(row, "partners", self._institutions)
            if partners is None:
                return
            kept = sorted(row.activity.partners.all(), key=_pk) if row.activity is not None else []
            if partners != kept:
                row.partners = partners
                if row.activity is not None:
                    names = [", ".join(str(item) for item in found) for found in (kept, partners)]
                    row.changes.append(CellChange(_label("partners"), *names))

    def _institution(self, name: str) -> Institution | None:
        return self.directory.find(name) if name else None

    def _institutions(self, cell: SheetCell | None) -> list[Institution]:
        names = [name.strip() for name in re.split(f"[{SEPARATOR}\n]", text_in(cell))]
        found = {self.directory.find(name) for name in names if name}
        return sorted(found, key=_pk)

    def _status(self, row: PlannedRow) -> None:
        now = row.activity.status if row.activity is not None else PlanActivity().status
        row.status = now
        if not self.sheet.has("status"):
            return
        row.status = self._choice(row, "status", now) or now
        if row.status != now and row.activity is not None:
            labels = dict(BY_FIELD["status"].choices.choices)  # type: ignore[union-attr]
            row.changes.append(CellChange(_label("status"), str(labels[now]), str(labels[row.status])))

    def _check(self, row: PlannedRow) -> None:
        """The model's own rules, in its own words; what needs the database is asked of the sheet and the plan."""
        activity = copy.copy(row.activity) if row.activity is not None else PlanActivity(plan=self.plan)
        activity.plan = self.plan
        for name, value in {"currency": activity.currency or self.plan.currency, **row.values}.items():
            setattr(activity, name, value)
        for check in (lambda: activity.clean_fields(exclude=RELATIONS), activity.clean):
            try:
                check()
            except ValidationError as error:
                self.take_errors(row, error)

    def take_errors(self, row: PlannedRow, error: ValidationError) -> None:
        """What the model refused, at its cells."""
        for name, messages in error.message_dict.items():
            languages = self.columns.get(name)
            key = f"{name}_{languages[0]}" if languages else name if name in BY_FIELD else ""
            for message in messages:
                row.refuse(key, message)


def _is_text(key: str, name: str) -> bool:
    return key.startswith(f"{name}_") and column_of(key).field == name and bool(column_of(key).language)


def _label(name: str) -> str:
    return capfirst(str(BY_FIELD[name].label))


def _pk(record: models.Model) -> Any:
    return record.pk


def compare(plan: ActionPlan, sheet: Sheet, principal: Principal) -> SheetPlan:
    """What the sheet would do to the plan as it is now."""
    return Comparison(plan, sheet, principal).plan_rows()
