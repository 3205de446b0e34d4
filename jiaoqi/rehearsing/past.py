"""Past orders as a file tells them: when they were entered, what was promised, when the goods came."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from activities.importing import FileOrder, OrderFile, gather, opened, survey
from activities.importing.mapping import Mapping
from activities.importing.mapping_file import MappingIsWrong
from activities.importing.reading import Row
from workflows.types.orders import MOST_LINES
from workflows.types.words import Priority

NO_NUMBER = "no order number"
TOO_LONG = f"more than {MOST_LINES} lines"
NO_PROMISE = "a line without a promised date"
NO_DELIVERY = "a line without a day of delivery"
NOT_TRUE = "a date that cannot be true"
FIRST, LAST = date(1970, 1, 1), date(2100, 12, 31)
LONGEST = timedelta(days=20 * 366)
"""From the first to the last day of an order: as far as a promise may lie ahead."""


@dataclass(frozen=True)
class PastOrder:
    """One order that has been delivered whole, by the days that are known of it."""

    order_no: str
    entered: date | None
    """None where the file has none, or none that can be true."""
    promised: date
    """The latest promised date of its lines."""
    delivered: date
    """The last delivery of its lines."""
    recorded: date
    """When the last delivery was on record."""
    was_late: bool
    """Whether any line came after its own promised date."""
    priority: Priority = Priority.NORMAL


class Unusable(NamedTuple):
    """An order that cannot be rehearsed, and why."""

    order_no: str
    reason: str


class PastFile:
    """A file of past orders, which is read twice; `limit` leaves only the orders of its first numbers."""

    def __init__(self, file: OrderFile, limit: int | None = None) -> None:
        self._file, self._survey = file, survey(file, limit)

    def __len__(self) -> int:
        return len(self._survey.last_rows)

    def orders(self) -> Iterator[PastOrder | Unusable]:
        """Each with its last row. Raises FileCannotBeRead."""
        return map(past_order, gather(self._file, self._survey))


def opened_past(
    file: Path, mapping: Mapping, *, sheet: str | None = None, encoding: str | None = None, delimiter: str | None = None
) -> OrderFile:
    """The file, read for its past alone: what else an import asks of it may be missing. Raises FileCannotBeRead."""
    return opened(file, of_past(mapping), sheet=sheet, encoding=encoding, delimiter=delimiter)


def of_past(mapping: Mapping) -> Mapping:
    """The same kind of file, each column that may have a date of the past for itself; raises MappingIsWrong."""
    if "delivered" not in mapping.past:
        raise MappingIsWrong("the mapping does not say when orders were delivered: give it a table [past] (docs/rehearsal.md)")
    past = {"promised": mapping.columns.get("requested_date", ()), **mapping.past}
    columns = {f"{word} {n}": (column,) for word, choice in past.items() for n, column in enumerate(choice)}
    must_have = {"delivered 0"} | ({"promised 0"} if len(past["promised"]) == 1 else set())
    known = {field: mapping.columns[field] for field in ("order_no", "priority") if field in mapping.columns}
    optional = frozenset(columns) - must_have | {"priority"}
    defaults = {field: text for field, text in mapping.defaults.items() if field == "priority"}
    return replace(mapping, columns={**known, **columns}, past=past, optional=optional, defaults=defaults)


def past_order(found: FileOrder) -> PastOrder | Unusable:
    """What the rows of one number say, or why that is not enough."""
    rows, mapping = found.rows, found.mapping
    if not found.order_no:
        return Unusable("", NO_NUMBER)
    if len(rows) > MOST_LINES:
        return Unusable(found.order_no, TOO_LONG)
    promised = [date_of("promised", row, mapping) for row in rows]
    delivered = [date_of("delivered", row, mapping) for row in rows]
    if not all(promised):
        return Unusable(found.order_no, NO_PROMISE)
    if not all(delivered):
        return Unusable(found.order_no, NO_DELIVERY)
    lines = [(due, came) for due, came in zip(promised, delivered, strict=True) if due and came]
    last = max(came for _, came in lines)
    recorded = [date_of("recorded", row, mapping) for row in rows]
    days = [*promised, *delivered, *recorded]
    if not can_be_true([day for day in days if day]):
        return Unusable(found.order_no, NOT_TRUE)
    entered = entry(rows, mapping)
    return PastOrder(
        order_no=found.order_no,
        # Who is said to have ordered what had arrived already is not known to have ordered it at any time.
        entered=entered if entered and entered <= last and can_be_true([entered, last]) else None,
        promised=max(due for due, _ in lines),
        delivered=last,
        recorded=max(last, *(day for day in recorded if day)) if any(recorded) else last,
        was_late=any(came > due for due, came in lines),
        priority=priority(rows, mapping),
    )


def entry(rows: tuple[Row, ...], mapping: Mapping) -> date | None:
    """The earliest day by the first column that has any for this order."""
    for n in range(len(mapping.past.get("entered", ()))):
        if days := [day for row in rows if (day := mapping.date_in(row.fields.get(f"entered {n}", "")))]:
            return min(days)
    return None


def date_of(word: str, row: Row, mapping: Mapping) -> date | None:
    """By the first column that has one for this row."""
    choice = range(len(mapping.past.get(word, ())))
    return next((day for n in choice if (day := mapping.date_in(row.fields.get(f"{word} {n}", "")))), None)


def can_be_true(days: list[date]) -> bool:
    """Whether an order can have had all these days; a slip of the pen would stretch the whole rehearsal to it."""
    return min(days) >= FIRST and max(days) <= LAST and max(days) - min(days) <= LONGEST


def priority(rows: tuple[Row, ...], mapping: Mapping) -> Priority:
    said = {row.fields["priority"] for row in rows if "priority" in row.fields} or {mapping.defaults.get("priority", "")}
    return Priority.RUSH if Priority.RUSH in said else Priority.NORMAL
