"""A load generator: a fixed number of clients over loopback, each sending its next request when it has its answer.

One thread and plain sockets, so that the generator costs little beside the servers on the same cores.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from dataclasses import dataclass

from benchmarks.measure import percentile

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
PATIENCE = 30.0  # seconds without any answer


class Refused(RuntimeError):
    """Raised when a server answers something else than 200; the message begins with its answer."""


@dataclass(frozen=True)
class Load:
    """What a run of requests gave."""

    requests: int
    seconds: float
    latencies: list[float]
    body: bytes  # of the first answer

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds

    def at(self, share: float) -> float:
        """The latency that ``share`` of the requests did not exceed, in seconds."""
        return percentile(self.latencies, share)


def get(path: str, port: int, headers: dict[str, str] | None = None) -> bytes:
    """The bytes of a GET request."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *(f"{k}: {v}" for k, v in (headers or {}).items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class _Client:
    """One connection; counts bytes instead of keeping them."""

    def __init__(self, port: int, request: bytes) -> None:
        self.request = request
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = 0.0
        self.head, self.left = bytearray(), -1

    def send(self) -> None:
        self.head, self.left = bytearray(), -1
        self.sent = time.perf_counter()
        self.socket.sendall(self.request)

    def receive(self) -> bool:
        """Take what has come; whether the answer is whole."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise Refused(f"The server closed the connection after {bytes(self.head[:300])!r}")
        if self.left >= 0:
            self.left -= len(data)
            return self.left <= 0
        self.head += data
        end = self.head.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self.head.startswith(b"HTTP/1.1 200"):
            raise Refused(bytes(self.head[:600]).decode("utf-8", "replace"))
        found = LENGTH.search(self.head, 0, end)
        if found is None:
            raise Refused("An answer without Content-Length cannot be measured")
        self.left = int(found[1]) - (len(self.head) - end - 4)
        return self.left <= 0


def fetch(port: int, request: bytes) -> bytes:
    """The body of one answer. Raises ``Refused`` unless it is 200."""
    client = _Client(port, request)
    with client.socket:
        client.send()
        whole = client.receive()
        body = bytearray(client.head.partition(b"\r\n\r\n")[2])
        while not whole:
            data = client.socket.recv(1 << 18)
            body += data
            client.left -= len(data)
            whole = client.left <= 0
    return bytes(body)


def run(port: int, request: bytes, *, clients: int, seconds: float) -> Load:
    """Send ``request`` from ``clients`` connections for so many seconds."""
    first = fetch(port, request)
    latencies: list[float] = []
    everybody = [_Client(port, request) for _n in range(clients)]
    with selectors.DefaultSelector() as waiting:
        for client in everybody:
            waiting.register(client.socket, selectors.EVENT_READ, client)
            client.send()
        start = time.perf_counter()
        until, busy = start + seconds, clients
        while busy:
            ready = waiting.select(PATIENCE)
            if not ready:
                raise Refused(f"No answer within {PATIENCE:g} s")
            for key, _events in ready:
                client = key.data
                if client.receive():
                    now = time.perf_counter()
                    latencies.append(now - client.sent)
                    if now < until:
                        client.send()
                    else:
                        waiting.unregister(client.socket)
                        busy -= 1
        took = time.perf_counter() - start
    for client in everybody:
        client.socket.close()
    return Load(len(latencies), took, latencies, first)
