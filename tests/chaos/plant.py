"""The whole plant as an operator would run it: plain processes, each of which reaches each other through a link of its own."""

import asyncio
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
import psycopg

from jiaoqi.addresses import HOST, Ports
from jiaoqi.home import Home
from jiaoqi.plan import StackPorts, temporal_server
from tests.chaos import hiring, policy
from tests.chaos.disks import Disk
from tests.chaos.hiring import clean
from tests.chaos.links import Link, Mode
from tests.chaos.parts import Part
from tests.chaos.sink import Mood, Sink
from tests.endtoend.stack import JIAOQI
from tests.store import cluster

WORKERS, APIS = ("worker1", "worker2"), ("api1", "api2")
STORE, ENGINE, MAIL = "store", "engine", "mail"
POSTGRESQL, SQLITE = "postgresql", "sqlite"
READY = 120.0
"""Seconds to get ready, on a busy machine and after everything was broken."""


class Plant:
    """Made from nothing in an empty folder."""

    def __init__(self, folder: Path, seed: int, store: str) -> None:
        self.folder, self.seed, self.store = folder, seed, store
        self.ports = Ports()
        self.disks = {name: Disk(folder / f"disk-{name}") for name in (STORE, ENGINE)}
        self.parts: dict[str, Part] = {}
        self.links: dict[str, Link] = {}
        self.at = {name: self._port() for name in (STORE, ENGINE, MAIL, *APIS)}
        self.sink = Sink(self.at[MAIL], folder / "mails.jsonl")
        self.tokens: Mapping[str, str] = {}
        self.logs = folder / "logs"
        self._user = "postgres" if os.geteuid() == 0 else None

    # Its life.

    async def start(self) -> None:
        self.logs.mkdir()
        # PostgreSQL refuses to run as root; its own user must find the way to its disk.
        self.folder.chmod(0o711)
        for name, disk in self.disks.items():
            disk.make(self._user if name == STORE else None)
        await self._start_store()
        await self._start_engine()
        await self.sink.open()
        await self._command("migrate")
        # All of them take their time to start; meanwhile people are hired.
        for name in (*WORKERS, *APIS):
            await self._start_program(name)
        straight = self._variables(self.at[STORE], self.at[ENGINE], self.at[MAIL])
        self.tokens = await asyncio.to_thread(hiring.hire, straight)
        await self.until_ready()
        (self.folder / "policy.toml").write_text(policy.TEXT, encoding="utf-8")
        await self._command("policy", "apply", str(self.folder / "policy.toml"))

    async def stop(self) -> None:
        for name in (*APIS, *WORKERS, ENGINE, STORE):
            if name in self.parts:
                await self.parts[name].stop()
        for link in self.links.values():
            await link.close()
        await self.sink.close()
        for disk in self.disks.values():
            disk.remove()

    async def calm(self) -> None:
        """The end of all faults."""
        for name, disk in self.disks.items():
            disk.clear(self.writers(name))
        for part in self.parts.values():
            part.thaw()
        for link in self.links.values():
            await link.turn(Mode.PASS)
        await self.sink.turn(Mood.WELL)
        await self.until_ready()

    async def until_ready(self) -> None:
        """Both APIs say that all they need answers."""
        deadline = time.monotonic() + READY
        async with httpx.AsyncClient(timeout=15, trust_env=False) as client:
            for name in APIS:
                while not await self._is_ready(client, name):
                    assert time.monotonic() < deadline, f"{name} is not ready after {READY:g} s"
                    await asyncio.sleep(0.2)

    async def _is_ready(self, client: httpx.AsyncClient, name: str) -> bool:
        try:
            return (await client.get(f"http://{HOST}:{self.at[name]}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    # What is known of it.

    @property
    def store_url(self) -> str:
        """Straight to the store, past the links."""
        return self._store_url(self.at[STORE])

    @property
    def engine_address(self) -> str:
        return f"{HOST}:{self.at[ENGINE]}"

    def writers(self, disk: str) -> list[Part]:
        """Who writes on a disk."""
        by = [disk] if disk in self.parts else [*WORKERS, *APIS]
        return [self.parts[name] for name in by if name in self.parts]

    def url(self, api: str) -> str:
        """As people reach it."""
        return f"http://{HOST}:{self.links[f'people-{api}'].port}"

    # How it is built.

    async def _start_store(self) -> None:
        if self.store == SQLITE:
            return
        bin_dir = cluster.binaries()
        assert bin_dir is not None, "PostgreSQL is not installed; --store sqlite goes without"
        data = self.disks[STORE].folder / "data"
        # Small files of WAL, on a small disk.
        shape = ("--encoding=UTF8", "--locale=C.UTF-8", "--wal-segsize=1")
        making = [str(bin_dir / "initdb"), "--pgdata", str(data), "--username=postgres", "--auth=trust", *shape]
        await asyncio.to_thread(lambda: subprocess.run(making, user=self._user, cwd="/", check=True, stdout=subprocess.DEVNULL))
        settings = {
            "listen_addresses": HOST,
            "port": self.at[STORE],
            "unix_socket_directories": "",
            "max_connections": 120,
            "max_wal_size": "32MB",
            "fsync": "on",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._add(STORE, [str(bin_dir / "postgres"), "-D", str(data), *options], os.environ, user=self._user)
        await self.parts[STORE].start()
        await asyncio.to_thread(_create_database, self._store_url(self.at[STORE], "postgres"))

    async def _start_engine(self) -> None:
        ports = StackPorts(temporal=self.at[ENGINE], temporal_ui=self._port())
        child = temporal_server(Home(self.disks[ENGINE].folder), ports, clean(os.environ))
        self._add(ENGINE, child.argv, child.environment)
        await self.parts[ENGINE].start()

    async def _start_program(self, name: str) -> None:
        """A worker or an API, each with links of its own to everything that it needs."""
        environment = await self._environment(name)
        if name in APIS:
            environment |= {"JIAOQI_API_HOST": HOST, "JIAOQI_API_PORT": str(self.at[name])}
            await self._link(f"people-{name}", self.at[name])
        self._add(name, [str(JIAOQI), name.rstrip("12")], environment)
        await self.parts[name].start()

    async def _environment(self, name: str) -> dict[str, str]:
        """Where the others are, as a process sees it."""
        store = STORE if self.store == POSTGRESQL else None
        to_store = await self._link(f"{name}-{STORE}", self.at[STORE]) if store else 0
        to_mail = await self._link(f"{name}-{MAIL}", self.at[MAIL]) if name in WORKERS else self.at[MAIL]
        to_engine = await self._link(f"{name}-{ENGINE}", self.at[ENGINE])
        return {**clean(os.environ), **self._variables(to_store, to_engine, to_mail)}

    def _variables(self, store: int, engine: int, mail: int) -> dict[str, str]:
        return {
            "JIAOQI_HOME": str(self.folder / "home"),
            "JIAOQI_DATABASE_URL": self._store_url(store),
            "TEMPORAL_ADDRESS": f"{HOST}:{engine}",
            "JIAOQI_SMTP_URL": f"smtp://{HOST}:{mail}",
        }

    def _store_url(self, port: int, database: str = "jiaoqi") -> str:
        if self.store == SQLITE:
            return f"sqlite:///{self.disks[STORE].folder / 'store.db'}"
        return f"postgresql://postgres@{HOST}:{port}/{database}"

    async def _link(self, name: str, target: int) -> int:
        self.links[name] = Link(name, self._port(), target, self.seed)
        await self.links[name].open()
        return self.links[name].port

    def _add(self, name: str, argv: Sequence[str], environment: Mapping[str, str], user: str | None = None) -> None:
        self.parts[name] = Part(name, argv, self.logs / f"{name}.log", environment, user=user)

    def _port(self) -> int:
        return self.ports.take("", 0)

    # What an operator says on the command line.

    async def _command(self, *words: str) -> None:
        """A command of the front door, past the links; what it says is logged."""
        environment = {**clean(os.environ), **self._variables(self.at[STORE], self.at[ENGINE], self.at[MAIL])}
        with (self.logs / "commands.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(str(JIAOQI), *words, stdout=log, stderr=log, env=environment)
        status = await process.wait()
        assert status == 0, f"jiaoqi {' '.join(words)} ended with {status}: {(self.logs / 'commands.log').read_text()}"


def _create_database(url: str) -> None:
    """Waits for the server."""
    for _ in range(200):
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("CREATE DATABASE jiaoqi")
                return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise TimeoutError("PostgreSQL does not start")
