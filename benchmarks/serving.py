"""Granian as script/server runs it, once with Luoshi and once with a floor; and Celery's worker and beat."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.embedded import ports
from config.settings.environment import BASE_DIR, state_folder

START_SECONDS = 90
STOP_SECONDS = 10
# the numbers of config/embedded/serve.py
GRANIAN = ["--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"]
PRODUCT, RAW, BARE = (
    "config.wsgi:application",
    "benchmarks.floors.raw:application",
    "benchmarks.floors.bare:application",
)


class DidNotStart(RuntimeError):
    """Raised with the end of the log of a program that ended or did not answer."""


@contextmanager
def web(application: str, *, environ: dict[str, str] | None = None) -> Iterator[int]:
    """Serve a WSGI application on a free port, which is given; stopped afterwards."""
    from benchmarks.load import Refused, fetch, get

    port = ports.choose(None)
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        *GRANIAN,
        application,
    ]
    with program(f"bench-{application.split(':')[0]}", command, environ={"LUOSHI_DB_POOL": "1"} | (environ or {})) as (
        process,
        log,
    ):
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                fetch(port, get("/healthz", port))
                break
            except (OSError, Refused) as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise DidNotStart(f"{application}: {error}\n{_end(log)}") from error
                time.sleep(0.2)
        yield port


@contextmanager
def workers(log_level: str = "INFO") -> Iterator[None]:
    """Celery's worker and beat, with the settings and the schedule of production."""
    celery = [sys.executable, "-m", "celery", "-A", "config"]
    worker = [*celery, "worker", "--concurrency", "2", "--loglevel", log_level, "--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--loglevel", log_level, "--pidfile="]
    with program("bench-worker", worker) as (_process, worker_log), program("bench-beat", beat):
        _await_line(worker_log, " ready.")
        yield


@contextmanager
def program(
    name: str, command: list[str], *, environ: dict[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen, Path]]:
    """Run a program of ours in a session of its own while the block lasts; its output goes to a log."""
    log = state_folder() / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as out:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command],  # ends with us, however we end
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=BASE_DIR,
            start_new_session=True,
            env=os.environ | (environ or {}),
        )
    try:
        yield process, log
    finally:
        _stop(process)


def _stop(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    with suppress(ProcessLookupError):  # nothing is left: what we want
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _await_line(log: Path, words: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while words not in log.read_text(errors="replace"):
        if time.monotonic() > deadline:
            raise DidNotStart(f"{log.name}: not ready within {START_SECONDS} s\n{_end(log)}")
        time.sleep(0.2)


def _end(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])
