"""The chain over what happened, how far it has come with each order, and who read what."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from activities.store.columns import Row, document, ordered, table

GOING_ON = text("NOT is_final")
"""Which orders the index of those under way holds; who asks for them says so in these words."""


class AuditLinkTable(Row, table=True):
    __tablename__ = "audit_link"
    __table_args__ = (Index("ix_audit_link_subject", "source", "subject", "first"),)

    n: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: str
    """As its code has it, to the letter."""
    source: str = ordered()
    subject: str = ordered()
    first: int = Field(sa_type=BigInteger)
    last: int = Field(sa_type=BigInteger)
    size: int
    is_final: bool
    digest: str
    marks: str = document()
    mac: str


class AuditHeadTable(Row, table=True):
    """How far the chain has come with an order."""

    __tablename__ = "audit_head"
    __table_args__ = (Index("ix_audit_head_going_on", "order_id", sqlite_where=GOING_ON, postgresql_where=GOING_ON),)

    order_id: str = ordered(primary_key=True)
    seq: int
    is_final: bool


class AuditMailTable(Row, table=True):
    """The head of the chain, as it was mailed out of the house: once a day."""

    __tablename__ = "audit_mail"

    day: date = Field(primary_key=True)
    n: int = Field(sa_type=BigInteger)
    mac: str


class AccessLogTable(Row, table=True):
    """Who was shown what; kept for ever."""

    __tablename__ = "access_log"
    __table_args__ = (Index("ix_access_log_about", "about", "id"), Index("ix_access_log_person", "person", "id"))

    id: int | None = Field(None, primary_key=True)
    at: datetime
    person: str = ordered()
    what: str
    about: str = ordered()
    """An order as it is looked up; empty where it was about many."""
    detail: str = ""
    how: str
    """By a page, the API, or a link in a mail."""
    door: str
    """The beginning of the digest of the session, token or link."""


AUDIT_LINK, AUDIT_HEAD, AUDIT_MAIL = table(AuditLinkTable), table(AuditHeadTable), table(AuditMailTable)
ACCESS_LOG = table(AccessLogTable)
