"""Keep the embedded servers, the web server, the worker and the scheduler running; stop them all together."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable

from config.embedded.child import Child, describe
from config.embedded.postgres import Postgres, StartFailed
from config.embedded.servers import start
from config.embedded.valkey import Valkey

POLL_SECONDS = 0.2
PROGRAMS_SECONDS = 6.0  # a worker may finish its task in this time; unfinished tasks are delivered again
SERVERS_SECONDS = 3.0


class Stopping(Exception):
    """Raised by the signal handler to leave whatever the supervisor is doing."""


class Supervisor:
    """Runs ``servers`` (our launchers) and ``programs`` until SIGTERM, SIGINT or SIGHUP.

    ``tell`` shows a line to the person who started it.
    """

    def __init__(self, servers: list[Postgres | Valkey], tell: Callable[[str], None]) -> None:
        self.servers = servers
        self.programs: list[Child] = []
        self.tell = tell
        self.processes: dict[str, subprocess.Popen] = {}
        self.next_try: dict[str, float] = {}

    def listen(self) -> None:
        """Install the signal handlers; ``nohup`` keeps SIGHUP ignored."""
        signal.signal(signal.SIGTERM, _leave)
        signal.signal(signal.SIGINT, _leave)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, _leave)

    def start_servers(self) -> None:
        """Start the embedded servers; raises ``StartFailed``."""
        for server in self.servers:
            self.processes[server.name] = start(server, dies_with_parent=True)

    def start_programs(self, programs: list[Child]) -> None:
        """Start and from now on watch these programs."""
        self.programs = programs
        for program in programs:
            program.start()

    def tick(self) -> None:
        """Look once at everything and restart what is gone."""
        for server in self.servers:
            process = self.processes[server.name]
            if process.poll() is not None and time.monotonic() >= self.next_try.get(server.name, 0.0):
                self.tell(f"{server.name} ended ({describe(process.returncode)}); starting it again")
                try:
                    self.processes[server.name] = start(server, dies_with_parent=True)
                except StartFailed as error:
                    self.tell(str(error))
                    self.next_try[server.name] = time.monotonic() + 5
        for program in self.programs:
            if program.process is None or program.has_died():
                message = program.revive()
                if message:
                    self.tell(message)

    def watch(self) -> None:
        """Watch until a signal raises ``Stopping``."""
        while True:
            self.tick()
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Stop programs first, then servers, each group with a time limit and then by force."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for program in self.programs:
            program.signal(signal.SIGTERM)
        until = time.monotonic() + PROGRAMS_SECONDS
        for program in self.programs:
            if not program.wait(until):
                self.tell(f"{program.name} did not stop in time; killing it")
            program.kill_group()
        for server in self.servers:
            process = self.processes.get(server.name)
            if process is not None and process.poll() is None:
                process.send_signal(server.stop_signal)
        until = time.monotonic() + SERVERS_SECONDS
        for server in self.servers:
            process = self.processes.get(server.name)
            if process is not None:
                _wait_or_kill(process, until)


def _leave(number: int, frame: object) -> None:
    raise Stopping(signal.Signals(number).name)


def _wait_or_kill(process: subprocess.Popen, until: float) -> None:
    try:
        process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        print("an embedded server did not stop in time; it will recover at the next start", file=sys.stderr)
        process.kill()
        process.wait()
