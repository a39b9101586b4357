"""What ``script/server`` runs after bootstrapping: servers, migrations, first data, then everything under supervision.

Exit codes: 0 after a signal; 1 when it cannot start, with the reason on stderr.
"""

import argparse
import http.client
import importlib
import os
import subprocess
import sys
import time
from collections.abc import MutableMapping

from config.embedded import ports
from config.embedded.child import Child
from config.embedded.lock import AlreadyRunning, locked
from config.embedded.postgres import Postgres, StartFailed, tail
from config.embedded.privilege import CannotDropRoot
from config.embedded.supervisor import Stopping, Supervisor
from config.embedded.valkey import Valkey
from config.settings.environment import BASE_DIR, state_folder

READY_SECONDS = 90
PORT_SECONDS = 5  # programs of a killed predecessor may still be stopping
PYTHON = sys.executable
EVERY_INTERFACE = ("0.0.0.0", "::")  # noqa: S104  compared with, never listened at


class CannotStart(RuntimeError):
    """Raised with the reason, in words for the person who typed the command."""


def main() -> int:
    """Run until stopped."""
    options = _options()
    os.chdir(BASE_DIR)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    state = state_folder()
    os.environ["LUOSHI_DATA"] = str(state)
    fonts = state / "fonts" / "fonts.conf"
    if fonts.exists():
        os.environ.setdefault("FONTCONFIG_FILE", str(fonts))
    url = f"http://{options.host}:{options.port}"
    try:
        with locked(state / "server.lock", f"Luoshi at {url}"):
            return _run(options, url)
    except AlreadyRunning as other:
        print(f"{state} is in use by {other}. Stop that first, or set LUOSHI_DATA to another folder.", file=sys.stderr)
    except (CannotStart, StartFailed, CannotDropRoot) as error:
        print(error, file=sys.stderr)
    return 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/server", description=__doc__)
    parser.add_argument("--reload", action="store_true", help="Django's development server, restarted at each change")
    options = parser.parse_args()
    options.host = os.environ.get("LUOSHI_BIND", "127.0.0.1")
    try:
        options.port = int(os.environ.get("PORT") or 8000)
    except ValueError:
        parser.error(f"PORT must be a number, not {os.environ['PORT']!r}")
    return options


def _run(options: argparse.Namespace, url: str) -> int:
    state = state_folder()
    _refuse_unsafe_settings()
    name_address(os.environ, options.host, options.port)  # after production had its say about a missing one
    if not ports.is_free(options.port, options.host, patience=PORT_SECONDS):
        raise CannotStart(
            f"Port {options.port} on {options.host} is taken by another program. "
            f"Choose another, for example: PORT={options.port + 1} script/server"
        )
    servers: list[Postgres | Valkey] = []
    if not os.environ.get("DATABASE_URL"):
        servers.append(Postgres(state))
    if not os.environ.get("REDIS_URL"):
        servers.append(Valkey(state))
    supervisor = Supervisor(servers, tell)
    supervisor.listen()
    try:
        supervisor.start_servers()
        _manage("first_start")
        supervisor.start_programs(_programs(options))
        _wait_until_ready(supervisor, options)
        print(f"Luoshi is ready at {url}", flush=True)
        supervisor.watch()
    except Stopping as reason:
        tell(f"Stopping ({reason})")
    finally:
        supervisor.stop()
    tell("Stopped.")
    return 0


def name_address(environ: MutableMapping[str, str], host: str, port: int) -> None:
    """Set ``LUOSHI_PUBLIC_URL``, which papers and their QR codes print, to where this server listens, unless it is set.

    A server for every interface is named by the first of ``ALLOWED_HOSTS``: nobody can type 0.0.0.0.
    """
    if environ.get("LUOSHI_PUBLIC_URL"):
        return
    if host in EVERY_INTERFACE:
        allowed = [one.strip() for one in environ.get("ALLOWED_HOSTS", "").split(",")]
        host = next((one for one in allowed if one and "*" not in one and not one.startswith(".")), "127.0.0.1")
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    environ["LUOSHI_PUBLIC_URL"] = f"http://{shown}:{port}"


def _refuse_unsafe_settings() -> None:
    """Import the settings, which is where production refuses, before anything is started."""
    from django.core.exceptions import ImproperlyConfigured

    try:
        importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    except ImproperlyConfigured as error:
        raise CannotStart(str(error)) from error


def _manage(*words: str) -> None:
    """Run a command of ours to its end, its words shown; a signal stops it too."""
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", PYTHON, "manage.py", *words],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        code = process.wait()
    except Stopping:
        process.terminate()
        process.wait()
        raise
    if code != 0:
        raise CannotStart(f"manage.py {words[0]} failed (exit code {code}); the lines above say why.")


def _programs(options: argparse.Namespace) -> list[Child]:
    logs = state_folder() / "logs"
    granian = [PYTHON, "-m", "granian", "--interface", "wsgi", "--host", options.host, "--port", str(options.port)]
    granian += ["--workers", "2", "--blocking-threads", "4", "--no-ws", "--respawn-failed-workers"]
    granian += ["--respawn-interval", "0.5", "--workers-kill-timeout", "4", "--log-level", "warning"]
    web, environ = [*granian, "config.wsgi:application"], {"LUOSHI_DB_POOL": "1"}
    if options.reload:
        web, environ = [PYTHON, "manage.py", "runserver", f"{options.host}:{options.port}"], {"LUOSHI_DEBUG": "1"}
    celery = [PYTHON, "-m", "celery", "-A", "config"]
    worker = [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--loglevel", "INFO", "--pidfile="]
    return [
        Child("web", web, logs / "web.log", environ),
        Child("worker", worker, logs / "worker.log"),
        Child("beat", beat, logs / "beat.log"),
    ]


def _wait_until_ready(supervisor: Supervisor, options: argparse.Namespace) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        supervisor.tick()
        if _healthy(options.host, options.port):
            return
        time.sleep(0.1)
    log = state_folder() / "logs" / "web.log"
    raise CannotStart(f"The web server did not answer within {READY_SECONDS} s. The end of {log}:\n{tail(log)}")


def _healthy(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=5)  # noqa: S104
    try:
        connection.request("GET", "/healthz", headers={"Host": "127.0.0.1"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def tell(line: str) -> None:
    """Show a line at once, also when the output is a file."""
    print(f"[luoshi] {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
