"""A throw-away PostgreSQL: its own data, reached by a socket in its own folder, gone at the end; it can be taken away before."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
from psycopg import sql


def binaries() -> Path | None:
    """Where initdb and postgres lie: the newest that Debian has, or those on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Cluster:
    def __init__(self, folder: Path, argv: Sequence[str | Path], user: str | None) -> None:
        self.folder, self.argv, self.user = folder, argv, user
        self.made = 0
        self.server = self._started()

    def start(self) -> None:
        """Again, on the same data. Returns when it answers; what a crash left half done it has then put right."""
        self.server = self._started()
        wait_for(self)

    def _started(self) -> "subprocess.Popen[bytes]":
        nowhere = subprocess.DEVNULL
        return subprocess.Popen(self.argv, user=self.user, cwd=self.folder, stdout=nowhere, stderr=nowhere)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is PostgreSQL's fast shutdown: it does not wait for clients. SIGQUIT leaves as in a crash."""
        self.server.send_signal(how)
        self.server.wait()

    def kill(self) -> None:
        """`kill -9` of the server and of everybody who works for it."""
        processes = self.processes()
        signalled(processes, signal.SIGKILL)
        self.server.wait()
        # Until the last has let go of the shared memory, no other may start on the data.
        while any(lives(process) for process in processes):
            time.sleep(0.02)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It neither answers nor hangs up."""
        processes = self.processes()
        signalled(processes, signal.SIGSTOP)
        try:
            yield
        finally:
            signalled(processes, signal.SIGCONT)

    def processes(self) -> list[psutil.Process]:
        """The server first: once it is gone or frozen, nobody new begins."""
        server = psutil.Process(self.server.pid)
        return [server, *server.children(recursive=True)]

    @property
    def runs(self) -> bool:
        return self.server.poll() is None

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
def running(bin_dir: Path, **set_to: str) -> Iterator[Cluster]:
    """PostgreSQL refuses to run as root, so there it runs as the user that its package made.

    Settings are the server's own, for one `fsync="on"` where it matters what a commit costs.
    """
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
    settings = {"listen_addresses": "", "unix_socket_directories": folder, "fsync": "off", "max_connections": "60", **set_to}
    arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    cluster = Cluster(folder, [bin_dir / "postgres", "-D", data, *arguments], user)
    try:
        wait_for(cluster)
        yield cluster
    finally:
        if cluster.runs:
            cluster.stop()
        shutil.rmtree(folder)


def signalled(processes: Sequence[psutil.Process], number: signal.Signals) -> None:
    """Who has ended by themselves meanwhile need not be told."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def lives(process: psutil.Process) -> bool:
    """Whether it runs; one that only waits to be buried doesn't."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


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
