"""Free ports on the loopback address."""

import socket
import time


def is_free(port: int, host: str = "127.0.0.1", *, patience: float = 0) -> bool:
    """Return whether a server could listen there, now or within so many seconds."""
    until = time.monotonic() + patience
    while not _can_bind(port, host):
        if time.monotonic() >= until:
            return False
        time.sleep(0.2)
    return True


def _can_bind(port: int, host: str) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def choose(preferred: int | None) -> int:
    """Return the preferred port if it is free, else one the kernel gives."""
    if preferred and is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
