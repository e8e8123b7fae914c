"""The visit of every commitment becomes its source."""

from django.db import migrations, models
from django.db.migrations.state import StateApps


def visit_becomes_source(apps: StateApps, schema_editor: object) -> None:
    kinds = apps.get_model("contenttypes", "ContentType")
    commitments = apps.get_model("studyvisits", "Commitment")
    # On an empty database the kinds are only written after all migrations.
    kind, _made = kinds.objects.get_or_create(app_label="studyvisits", model="studyvisit")
    commitments.objects.update(source_type=kind, source_id=models.F("visit_id"))


def source_becomes_visit(apps: StateApps, schema_editor: object) -> None:
    """Backwards only those made at visits can stay: the older table has no place for the others."""
    commitments = apps.get_model("studyvisits", "Commitment")
    at_visits = models.Q(source_type__app_label="studyvisits", source_type__model="studyvisit")
    commitments.objects.exclude(at_visits).delete()
    commitments.objects.update(visit_id=models.F("source_id"))


class Migration(migrations.Migration):
    dependencies = [("studyvisits", "0003_source_beside_visit")]

    operations = [migrations.RunPython(visit_becomes_source, source_becomes_visit)]
