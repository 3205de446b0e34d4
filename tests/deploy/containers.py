"""Services of docker-compose.yml as plain processes: their own commands, environment, secrets and checks, at other addresses.

What an engine would do for a container is done here by replacing texts: another service's name and port by where it listens
on this machine, what is mounted by where it comes from, /tmp by a folder of its own, and jiaoqi by the installed one.
"""

import re
import signal
import subprocess
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tests.deploy.compose import Service
from tests.deploy.dockerfile import stages
from tests.endtoend.waiting import until

SCRIPTS = Path(sysconfig.get_path("scripts"))


@dataclass
class Machine:
    """Where everything is: what stands for the container engine."""

    folder: Path
    secrets: Path
    ports: Mapping[str, int]
    """By `service:port` of the file, the port on this machine."""
    running: list["Container"] = field(default_factory=list)

    def container(self, service: Service, number: int = 1) -> "Container":
        return Container(self, service, self.folder / f"{service.name}-{number}")

    def stop_all(self) -> None:
        for each in self.running:
            each.kill()


class Container:
    """One container of a service."""

    def __init__(self, machine: Machine, service: Service, folder: Path) -> None:
        self.machine, self.service, self.folder = machine, service, folder
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(exist_ok=True)

    # What it is told.

    @property
    def environment(self) -> dict[str, str]:
        """The image's, then the file's, and nothing of ours."""
        image = stages()[-1].environment if "build" in self.service.said else {}
        told = {name: self._here(value) for name, value in {**image, **self.service.environment}.items()}
        if port := self.machine.ports.get(f"{self.service.name}:{told.get('JIAOQI_API_PORT')}"):
            told["JIAOQI_API_PORT"] = str(port)
        return {**told, "PATH": f"{SCRIPTS}:/usr/local/bin:/usr/bin:/bin"}

    @property
    def command(self) -> list[str]:
        image = stages()[-1].last("ENTRYPOINT") if "build" in self.service.said else []
        return [self._here(word) for word in (*image, *self.service.command)]

    @property
    def check_command(self) -> list[str]:
        return [self._here(word) for word in self.service.check]

    def _here(self, text: str) -> str:
        """In one go: what has been put in is not looked at again."""
        words = self._elsewhere
        return re.sub("|".join(map(re.escape, sorted(words, key=len, reverse=True))), lambda found: words[found[0]], text)

    @cached_property
    def _elsewhere(self) -> dict[str, str]:
        words = {target: str(source) for target, source in self.service.mounts.items()}
        words |= {"/run/secrets": str(self.machine.secrets), "/tmp/": f"{self.folder}/"}
        for place, port in self.machine.ports.items():
            name, _, inside = place.partition(":")
            words[place] = f"127.0.0.1:{port}"
            if name == self.service.name:
                words |= {f"127.0.0.1:{inside}": f"127.0.0.1:{port}", f"--port={inside}": f"--port={port}"}
        return words

    # Its life.

    def run(self, **more: str) -> subprocess.CompletedProcess[str]:
        """A one-shot, from beginning to end."""
        return self.execute(self.command, **more)

    def execute(self, command: list[str], **more: str) -> subprocess.CompletedProcess[str]:
        """As `docker compose exec` or `run` does."""
        environment = {**self.environment, **more}
        return subprocess.run(command, env=environment, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False)

    def start(self) -> "Container":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, env=self.environment, cwd=self.folder, stdout=log, stderr=log)
        self.machine.running.append(self)
        return self

    def stop(self) -> int:
        """As the engine stops it: within its grace, or the process was killed. Its status."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(self.service.grace)

    def freeze(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    # Its health.

    def is_well(self) -> bool:
        """One look, as the engine takes it: a check that does not end in time has failed."""
        told, patience = self.environment, self.service.patience
        try:
            look = subprocess.run(
                self.check_command, env=told, cwd=self.folder, capture_output=True, timeout=patience, check=False
            )
        except subprocess.TimeoutExpired:
            return False
        return look.returncode == 0

    def until_well(self) -> None:
        until(self.is_well, lambda: f"{self.service.name} is well; its log has {self.log_text()}", within=240, every=0.5)

    def until_not_well(self) -> None:
        """Not at once: the API takes good news to last a second."""
        until(lambda: not self.is_well(), f"{self.service.name} is not well", within=30, every=0.2)

    def log_text(self) -> str:
        return self.log.read_text() if self.log.exists() else ""
