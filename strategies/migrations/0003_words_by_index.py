"""Words are found by index, see core.search_index."""

from django.db import migrations

from fmm_portal.core.search_index import IndexSearchText


class Migration(migrations.Migration):
    dependencies = [("strategies", "0002_spreadsheets_between_preview_and_import")]

    operations = [IndexSearchText("committee", "strategy", "actionplan", "planactivity", "milestone")]
