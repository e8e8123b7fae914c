"""Words are found by index, see core.search_index."""

from django.db import migrations

from fmm_portal.core.search_index import IndexSearchText


class Migration(migrations.Migration):
    dependencies = [("facility", "0004_portuguese")]

    operations = [IndexSearchText("programme", "facility", "request", "action", "activity")]
