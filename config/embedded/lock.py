"""One launcher per state folder at a time."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(RuntimeError):
    """Raised when another launcher holds the folder; the message is what it wrote about itself."""


@contextmanager
def locked(path: Path, about: str, *, patience: float = 0) -> Iterator[None]:
    """Hold the lock file while the block runs; the kernel lets go of it even after ``kill -9``.

    ``patience`` is how many seconds to wait for it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + patience
    with open(path, "a+") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    file.seek(0)
                    raise AlreadyRunning(file.read().strip() or "another process") from None
                time.sleep(0.1)
        file.truncate(0)
        file.write(f"{about} (process {os.getpid()})")
        file.flush()
        yield
