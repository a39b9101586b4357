"""The initiative's part of the demonstration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date


def load_demo(*, today: date, say: Callable[[str], None]) -> None:
    """Filled below."""
