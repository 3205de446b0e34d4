"""docker-compose.yml as compose reads it: anchors merged, variables filled in from .env and the environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE, SMTP_FILE, VERSIONS_FILE = ROOT / "docker-compose.yml", ROOT / "deploy" / "smtp.yml", ROOT / ".env"
VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?::(?P<how>[-?])(?P<text>[^}]*))?\})")


def versions() -> dict[str, str]:
    lines = (line for line in VERSIONS_FILE.read_text().splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def filled(text: str, variables: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name, how = found["name"], found["how"]
        if name is None:
            return "$"
        if variables.get(name):
            return variables[name]
        assert how == "-", f"{name} is not set: {found['text']}"
        return found["text"]

    return VARIABLE.sub(value, text)


def every_text(node: Any, change: Any) -> Any:
    """The same tree with each text changed; keys stay."""
    if isinstance(node, dict):
        return {key: every_text(each, change) for key, each in node.items()}
    if isinstance(node, list):
        return [every_text(each, change) for each in node]
    return change(node) if isinstance(node, str) else node


def read(file: Path, **site: str) -> dict[str, Any]:
    """The file with everything that a site sets."""
    variables = {**versions(), **site}
    tree: dict[str, Any] = every_text(yaml.safe_load(file.read_text()), lambda text: filled(text, variables))
    return tree


def raw(file: Path) -> dict[str, Any]:
    tree: dict[str, Any] = yaml.safe_load(file.read_text())
    return tree


@dataclass(frozen=True)
class Service:
    """One service of the file."""

    name: str
    said: Mapping[str, Any]

    @property
    def environment(self) -> dict[str, str]:
        return dict(self.said.get("environment", {}))

    @property
    def command(self) -> list[str]:
        return [*self.said.get("entrypoint", []), *self.said.get("command", [])]

    @property
    def is_one_shot(self) -> bool:
        return self.said.get("restart") == "no"

    @property
    def check(self) -> list[str]:
        """The health check's command; it must be one that needs no shell."""
        kind, *command = self.said["healthcheck"]["test"]
        assert kind == "CMD"
        return list(command)

    @property
    def patience(self) -> float:
        """Seconds after which a check that has not answered has failed."""
        return seconds(self.said["healthcheck"]["timeout"])

    @property
    def grace(self) -> float:
        """Seconds between the signal to stop and the kill."""
        return seconds(self.said.get("stop_grace_period", "10s"))

    @cached_property
    def mounts(self) -> dict[str, Path]:
        """What of this tree is mounted, by where."""
        pairs = (volume.split(":") for volume in self.said.get("volumes", []))
        return {target: ROOT / source for source, target, *_ in pairs if source.startswith("./")}


def seconds(text: str) -> float:
    assert text.endswith("s")
    return float(text[:-1])


def services(**site: str) -> dict[str, Service]:
    return {name: Service(name, said) for name, said in read(FILE, **site)["services"].items()}
