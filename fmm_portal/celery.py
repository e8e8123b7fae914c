"""The Celery application. Tasks take ids; the truth about a job is its database row."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fmm_portal.settings")

app = Celery("fmm_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def collect_seldom(**_about: Any) -> None:
    """As gunicorn.conf.py has it: by default a fifth of an import's time goes into collections that find nothing."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
