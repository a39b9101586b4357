"""Where the objects of a draw come from: each initiative may offer its own register; projects are offered by the core."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from programs.models import Programme, Unit
    from programs.services.draws.preparing import Candidate


@dataclass(frozen=True)
class Pool:
    """One register. ``rows(programme, unit)`` answers the objects that may be drawn; ``module``: empty for any."""

    code: str
    label: str | Promise
    rows: Callable[[Programme, Unit], list[Candidate]]
    module: str = ""


_pools: dict[str, Pool] = {}


def register(pool: Pool) -> None:
    """Make a register known. An initiative calls this from its ``AppConfig.ready()``."""
    _pools[pool.code] = pool


def pools_for(programme: Programme) -> list[Pool]:
    """The registers a draw of this programme can be filled from."""
    return [pool for pool in _pools.values() if pool.module in ("", programme.module)]
