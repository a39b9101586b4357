"""Where the embedded servers listen. Written once per state folder, read by the settings; starts nothing."""

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path

FILE = "servers.json"


def read(state: Path) -> dict:
    """Return ``{"postgres": {"port", "password"}, "valkey": {"port", "password"}}``, or ``{}`` before first start."""
    try:
        return json.loads((state / FILE).read_text())
    except FileNotFoundError:
        return {}


def write(state: Path, servers: dict) -> None:
    """Replace the file in one step, readable by its owner only."""
    temporary = state / f"{FILE}.{os.getpid()}"
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(servers, indent=1))
    temporary.replace(state / FILE)


def database_url(state: Path) -> str:
    """Return the embedded PostgreSQL's URL; before its first start one that nothing answers."""
    server = read(state).get("postgres", {"port": 1, "password": ""})
    return f"postgresql://luoshi:{server['password']}@127.0.0.1:{server['port']}/luoshi"


def redis_url(state: Path) -> str:
    """Return the embedded Valkey's URL; before its first start one that nothing answers."""
    server = read(state).get("valkey", {"port": 1, "password": ""})
    return f"redis://:{server['password']}@127.0.0.1:{server['port']}/0"


def kept_secret(state: Path, name: str) -> str:
    """Return a random secret of this state folder, made at first use and kept in a file only its owner can read."""
    path = state / name
    state.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        fresh = state / f"{name}.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        with suppress(FileExistsError):  # another process was first; its secret counts
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text()
