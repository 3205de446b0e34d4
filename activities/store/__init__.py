"""The store: what people read of orders, and what the inbox, the register and the ledger keep (design §4)."""

from activities.store.away import StoreAway
from activities.store.cursors import BadCursor
from activities.store.database import Database
from activities.store.inbox import Closed, Held, Inbox, Stale, UnknownTask
from activities.store.journal import SqlJournal
from activities.store.ledger import Ledger, LedgerRow, Recipient
from activities.store.migrate import migrate
from activities.store.order_lists import OrderFilter
from activities.store.orders import OrderReader
from activities.store.outbox import Outbox, Waiting
from activities.store.people import PeopleRegister, UnknownPerson
from activities.store.policies import PolicyShelf, UnknownPolicy
from activities.store.records import TaskRecord
from activities.store.register import Away, Person
from activities.store.replies import Replies, Reply
from activities.store.store import Store
from activities.store.tasks import TaskFilter, TaskReader

__all__ = [
    "Away",
    "BadCursor",
    "Closed",
    "Database",
    "Held",
    "Inbox",
    "Ledger",
    "LedgerRow",
    "OrderFilter",
    "OrderReader",
    "Outbox",
    "PeopleRegister",
    "Person",
    "PolicyShelf",
    "Recipient",
    "Replies",
    "Reply",
    "SqlJournal",
    "Stale",
    "Store",
    "StoreAway",
    "TaskFilter",
    "TaskReader",
    "TaskRecord",
    "UnknownPerson",
    "UnknownPolicy",
    "UnknownTask",
    "Waiting",
    "migrate",
]
