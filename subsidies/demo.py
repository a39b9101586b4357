"""The demonstration's money: orders, hops, one short receipt, one chain that stands still. Nothing is faked past the services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date


def load_demo(*, today: date, say: Callable[[str], None]) -> None:
    """Filled in below the initiatives' own parts."""
