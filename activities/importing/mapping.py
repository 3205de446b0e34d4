"""Which columns of a file say what of an order: data, so that a plant's own file can say it too."""

from collections.abc import Mapping as Columns
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

REQUIRED = ("order_no", "customer", "product_model", "quantity", "requested_date")
OF_LINES = ("product_model", "quantity", "unit")
"""What each row says anew; the rest is said of the whole order."""
OF_ORDERS = ("customer", "email", "language", "requested_date", "customer_ref", "ship_to", "priority", "note")
FIELDS = ("order_no", *OF_ORDERS, *OF_LINES)
PAST = ("entered", "promised", "delivered", "recorded")
"""What became of a line of an order, day by day: only a rehearsal reads it."""
ISO = "%Y-%m-%d"


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """How one kind of file is read."""

    columns: Columns[str, tuple[str, ...]]
    """By field: the columns that make it, joined by a space."""
    optional: frozenset[str] = frozenset()
    """Fields whose columns a file may lack."""
    defaults: Columns[str, str] = field(default_factory=dict)
    """By field: what holds where the file says nothing."""
    date_formats: tuple[str, ...] = (ISO,)
    takes_latest_date: bool = False
    """Whether the rows of an order may differ in their date: the order is then asked for by the latest."""
    past: Columns[str, tuple[str, ...]] = field(default_factory=dict)
    """By word of `PAST`: the columns that may have it, of which the first with a date counts."""

    def column(self, field: str) -> str:
        """A field as the file's reader knows it."""
        return " + ".join(self.columns.get(field, (field,)))

    @property
    def used(self) -> list[str]:
        """Every column that is read."""
        return [column for columns in self.columns.values() for column in columns]

    def date_in(self, text: str) -> date | None:
        """The date that a cell says, None when it says none."""
        for form in self.date_formats:
            try:
                return datetime.strptime(text, form).replace(tzinfo=UTC).date()
            except ValueError:
                continue
        return None
