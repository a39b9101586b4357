"""The packaged tree and packs, loaded once per test run; each test rolls its own changes back."""

import shutil
from pathlib import Path

import pytest

from programs.services.packs.files import packs_folder
from programs.services.packs.loading import load_pack
from programs.services.units import load_units


@pytest.fixture
def tree(db):
    """Every packaged unit above village level, and the villages of Pingdingshan, which decide who reports."""
    return load_units()


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
