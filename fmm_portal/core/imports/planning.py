"""What a spreadsheet would change, row by row and cell by cell, found in a fixed number of queries; nothing is written.

A row means a record by its id, else by the first of the format's keys that it fills. What is the same already is
skipped; two candidates are an error, never a guess.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from fmm_portal.core.activity import plain, plain_fields
from fmm_portal.core.cells import tidy
from fmm_portal.core.imports.columns import RelatedColumn, SheetColumn, TextColumn, text_of
from fmm_portal.core.imports.formats import ID, VERSION, ImportFormat
from fmm_portal.core.imports.lookups import Found, lookup_for
from fmm_portal.core.imports.reading import SheetFile, SheetRow
from fmm_portal.core.imports.uniqueness import refuse_doubles
from fmm_portal.core.multilingual import Multilingual, MultilingualField
from fmm_portal.core.policies import policy_for
from fmm_portal.core.principals import Principal
from fmm_portal.core.querysets import fold

CREATE, UPDATE, SAME, ERROR = "create", "update", "same", "error"
ACTIONS = (ERROR, CREATE, UPDATE, SAME)
MOST_DIGITS = 18
# What a row may be known by: values of the fields of a key, one tuple a language.
Keys = set[tuple[Any, ...]]
# Told of how many rows are checked, every so many.
TELL_EVERY = 1000


class CellChange(NamedTuple):
    """What one column holds before and after, in words; nothing of what is restricted."""

    column: str
    before: str
    after: str


class CellError(NamedTuple):
    """What is wrong; `key` and `column` are empty for the row as a whole."""

    key: str
    column: str
    message: str


@dataclass
class PlannedRow:
    """What one row of the file does."""

    source: SheetRow
    record: Any = None
    is_new: bool = True
    # What the cells say, by field; `many` for relations to several records.
    values: dict[str, Any] = field(default_factory=dict)
    many: dict[str, list[Any]] = field(default_factory=dict)
    # The values of the fields that change, as history keeps them.
    before: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    changes: list[CellChange] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    # What a record that is there was called before the change.
    known_as: str = ""
    columns: Sequence[SheetColumn] = ()

    @property
    def number(self) -> int:
        return self.source.number

    @property
    def label(self) -> str:
        """What the record is called; "" where it lacks what its name is made of, and is refused for that."""
        try:
            return self.known_as or str(self.record or "")
        except (AttributeError, ValueError, models.ObjectDoesNotExist):
            return ""

    @property
    def action(self) -> str:
        if self.errors:
            return ERROR
        if self.is_new:
            return CREATE
        return UPDATE if self.changed else SAME

    def refuse(self, name: str, message: str) -> None:
        """`name` is a field or the key of a column."""
        column = next((one for one in self.columns if name in (one.key, one.name)), None)
        label = column.heading if column is not None else ""
        if column is None and name != NON_FIELD_ERRORS and self.record is not None:
            known = {one.name: one for one in self.record._meta.get_fields()}
            label = str(getattr(known.get(name), "verbose_name", ""))
        error = CellError(column.key if column is not None else "", label, str(message))
        if error not in self.errors:
            self.errors.append(error)


@dataclass
class SheetPlan:
    """The whole preview."""

    sheet: SheetFile
    rows: list[PlannedRow]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.action for row in self.rows)
        return {action: found[action] for action in ACTIONS}

    @property
    def fingerprint(self) -> str:
        """The same as long as the file would do the same to the same versions of the same records."""
        digest = hashlib.sha256()
        for row in self.rows:
            told = [row.number, row.action]
            if row.action in (CREATE, UPDATE):
                told += [row.record.pk, row.record.version, plain(row.changed)]
            digest.update(json.dumps(told, default=str).encode())
        return digest.hexdigest()


def plan_file(
    import_format: ImportFormat,
    sheet: SheetFile,
    principal: Principal,
    *,
    parent: Any = None,
    tell: Callable[[int], None] | None = None,
) -> SheetPlan:
    """`parent` is the record that all rows are parts of, where the file is sent on its page."""
    return Planner(import_format, sheet, principal, parent).plan(tell)


class Planner:
    def __init__(
        self, import_format: ImportFormat, sheet: SheetFile, principal: Principal, parent: Any
    ) -> None:
        self.format, self.sheet, self.principal, self.parent = import_format, sheet, principal, parent
        self.model = import_format.model
        self.policy = policy_for(self.model)
        self.columns = list(sheet.places.values())
        self.places = [(place, column) for place, column in sheet.places.items()]
        self.found: dict[str, Found] = {}
        self.texts: dict[str, set[str]] = defaultdict(set)
        self.fields = {one.name: one for one in self.model._meta.get_fields()}
        self.one, self.many = import_format.related_names()
        self.relations = {one.name for one in self.model._meta.concrete_fields if one.is_relation}
        self.plain_fields = {one.name for one in self.model._meta.concrete_fields} - self.relations

    def plan(self, tell: Callable[[int], None] | None = None) -> SheetPlan:
        rows = [PlannedRow(source, columns=self.columns) for source in self.sheet.rows]
        given = [self._read(row) for row in rows]
        for column in self.columns:
            if isinstance(column, RelatedColumn) and self.texts[column.key]:
                self.found[column.key] = column.find(self.texts[column.key], self.principal)
        for row, cells in zip(rows, given, strict=True):
            self._resolve(row, cells)
        self._match(rows, given)
        for row, cells in zip(rows, given, strict=True):
            if row.record is not None:
                self._compare(row, cells)
        if self.format.complete is not None:
            self.format.complete(
                [row for row in rows if row.action == CREATE and self._is_whole(row)], self.principal
            )
        if self.format.prepare is not None:
            self.format.prepare([row.record for row in rows if row.action in (CREATE, UPDATE)])
        for place, row in enumerate(rows):
            if row.action in (CREATE, UPDATE):
                self._check(row)
            if tell is not None and place % TELL_EVERY == 0:
                tell(place)
        refuse_doubles(self.model, [row for row in rows if row.action in (CREATE, UPDATE)])
        return SheetPlan(self.sheet, rows)

    # --- from cells to values ---

    def _read(self, row: PlannedRow) -> dict[str, Any]:
        """The cells of a row as values, by the key of the column; related records still by what they are called."""
        cells, found = row.source.cells, {}
        width = len(cells)
        for place, column in self.places:
            cell = cells[place] if place < width else None
            if column.is_kept_if_empty and (cell is None or cell == ""):
                continue
            try:
                value = column.read(cell)
            except (ValueError, OverflowError) as error:
                if not column.is_read_only:
                    row.refuse(column.key, str(error))
                    continue
                value = text_of(cell)
            found[column.key] = value
            if isinstance(column, RelatedColumn):
                self.texts[column.key].update(value)
        return found

    def _resolve(self, row: PlannedRow, given: dict[str, Any]) -> None:
        """Put records in the place of what they are called."""
        for column in self.columns:
            if not isinstance(column, RelatedColumn) or column.key not in given:
                continue
            rows = []
            for text in given[column.key]:
                try:
                    rows.append(self.found[column.key].one(text))
                except ValueError as error:
                    row.refuse(column.key, str(error))
            given[column.key] = list(dict.fromkeys(rows)) if column.is_many else (rows[0] if rows else None)
        if self.format.parent and self.parent is not None:
            named = given.get(self.format.parent)
            if named is not None and named != self.parent:
                words = {"parent": self.parent}
                row.refuse(self.format.parent, _("Here only rows of “%(parent)s” are imported.") % words)
            given[self.format.parent] = self.parent

    # --- which record a row means ---

    def _match(self, rows: Sequence[PlannedRow], given: Sequence[dict[str, Any]]) -> None:
        numbers: dict[int, int] = {}
        by_key: dict[Sequence[str], dict[int, Keys]] = defaultdict(dict)
        for place, cells in enumerate(given):
            text = str(cells.get(ID.key) or "")
            if text.isdecimal() and len(text) < MOST_DIGITS:
                numbers[place] = int(text)
            elif text:
                rows[place].refuse(ID.key, _("This is no number of a record. Leave it empty for a new one."))
            elif (key := self._key_of(cells)) is not None:
                by_key[key][place] = self._keys(key, cells)
        candidates = {place: {number} for place, number in numbers.items()}
        for names, keys in by_key.items():
            candidates |= self._candidates(names, keys)
        wanted = {pk for pks in candidates.values() for pk in pks}
        records = self._records(wanted) if wanted else {}
        self._refuse_same_keys(rows, by_key, candidates)
        taken: dict[int, int] = {}
        for place, row in enumerate(rows):
            pks = sorted(candidates.get(place, ()))
            if len(pks) > 1:
                names_of = ", ".join(f"#{pk} {records[pk]}" for pk in pks if pk in records)
                words = {"candidates": names_of}
                row.refuse(
                    NON_FIELD_ERRORS,
                    _("This may be several records: %(candidates)s. Write the number of one as its id.")
                    % words,
                )
                continue
            if not pks:
                row.record = self._new()
                continue
            row.record, row.is_new = records.get(pks[0]), False
            if row.record is None:
                row.refuse(
                    ID.key, _("There is no record with the number %(number)d here.") % {"number": pks[0]}
                )
                continue
            first = taken.setdefault(pks[0], row.number)
            if first != row.number:
                row.refuse(NON_FIELD_ERRORS, _("Row %(row)d is about the same record.") % {"row": first})

    def _new(self) -> Any:
        return self.model()

    def _key_of(self, cells: dict[str, Any]) -> tuple[str, ...] | None:
        """The first key whose first field the row fills."""
        return next((tuple(names) for names in self.format.keys if self._parts(names[0], cells)), None)

    def _parts(self, name: str, cells: dict[str, Any]) -> list[Any]:
        """The values by which a field of a row is compared: a text in any of its languages."""
        if isinstance(self.fields.get(name), MultilingualField):
            texts = [cells.get(column.key) for column in self.columns if column.name == name]
            return [fold(text) for text in texts if text]
        value = cells.get(name)
        if value is None or value == "":
            return []
        return [fold(value) if isinstance(value, str) else value]

    def _keys(self, names: Sequence[str], cells: dict[str, Any]) -> Keys:
        """All keys that a row may have; a field that it leaves empty is None."""
        keys: Keys = {()}
        for name in names:
            parts = self._parts(name, cells) or [None]
            keys = {
                (*key, part.pk if isinstance(part, models.Model) else part) for key in keys for part in parts
            }
        return keys

    def _candidates(self, names: Sequence[str], keys: Mapping[int, Keys]) -> dict[int, set[int]]:
        """The records that rows without an id may mean, in one query."""
        wanted: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for place, its_keys in keys.items():
            for key in its_keys:
                wanted[key].append(place)
        rows = self.model._default_manager.visible_to(self.principal).order_by()  # type: ignore[attr-defined]
        for position, name in enumerate(names):
            its_field: Any = self.fields[name]
            values = {key[position] for key in wanted}
            if its_field.is_relation:
                rows = rows.filter(_in(name, values))
            elif isinstance(its_field, models.CharField) and not its_field.choices:
                texts = {str(value).upper() for value in values if value is not None}
                rows = rows.annotate(**{f"upper_{name}": Upper(name)}).filter(**{f"upper_{name}__in": texts})
        found: dict[int, set[int]] = defaultdict(set)
        for pk, *values in rows.values_list("pk", *names).iterator(chunk_size=2000):
            for key in _keys_of(values):
                for place in wanted.get(key, ()):
                    found[place].add(pk)
        return found

    def _refuse_same_keys(
        self,
        rows: Sequence[PlannedRow],
        by_key: Mapping[Sequence[str], Mapping[int, Keys]],
        candidates: Mapping[int, set[int]],
    ) -> None:
        """Two new rows that the portal could not tell apart the next time."""
        for names, places in by_key.items():
            first: dict[tuple[Any, ...], int] = {}
            for place, its_keys in places.items():
                if candidates.get(place):
                    continue
                for key in sorted(its_keys, key=repr):
                    number = first.setdefault(key, rows[place].number)
                    if number != rows[place].number:
                        columns = [one for one in self.columns if one.name in names]
                        labels = list(
                            dict.fromkeys(str(one.label or one.field.verbose_name) for one in columns)
                        )
                        words = {"row": number, "columns": ", ".join(labels)}
                        rows[place].refuse(
                            NON_FIELD_ERRORS, _("Row %(row)d is the same in: %(columns)s.") % words
                        )
                        break

    def _records(self, pks: Iterable[int]) -> dict[int, Any]:
        """The records that rows are about, with all that is compared and shown of them."""
        related = [
            path
            for name in self.one
            for path in (name, *(f"{name}__{more}" for more in lookup_for(self._model_of(name)).related))
        ]
        rows = self.model._default_manager.visible_to(self.principal).filter(pk__in=pks)  # type: ignore[attr-defined]
        rows = rows.order_by().select_related(*related, *self.format.select) if related else rows.order_by()
        found = {row.pk: row for row in rows.prefetch_related(*self.many, *self.format.prefetch)}
        self._share(found.values())
        return found

    def _model_of(self, name: str) -> Any:
        return self.fields[name].related_model

    def _share(self, records: Iterable[Any]) -> None:
        """Rows of one parent get one object, of which policies remember what they found."""
        if not self.format.parent:
            return
        parents: dict[Any, Any] = {} if self.parent is None else {self.parent.pk: self.parent}
        if self.format.parent in self.found:
            parents |= {named.pk: named for named in self.found[self.format.parent].all()} | parents
        attname: str = self.format.parent_field().attname
        for record in records:
            mine = parents.setdefault(getattr(record, attname), getattr(record, self.format.parent))
            setattr(record, self.format.parent, mine)

    # --- what a row changes ---

    def _compare(self, row: PlannedRow, given: dict[str, Any]) -> None:
        record = row.record
        row.known_as = "" if row.is_new else str(record)
        texts: dict[str, dict[str, str]] = defaultdict(dict)
        values: dict[str, Any] = {}
        for column in self.columns:
            if column.key not in given or column in (ID, VERSION):
                continue
            value = given[column.key]
            if column.is_read_only:
                self._refuse_read_only(row, column, value)
            elif isinstance(column, TextColumn):
                texts[column.name][column.language] = value
            elif isinstance(column, RelatedColumn) and column.is_many:
                row.many[column.name] = value
            else:
                values[column.name] = value
        if self.format.parent and self.parent is not None:
            values[self.format.parent] = self.parent
        for name, given_texts in texts.items():
            kept = getattr(record, name)
            by_code = kept.texts()
            changed = {
                code: text for code, text in given_texts.items() if text != tidy(by_code.get(code, ""))
            }
            values[name] = Multilingual(by_code | changed) if changed else kept
        row.values = values
        if row.is_new:
            for name, value in values.items():
                setattr(record, name, value)
            row.changed = values | row.many
            return
        self._differences(row)
        if row.changed and not row.errors:
            self._refuse_stale(row, given)

    def _differences(self, row: PlannedRow) -> None:
        record = row.record
        lists = [one for one in self.columns if isinstance(one, RelatedColumn) and one.name in row.many]
        kept_many = {one.name: one.kept(record) for one in lists}
        changed = {
            name: value for name, value in row.values.items() if not _is_same(getattr(record, name), value)
        } | {
            name: value
            for name, value in row.many.items()
            if {one.pk for one in kept_many[name]} != {one.pk for one in value}
        }
        for name in (self.format.parent, *self.format.fixed):
            if name in changed:
                words = {"parent": getattr(record, name)}
                row.refuse(name, _("It is part of “%(parent)s” and cannot be moved.") % words)
        for related in lists:
            if related.is_only_for_new and related.name in changed:
                words = {"value": related.in_words(kept_many[related.name])}
                row.refuse(related.key, _("This is not changed by an import. It is now: %(value)s.") % words)
        for column in self.columns:
            if column.name not in changed or column.is_read_only:
                continue
            before = kept_many[column.name] if column.name in kept_many else getattr(record, column.name)
            words_before, words_after = column.in_words(before), column.in_words(changed[column.name])
            if words_before == words_after and isinstance(column, TextColumn):
                continue
            if column.name in self.model.restricted_fields:
                words_before, words_after = "", _("changed; personal data is not shown")
            row.changes.append(CellChange(column.heading, words_before, words_after))
        row.before = {
            name: plain(sorted(kept_many[name], key=lambda one: one.pk))
            if name in kept_many
            else plain(getattr(record, name))
            for name in changed
        }
        row.changed = changed

    def _refuse_read_only(self, row: PlannedRow, column: SheetColumn, value: Any) -> None:
        """A cell that is only to be read must hold what it held, or nothing."""
        if value in (None, "", []):
            return
        kept = getattr(row.record, column.name)
        if row.is_new and kept in (None, ""):
            row.refuse(column.key, _("The portal gives this itself. Leave it empty in a new row."))
        elif not _is_same(kept, value):
            row.refuse(
                column.key,
                _("This is not changed by an import. It is now: %(value)s.")
                % {"value": column.in_words(kept)},
            )

    def _refuse_stale(self, row: PlannedRow, given: dict[str, Any]) -> None:
        """What somebody else changed since the file was made is not written over."""
        version = str(given.get(VERSION.key) or "")
        if version and version != str(row.record.version):
            row.refuse(
                VERSION.key,
                _(
                    "The record was changed in the portal since this file was made. Export it again and repeat "
                    "your change, or empty the version to write over."
                ),
            )

    # --- whether it may ---

    def _check(self, row: PlannedRow) -> None:
        record = row.record
        right = "create" if row.is_new else "change"
        if not row.is_new:
            if not self._is_allowed(row, right):
                return
            row.before = plain_fields(record) | row.before
            for name, value in row.changed.items():
                if name not in row.many:
                    setattr(record, name, value)
        try:
            record.clean_fields(exclude=self.relations | (self.plain_fields - row.values.keys()))
            self._require_relations(row)
            if not row.errors:
                record.clean()
        except ValidationError as error:
            for name, messages in (
                error.message_dict.items()
                if hasattr(error, "error_dict")
                else [(NON_FIELD_ERRORS, error.messages)]
            ):
                for message in messages:
                    row.refuse(name, message)
        if not row.errors:
            self._is_allowed(row, right)

    def _is_whole(self, row: PlannedRow) -> bool:
        """Whether a new row names all the records without which it cannot be."""
        fields: list[Any] = [self.fields[name] for name in self.one]
        return all(one.null or getattr(row.record, one.attname) is not None for one in fields)

    def _require_relations(self, row: PlannedRow) -> None:
        for name in self.one:
            its_field: Any = self.fields[name]
            if not its_field.null and getattr(row.record, its_field.attname) is None:
                row.refuse(name, _("This field is required."))

    def _is_allowed(self, row: PlannedRow, right: str) -> bool:
        decision = self.policy.can(self.principal, right, row.record)
        if not decision.allowed:
            row.refuse(NON_FIELD_ERRORS, decision.reason)
        return decision.allowed


def _in(name: str, values: Iterable[Any]) -> models.Q:
    """One of the values, or none where that is among them."""
    keys = {value for value in values if value is not None}
    found = models.Q(**{f"{name}__in": keys})
    return found | models.Q(**{f"{name}__isnull": True}) if None in set(values) else found


def _keys_of(values: Sequence[Any]) -> Keys:
    """The keys of a record that is kept, one a language of its texts."""
    keys: Keys = {()}
    for value in values:
        if isinstance(value, Multilingual):
            parts: list[Any] = [fold(text) for text in value.values()] or [None]
        elif value in (None, ""):
            parts = [None]
        else:
            parts = [fold(value) if isinstance(value, str) else value]
        keys = {(*key, part) for key in keys for part in parts}
    return keys


def _is_same(kept: Any, value: Any) -> bool:
    """Whether a cell says what is kept: as a cell could hold it."""
    if isinstance(kept, str) and isinstance(value, str):
        return kept == value or tidy(kept) == value
    return bool(kept == value)
