"""On what the figures were taken."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("django", "djangorestframework", "psycopg", "granian", "celery", "orjson", "xlsxwriter", "python-calamine")


def describe() -> dict[str, Any]:
    """Cores, memory, versions, and how busy the machine is right now (load averages of 1, 5 and 15 minutes)."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('shared_buffers')"
        )
        postgres, fsync, buffers = cursor.fetchone()
    return {
        "cores": len(os.sched_getaffinity(0)), "processor": _processor(), "memory_gib": round(_memory() / 2**30, 1),
        "system": platform.platform(), "python": platform.python_version(),
        "postgresql": postgres, "fsync": fsync, "shared_buffers": buffers,
        "packages": {name: version(name) for name in PACKAGES}, "load_averages": [round(value, 2) for value in os.getloadavg()],
    }  # fmt: skip


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
