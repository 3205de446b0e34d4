"""The tables: what people read of orders and tasks, and what the inbox, the register and the ledger know themselves.

Of an order and its tasks the columns are what lists filter and sort by; the whole row is kept beside them as JSON.
"""

from datetime import date, datetime

from sqlalchemy import JSON, Index, false, text
from sqlmodel import Field

from activities.store.columns import ORDERED, Row, document, ordered, table

NO_PROMISE = date(9999, 12, 31)
"""Stands for `no promise yet` in what is sorted by the promise: after every real one."""

CLOSED = text("status <> 'open'")
"""Which tasks the index of kinds holds; who asks for them says so in these words, else SQLite does not see it."""
OPEN = text("status = 'open'")
"""The same of open tasks by their order's owner,"""
THREATENED = text("status IN ('open', 'on_hold') AND risk IN ('late', 'at_risk')")
"""of orders under way whose promise is in danger,"""
A_CASE = text("is_case")
"""of what is no order but a case beside the orders,"""
CASE_UNDER_WAY = text("is_case AND status NOT IN ('completed', 'cancelled')")
"""of cases that have not ended, said so that SQLite does not look them up among all that is open,"""
ABOUT = text("about IS NOT NULL")
"""of cases that came from an order,"""
TROUBLED = text(
    r"""status = 'open' AND (kind = 'produce' AND body LIKE '%"is_silence_told"\:true%' OR """
    "kind IN ('make_plan', 'ready_materials', 'ready_equipment', 'ready_people', 'produce') AND id NOT LIKE '%.1')"
)
"""of open tasks that are silent, or asked again,"""
TRAINED = text(r"""status = 'open' AND body LIKE '%"course"\:"%'""")
"""of open tasks that not everybody may do,"""
DEAD = text("state = 'dead'")
"""of mails that could not be delivered,"""
SIGNED = text("signed_at IS NOT NULL")
"""and of what was signed."""


class OrderTable(Row, table=True):
    __tablename__ = "customer_order"
    __table_args__ = (
        Index("ix_order_created", "created_at", "order_id"),
        Index("ix_order_due", "due", "order_id"),
        Index("ix_order_status_created", "status", "created_at", "order_id"),
        Index("ix_order_status_due", "status", "due", "order_id"),
        Index("ix_order_status_id", "status", "order_id"),
        Index("ix_order_customer_created", "customer", "created_at", "order_id"),
        Index("ix_order_customer_due", "customer", "due", "order_id"),
        Index("ix_order_customer_id", "customer", "order_id"),
        Index("ix_order_risk_created", "risk", "created_at", "order_id"),
        # What begins with a prefix is sorted without its rows being read.
        Index("ix_order_customer_key", "customer_key", "created_at", "order_id"),
        Index("ix_order_id_created", "order_id", "created_at"),
        # On the straight path no order is in it.
        Index("ix_order_threatened", "risk", "due", "order_id", sqlite_where=THREATENED, postgresql_where=THREATENED),
        Index("ix_order_case", "created_at", "order_id", sqlite_where=A_CASE, postgresql_where=A_CASE),
        Index("ix_order_case_open", "origin", "order_id", sqlite_where=CASE_UNDER_WAY, postgresql_where=CASE_UNDER_WAY),
        Index("ix_order_about", "about", "created_at", "order_id", sqlite_where=ABOUT, postgresql_where=ABOUT),
    )

    order_id: str = ordered(primary_key=True)
    order_no: str = ordered()
    customer: str = ordered()
    customer_key: str = ordered()
    """The customer's name as prefixes are searched: in one case."""
    status: str = ordered()
    stage: str = ordered()
    risk: str | None = ordered(None)
    due: date
    """The promise, or NO_PROMISE."""
    created_at: datetime
    last_seq: int
    unnumbered: int = 0
    """Changes that no seq counts: the inbox's, and events of undone attempts. With the seq an ETag that only grows."""
    policy: str
    """The digest of the order's pinned policy."""
    fence: float
    chain: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """A digest of the order's events, as the last writing told them (`Flush.chain`)."""
    confirmed_seq: int
    is_case: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """No order, but something beside the orders that is asked and followed in the same way."""
    about: str | None = ordered(None)
    """Of a case: the order that it came from, as it is looked up;"""
    origin: str | None = ordered(None)
    """and what it came from."""
    lines_digest: str
    body: str = document()


class CaseNumberTable(Row, table=True):
    """Which number a call gave to a case: the same call never gets another."""

    __tablename__ = "case_number"
    __table_args__ = (Index("ix_case_number_said", "said_id", unique=True),)

    n: int | None = Field(None, primary_key=True)
    said_id: str = ordered()


class LineTable(Row, table=True):
    __tablename__ = "order_line"
    __table_args__ = (Index("ix_line_product", "product_key", "order_id"),)

    order_id: str = ordered(primary_key=True, of="customer_order.order_id")
    product_key: str = ordered(primary_key=True)


class EventTable(Row, table=True):
    __tablename__ = "event"

    order_id: str = ordered(primary_key=True, of="customer_order.order_id")
    seq: int = Field(primary_key=True)
    at: datetime
    type: str
    actor: str
    on_behalf_of: str | None = None
    task_id: str | None = None
    said_id: str | None = None
    key: str | None = None
    """The caller's Idempotency-Key."""
    fingerprint: str | None = None
    data: str = document()


class TaskTable(Row, table=True):
    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_order", "order_id", "status"),
        Index("ix_task_department", "department", "status", "due_at", "id", "kind"),
        Index(
            "ix_task_holder",
            "holder",
            "status",
            "due_at",
            "id",
            "kind",
            sqlite_where=text("holder IS NOT NULL"),
            postgresql_where=text("holder IS NOT NULL"),
        ),
        # Open tasks are few; of the others a kind may be rare, and only closing costs an entry.
        Index(
            "ix_task_closed_kind",
            "kind",
            "department",
            "status",
            "due_at",
            "id",
            sqlite_where=CLOSED,
            postgresql_where=CLOSED,
        ),
        Index("ix_task_troubled", "due_at", "id", sqlite_where=TROUBLED, postgresql_where=TROUBLED),
        # Where the policy asks for no course no task is in it.
        Index("ix_task_trained", "due_at", "id", sqlite_where=TRAINED, postgresql_where=TRAINED),
        Index("ix_task_owner", "owner", "department", "due_at", "id", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: str = ordered(primary_key=True)
    """As it is looked up: the order's part in one case."""
    order_id: str = ordered(of="customer_order.order_id")
    department: str = ordered()
    kind: str = ordered()
    status: str = ordered()
    due_at: datetime
    due_soon_at: datetime
    completed_at: datetime | None = None
    opened_seq: int
    """The seq by which it had been opened: from a later batch's first on it is an undone attempt's."""
    version: int
    """The seq of the last event that changed it."""
    unnumbered: int = 0
    """As the order's; a new task starts where its order stands, so that a task asked again never gets an old ETag."""
    holder: str | None = ordered(None)
    """The inbox's own, which no flush touches."""
    owner: str | None = ordered(None)
    """Of its order: whoever waits for it."""
    body: str = document()


class SnoozeTable(Row, table=True):
    __tablename__ = "snooze"
    __table_args__ = (Index("ix_snooze_person", "person", "until"),)

    # The one row that goes with another: who snoozed a task that an undone attempt had opened snoozed nothing.
    task_id: str = Field(primary_key=True, sa_type=ORDERED, foreign_key="task.id", ondelete="CASCADE")
    person: str = ordered(primary_key=True)
    until: datetime


class InboxLogTable(Row, table=True):
    """What people did in the inbox; kept for ever, also of tasks that an undone attempt had opened."""

    __tablename__ = "inbox_log"
    __table_args__ = (Index("ix_inbox_log_task", "task_id"),)

    id: int | None = Field(None, primary_key=True)
    at: datetime
    task_id: str = ordered()
    said_id: str
    action: str
    by: str
    holder: str | None = None
    """Who holds the task from here on."""
    until: datetime | None = None
    reason: str | None = None


class CommentTable(Row, table=True):
    """What people say to each other about a task; nothing is taken back."""

    __tablename__ = "task_comment"
    __table_args__ = (Index("ix_task_comment_task", "task_id", "id"), Index("ix_task_comment_said", "said_id", unique=True))

    id: int | None = Field(None, primary_key=True)
    task_id: str = ordered()
    at: datetime
    by: str
    text: str = document()
    said_id: str = ordered()
    """The same form sent twice is one comment."""


class ReplyTable(Row, table=True):
    __tablename__ = "reply"
    __table_args__ = (Index("ix_reply_order", "order_id", "seq"),)

    said_id: str = ordered(primary_key=True)
    order_id: str = ordered()
    seq: int | None = None
    """The event that the call caused; None for the inbox's."""
    fingerprint: str
    status: int
    body: str = document()
    location: str | None = None
    etag: str


class NoticeTable(Row, table=True):
    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_order", "order_id", "opened_at", "notice_key", "recipient"),
        Index("ix_notice_dead", "at", sqlite_where=text("state = 'dead'"), postgresql_where=text("state = 'dead'")),
    )

    notice_key: str = ordered(primary_key=True)
    recipient: str = ordered(primary_key=True)
    """A person's id, `customer`, or an address."""
    order_id: str = ordered()
    order_no: str
    task_id: str | None = None
    kind: str
    address: str | None = None
    language: str
    state: str
    message_id: str
    opened_at: datetime
    at: datetime
    """When it came into its state."""
    attempts: int = 0
    last_error: str | None = None


class OutboxTable(Row, table=True):
    """What orders want told and the courier has not finished with; the ledger has what was told."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_next", "next_at"), Index("ix_outbox_order", "order_id", "seq"))

    notice_key: str = ordered(primary_key=True)
    order_id: str = ordered(of="customer_order.order_id")
    order_no: str
    seq: int
    """Of the event that asks for it; 0 when the courier itself has something to report."""
    at: datetime
    """When it was asked for."""
    next_at: datetime
    """When a courier may take it; whoever has it moves this ahead."""
    attempts: int = 0
    body: str = document()


class MailLinkTable(Row, table=True):
    """What a link in a mail lets its one reader do, once; only a digest of what the mail has."""

    __tablename__ = "mail_link"
    __table_args__ = (Index("ix_mail_link_expires", "expires_at"),)

    digest: str = ordered(primary_key=True)
    order_id: str = ordered()
    task_id: str | None = None
    purpose: str
    who: str = ordered()
    """The mail's recipient, as the ledger names them."""
    notice_key: str = ordered()
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class SignatureTable(Row, table=True):
    """What a customer signed by a link, or is about to sign."""

    __tablename__ = "signature"
    __table_args__ = (
        Index("ix_signature_order", "order_id", "signed_at"),
        Index("ix_signature_signed", "signed_at", sqlite_where=SIGNED, postgresql_where=SIGNED),
    )

    link: str = ordered(primary_key=True)
    order_id: str = ordered()
    order_no: str
    task_id: str
    statement: str = document()
    """As it was shown, byte for byte."""
    sha256: str
    name: str
    address: str
    """Masked."""
    outcome: str
    fields: str = document()
    drafted_at: datetime
    signed_at: datetime | None = None
    code_hash: str
    code_expires_at: datetime
    attempts: int
    codes: int


class DigestTable(Row, table=True):
    """What a person was told of a morning: one mail a day, whatever becomes of it."""

    __tablename__ = "digest"

    day: date = Field(primary_key=True)
    person: str = ordered(primary_key=True)
    address: str
    language: str
    state: str
    message_id: str
    at: datetime
    """When it came into its state."""
    next_at: datetime
    """When it may be tried; whoever tries moves this ahead."""
    attempts: int = 0
    last_error: str | None = None


class KeptNoticeTable(Row, table=True):
    """What a person would have been told at once, and wants to read in the next digest."""

    __tablename__ = "kept_notice"

    person: str = ordered(primary_key=True)
    notice_key: str = ordered(primary_key=True)
    task_id: str = ordered()


class PersonTable(Row, table=True):
    __tablename__ = "person"

    id: str = ordered(primary_key=True)
    name: str
    email: str | None = None
    language: str
    departments: list[str] = Field(sa_type=JSON)
    head_of: list[str] = Field(sa_type=JSON)
    admin: bool
    away_from: date | None = None
    away_to: date | None = None
    substitute: str | None = None
    removed: bool = False
    mail: str = Field(default="instant", sa_column_kwargs={"server_default": "instant"})
    """How they want to be told of tasks that are not due yet."""


class TokenTable(Row, table=True):
    """Only digests: a stolen store opens no door."""

    __tablename__ = "token"
    __table_args__ = (Index("ix_token_person", "person"),)

    digest: str = ordered(primary_key=True)
    person: str = ordered(of="person.id")
    created_at: datetime
    revoked: bool = False
    name: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """What its owner calls it, for one who has several."""
    used_at: datetime | None = None
    """To some ten minutes: what is used all day need not write all day."""


class PasswordTable(Row, table=True):
    __tablename__ = "password"

    person: str = ordered(primary_key=True, of="person.id")
    hash: str
    at: datetime


class SessionTable(Row, table=True):
    """Who is signed in, in which browser; only a digest of what the browser keeps."""

    __tablename__ = "session"
    __table_args__ = (Index("ix_session_person", "person"),)

    digest: str = ordered(primary_key=True)
    person: str = ordered(of="person.id")
    began_at: datetime
    seen_at: datetime
    browser: str


class HouseLogTable(Row, table=True):
    """What admins did to people, and who had mail sent again; kept for ever."""

    __tablename__ = "house_log"
    __table_args__ = (Index("ix_house_log_about", "about", "id"),)

    id: int | None = Field(None, primary_key=True)
    at: datetime
    by: str
    action: str
    about: str = ordered()
    """A person's id, or an order's number."""
    detail: str = ""


class SavedLinkTable(Row, table=True):
    __tablename__ = "saved_link"
    __table_args__ = (Index("ix_saved_link_person", "person", "id"),)

    id: int | None = Field(None, primary_key=True)
    person: str = ordered()
    name: str
    query: str
    at: datetime


class UploadTable(Row, table=True):
    """A file of orders that waits to be entered, for a day at most."""

    __tablename__ = "upload"
    __table_args__ = (Index("ix_upload_at", "at"),)

    id: str = ordered(primary_key=True)
    person: str = ordered()
    name: str
    content: bytes
    mapping: str = document()
    encoding: str
    is_rebased: bool
    at: datetime
    state: str
    beat_at: datetime
    total: int
    entered: int
    there: int
    refused: int
    verdicts: str = document()
    problem: str


class RegisterTable(Row, table=True):
    """One row: which state of the people's register is the newest, so that every process may keep a copy."""

    __tablename__ = "register"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: int


class PolicyTable(Row, table=True):
    __tablename__ = "policy"

    digest: str = ordered(primary_key=True)
    body: str = document()
    kept_at: datetime


class PolicyTextTable(Row, table=True):
    """Every policy that was ever applied, as it was written (R23); the last one governs."""

    __tablename__ = "policy_text"

    id: int | None = Field(None, primary_key=True)
    digest: str | None = None
    text: str = document()
    by: str
    at: datetime
    because: str | None = None
    """The number of the improvement that caused it."""


ORDER, LINE, EVENT, TASK = table(OrderTable), table(LineTable), table(EventTable), table(TaskTable)
SNOOZE, INBOX_LOG, REPLY = table(SnoozeTable), table(InboxLogTable), table(ReplyTable)
COMMENT, CASE_NUMBER = table(CommentTable), table(CaseNumberTable)
NOTICE, OUTBOX = table(NoticeTable), table(OutboxTable)
DIGEST, KEPT_NOTICE = table(DigestTable), table(KeptNoticeTable)
MAIL_LINK, SIGNATURE = table(MailLinkTable), table(SignatureTable)
PERSON, TOKEN, REGISTER = table(PersonTable), table(TokenTable), table(RegisterTable)
PASSWORD, SESSION = table(PasswordTable), table(SessionTable)
HOUSE_LOG = table(HouseLogTable)
SAVED_LINK, UPLOAD = table(SavedLinkTable), table(UploadTable)
POLICY, POLICY_TEXT = table(PolicyTable), table(PolicyTextTable)
METADATA = Row.metadata
