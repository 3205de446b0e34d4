"""Which columns of a file say what of an order: data, so that a plant's own file can say it too."""

from collections.abc import Mapping as Columns
from dataclasses import dataclass

REQUIRED = ("order_no", "customer", "product_model", "quantity", "requested_date")
OF_LINES = ("product_model", "quantity", "unit")
"""What each row says anew; the rest is said of the whole order."""
OF_ORDERS = ("customer", "email", "language", "requested_date", "customer_ref", "ship_to", "priority", "note")
FIELDS = ("order_no", *OF_ORDERS, *OF_LINES)


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """How one kind of file is read."""

    name: str
    columns: Columns[str, tuple[str, ...]]
    """By field: the columns that make it, joined by a space."""
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    takes_latest_date: bool = False
    """Whether the rows of an order may differ in their date: the order is then asked for by the latest."""

    def column(self, field: str) -> str:
        """A field as the file's reader knows it."""
        return " + ".join(self.columns.get(field, (field,)))


PLAIN = Mapping(name="plain", columns={field: (field,) for field in FIELDS})
"""Columns named like the fields of an order in JSON."""

SCMS = Mapping(
    name="scms",
    columns={
        "order_no": ("PO / SO #",),
        "customer": ("Country", "Project Code"),
        "product_model": ("Item Description",),
        "quantity": ("Line Item Quantity",),
        "requested_date": ("Scheduled Delivery Date",),
    },
    # As cleaned, and as the programme itself publishes it.
    date_formats=("%Y-%m-%d", "%d-%b-%y"),
    takes_latest_date=True,
)
"""The delivery history of the public health supply programme SCMS."""

BUILT_IN = {SCMS.name: SCMS}
