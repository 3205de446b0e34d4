"""Gathers rows to orders: an order is all rows of its number, wherever they stand, and whole or not at all."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from activities.importing.mapping import ISO, OF_LINES, OF_ORDERS, Mapping
from activities.importing.reading import OrderFile, Row
from workflows.types.orders import MOST_LINES

WHOLE = re.compile(r"[0-9]{1,15}")


class RowFault(NamedTuple):
    """Why a row is refused."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True)
class FileOrder:
    """An order as a file has it."""

    rows: tuple[Row, ...]
    mapping: Mapping
    shift: timedelta = timedelta(0)

    @property
    def key(self) -> str:
        return self.rows[0].order_key

    @property
    def order_no(self) -> str:
        return self.rows[0].fields.get("order_no", "")

    @property
    def faults(self) -> tuple[RowFault, ...]:
        """What is wrong with its rows before anybody looks at the order."""
        return tuple(faults(self.rows, self.mapping))

    @property
    def body(self) -> dict[str, Any]:
        """What `POST /orders` takes."""
        said = {field: text for field in OF_ORDERS if (text := first(self.rows, field) or self.mapping.defaults.get(field))}
        customer = {name: said.pop(field) for name, field in CUSTOMER.items() if field in said}
        if days := [found for row in self.rows if (found := day(row, self.mapping))]:
            said["requested_date"] = shifted(max(days), self.shift).isoformat()
        lines = [line(row, self.mapping) for row in self.rows]
        return {"order_no": self.order_no, "customer": customer, "lines": lines, **said}

    def fault(self, pointer: str, reason: str) -> RowFault:
        """A fault of the body, as one of the row and column that it comes from."""
        match pointer.split("/")[1:]:
            case ["lines", position, *rest] if position.isdecimal():
                row, field = self.rows[int(position)], rest[0] if rest else "order_no"
            case ["customer", name, *_]:
                row, field = self.rows[0], CUSTOMER.get(name, name)
            case ["lines" | "customer" as whole, *_]:
                row, field = self.rows[0], "order_no" if whole == "lines" else whole
            case [field, *_]:
                row = self._latest() if field == "requested_date" else self.rows[0]
            case _:
                row, field = self.rows[0], "order_no"
        return RowFault(row.number, self.mapping.column(field), reason)

    def _latest(self) -> Row:
        """The row whose date the order is asked for by."""
        return max(self.rows, key=lambda row: day(row, self.mapping) or date.min)


EXAMPLE = date(2027, 3, 31)
CUSTOMER = {"name": "customer", "email": "email", "language": "language"}
"""Where the customer's fields stand in a body."""


class Survey(NamedTuple):
    """What must be known of a whole file before its first order can be entered."""

    last_rows: dict[str, int]
    """By order, in the order in which their numbers first appear: the row that makes it complete."""
    earliest: date | None
    """Of all dates of the file."""


def survey(file: OrderFile, limit: int | None = None) -> Survey:
    """Reads the file once; of its orders, those of the first `limit` numbers count. Raises FileCannotBeRead."""
    last_rows: dict[str, int] = {}
    earliest: date | None = None
    numbers = 0
    is_full = False
    for row in file.rows():
        found = day(row, file.mapping)
        earliest = min(earliest or found, found) if found else earliest
        if row.order_key not in last_rows:
            numbers += "order_no" in row.fields
            is_full = is_full or (limit is not None and numbers > limit)
        if row.order_key in last_rows or not is_full:
            last_rows[row.order_key] = row.number
    return Survey(last_rows, earliest)


def gather(file: OrderFile, surveyed: Survey, shift: timedelta = timedelta(0)) -> Iterator[FileOrder]:
    """The file's orders, each as soon as its last row is read; no more of the file is in memory than is incomplete."""
    begun: dict[str, list[Row]] = {}
    for row in file.rows():
        key = row.order_key
        if key in surveyed.last_rows:
            of_order = begun.setdefault(key, [])
            # One line too many has it refused; a file that is all one order need not fit into memory.
            if len(of_order) <= MOST_LINES:
                of_order.append(row)
            if row.number == surveyed.last_rows[key]:
                yield FileOrder(tuple(begun.pop(key)), file.mapping, shift)


def faults(rows: tuple[Row, ...], mapping: Mapping) -> Iterator[RowFault]:
    for row in rows:
        if row.is_shifted:
            yield RowFault(row.number, "", "has more cells than the head has columns")
        for field, reason in row.unreadable.items():
            yield RowFault(row.number, mapping.column(field), reason)
        if "order_no" not in row.fields and "order_no" not in row.unreadable:
            yield RowFault(row.number, mapping.column("order_no"), "is missing")
        if (text := row.fields.get("requested_date")) and not day(row, mapping):
            yield RowFault(row.number, mapping.column("requested_date"), f"{text!r} is no date; write {written(mapping)}")
        yield from differences(row, rows[0], mapping)


def differences(row: Row, head: Row, mapping: Mapping) -> Iterator[RowFault]:
    """What is said of an order is said once: later rows repeat it or leave it out."""
    for field in OF_ORDERS:
        said = row.fields.get(field)
        if field == "requested_date" and mapping.takes_latest_date:
            continue
        if said and said != head.fields.get(field) and not (field == "requested_date" and is_same_day(row, head, mapping)):
            yield RowFault(row.number, mapping.column(field), f"differs from row {head.number} of the same order")


def day(row: Row, mapping: Mapping) -> date | None:
    return mapping.date_in(row.fields.get("requested_date", ""))


def is_same_day(row: Row, head: Row, mapping: Mapping) -> bool:
    """However it is spelt: a mapping may know several forms of a date."""
    found = day(row, mapping)
    return found is not None and found == day(head, mapping)


def shifted(day: date, shift: timedelta) -> date:
    """No further than dates go: a date so far away is refused like any other that lies too far away."""
    try:
        return day + shift
    except OverflowError:
        return date.max


def written(mapping: Mapping) -> str:
    """The form of a date, as a person would say it."""
    form = mapping.date_formats[0]
    return "YYYY-MM-DD" if form == ISO else f"it as {form}, such as {EXAMPLE.strftime(form)}"


def first(rows: tuple[Row, ...], field: str) -> str | None:
    return next((row.fields[field] for row in rows if field in row.fields), None)


def line(row: Row, mapping: Mapping) -> dict[str, Any]:
    """A quantity that is no number stays as it is written, to be refused as everybody's is."""
    known = {**mapping.defaults, **row.fields}
    said: dict[str, Any] = {field: known[field] for field in OF_LINES if field in known}
    if WHOLE.fullmatch(said.get("quantity", "")):
        said["quantity"] = int(said["quantity"])
    return said
