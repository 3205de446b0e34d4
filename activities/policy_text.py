"""A policy in words: as the TOML text that reads back to it, and as the list of what differs from another."""

import json
import re
from collections.abc import Iterator
from datetime import date
from itertools import groupby

from activities.policy_lines import Path
from activities.policy_reading import Tree
from workflows.types.policy import WEEKDAYS, DepartmentPolicy, Plant, Policy, Rung, Shift, TaskPolicy

DATES = ("closed", "open", "holidays", "makeup_days")
"""The plant's lists of dates, told date by date: in whole they would be too long to read."""


def dotted(path: Path) -> str:
    """A path as TOML writes it, `tasks.inspect.allowance`; items of lists count from 1, `ladder[2].at`."""
    parts = (f"[{part + 1}]" if isinstance(part, int) else "." + bare(part) for part in path)
    return "".join(parts).removeprefix(".")


def bare(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)


def dump(policy: Policy) -> str:
    """The whole policy as a policy file; public holidays, which are no part of the file, stand below it as comments."""
    return "\n".join([*table_lines(tree(policy)), *holiday_lines(policy.plant)]) + "\n"


def changes(old: Policy, new: Policy) -> list[str]:
    """What differs, one line each: `tasks.inspect.allowance: 1d → 4h`."""
    before, after = dict(flat(tree(old))), dict(flat(tree(new)))
    changed = [key for key in after | before if before.get(key) != after.get(key)]
    lines = [f"{key}: {before.get(key, 'not set')} → {after.get(key, 'not set')}" for key in changed]
    return lines + [line for field in DATES for line in date_changes(field, old.plant, new.plant)]


def date_changes(field: str, old: Plant, new: Plant) -> Iterator[str]:
    before, after = set(getattr(old, field)), set(getattr(new, field))
    for verb, days in (("added", after - before), ("removed", before - after)):
        if days:
            yield f"plant.{field}: {verb} {', '.join(map(str, sorted(days)))}"


def tree(policy: Policy) -> Tree:
    """The policy as nested tables of what a file may write."""
    return {
        "version": policy.version,
        "plant": plant_tree(policy.plant),
        "departments": {name.value: department_tree(one) for name, one in policy.departments.items()},
        "tasks": {kind.value: task_tree(task) for kind, task in policy.tasks.items()},
        "ladder": [rung_tree(rung) for rung in policy.ladder],
        "rush": {"tasks": {kind.value: rush_tree(task, policy.tasks[kind]) for kind, task in policy.rush.items()}},
        "order": {key: value if isinstance(value, int) else str(value) for key, value in policy.order},
        "targets": policy.targets.model_dump(exclude_none=True),
        "documents": policy.documents.model_dump(mode="json"),
        "reviews": {key: str(timing) if timing else "" for key, timing in policy.reviews},
        "improvements": {key: value if isinstance(value, bool) else str(value) for key, value in policy.improvements},
    }


def plant_tree(plant: Plant) -> Tree:
    return {
        "name": plant.name,
        "time_zone": plant.time_zone,
        "country": plant.country,
        "around_the_clock": plant.around_the_clock,
        "hours": hours_list(plant.hours),
        "weekend": [WEEKDAYS[day] for day in plant.weekend],
        "closed": [str(day) for day in plant.closed],
        "open": [str(day) for day in plant.open],
        "hours_by_day": {WEEKDAYS[day]: hours_list(shifts) for day, shifts in plant.hours_by_day.items()},
    }


def hours_list(shifts: tuple[Shift, ...]) -> list[str]:
    return [f"{shift.start:%H:%M}-{shift.end:%H:%M}" for shift in shifts]


def department_tree(department: DepartmentPolicy) -> Tree:
    address = {} if department.address is None else {"address": department.address}
    return address | {"task_opened": "instant" if department.task_opened else "none"}


def task_tree(task: TaskPolicy) -> Tree:
    ladder = {} if task.ladder is None else {"ladder": [rung_tree(rung) for rung in task.ladder]}
    return (
        {
            "allowance": str(task.allowance),
            "department": task.department.value,
            "stand_in": task.stand_in.value if task.stand_in else "",
        }
        | ladder
        | ({"course": task.course} if task.course else {})
    )


def rush_tree(task: TaskPolicy, usual: TaskPolicy) -> Tree:
    """Only what a rush order does differently."""
    usually = task_tree(usual)
    return {key: value for key, value in task_tree(task).items() if usually.get(key) != value}


def rung_tree(rung: Rung) -> Tree:
    return {"name": rung.name, "at": str(rung.at), "to": list(rung.to)}


def table_lines(table: Tree, path: Path = ()) -> Iterator[str]:
    """Plain keys first: below another table's header they would belong to that table."""
    for key, value in table.items():
        if not is_table(value):
            yield f"{bare(key)} = {json.dumps(value, ensure_ascii=False)}"
    for key, value in table.items():
        below = (*path, key)
        if is_table(value) and isinstance(value, list):
            for item in value:
                yield from ("", f"[[{dotted(below)}]]", *table_lines(item, below))
        elif is_table(value):
            header = () if value and all(map(is_table, value.values())) else ("", f"[{dotted(below)}]")
            yield from (*header, *table_lines(value, below))


def is_table(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def holiday_lines(plant: Plant) -> Iterator[str]:
    for title, days in (("public holidays", plant.holidays), ("make-up working days", plant.makeup_days)):
        if days:
            yield ""
        for year, of_year in groupby(sorted(days), key=lambda day: day.year):
            yield f"# {title} {year}: {', '.join(map(month_day, of_year))}"


def month_day(day: date) -> str:
    return f"{day:%m-%d}"


def flat(table: Tree, path: Path = ()) -> Iterator[tuple[str, str]]:
    """Every key with its value in words, but for lists of dates."""
    for key, value in table.items():
        below = (*path, key)
        if isinstance(value, dict):
            yield from flat(value, below)
        elif key == "ladder":
            yield from flat_ladder(value, dotted(below))
        elif not (path == ("plant",) and key in DATES):
            yield dotted(below), value_in_words(value)


def flat_ladder(rungs: list[Tree], key: str) -> Iterator[tuple[str, str]]:
    yield key, ", ".join(rung["name"] for rung in rungs) or "no rungs"
    for rung in rungs:
        yield f"{key}.{rung['name']}", f"{rung['at']} to {', '.join(rung['to'])}"


def value_in_words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return json.dumps(value) if isinstance(value, bool) else str(value) or "none"
