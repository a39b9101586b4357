"""One supervised program: started in a session of its own, restarted with growing pauses, stopped without orphans."""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

FIRST_PAUSE = 0.5  # seconds before the first restart
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 30  # a program that ran this long starts again with the first pause
LARGEST_LOG = 20 * 1024 * 1024


@dataclass
class Child:
    """A program that should run until the supervisor stops it.

    ``after_death`` is an exit code with which the program says that it may not be restarted.
    """

    name: str
    command: list[str]
    log: Path
    environ: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen | None = None
    started: float = 0.0
    pause: float = 0.0
    not_before: float = 0.0

    def start(self) -> None:
        """Start it now. It gets SIGTERM when the supervisor dies, even by ``kill -9``."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=os.environ | self.environ,
            )
        self.started = time.monotonic()

    def has_died(self) -> bool:
        """Return whether it was started and is gone."""
        return self.process is not None and self.process.poll() is not None

    def revive(self) -> str | None:
        """Plan the restart of a dead program, or do it when its time has come; returns what happened, to be told."""
        now = time.monotonic()
        if self.process is not None:
            code = self.process.returncode
            self.kill_group()
            steady = now - self.started > STEADY_SECONDS
            self.pause = FIRST_PAUSE if steady or not self.pause else min(self.pause * 2, LONGEST_PAUSE)
            self.not_before = now + self.pause
            self.process = None
            return f"{self.name} ended ({describe(code)}); starting it again in {self.pause:g} s"
        if now >= self.not_before:
            self.start()
        return None

    def signal(self, number: int) -> None:
        """Send a signal to the program itself."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def wait(self, until: float) -> bool:
        """Wait until it is gone or the monotonic clock passes ``until``; returns whether it is gone."""
        if self.process is None:
            return True
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill_group(self) -> None:
        """Kill whatever of its session is left: workers of a web server that was itself killed, for instance."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):  # nothing is left: what we want
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.poll()


def describe(code: int | None) -> str:
    """Return an exit code in words."""
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
