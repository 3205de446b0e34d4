"""The Dockerfile, as far as a test must understand it: its stages, each a list of instructions."""

import json
import shlex
from dataclasses import dataclass, field
from typing import Any

from tests.deploy.compose import ROOT


@dataclass
class Stage:
    """What one FROM begins."""

    image: str
    name: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def all(self, word: str) -> list[str]:
        return [text for kind, text in self.instructions if kind == word]

    def last(self, word: str) -> Any:
        """The list of the last instruction of this kind, which must be in the exec form."""
        return json.loads(self.all(word)[-1])

    @property
    def environment(self) -> dict[str, str]:
        return dict(pair.split("=", 1) for text in self.all("ENV") for pair in shlex.split(text))


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = (line.strip() for line in text.splitlines())
    parted = (line.partition(" ") for line in lines if line and not line.startswith("#"))
    return [(word, rest.strip()) for word, _, rest in parted]


def stages() -> list[Stage]:
    found: list[Stage] = []
    for word, text in instructions():
        if word == "FROM":
            image, _, name = text.partition(" AS ")
            found.append(Stage(image, name))
        elif found:
            found[-1].instructions.append((word, text))
    return found
