"""Fixtures for every test.

script/test starts the servers; pytest-django makes one test database per xdist worker.
"""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation


@pytest.fixture(autouse=True)
def empty_cache():
    """Rates of the public pages are counted in the cache: no test spends another's."""
    cache.clear()


@pytest.fixture(autouse=True)
def default_language():
    """A request of the test client leaves its language behind in the thread: no test reads another's."""
    translation.activate(settings.LANGUAGE_CODE)
