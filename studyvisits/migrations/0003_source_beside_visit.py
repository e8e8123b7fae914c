"""Commitments get a place for one link to where they were made, beside the visit that they have."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("facility", "0002_requests_and_actions"),
        ("strategies", "0001_initial"),
        ("studyvisits", "0002_what_visits_hang_on"),
    ]

    operations = [
        migrations.AddField(
            "commitment",
            "source_type",
            models.ForeignKey(
                null=True, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to="contenttypes.contenttype", verbose_name="made at",
            ),
        ),
        migrations.AddField("commitment", "source_id", models.BigIntegerField(null=True, editable=False)),
        migrations.AlterField(
            "commitment",
            "visit",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="commitments",
                to="studyvisits.studyvisit", verbose_name="study visit",
            ),
        ),
        migrations.AddField(
            "commitment",
            "plan_activity",
            models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="commitments",
                to="strategies.planactivity", verbose_name="plan activity that it feeds",
            ),
        ),
        migrations.AddField(
            "commitment",
            "request",
            models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="commitments",
                to="facility.request", verbose_name="request that came of it",
            ),
        ),
    ]  # fmt: skip
