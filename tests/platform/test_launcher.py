"""The embedded servers: real processes in a state folder of their own, killed and started again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from config.embedded import address
from config.embedded.lock import AlreadyRunning, locked
from config.embedded.postgres import Postgres, StartFailed
from config.embedded.valkey import Valkey
from config.settings.environment import BASE_DIR

pytestmark = pytest.mark.xdist_group("launcher")


def run(verb, state, wait=True):
    process = subprocess.Popen(
        [sys.executable, "-m", "config.embedded.servers", verb],
        cwd=BASE_DIR,
        env=os.environ | {"LUOSHI_DATA": str(state)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if not wait:
        return process
    output, _ = process.communicate(timeout=90)
    return process.returncode, output


@pytest.fixture
def state(tmp_path):
    folder = tmp_path / "state"
    folder.mkdir()
    yield folder
    Postgres(folder).stop()
    Valkey(folder).stop()


def processes_in(folder):
    """The ids of all processes whose working directory lies in the folder: postmaster, its children, valkey."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                where = os.readlink(entry / "cwd")
            except OSError:
                continue
            if where.startswith(str(folder)):
                found.append(int(entry.name))
    return found


def test_kill_nine_of_everything_keeps_the_data(state):
    code, output = run("start", state)
    assert code == 0, output
    with psycopg.connect(address.database_url(state)) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (42)")
    with Redis.from_url(address.redis_url(state)) as client:
        client.set("kept", "42")
    killed = processes_in(state)
    assert len(killed) > 3
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    code, output = run("start", state)
    assert code == 0, output
    with psycopg.connect(address.database_url(state)) as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(42,)]
    with Redis.from_url(address.redis_url(state)) as client:
        assert client.get("kept") == b"42"
    assert run("start", state)[0] == 3, "running servers are reused"


def test_two_starts_at_once_start_one_of_each(state):
    both = [run("start", state, wait=False) for _ in range(2)]
    codes = []
    for process in both:
        output, _ = process.communicate(timeout=90)
        codes.append((process.returncode, output))
    assert sorted(code for code, _ in codes) == [0, 3], codes
    with psycopg.connect(address.database_url(state)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_leftovers_of_a_crash_do_not_stop_a_start(state):
    server = Postgres(state)
    half = server.folder / "half"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    assert run("start", state)[0] == 0
    assert run("stop", state)[0] == 0
    # After a reboot the recorded number belongs to somebody else, here to this test.
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n")
    code, output = run("start", state)
    assert code == 0, output


def test_what_cannot_start_says_why(state):
    assert run("start", state)[0] == 0
    assert run("stop", state)[0] == 0
    server = Postgres(state)
    (server.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(StartFailed, match="made by PostgreSQL 12"):
        server.prepare()
    (server.data / "PG_VERSION").write_text("18\n")
    (state / address.FILE).rename(state / "elsewhere")
    code, output = run("start", state)
    assert code == 1
    assert "Put the file back" in output


def test_strangers_need_the_password(state):
    assert run("start", state)[0] == 0
    stranger = address.database_url(state).replace(address.read(state)["postgres"]["password"], "guess")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(stranger)
    assert (state / address.FILE).stat().st_mode & 0o077 == 0


def test_a_folder_has_one_owner(tmp_path):
    lock = tmp_path / "lock"
    with locked(lock, "the first"), pytest.raises(AlreadyRunning, match="the first"), locked(lock, "the second"):
        pytest.fail("two launchers held the folder")
    with locked(lock, "the third"):
        pass


PROGRAM = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN if {stubborn} else lambda *_: sys.exit(0))
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
time.sleep(600)
"""

SUPERVISOR = """
import sys
from pathlib import Path
from config.embedded.child import Child
from config.embedded.supervisor import Stopping, Supervisor
folder = Path(sys.argv[1])
programs = [
    Child(name, [sys.executable, "-c", (folder / f"{{name}}.py").read_text()], folder / f"{{name}}.log")
    for name in ("worker", "stubborn")
]
supervisor = Supervisor([], lambda line: print(line, flush=True))
supervisor.listen()
try:
    supervisor.start_programs(programs)
    supervisor.watch()
except Stopping:
    supervisor.stop()
"""


@pytest.fixture
def supervisor(tmp_path):
    (tmp_path / "worker.py").write_text(PROGRAM.format(stubborn=False))
    (tmp_path / "stubborn.py").write_text(PROGRAM.format(stubborn=True))
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR.format(), str(tmp_path)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(BASE_DIR)},
        stdout=subprocess.PIPE,
        text=True,
    )
    eventually(lambda: len(processes_in(tmp_path)) == 5)
    yield process
    process.kill()
    process.communicate()


def eventually(question, seconds=15):
    """Wait until the question is answered yes."""
    until = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_killed_program_is_restarted_and_leaves_no_orphan(supervisor, tmp_path):
    before = children(supervisor.pid)
    os.kill(before[0], signal.SIGKILL)
    eventually(lambda: len(children(supervisor.pid)) == 2 and before[0] not in children(supervisor.pid))
    eventually(lambda: len(processes_in(tmp_path)) == 5)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_everything_stops_within_ten_seconds(supervisor, tmp_path, number):
    begin = time.monotonic()
    supervisor.send_signal(number)
    assert supervisor.wait(12) == 0
    assert time.monotonic() - begin < 10
    eventually(lambda: processes_in(tmp_path) == [], 1)
    assert "stubborn did not stop in time" in supervisor.stdout.read()


def test_programs_end_when_the_supervisor_is_killed(supervisor, tmp_path):
    worker = children(supervisor.pid)[0]
    supervisor.kill()
    supervisor.wait()
    eventually(lambda: not Path(f"/proc/{worker}").exists() or "Z" in Path(f"/proc/{worker}/stat").read_text())
    for pid in processes_in(tmp_path):  # the stubborn one ignores SIGTERM by construction
        os.kill(pid, signal.SIGKILL)
