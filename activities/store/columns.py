"""What the tables are made of."""

from typing import Any, ClassVar

from sqlalchemy import MetaData, String, Table, Text, inspect
from sqlmodel import Field, SQLModel

# Prefixes and cursors are ranges of bytes: a locale's order would tear them apart.
ORDERED = String().with_variant(String(collation="C"), "postgresql")


def ordered(default: Any = ..., *, primary_key: bool = False, of: str | None = None) -> Any:
    """A text column that is compared byte by byte; `of` names the column that it refers to."""
    if of is None:
        return Field(default, primary_key=primary_key, sa_type=ORDERED)
    return Field(default, primary_key=primary_key, sa_type=ORDERED, foreign_key=of)


def document(default: Any = ...) -> Any:
    """A message as JSON text, exactly as it was written: never parsed, and so never rearranged, by the database."""
    return Field(default, sa_type=Text)


class Row(SQLModel):
    """What all tables share."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={"pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"}
    )


def table(model: type[Row]) -> Table:
    """The plain table: hot paths speak Core, which costs a third of the ORM's unit of work."""
    found = inspect(model).local_table
    assert isinstance(found, Table)  # noqa: S101
    return found
