"""Tables declared column by column, for list pages and for the parts of a record's page."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, NamedTuple

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from fmm_portal.core.display import badge, dates, day, for_file, text, word_of, words_of

Cell = str | SafeString
# A field to order by, or what makes an expression of the reader's language.
SortTerm = str | Callable[[], models.expressions.Combinable]

# The column clicked last comes first; what was clicked before decides between equals.
MOST_SORT_KEYS = 3


class InFile(NamedTuple):
    """What a column reads straight from the database, and how it makes the value of a file of that.

    `make` is asked for once a file, in the language in which it is read.
    """

    paths: Sequence[str]
    make: Callable[[], Callable[..., Any]]


class Column:
    """A value of a record. `name` may follow relations with dots; `sort` says what the database orders by.

    A list shows what `is_optional` to whoever chooses it.
    """

    is_number = False

    def __init__(
        self,
        name: str = "",
        label: str | Promise = "",
        *,
        sort: SortTerm | Sequence[SortTerm] = (),
        value: Callable[[Any], Any] | None = None,
        is_narrow: bool = False,
        is_optional: bool = False,
        file: InFile | None = None,
    ) -> None:
        self.is_optional = is_optional
        self.file = file
        self.name = name
        self.label = label
        self.sort: tuple[SortTerm, ...] = (sort,) if isinstance(sort, str) or callable(sort) else tuple(sort)
        self.value = value
        self.is_narrow = is_narrow
        self.key = ""

    @property
    def word_of(self) -> str:
        """The field whose word the column shows, "kind" of "get_kind_display"; "" for other columns."""
        is_word = self.name.startswith("get_") and self.name.endswith("_display")
        return self.name.removeprefix("get_").removesuffix("_display") if is_word else ""

    def read(self, record: Any) -> Any:
        if self.value is not None:
            return self.value(record)
        if self.word_of:
            return word_of(type(record), self.word_of, getattr(record, self.word_of))
        for part in self.name.split("."):
            if record is None:
                return None
            record = getattr(record, part)
            record = record() if callable(record) and not isinstance(record, models.Manager) else record
        return record

    def render(self, record: Any) -> Cell:
        """Escaped by the template unless marked safe."""
        return text(self.read(record))

    def export(self, record: Any) -> Any:
        """The value for a file: a text without marks, or a number or a date as such."""
        if type(self).render is Column.render:
            return for_file(self.read(record))
        return for_file(self.render(record))

    def in_file(self, model: type[models.Model] | None) -> InFile | None:
        """How long files are made without the records; None where only a record can tell."""
        if self.file is not None or model is None:
            return self.file
        name = self.word_of or self.name
        known = {field.name: field for field in model._meta.concrete_fields}
        is_plain = self.value is None and not getattr(self, "sub", None) and name in known
        # Columns that draw the value in their own way may mean more than the field.
        if not is_plain or known[name].is_relation or type(self).export not in PLAIN_EXPORTS:
            return None
        if self.word_of:
            return InFile((name,), lambda: words_of(model, name))
        return InFile((name,), lambda: for_file)

    def heading(self, model: type[models.Model] | None) -> str:
        if self.label or model is None:
            return capfirst(str(self.label))
        return capfirst(str(model._meta.get_field(self.name.split(".")[0]).verbose_name))  # type: ignore[union-attr]


class LinkColumn(Column):
    """The column that leads to the record; the row's heading. `sub` is a quieter second line."""

    def __init__(
        self,
        *args: Any,
        sub: Callable[[Any], Any] | None = None,
        url: Callable[[Any], str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sub = sub
        self.url = url

    def render(self, record: Any) -> Cell:
        address = self.url(record) if self.url else record.get_absolute_url()
        shown = text(self.read(record))
        below = text(self.sub(record)) if self.sub else ""
        if not below:
            return format_html('<a href="{}">{}</a>', address, shown)
        return format_html(
            '<span><a href="{}">{}</a><span class="table__sub">{}</span></span>', address, shown, below
        )

    def export(self, record: Any) -> Any:
        shown, below = for_file(self.read(record)), for_file(self.sub(record)) if self.sub else ""
        return f"{shown} ({below})" if below else shown


class DateColumn(Column):
    """A date, known in full or in part."""

    def render(self, record: Any) -> Cell:
        return day(self.read(record))

    def export(self, record: Any) -> Any:
        return for_file(self.read(record))


# Exports that give the field's own value.
PLAIN_EXPORTS = (Column.export, DateColumn.export)


class PeriodColumn(Column):
    """From one date to another; `name` and `until` are fields."""

    def __init__(self, name: str, until: str, label: str | Promise = "", **kwargs: Any) -> None:
        super().__init__(name, label, **kwargs)
        self.until = until

    def render(self, record: Any) -> Cell:
        return dates(getattr(record, self.name), getattr(record, self.until))

    def in_file(self, model: type[models.Model] | None) -> InFile | None:
        return InFile((self.name, self.until), lambda: lambda first, last: for_file(dates(first, last)))


class NumberColumn(Column):
    is_number = True


class StatusColumn(Column):
    """The state, as a badge."""

    def __init__(self, name: str = "status", label: str | Promise = "", **kwargs: Any) -> None:
        super().__init__(name, label, **{"is_narrow": True, **kwargs})

    def render(self, record: Any) -> Cell:
        return badge(record, self.name)

    def in_file(self, model: type[models.Model] | None) -> InFile | None:
        return InFile((self.name,), lambda: words_of(model, self.name)) if model is not None else None


class ManyColumn(Column):
    """Several related records, by name. Prefetch them."""

    def render(self, record: Any) -> Cell:
        related = self.read(record)
        rows = related.all() if isinstance(related, models.Manager) else related or ()
        return format_html_join(", ", "{}", ((text(row),) for row in rows))


class Heading(NamedTuple):
    """A column's head: where its sort link leads and how the rows are sorted now."""

    label: str
    sort_query: str
    direction: str
    column: Column
    # Its place among several sort keys; 0 when it is the only one or none.
    place: int = 0


class Brackets(NamedTuple):
    """The HTML around the cells of one column: before a filled one, before an empty one, after either."""

    filled: str
    empty: str
    end: str

    @classmethod
    def of(cls, column: Column, label: str) -> "Brackets":
        classes = [
            *(["is-number"] if column.is_number else []),
            *(["is-narrow"] if column.is_narrow else []),
            *([] if label else ["is-wordless"]),
        ]
        is_heading = isinstance(column, LinkColumn)
        tag = (
            '<th scope="row" role="rowheader"'
            if is_heading
            else f'<td role="cell" data-label="{escape(label)}"'
        )
        filled = f'{tag} class="{" ".join(classes)}"' if classes else tag
        empty = f'{tag} class="{" ".join([*classes, "is-empty"])}"'
        return cls(f"{filled}><div>", f"{empty}><div>", "</div></th>" if is_heading else "</div></td>")


class TableMeta(type):
    """Collects the columns in the order they are written."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> "TableMeta":
        columns: dict[str, Column] = {}
        for base in reversed(bases):
            columns |= getattr(base, "columns", {})
        for key, value in list(namespace.items()):
            if isinstance(value, Column):
                value.key = key
                value.name = value.name or key
                columns[key] = namespace.pop(key)
        namespace["columns"] = columns
        return super().__new__(cls, name, bases, namespace)


class Table(metaclass=TableMeta):
    """Rows of one model. `order` is the sort when nobody asks for one; `caption` is read out, not shown."""

    columns: ClassVar[dict[str, Column]] = {}
    model: ClassVar[type[models.Model] | None] = None
    order: ClassVar[str] = ""
    caption: ClassVar[str | Promise] = ""

    def __init__(
        self,
        records: Iterable[Any],
        *,
        query: QueryDict | None = None,
        sort: str = "",
        without: Sequence[str] = (),
        ticks: str = "",
        only: Sequence[str] | None = None,
    ) -> None:
        """`query` is the page's own, kept in the links of the heads; `without` leaves columns out, `only` are those
        to show.

        `ticks` is the id of the form that the boxes before the rows belong to; "" for no boxes.
        """
        self.ticks = ticks
        self.records = records
        self.query = query
        self.sort = sort
        shown = self.default_columns() if only is None else only
        self.shown = {
            key: column for key, column in self.columns.items() if key in shown and key not in without
        }

    def __getstate__(self) -> dict[str, Any]:
        """Columns are the class's own: a table that is kept names them."""
        return {**vars(self), "records": list(self.records), "shown": list(self.shown)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.shown = {key: self.columns[key] for key in state["shown"]}

    @classmethod
    def complete(cls, records: Iterable[Any]) -> None:
        """Read what all rows of a page show of other records, where one query does for what relations take several."""

    @classmethod
    def first_column(cls) -> str:
        """The column that always stays: it leads to the record."""
        return next(iter(cls.columns))

    @classmethod
    def default_columns(cls) -> list[str]:
        """What is shown to who has chosen nothing."""
        return [key for key, column in cls.columns.items() if not column.is_optional]

    @classmethod
    def sort_keys(cls, asked: str) -> list[str]:
        """The asked keys whose columns sort, each column once ("country,-dates"); else the table's own order."""
        keys: dict[str, str] = {}
        for key in asked.split(","):
            column = cls.columns.get(key.removeprefix("-"))
            if column is not None and column.sort:
                keys.setdefault(column.key, key)
        return list(keys.values())[:MOST_SORT_KEYS] or ([cls.order] if cls.order else [])

    @classmethod
    def sorted(cls, queryset: models.QuerySet[Any], asked: str) -> models.QuerySet[Any]:
        """The rows ordered, always down to the primary key, so that pages never overlap."""
        keys = cls.sort_keys(asked)
        if not keys:
            return queryset.order_by(*(queryset.query.order_by or queryset.model._meta.ordering or ()), "pk")
        terms: list[Any] = []
        for key in keys:
            column = cls.columns.get(key.removeprefix("-"))
            if column is None or not column.sort:
                raise ImproperlyConfigured(f"{cls.__name__}.order names no column that sorts: {key}.")
            for sort in column.sort:
                term: Any = models.F(sort) if isinstance(sort, str) else sort()
                is_down = key.startswith("-")
                terms.append(term.desc(nulls_last=True) if is_down else term.asc(nulls_last=True))
        return queryset.order_by(*terms, "-pk" if keys[0].startswith("-") else "pk")

    @property
    def headings(self) -> list[Heading]:
        found = []
        keys = self.sort_keys(self.sort)
        places = {key.removeprefix("-"): place for place, key in enumerate(keys, start=1)}
        for key, column in self.shown.items():
            direction = {key: "ascending", f"-{key}": "descending"}.get(
                keys[places[key] - 1] if key in places else "", ""
            )
            query = ""
            if column.sort and self.query is not None:
                changed = self.query.copy()
                changed.pop("page", None)
                # The column comes first; those asked for before go on deciding between equals.
                first = f"-{key}" if direction == "ascending" else key
                before = [
                    other for other in changed.get("sort", "").split(",") if other.removeprefix("-") != key
                ]
                changed["sort"] = ",".join([first, *self.asked_keys(before)][:MOST_SORT_KEYS])
                query = changed.urlencode(safe=",")
            place = places.get(key, 0) if len(keys) > 1 else 0
            found.append(Heading(column.heading(self.model), query, direction, column, place))
        return found

    @classmethod
    def asked_keys(cls, keys: Iterable[str]) -> list[str]:
        """Those of the keys that sort, without the table's own order."""
        return [key for key in keys if (column := cls.columns.get(key.removeprefix("-"))) and column.sort]

    @property
    def body(self) -> SafeString:
        """The rows as HTML. Here and not in a template: a list has hundreds of cells, and each would cost six nodes."""
        tick = _("Tick %(record)s")
        box = (
            '<td role="cell" class="table__tick is-wordless"><input type="checkbox" name="pk" value="{}" form="{}" '
            'autocomplete="off" aria-label="{}"></td>'
        )
        columns = [
            (column, Brackets.of(column, column.heading(self.model))) for column in self.shown.values()
        ]
        drawn = []
        for record in self.records:
            parts = ['<tr role="row">']
            if self.ticks:
                parts.append(format_html(box, record.pk, self.ticks, tick % {"record": record}))
            for column, brackets in columns:
                cell = column.render(record)
                parts += (
                    (brackets.filled, conditional_escape(cell), brackets.end)
                    if cell
                    else (brackets.empty, brackets.end)
                )
            drawn.append("".join(parts) + "</tr>")
        return mark_safe("\n".join(drawn))  # noqa: S308 - every part is escaped
