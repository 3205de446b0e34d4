"""The tables of a policy file: which keys they have, and what must be true of several values together."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from activities import policy_values as values
from activities.policy_reading import Place, Tree, several, shown, table, word
from activities.policy_values import RECIPIENTS
from workflows.rules.calendar import Calendar, nominal
from workflows.types.policy import WEEKDAYS, Plant, Policy, Rung, Shift, Span, Targets, TaskPolicy, Unit
from workflows.types.words import Department, DocumentKind, Kind

LONGEST = Span(count=1000, unit=Unit.DAYS)
"""About four years; more is a slip of the pen."""


def hours(value: object, place: Place) -> object:
    """A day's shifts; no two may overlap, or `1d` would count their time twice."""
    shifts = several(values.shift)(value, place)
    for one, other in pairwise(in_order(shifts)):
        if finish(one) > begin(other):
            place.refuse(f"{written(one)} and {written(other)} overlap")
    return shifts


def hours_of_day(value: object, place: Place) -> object:
    if value == []:
        place.refuse("has no hours; a weekday that is never worked belongs in plant.weekend")
    return hours(value, place)


def in_order(shifts: object) -> list[Shift]:
    """The shifts that could be read."""
    known = [shift for shift in shifts if shift] if isinstance(shifts, tuple) else []
    return sorted(known, key=begin)


def begin(shift: Shift) -> timedelta:
    return timedelta(hours=shift.start.hour, minutes=shift.start.minute)


def finish(shift: Shift) -> timedelta:
    """Counted like the beginning, more than a day when the shift crosses midnight."""
    return begin(shift) + nominal(shift)


def written(shift: Shift) -> str:
    return f"{shift.start:%H:%M}-{shift.end:%H:%M}"


def recipients(value: object, place: Place) -> object:
    if value == []:
        place.refuse("tells nobody")
    return several(word(RECIPIENTS, "a recipient"))(value, place)


def ladder(value: object, place: Place) -> object:
    """Rungs with names of their own; their order needs the length of a day and is judged by `ladders_in_order`."""
    rungs = several(RUNG)(value, place)
    names: list[str] = []
    for position, rung in enumerate(rungs if isinstance(rungs, tuple) else ()):
        name = rung.get("name") if rung else None
        if name in names:
            place.at(position).at("name").refuse(f"{shown(name)} is the name of two rungs")
        names += [name] if name else []
    return rungs


def plant(value: object, place: Place) -> object:
    found = PLANT(value, place)
    if not isinstance(found, dict):
        return None
    for position, day in enumerate(found.get("open", ())):
        if day and day in found.get("closed", ()):
            place.at("open").at(position).refuse(f"{day} is in plant.closed, too")
    if not found.get("around_the_clock"):
        works_by_the_hour(found, place)
    return found


def works_by_the_hour(found: Tree, place: Place) -> None:
    """A plant that never worked would never meet a deadline."""
    shifts = in_order(found.get("hours"))
    if found.get("hours") == ():
        place.at("hours").refuse("has no hours: the plant would never work")
    if shifts and finish(shifts[-1]) > begin(shifts[0]) + timedelta(days=1):
        place.at("hours").refuse(f"{written(shifts[-1])} and {written(shifts[0])} of the next day overlap")
    if set(WEEKDAYS) <= set(found.get("weekend", ())):
        place.at("weekend").refuse("leaves no day: the plant would never work")


RUNG = table(
    {"name": values.rung_name, "at": values.offset, "to": recipients},
    required=("name", "at", "to"),
)
TASK = table(
    {
        "allowance": values.duration,
        "department": word(Department, "a department"),
        "stand_in": values.stand_in,
        "ladder": ladder,
        "course": values.course,
    }
)
TASKS = table(dict.fromkeys(Kind, TASK), "kind of task")
DEPARTMENT = table({"address": values.address, "task_opened": values.task_opened})
PLANT = table(
    {
        "name": values.text(200),
        "time_zone": values.zone,
        "country": values.country,
        "around_the_clock": values.flag,
        "hours": hours,
        "weekend": several(word(WEEKDAYS, "a weekday")),
        "closed": several(values.day),
        "open": several(values.day),
        "hours_by_day": table(dict.fromkeys(WEEKDAYS, hours_of_day), "weekday"),
    }
)
ORDER = table(
    {
        "buffer": values.duration,
        "minimum": values.duration,
        "transit": values.duration,
        "max_rework_rounds": values.whole,
        "notice_lead": values.duration,
        "silent_after": values.duration,
        "signoff_grace": values.duration,
    }
)
TARGETS = table(dict.fromkeys(Targets.model_fields, values.share))
DOCUMENTS = table({"required": several(word(DocumentKind, "a document of an order")), "keep_years": values.years})
REVIEWS = table(
    {
        "weekly": values.timing(lead="weekday"),
        "monthly": values.timing(lead="day"),
        "quarterly": values.timing(lead="day"),
        "archive": values.timing(lead=""),
        "training": values.timing(lead=""),
    }
)
IMPROVEMENTS = table({"verify_after": values.duration, "from_inspection": values.flag})
POLICY = table(
    {
        "version": values.text(64),
        "plant": plant,
        "departments": table(dict.fromkeys(Department, DEPARTMENT), "department"),
        "tasks": TASKS,
        "ladder": ladder,
        "rush": table({"tasks": TASKS}),
        "order": ORDER,
        "targets": TARGETS,
        "documents": DOCUMENTS,
        "reviews": REVIEWS,
        "improvements": IMPROVEMENTS,
    }
)


def policy(tree: object, root: Place) -> Policy | None:
    """The policy that a complete tree writes down; None when anything was refused."""
    found = POLICY(tree, root)
    if isinstance(found, dict) and root.at("plant").is_sound():
        calendar = Calendar.of(plant_of(found["plant"]))
        durations_in_reach(found, root, calendar)
        ladders_in_order(found, root, calendar)
    return policy_of(found) if isinstance(found, dict) and root.is_sound() else None


def durations_in_reach(found: Tree, root: Place, calendar: Calendar) -> None:
    """No duration may lead to where the calendar no longer looks, or an order would stand still there."""
    for place, span in durations(found, root):
        if abs(calendar.length(span)) > calendar.length(LONGEST):
            place.refuse(f'"{span}" is longer than {LONGEST.count} working days')


def durations(found: object, place: Place) -> Iterator[tuple[Place, Span]]:
    if isinstance(found, Span):
        yield place, found
    elif isinstance(found, dict | tuple):
        for key, item in found.items() if isinstance(found, dict) else enumerate(found):
            yield from durations(item, place.at(key))


def ladders_in_order(found: Tree, root: Place, calendar: Calendar) -> None:
    """No rung may come before the one above it, or it would be reached first."""
    for place, rungs in ladders(found, root):
        for position, (above, rung) in enumerate(pairwise(rungs), start=1):
            if calendar.length(rung.at) < calendar.length(above.at):
                place.at(position).at("at").refuse(f'"{rung.at}" comes before {above.name} at "{above.at}"')


def ladders(found: Tree, root: Place) -> Iterator[tuple[Place, list[Rung]]]:
    """Every ladder that could be read whole, and where it stands."""
    tables = [(root, found)]
    for place, around in ((root, found), (root.at("rush"), found.get("rush", {}))):
        tables += [(place.at("tasks").at(kind), task) for kind, task in around.get("tasks", {}).items()]
    for place, around in tables:
        if "ladder" in around and place.at("ladder").is_sound():
            yield place.at("ladder"), [Rung(**rung) for rung in around["ladder"]]


def policy_of(found: Tree) -> Policy:
    usual, rush = found["tasks"], found.get("rush", {}).get("tasks", {})
    tasks = {
        "tasks": {kind: task_of(task) for kind, task in usual.items()},
        "rush": {kind: task_of(usual[kind] | changed) for kind, changed in rush.items()},
    }
    return Policy(**found | tasks | {"plant": plant_of(found["plant"])})


def plant_of(found: Tree) -> Plant:
    by_day = {WEEKDAYS.index(day): shifts for day, shifts in found["hours_by_day"].items()}
    weekend = tuple(map(WEEKDAYS.index, found["weekend"]))
    return Plant(**found | {"hours_by_day": by_day, "weekend": weekend})


def task_of(found: Tree) -> TaskPolicy:
    return TaskPolicy(**found | {"stand_in": found.get("stand_in") or None})
