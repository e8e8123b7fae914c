"""The index behind `RecordQuerySet.search`: trigrams on PostgreSQL, so that any part of a word is found by index."""

from typing import Any

from django.db.migrations.operations.base import Operation


class IndexSearchText(Operation):
    """A migration's operation: index the search text of these models of its app. SQLite has no such index."""

    reversible = True

    def __init__(self, *models: str) -> None:
        self.models = models

    def deconstruct(self) -> tuple[str, list[str], dict[str, Any]]:
        return type(self).__name__, list(self.models), {}

    def describe(self) -> str:
        return f"Index the search text of {', '.join(self.models)}"

    def state_forwards(self, app_label: str, state: Any) -> None:
        """No model changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            for table in self._tables(app_label, to_state):
                index, on = schema_editor.quote_name(f"{table}_words"), schema_editor.quote_name(table)
                schema_editor.execute(f"CREATE INDEX {index} ON {on} USING gin (search_text gin_trgm_ops)")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for table in self._tables(app_label, from_state):
                schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(f'{table}_words')}")

    def _tables(self, app_label: str, state: Any) -> list[str]:
        return [state.apps.get_model(app_label, name)._meta.db_table for name in self.models]
