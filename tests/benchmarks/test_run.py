"""The build and the quick bars run on a tiny data set. Times are not judged; what has to be equal is.

P2, P5 and P8 take minutes even on tiny data and are left to script/bench; tests/api and tests/dashboards hold query counts.
"""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.xdist_group("benchmarks")  # one run serves every test of this file

SIZE = ["--villages", "40", "--months", "2", "--indicators", "2"]
BARS = ("P1", "P4", "P9")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """What one short run of everything wrote."""
    folder = tmp_path_factory.mktemp("results")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    environ = os.environ | {
        "LUOSHI_BENCH_DB": f"{os.environ.get('LUOSHI_TEST_DB') or 'test_luoshi'}_bench{worker}",
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "LUOSHI_NO_DEMO": "1",
    }
    command = [
        sys.executable,
        "-m",
        "benchmarks.run",
        *SIZE,
        "--bars",
        ",".join(BARS),
        "--rounds",
        "1",
        "--seconds",
        "0.3",
        "--drop",
        "--out",
        str(folder),
    ]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environ, capture_output=True, text=True, timeout=420)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return json.loads((folder / "results.json").read_text()) | {"table": (folder / "results.md").read_text()}


@pytest.mark.slow
def test_every_bar_is_measured_and_what_must_be_equal_is(results):
    assert {line["bar"] for line in results["lines"]} == set(BARS)
    assert [line["what"] for line in results["lines"] if not line["exact"]] == []
    assert all(line["floor"]["median"] > 0 for line in results["lines"] if line["floor"])


@pytest.mark.slow
def test_the_table_names_the_machine_and_every_line(results):
    assert results["table"].count("\n| P") == len(results["lines"])
    assert f"{results['machine']['cores']} cores" in results["table"]
    assert "PostgreSQL" in results["table"]
