"""Words are found by index, see core.search_index; the list of institutions is in order without being sorted."""

from django.db import migrations, models
from django.db.models.functions import Left

from fmm_portal.core.search_index import IndexSearchText


class Migration(migrations.Migration):
    dependencies = [("institutions", "0003_merged_institutions")]

    operations = [
        IndexSearchText("country", "theme", "institution", "contact"),
        migrations.AddIndex(
            model_name="institution",
            index=models.Index(Left("search_text", 100), models.F("id"), name="institution_in_order"),
        ),
    ]
