"""What figures are made of: of each order what it counts as, and by month how often that comes."""

from datetime import date

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from activities.store.columns import Row, document, ordered, table

GOING_ON = text("NOT is_final")
"""Which orders the index of those that still move holds,"""
UNDECIDED = text("is_open")
"""which facts time alone turns into failures,"""
MEASURED = text("value IS NOT NULL AND NOT is_open")
"""and which have a value that medians are taken of; who asks for them says so in these words, else SQLite does not see it."""
BY_VALUE = ("measure", "bucket", "value", "day", "customer", "order_id", "is_open")
"""All that a median asks for, so that it is counted out in the index alone,"""
BY_EXPIRY = ("measure", "expires", "day", "what", "marks", "bucket", "part", "of", "value", "customer", "order_id", "is_open")
"""and all that is asked of what nobody has decided: nothing is read of what has time left."""


class FigureOrderTable(Row, table=True):
    """How far an order's events are taken in, and what of them figures need."""

    __tablename__ = "figure_order"
    __table_args__ = (Index("ix_figure_order_going_on", "order_id", sqlite_where=GOING_ON, postgresql_where=GOING_ON),)

    order_id: str = ordered(primary_key=True)
    seq: int
    is_final: bool
    unnumbered: int
    """As the order's row had it: once it has grown, events may have gone that were taken in."""
    story: str = document()
    """What has happened so far, as figures see it; the next events are told to it."""


class FigureFactTable(Row, table=True):
    """One thing that counts: an order by one of its dates, a task by its deadline, an inspection, an answer."""

    __tablename__ = "figure_fact"
    __table_args__ = (
        Index("ix_figure_fact_day", "measure", "day", "order_id", "item"),
        Index("ix_figure_fact_customer", "customer", "measure", "day", "order_id", "item"),
        Index("ix_figure_fact_overdue", *BY_EXPIRY, sqlite_where=UNDECIDED, postgresql_where=UNDECIDED),
        Index("ix_figure_fact_value", *BY_VALUE, sqlite_where=MEASURED, postgresql_where=MEASURED),
    )

    order_id: str = ordered(primary_key=True)
    measure: str = ordered(primary_key=True)
    item: str = ordered(primary_key=True)
    """Which one of the order: of a task its kind and number."""
    what: str = ordered()
    """Within the measure: of a task its department, of a cause what is to blame."""
    customer: str = ordered()
    """As customers are looked up."""
    day: date
    """By which it falls into a period, in the plant's time."""
    is_open: bool
    """Not decided yet: it counts as a failure from `expires` on, and not at all before."""
    expires: int | None = Field(None, sa_type=BigInteger)
    """Microseconds since 1970; never, while the order is on hold."""
    marks: int
    part: int = Field(sa_type=BigInteger)
    of: int = Field(sa_type=BigInteger)
    value: int | None = Field(None, sa_type=BigInteger)
    """Working time in microseconds, or days, or a score."""
    bucket: int
    """Of the value, where medians are taken of it; else -1."""


class FigureProductTable(Row, table=True):
    """Under which products an order is summed up: its lines as its story has them, which the order's own may be ahead of."""

    __tablename__ = "figure_product"

    product: str = ordered(primary_key=True)
    """As products are looked up."""
    order_id: str = ordered(primary_key=True)


class FigureCellTable(Row, table=True):
    """The sum of all decided facts of one sort, by year and month, and over all orders by day."""

    __tablename__ = "figure_cell"

    scope: str = ordered(primary_key=True)
    """Of all orders, or a customer's, or with a product, or both."""
    period: str = ordered(primary_key=True)
    """`y2026`, `m2026-11`, `d2026-11-22`."""
    measure: str = ordered(primary_key=True)
    what: str = ordered(primary_key=True)
    marks: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    bucket: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    n: int = Field(sa_type=BigInteger)
    part: int = Field(sa_type=BigInteger)
    of: int = Field(sa_type=BigInteger)
    total: int = Field(sa_type=BigInteger)
    """Of the values."""


class FigureMarkTable(Row, table=True):
    """How far other tables are taken in; who changes figures holds the row `keeper`, so that only one does."""

    __tablename__ = "figure_mark"

    name: str = ordered(primary_key=True)
    upto: int = Field(sa_type=BigInteger)


FIGURE_ORDER, FIGURE_FACT, FIGURE_PRODUCT = table(FigureOrderTable), table(FigureFactTable), table(FigureProductTable)
FIGURE_CELL, FIGURE_MARK = table(FigureCellTable), table(FigureMarkTable)
