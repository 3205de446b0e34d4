"""The tables of documents and of their archive: rows stay for ever, what they describe is kept for as long as the policy says."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from activities.store.columns import Row, document, ordered, table


class DocumentTable(Row, table=True):
    """One version of a document of an order; a new one is a new row."""

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_order", "order_id", "kind", "version", unique=True),
        Index("ix_document_sha256", "sha256"),
    )

    id: int | None = Field(None, primary_key=True)
    order_id: str = ordered(of="customer_order.order_id")
    order_no: str
    kind: str = ordered()
    version: int
    """From 1, by order and kind."""
    sha256: str = ordered()
    size: int
    media_type: str
    language: str | None = None
    """In which it is written, where it is one of ours."""
    name: str
    """What its uploader's file was called."""
    author: str
    at: datetime
    task_id: str | None = None
    source: str
    """`generated`, `uploaded` or `signed`."""
    note: str | None = None
    removed_at: datetime | None = None
    """When its content was removed, its time being over."""


class ArchiveTable(Row, table=True):
    """One bundle of a closed order's whole file; of several the last one holds."""

    __tablename__ = "archive"
    __table_args__ = (
        Index("ix_archive_order", "order_id", "id"),
        Index("ix_archive_customer", "customer_key", "id"),
        Index("ix_archive_closed", "closed_at", "id"),
    )

    id: int | None = Field(None, primary_key=True)
    order_id: str = ordered(of="customer_order.order_id")
    order_no: str
    customer: str
    customer_key: str = ordered()
    closed_at: datetime
    sha256: str = ordered()
    """Of the bundle,"""
    size: int
    manifest: str = document()
    """and what is in it, as the bundle itself says."""
    missing: str
    """Kinds of documents that the file lacked, with commas."""
    last_document: int
    """The newest document that is in it,"""
    last_seq: int
    """and the order's last event: behind these there is something new."""
    at: datetime
    verified_at: datetime
    """When it was last read back and found whole."""
    removed_at: datetime | None = None


DOCUMENT, ARCHIVE = table(DocumentTable), table(ArchiveTable)
