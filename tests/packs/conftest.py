"""The packaged tree, cut down to what the packs refer to, so that each test can load it afresh."""

import shutil
from pathlib import Path

import pytest

from programs.services.packs.files import packs_folder
from programs.services.packs.loading import load_pack
from programs.services.units import load_units, units_folder


@pytest.fixture(scope="session")
def short_lists(tmp_path_factory) -> Path:
    """The packaged unit lists down to county level, and 叶县 (410422) down to its villages."""
    folder = tmp_path_factory.mktemp("units")
    for source in units_folder().glob("*.csv"):
        header, *lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if line[6:12] == "000000" or line.startswith("410422")]
        (folder / source.name).write_text("".join([header, *kept]), encoding="utf-8")
    return folder


@pytest.fixture
def tree(db, short_lists):
    """Every unit down to county level, and one county down to its villages."""
    return load_units(folder=short_lists)


@pytest.fixture
def zhoukou(tree):
    """The tree and one small pack with everything in it."""
    return load_pack(code="zhoukou-eldercare-2024")


@pytest.fixture
def copy_of_packs(tmp_path) -> Path:
    """A writable copy of the library and the Zhoukou pack."""
    for name in ("library", "zhoukou-eldercare-2024"):
        shutil.copytree(packs_folder() / name, tmp_path / name)
    return tmp_path
