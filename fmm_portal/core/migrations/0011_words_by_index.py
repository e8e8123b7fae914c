"""Words are found by index, see core.search_index."""

from django.db import migrations

from fmm_portal.core.search_index import IndexSearchText


class Migration(migrations.Migration):
    dependencies = [("core", "0010_follows")]

    operations = [IndexSearchText("document")]
