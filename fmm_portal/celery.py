"""The Celery application. Tasks take ids; the truth about a job is its database row."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fmm_portal.settings")

app = Celery("fmm_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
