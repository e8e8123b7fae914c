"""How gunicorn serves the portal; found by gunicorn itself in the working folder."""

import os
from typing import Any

from fmm_portal.garbage import collect_seldom

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
timeout = 60
graceful_timeout = 20
keepalive = 5
# Nobody steers it at run time, and a container's home cannot be written to.
control_socket_disable = True
# A slow leak ends with its process; the spread keeps the workers from leaving together.
max_requests = 5000
max_requests_jitter = 500
# The portal logs its own events; an access log would hold what people searched for.
accesslog = None
errorlog = "-"
loglevel = "warning"


def post_worker_init(worker: Any) -> None:
    """What start-up allocated never becomes garbage: leaving it out keeps slow collections rare."""
    collect_seldom()
