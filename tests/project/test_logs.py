"""One line an event, with the request's id and without anybody's address."""

import json

from tests.project.commands import run_python

LOG_SOMETHING = """
import logging, structlog
from fmm_portal.logs import configure
configure({{"level": "{level}", "as_json": {as_json}}})
structlog.contextvars.bind_contextvars(request_id="r-1")
structlog.get_logger("fmm_portal.reports").info("report.rendered", report=7)
logging.getLogger("axes").warning("Locked out amina@example.org")
extra = {{"status_code": 500, "request": object()}}
logging.getLogger("django.request").error("Internal Server Error: %s", "/x/", extra=extra)
logging.getLogger("some.library").info("chatter")
"""


def logged(*, level: str = "INFO", as_json: bool) -> list[str]:
    result = run_python("-c", LOG_SOMETHING.format(level=level, as_json=as_json))
    assert result.returncode == 0, result.stderr
    return result.stderr.strip().splitlines()


def test_production_logs_one_json_object_an_event() -> None:
    events = [json.loads(line) for line in logged(as_json=True)]

    assert [{name: value for name, value in event.items() if name != "timestamp"} for event in events] == [
        {
            "event": "report.rendered",
            "report": 7,
            "request_id": "r-1",
            "logger": "fmm_portal.reports",
            "level": "info",
        },
        {"event": "Locked out [e-mail]", "request_id": "r-1", "logger": "axes", "level": "warning"},
        {
            "event": "Internal Server Error: /x/",
            "request_id": "r-1",
            "logger": "django.request",
            "level": "error",
            "status_code": 500,
        },
    ]
    assert all(event["timestamp"].endswith("Z") for event in events)


def test_people_read_lines() -> None:
    lines = logged(as_json=False)

    assert len(lines) == 3
    assert "report.rendered" in lines[0]
    assert "report=7" in lines[0]
    assert "request_id=r-1" in lines[0]


def test_the_level_is_the_portals_own() -> None:
    events = [json.loads(line)["event"] for line in logged(level="ERROR", as_json=True)]

    assert events == ["Locked out [e-mail]", "Internal Server Error: /x/"]
