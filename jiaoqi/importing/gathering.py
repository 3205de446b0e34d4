"""Gathers rows to orders: an order is all rows of its number, wherever they stand, and whole or not at all."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from jiaoqi.importing.mapping import OF_LINES, OF_ORDERS, Mapping
from jiaoqi.importing.reading import Row
from workflows import ids

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
    days: tuple[date, ...]
    """What could be read of its rows' dates."""
    faults: tuple[RowFault, ...]
    """What is wrong with its rows before anybody looks at the order."""
    shift: timedelta = timedelta(0)

    @property
    def order_no(self) -> str:
        return self.rows[0].fields.get("order_no", "")

    @property
    def body(self) -> dict[str, Any]:
        """What `POST /orders` takes."""
        said = {field: text for field in OF_ORDERS if (text := first(self.rows, field))}
        customer = {name: said.pop(field) for name, field in CUSTOMER.items() if field in said}
        if self.days:
            said["requested_date"] = (max(self.days) + self.shift).isoformat()
        return {"order_no": self.order_no, "customer": customer, "lines": [line(row) for row in self.rows], **said}

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


CUSTOMER = {"name": "customer", "email": "email", "language": "language"}
"""Where the customer's fields stand in a body."""


def gather(rows: Iterable[Row], mapping: Mapping) -> list[FileOrder]:
    """The orders of a file, in the order in which their numbers first appear."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        number = row.fields.get("order_no")
        # A row of no order is refused by itself.
        found.setdefault(ids.order_id(number) if number else f"row {row.number}", []).append(row)
    return [order(tuple(of_number), mapping) for of_number in found.values()]


def order(rows: tuple[Row, ...], mapping: Mapping) -> FileOrder:
    days = tuple(found for row in rows if (found := day(row, mapping)))
    return FileOrder(rows, mapping, days, tuple(faults(rows, mapping)))


def rebased(orders: list[FileOrder], today: date) -> list[FileOrder]:
    """The orders with all dates shifted alike, so that the earliest of any row is today."""
    days = [day for order in orders for day in order.days]
    shift = today - min(days, default=today)
    return [replace(order, shift=shift) for order in orders]


def faults(rows: tuple[Row, ...], mapping: Mapping) -> Iterator[RowFault]:
    for row in rows:
        if row.has_too_many_cells:
            yield RowFault(row.number, "", "has more cells than the head has columns")
        if "order_no" not in row.fields:
            yield RowFault(row.number, mapping.column("order_no"), "is missing")
        if (text := row.fields.get("requested_date")) and not day(row, mapping):
            yield RowFault(row.number, mapping.column("requested_date"), f"{text!r} is no date; write YYYY-MM-DD")
        yield from differences(row, rows[0], mapping)


def differences(row: Row, head: Row, mapping: Mapping) -> Iterator[RowFault]:
    """What is said of an order is said once: later rows repeat it or leave it out."""
    for field in OF_ORDERS:
        said = row.fields.get(field)
        if field == "requested_date" and mapping.takes_latest_date:
            continue
        if said and said != head.fields.get(field):
            yield RowFault(row.number, mapping.column(field), f"differs from row {head.number} of the same order")


def day(row: Row, mapping: Mapping) -> date | None:
    for form in mapping.date_formats:
        try:
            return datetime.strptime(row.fields.get("requested_date", ""), form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return None


def first(rows: tuple[Row, ...], field: str) -> str | None:
    return next((row.fields[field] for row in rows if field in row.fields), None)


def line(row: Row) -> dict[str, Any]:
    """A quantity that is no number stays as it is written, to be refused as everybody's is."""
    said: dict[str, Any] = {field: row.fields[field] for field in OF_LINES if field in row.fields}
    if WHOLE.fullmatch(said.get("quantity", "")):
        said["quantity"] = int(said["quantity"])
    return said
