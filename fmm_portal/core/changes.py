"""Whether anything has changed: one small query in place of asking every row."""

from typing import Any

from django.db import connection, models
from django.db.models import F, Func, Subquery, Value

from fmm_portal.core.models import Activity

# Models whose rows change without an entry in the history, with the column that tells when.
_silent: dict[type[models.Model], str] = {}


def register_silent(model: type[models.Model], column: str) -> None:
    """Let changes of these rows count that the history does not tell: the work of a job, a person's name."""
    _silent[model] = column


class NobodyWrites(Func):
    """True when no transaction that writes to this database is under way: each holds the lock on its own number.

    The newest entry alone does not tell: an older one may be committed behind it. Nor does the snapshot, for the
    transaction that began last lies outside it.
    """

    template = (
        "NOT EXISTS (SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'transactionid' "
        "AND mode = 'ExclusiveLock' AND datname = current_database())"
    )
    output_field = models.BooleanField()


def state_of_data() -> tuple[Any, ...] | None:
    """Equal states mean equal rows: every change of what interfaces show enters the history, or is registered here.

    None while that cannot be told. Entries are numbered when they are written and seen when they are committed, so
    on PostgreSQL an older one may yet appear behind the newest; SQLite has one writer at a time.
    """
    is_settled = NobodyWrites() if connection.vendor == "postgresql" else Value(True)
    moments = {
        f"silent_{at}": Subquery(_latest(model, column)) for at, (model, column) in enumerate(_silent.items())
    }
    newest = Activity.objects.order_by("-pk").annotate(is_settled=is_settled, **moments)
    row = newest.values_list("is_settled", "pk", *moments).first()
    return row[1:] if row is not None and row[0] else None


def _latest(model: type[models.Model], column: str) -> models.QuerySet[Any, Any]:
    return model._base_manager.order_by(F(column).desc()).values(column)[:1]
