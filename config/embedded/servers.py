"""Start and stop the embedded servers without the supervisor: ``python -m config.embedded.servers start|stop|status``.

``start`` leaves them running when it returns (or reuses running ones and says so); ``--fast`` switches fsync off.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from config.embedded.lock import AlreadyRunning, locked
from config.embedded.postgres import Postgres, StartFailed, tail
from config.embedded.privilege import CannotDropRoot
from config.embedded.valkey import Valkey
from config.settings.environment import state_folder

RETRY_SECONDS = 10  # a killed postmaster can stay a zombie for two


def start(server: Postgres | Valkey, *, dies_with_parent: bool) -> subprocess.Popen:
    """Start one server and wait until it answers.

    Raises ``StartFailed``. With ``dies_with_parent`` it stops when the calling thread's process ends, however it ends.
    """
    deadline = time.monotonic() + RETRY_SECONDS
    while True:
        server.prepare()
        with open(server.log, "ab") as log:
            process = subprocess.Popen(
                server.command(dies_with_parent=dies_with_parent),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=server.folder,
            )
        if server.wait(process):
            return process
        if time.monotonic() > deadline:
            raise StartFailed(f"{server.name} does not start:\n{tail(server.log)}")
        time.sleep(0.5)


def main() -> int:
    """Run the command line; answers 0, or 3 from ``start`` when everything was running already."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=["start", "stop", "status"])
    parser.add_argument("--fast", action="store_true", help="no fsync; for tests only")
    options = parser.parse_args()
    state = state_folder()
    try:
        with locked(state / "servers.lock", "starting or stopping the embedded servers", patience=60):
            return _run(options, state)
    except (AlreadyRunning, StartFailed, CannotDropRoot) as error:
        print(error, file=sys.stderr)
        return 1


def _run(options: argparse.Namespace, state: Path) -> int:
    servers: list[Postgres | Valkey] = [Postgres(state, durable=not options.fast), Valkey(state)]
    running = [server.pid() is not None and server.answers() for server in servers]
    if options.verb == "status":
        for server, up in zip(servers, running, strict=True):
            print(f"{server.name}: {'running' if up else 'stopped'}")
        return 0 if all(running) else 1
    for server, up in zip(servers, running, strict=True):
        if options.verb == "stop":
            server.stop()
        elif not up:
            start(server, dies_with_parent=False)
    return 3 if options.verb == "start" and all(running) else 0


if __name__ == "__main__":
    sys.exit(main())
