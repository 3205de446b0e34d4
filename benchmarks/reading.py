"""An API process over a store, with no engine behind it: what only reads never asks one."""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.endtoend.waiting import until


@contextmanager
def serving(database_url: str) -> Iterator[str]:
    """Where it listens."""
    port, nobody = free_ports(2)
    with tempfile.TemporaryDirectory(prefix="jiaoqi-bench-") as home:
        given = {
            "JIAOQI_HOME": home,
            "JIAOQI_DATABASE_URL": database_url,
            "JIAOQI_API_PORT": f"{port}",
            "TEMPORAL_ADDRESS": f"127.0.0.1:{nobody}",
        }
        server = subprocess.Popen([sys.executable, "-m", "api"], env={**os.environ, **given})
        try:
            until(lambda: listens(port), "the API listens")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


class Reader:
    """One person with a connection that is kept open."""

    def __init__(self, url: str, token: str) -> None:
        self._to = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}"}

    def asking(self, path: str) -> Callable[[int], object]:
        def ask(_: int) -> bytes:
            self._to.request("GET", f"/api/v1{path}", headers=self._headers)
            answer = self._to.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"GET {path}: {answer.status} {text.decode()}")
            return text

        return ask


def free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
