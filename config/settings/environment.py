"""Read settings from environment variables and the state folder; no Django import, so the launcher can use it too."""

import os
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def flag(name: str) -> bool:
    """Return whether the variable says yes (1, true, yes, on); unset, empty and anything else mean no."""
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def names(name: str) -> list[str]:
    """Return the comma-separated entries of a variable, without blanks."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def state_folder() -> Path:
    """Return the folder of everything that is neither code nor in PostgreSQL: ``LUOSHI_DATA`` or ``.luoshi``."""
    return Path(os.environ.get("LUOSHI_DATA") or BASE_DIR / ".luoshi").resolve()


def database(url: str, *, pooled: bool) -> dict:
    """Return Django's settings for a ``postgresql://`` URL or libpq connection string.

    ``pooled`` is for the web server's many short-lived threads; a worker process keeps its one connection instead.
    A request waits at most three seconds for a connection: a lost database must answer 503, not hang.
    """
    parts = conninfo_to_dict(url)
    options: dict = {"connect_timeout": 3}
    for key in ("sslmode", "sslrootcert", "sslcert", "sslkey", "options", "target_session_attrs"):
        if key in parts:
            options[key] = parts[key]
    if pooled:
        options["pool"] = {"min_size": 1, "max_size": 16, "timeout": 3}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "luoshi"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "CONN_MAX_AGE": 0 if pooled else 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
