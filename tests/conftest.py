"""Fixtures for every test.

script/test starts the servers; pytest-django makes one test database per xdist worker.
"""

from __future__ import annotations

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def empty_cache():
    """Rates of the public pages are counted in the cache: no test spends another's."""
    cache.clear()
