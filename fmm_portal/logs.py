"""How the portal logs: one line an event, for people or as JSON in production, with the request's id."""

import logging.config
import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

EMAIL_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def configure(options: dict[str, Any]) -> None:
    """Django calls this with LOGGING: `level`, and `as_json` for machines that read the log."""
    before_rendering: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(allow={"request_id", "status_code"}),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_email_addresses,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if options["as_json"]
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    structlog.configure(
        processors=[*before_rendering, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "event": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": before_rendering,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                }
            },
            "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "event"}},
            "root": {"handlers": ["console"], "level": "WARNING"},
            "loggers": {
                "fmm_portal": {"level": options["level"]},
                "delegations": {"level": options["level"]},
                "studyvisits": {"level": options["level"]},
                # Django's own handlers write elsewhere; here every line goes through the one formatter.
                "django": {"handlers": [], "level": "WARNING", "propagate": True},
                "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            },
        }
    )


def hide_email_addresses(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A last net: whatever a library logs, nobody's address ends in the log."""
    return {
        key: EMAIL_ADDRESS.sub("[e-mail]", value) if isinstance(value, str) else value
        for key, value in event.items()
    }
