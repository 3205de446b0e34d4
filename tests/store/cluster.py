"""A throw-away PostgreSQL: its own data, reached by a socket in its own folder, gone at the end."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql


def binaries() -> Path | None:
    """Where initdb and postgres lie: the newest that Debian has, or those on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Cluster:
    def __init__(self, folder: Path, server: "subprocess.Popen[bytes]") -> None:
        self.folder, self.server = folder, server
        self.made = 0

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def create(self) -> str:
        """A new database with nothing in it."""
        self.made += 1
        name = f"store_{self.made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)


@contextmanager
def running(bin_dir: Path) -> Iterator[Cluster]:
    """PostgreSQL refuses to run as root, so there it runs as the user that its package made."""
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="jiaoqi-pg-"))
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    # A locale that sorts otherwise than bytes do: what relies on bytes must say so itself.
    locale = ["--locale-provider=icu", "--icu-locale=en-US", "--encoding=UTF8", "--locale=C.UTF-8"]
    subprocess.run(
        [bin_dir / "initdb", "--pgdata", data, "--username=postgres", "--auth=trust", "--no-sync", *locale],
        user=user,
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    settings = {"listen_addresses": "", "unix_socket_directories": folder, "fsync": "off", "max_connections": "60"}
    arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    server = subprocess.Popen(
        [bin_dir / "postgres", "-D", data, *arguments],
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        cluster = Cluster(folder, server)
        wait_for(cluster)
        yield cluster
    finally:
        # Fast shutdown: it does not wait for clients.
        server.send_signal(signal.SIGINT)
        server.wait()
        shutil.rmtree(folder)


def wait_for(cluster: Cluster) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(cluster.url("postgres")).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
