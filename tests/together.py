"""Several people at the same moment: real threads, each with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

from programs.errors import RuleViolation


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run every act in a thread, all from the same moment: what each answered or raised, in their order."""
    barrier = Barrier(len(acts), timeout=30)

    def run(act: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return act()
        except Exception as error:  # noqa: BLE001  the test looks at it
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def told(answers: list[Any]) -> list[str]:
    """The answers of ``at_once`` sorted: "done", the code of a refusal, the name of any other exception."""
    return sorted(
        answer.code
        if isinstance(answer, RuleViolation)
        else type(answer).__name__
        if isinstance(answer, Exception)
        else "done"
        for answer in answers
    )
