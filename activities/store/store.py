"""The store as its users hold it: one database, and what is asked of it by subject."""

from typing import Self
from urllib.parse import quote

from sqlalchemy import select

from activities.store.access_log import AccessLog
from activities.store.archives import Archives
from activities.store.audit import AuditStore
from activities.store.board import Board
from activities.store.cases import Cases
from activities.store.checks import Checks
from activities.store.circulars import Circulars
from activities.store.comments import Comments
from activities.store.database import Database
from activities.store.digests import Digests
from activities.store.documents import Documents
from activities.store.exceptions import ExceptionReader
from activities.store.figure_sums import FigureSums
from activities.store.figures import Figures
from activities.store.glances import Glances
from activities.store.house_log import HouseLog
from activities.store.inbox import Inbox
from activities.store.ledger import Ledger
from activities.store.links import MailLinks
from activities.store.orders import OrderReader
from activities.store.outbox import Outbox
from activities.store.people import PeopleRegister
from activities.store.policies import PolicyShelf
from activities.store.replies import Replies
from activities.store.resending import Resending
from activities.store.review_decisions import ReviewDecisions
from activities.store.reviews import Reviews
from activities.store.saved_links import SavedLinks
from activities.store.sessions import Sessions
from activities.store.signatures import Signatures
from activities.store.sweeping import Sweeping
from activities.store.tables import REGISTER
from activities.store.tasks import TaskReader
from activities.store.training import Training
from activities.store.training_mail import TrainingMail
from activities.store.uploads import Uploads


class Store:
    """Share one between threads. Every call may raise StoreAway, and waits for the database no longer than two seconds or so."""

    def __init__(self, database: Database, temporal_ui_url: str, namespace: str = "default") -> None:
        self.database = database
        self.temporal_ui_url = f"{temporal_ui_url.rstrip('/')}/namespaces/{quote(namespace, safe='')}"
        """Of our namespace there; what links to it appends."""
        self.orders = OrderReader(database, self.temporal_ui_url)
        self.cases = Cases(database, self.temporal_ui_url)
        self.tasks = TaskReader(database)
        self.people = PeopleRegister(database)
        self.inbox = Inbox(database)
        self.comments = Comments(database)
        self.replies = Replies(database)
        self.policies = PolicyShelf(database)
        self.ledger = Ledger(database)
        self.outbox = Outbox(database)
        self.digests = Digests(database)
        self.checks = Checks(database)
        self.sessions = Sessions(database)
        self.links = MailLinks(database)
        self.signatures = Signatures(database)
        self.glances = Glances(database)
        self.saved_links = SavedLinks(database)
        self.uploads = Uploads(database)
        self.house_log = HouseLog(database)
        self.resending = Resending(database)
        self.sweeping = Sweeping(database)
        self.board = Board(database)
        self.reviews = Reviews(database)
        self.review_decisions = ReviewDecisions(database)
        self.circulars = Circulars(database)
        self.figures = Figures(database)
        self.figure_sums = FigureSums(database)
        self.exceptions = ExceptionReader(database, self.people)
        self.audit = AuditStore(database)
        self.access_log = AccessLog(database)
        self.documents = Documents(database)
        self.archives = Archives(database)
        self.training = Training(database)
        self.training_mail = TrainingMail(database)

    @classmethod
    def open(cls, database_url: str, temporal_ui_url: str = "http://127.0.0.1:8233", namespace: str = "default") -> Self:
        """Connects to nothing yet: a process may start while its store is away."""
        return cls(Database(database_url), temporal_ui_url, namespace)

    def close(self) -> None:
        self.database.close()

    def ping(self) -> None:
        """Raises StoreAway unless the store answers, and is migrated."""
        with self.database.reading() as connection:
            connection.execute(select(REGISTER.c.version)).scalar_one()
