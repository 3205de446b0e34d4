"""The plant's words in each language, read from the files that a translator edits."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workflows.types.slack import Cause
from workflows.types.words import Department, Kind, Language

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, kw_only=True)
class Words:
    """One language's words, by what they name."""

    labels: dict[str, str]
    letter: dict[str, str]
    priorities: dict[str, str]
    departments: dict[str, str]
    recipients: dict[str, str]
    modes: dict[str, str]
    calendar: dict[str, str]
    digest: dict[str, str]
    training: dict[str, str]
    mails: dict[str, str]
    tasks: dict[str, str]
    todo: dict[str, str]
    causes: dict[str, str]
    stages: dict[str, str]
    statuses: dict[str, str]
    risks: dict[str, str]
    lateness: dict[str, str]
    deliveries: dict[str, str]
    notices: dict[str, str]
    issue_kinds: dict[str, str]
    rests: dict[str, str]
    outcomes: dict[str, str]
    fields: dict[str, str]
    events: dict[str, str]
    origins: dict[str, str]
    results: dict[str, str]
    consequences: dict[str, str]
    blocked: dict[str, str]
    figures: dict[str, str]
    definitions: dict[str, str]
    bases: dict[str, str]
    blames: dict[str, str]
    delivery_report: dict[str, str]
    figure_details: dict[str, str]
    counted_as: dict[str, str]

    @classmethod
    @cache
    def of(cls, language: Language) -> "Words":
        return cls(**tomllib.loads((TEMPLATES / "words" / f"{language}.toml").read_text("utf-8")))

    def task(self, kind: Kind) -> str:
        return self.tasks[kind]

    def department(self, department: Department) -> str:
        return self.departments[department]

    def outcome(self, kind: str, outcome: str) -> str:
        """What this result of this kind of task is called."""
        return self.outcomes.get(f"{kind}.{outcome}") or self.outcomes[outcome]

    def field(self, name: str, outcome: str = "") -> str:
        """What a form calls this field, in this outcome."""
        return self.fields.get(f"{outcome}.{name}") or self.fields[name]

    def cause(self, cause: Cause) -> str:
        """What ate how much slack."""
        task = self.tasks[cause.kind] if cause.kind else ""
        return self.causes[cause.blame].format(task=task, n=cause.n, hours=f"{cause.hours:g}")

    def mail(self, kind: str) -> str:
        """What a mail of this kind is called; a rung of the plant's own making is called by its name."""
        return self.mails.get(kind, kind)

    def recipient(self, word: str) -> str:
        """What a word of `to` stands for; `sales` is the order's owner there, not the department."""
        # `head_of:NAME`, too, is a head.
        return self.recipients.get(word.partition("_of:")[0]) or self.departments.get(word, word)
