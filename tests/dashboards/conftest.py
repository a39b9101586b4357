import pytest

from tests.factories import SmallCity, small_city


@pytest.fixture
def place(db) -> SmallCity:
    return small_city()
