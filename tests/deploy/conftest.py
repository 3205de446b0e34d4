"""A machine on which the services run as processes: a real PostgreSQL that asks for passwords, and a real Temporal."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from typing_extensions import override

from tests.deploy.compose import ROOT, services
from tests.deploy.containers import SCRIPTS, Container, Machine
from tests.endtoend.mails import Sink
from tests.store import cluster

TEMPORAL = SCRIPTS / "temporal"
SITE = {"TEMPORAL_NAMESPACE": "plant", "RETENTION_DAYS": "120"}
SERVICES = services(**SITE)


class OverTcp(cluster.Cluster):
    """The same data, listening on a port, as in a container."""

    def __init__(self, like: cluster.Cluster, port: int) -> None:
        self.port = port
        hba = like.folder / "data" / "pg_hba.conf"
        lines = (line for line in hba.read_text().splitlines() if not line.startswith("host"))
        hba.write_text("\n".join((*lines, "host all all 127.0.0.1/32 scram-sha-256", "")))
        super().__init__(like.folder, [*like.argv, "-c", "listen_addresses=127.0.0.1", "-p", str(port)], like.user)

    @override
    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}&port={self.port}"


@contextmanager
def postgres(port: int) -> Iterator[OverTcp]:
    bin_dir = cluster.binaries()
    if bin_dir is None:
        pytest.skip("PostgreSQL is not installed")
    with cluster.running(bin_dir) as first:
        first.stop()
        listening = OverTcp(first, port)
        try:
            cluster.wait_for(listening)
            yield listening
        finally:
            listening.stop()


class Server:
    """Temporal's dev server in place of the server's image: the same version, the same two APIs, the same Web UI."""

    def __init__(self, folder: Path, ports: dict[str, int]) -> None:
        ui = ("--ui-port", str(ports["temporal-ui:8080"]))
        apis = ("--port", str(ports["temporal:7233"]), "--http-port", str(ports["temporal:7243"]))
        argv: list[str | Path] = [TEMPORAL, "server", "start-dev", "--ip", "127.0.0.1", *apis, *ui, "--log-level", "error"]
        self.process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)

    def end(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        self.process.wait(20)


@dataclass
class Site:
    """A machine, and what on it is real though no container."""

    machine: Machine
    postgres: OverTcp
    temporal: Server
    sink: Sink

    def container(self, name: str, number: int = 1) -> Container:
        return self.machine.container(SERVICES[name], number)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    subprocess.run(["sh", ROOT / "deploy" / "secrets.sh", folder / "secrets"], check=True, stdout=subprocess.DEVNULL)
    with Sink() as sink:
        places = ("postgres:5432", "temporal:7233", "temporal:7243", "temporal-ui:8080", "api:8000")
        ports = {**dict(zip(places, free_ports(len(places)), strict=True)), "mailpit:1025": sink.port}
        temporal = Server(folder, ports)
        machine = Machine(folder, folder / "secrets", ports)
        try:
            with postgres(ports["postgres:5432"]) as database:
                yield Site(machine, database, temporal, sink)
                machine.stop_all()
        finally:
            machine.stop_all()
            temporal.end()


def free_ports(number: int) -> list[int]:
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in taken]
    for each in taken:
        each.close()
    return ports


@pytest.fixture
def path_with(tmp_path: Path) -> str:
    """A path on which stand-ins may be put before all else."""
    (tmp_path / "bin").mkdir()
    return f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin"
