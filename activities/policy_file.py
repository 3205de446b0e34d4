"""policy.toml: read over the built-in default, pinned to its public holidays, written out, and compared."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import holidays

from activities.policy_lines import Lines
from activities.policy_reading import Place, Tree
from activities.policy_tables import policy
from activities.policy_text import changes, dotted, dump
from workflows.types.policy import Plant, Policy

__all__ = ["PolicyError", "PolicyProblem", "changes", "default", "dump", "parse", "pin"]


@dataclass(frozen=True)
class PolicyProblem:
    """One thing that a policy file may not say: the key's dotted path ("" for the text itself), its line from 1, why."""

    key: str
    line: int
    message: str


class PolicyError(ValueError):
    """All problems of one policy file, in the order of its lines."""

    def __init__(self, name: str, problems: list[PolicyProblem]) -> None:
        self.name = name
        self.problems = sorted(problems, key=lambda problem: problem.line)
        super().__init__("\n".join(map(self._line, self.problems)))

    def _line(self, problem: PolicyProblem) -> str:
        key = f"{problem.key}: " if problem.key else ""
        return f"{self.name}:{problem.line}: {key}{problem.message}"


def parse(text: str, name: str = "policy.toml") -> Policy:
    """The policy that a file's text makes of the built-in default, its public holidays unresolved; raises PolicyError."""
    text = text.removeprefix("\ufeff")
    tree = load(text, name)
    root = Place((), [])
    if "version" not in tree:
        root.at("version").refuse("is missing; every policy says which version it is")
    found = policy(laid_over(default_tree(), tree), root)
    if found is None or root.refused:
        lines = Lines(text)
        raise PolicyError(name, [PolicyProblem(dotted(path), lines.of(path), message) for path, message in root.refused])
    return found


@cache
def default() -> Policy:
    """The built-in policy, its public holidays unresolved."""
    return parse(default_text(), "default_policy.toml")


def pin(policy: Policy, today: date) -> Policy:
    """The policy with its country's public holidays and make-up days, from a year before today to three years after it."""
    return policy.model_copy(update={"plant": with_public_days(policy.plant, years_from(today, -1), years_from(today, 3))})


def with_public_days(plant: Plant, first: date, last: date) -> Plant:
    if not plant.country:
        return plant.model_copy(update={"holidays": (), "makeup_days": ()})
    # A year more on both sides, since a holiday may be kept in the year before or after its own.
    known = holidays.country_holidays(plant.country, years=range(first.year - 1, last.year + 2))
    days_off, makeup_days = (
        tuple(sorted(day for day in days if first <= day <= last)) for days in (known, known.weekend_workdays)
    )
    return plant.model_copy(update={"holidays": days_off, "makeup_days": makeup_days})


def years_from(day: date, years: int) -> date:
    """The same date some years on, of a 29 February the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def load(text: str, name: str) -> Tree:
    """The text as TOML; raises PolicyError with the line where it stops being that."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise PolicyError(name, [PolicyProblem("", 1, "is nested too deeply")]) from None
    except ValueError as error:
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", str(error))
        last = text.rstrip().count("\n") + 1
        line = int(place[1] or last) if place else 1
        reason = str(error).removesuffix(place[0]) if place else str(error)
        raise PolicyError(name, [PolicyProblem("", line, f"not valid TOML: {reason}")]) from None


def laid_over(below: Any, above: Any) -> Any:
    """Tables key by key, everything else as a whole."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return below | {key: laid_over(below.get(key), value) for key, value in above.items()}


@cache
def default_tree() -> Tree:
    return tomllib.loads(default_text())


def default_text() -> str:
    return resources.files("activities").joinpath("default_policy.toml").read_text("utf-8")
