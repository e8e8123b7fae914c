"""Every commitment has its one source; the visit of its own goes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("studyvisits", "0004_visits_become_sources")]

    operations = [
        migrations.RemoveField("commitment", "visit"),
        migrations.AlterField(
            "commitment",
            "source_type",
            models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to="contenttypes.contenttype", verbose_name="made at",
            ),
        ),
        migrations.AlterField("commitment", "source_id", models.BigIntegerField(editable=False)),
        migrations.AddIndex(
            "commitment",
            models.Index(fields=["source_type", "source_id"], name="commitments_of_source"),
        ),
    ]  # fmt: skip
