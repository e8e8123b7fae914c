"""The Celery application. Tasks take ids; the truth about a job is its database row."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from fmm_portal.garbage import collect_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fmm_portal.settings")

app = Celery("fmm_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def prepare_process(**_about: Any) -> None:
    collect_seldom()
