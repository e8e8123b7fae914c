"""Every model that is searched has its index, and the index is one that the search uses."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from fmm_portal.core.models import Searchable
from fmm_portal.core.search_index import IndexSearchText
from fmm_portal.institutions.models import Institution


def test_migrations_index_every_search_text() -> None:
    indexed = {
        f"{app}.{name}"
        for (app, _name), migration in MigrationLoader(None).disk_migrations.items()
        for operation in migration.operations
        if isinstance(operation, IndexSearchText)
        for name in operation.models
    }
    searched = {model._meta.label_lower for model in apps.get_models() if issubclass(model, Searchable)}
    assert indexed == searched


@pytest.mark.django_db
def test_search_asks_for_the_words_as_the_column_holds_them() -> None:
    """Folding the column in the query, as `icontains` does, would pass by the index."""
    query = str(Institution.objects.search("Lomé").query)
    assert "%lome%" in query
    assert "UPPER" not in query
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Institution.objects.search("lome").order_by().explain()
        assert "institutions_institution_words" in plan
