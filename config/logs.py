"""Logs: structlog over the standard library, one JSON object a line in production, plain text elsewhere."""

import logging.config

import structlog
from structlog.typing import Processor


def configure(settings: dict) -> None:
    """Set up logging from ``{"json": bool, "level": str}``; called by Django with ``settings.LOGGING``."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(allow={"status_code"}),
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    if settings["json"]:
        shared.append(structlog.processors.format_exc_info)
        renderer: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        # never the traceback with local variables that is the default where "rich" is installed: they hold what people typed
        renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    final: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": final,
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": settings["level"]},
            "loggers": {"fontTools": {"level": "WARNING"}, "weasyprint": {"level": "ERROR"}},
        }
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
