"""The store as its users hold it: one database, and what is asked of it by subject."""

from typing import Self

from sqlalchemy import select

from activities.store.checks import Checks
from activities.store.database import Database
from activities.store.inbox import Inbox
from activities.store.ledger import Ledger
from activities.store.orders import OrderReader
from activities.store.outbox import Outbox
from activities.store.people import PeopleRegister
from activities.store.policies import PolicyShelf
from activities.store.replies import Replies
from activities.store.sessions import Sessions
from activities.store.tables import REGISTER
from activities.store.tasks import TaskReader


class Store:
    """Share one between threads. Every call may raise StoreAway, and waits for the database no longer than two seconds or so."""

    def __init__(self, database: Database, temporal_ui_url: str) -> None:
        self.database = database
        self.temporal_ui_url = temporal_ui_url.rstrip("/")
        self.orders = OrderReader(database, self.temporal_ui_url)
        self.tasks = TaskReader(database)
        self.people = PeopleRegister(database)
        self.inbox = Inbox(database)
        self.replies = Replies(database)
        self.policies = PolicyShelf(database)
        self.ledger = Ledger(database)
        self.outbox = Outbox(database)
        self.checks = Checks(database)
        self.sessions = Sessions(database)

    @classmethod
    def open(cls, database_url: str, temporal_ui_url: str = "http://127.0.0.1:8233") -> Self:
        """Connects to nothing yet: a process may start while its store is away."""
        return cls(Database(database_url), temporal_ui_url)

    def close(self) -> None:
        self.database.close()

    def ping(self) -> None:
        """Raises StoreAway unless the store answers, and is migrated."""
        with self.database.reading() as connection:
            connection.execute(select(REGISTER.c.version)).scalar_one()
