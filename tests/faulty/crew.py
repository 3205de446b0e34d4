"""The workers of a plant whose store and mail fail: the stories' fakes, and the real store and mail beside them."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from typing_extensions import override

from activities.courier import Courier
from activities.mail.smtp_mail import SmtpMail
from activities.store import Person, SqlJournal, Store, StoreAway, Waiting, migrate
from tests.faulty.faults import Faults, Odds
from tests.faulty.store import READ, SMTP, WRITE, FaultyDatabase, FaultyTransport
from tests.mail.servers import Server
from tests.stories.crew import Crew, StoryCourier
from tests.stories.plant import ADMIN, CAST, HEADS
from tests.stories.world import FollowUps, MemoryJournal, MemoryMail
from workflows.types.commands import Actor, OrderStart
from workflows.types.flush import Flush, Flushed
from workflows.types.notices import Told
from workflows.types.policy import Policy

FLUSH, MAIL, FOLLOW_UP = "journal.flush", "mail.tell", "orders.enter_follow_up"
ODDS = {
    FLUSH: Odds(before=8, after=8, slow=3),
    MAIL: Odds(before=10, after=10, slow=2),
    FOLLOW_UP: Odds(before=20, after=30, slow=0),
    # Of these there are a dozen in each of the above.
    WRITE: Odds(before=2, after=2, slow=1),
    READ: Odds(before=1, after=0, slow=0.5),
    SMTP: Odds(before=4, after=4, slow=1),
}
AT_ONCE = timedelta(milliseconds=50)
"""A retry is asked for so soon that the plant's clock hardly moves: the stories tell the time."""


@contextmanager
def tried_again() -> Iterator[None]:
    """What failed is tried again at once, and not when the plant's clock has moved."""
    try:
        yield
    except (StoreAway, ApplicationError) as error:
        raise ApplicationError(str(error), next_retry_delay=AT_ONCE) from error


class FaultyJournal(MemoryJournal):
    """Writes to the real store, then to the shelves that the stories look at; either may be left out or done twice."""

    def __init__(self, faults: Faults, store: Store) -> None:
        super().__init__()
        self.faults, self.store, self.sql = faults, store, SqlJournal(store)
        self.policies: Mapping[str, Policy] = {}
        """By digest: what the story's orders are pinned to; the real store keeps them."""

    @override
    @activity.defn(name="journal.flush", no_thread_cancel_exception=True)
    def flush(self, flush: Flush) -> Flushed:
        try:
            with tried_again(), self.faults.around(FLUSH, StoreAway):
                return self._written_twice(flush)
        except ApplicationError:
            # A story that ends here leaves a flush in its history that nobody has written.
            self.refused += 1
            raise

    def _written_twice(self, flush: Flush) -> Flushed:
        if not self.is_away:
            for digest, policy in tuple(self.policies.items()):
                self.store.policies.put(policy, digest)
            self.sql.flush(flush)
        return super().flush(flush)


class FaultyMail(MemoryMail):
    """Tells the real mail server, then the mailbox that the stories look at."""

    def __init__(self, journal: FaultyJournal, server_url: str) -> None:
        super().__init__()
        self.faults = journal.faults
        transport = FaultyTransport.to(server_url, self.faults)
        self.smtp = SmtpMail(journal.store, transport, "Jiaoqi <jiaoqi@plant.example>", "https://jiaoqi.example")

    @override
    def tell(self, waiting: Sequence[Waiting]) -> list[Told]:
        with self.faults.around(MAIL, StoreAway):
            told = set() if self.is_away else {one.key for one in self.smtp.tell(waiting)}
            return super().tell([each for each in waiting if each.notice.key in told])


class FaultyFollowUps(FollowUps):
    """As the real one, it knows by the call's id what an attempt before it has entered."""

    def __init__(self, client: Client, queue: str, journal: MemoryJournal, faults: Faults) -> None:
        super().__init__(client, queue, journal)
        self.faults = faults
        self.entered: dict[str, str] = {}

    @override
    @activity.defn(name="orders.enter_follow_up")
    async def enter_follow_up(self, start: OrderStart) -> str:
        assert start.ref is not None
        with tried_again(), self.faults.around(FOLLOW_UP, StoreAway):
            if start.ref.id not in self.entered:
                self.entered[start.ref.id] = await super().enter_follow_up(start)
            return self.entered[start.ref.id]


class FaultyCrew(Crew):
    def __init__(self, client: Client, queue: str, faults: Faults, file: Path, server: Server) -> None:
        super().__init__(client, queue)
        self.faults, self.server = faults, server
        url = f"sqlite:///{file}"
        self.store = Store(FaultyDatabase(url, faults), "http://127.0.0.1:8233")
        self.journal: FaultyJournal = FaultyJournal(faults, self.store)
        self.mail: FaultyMail = FaultyMail(self.journal, server.url)
        self.orders = FaultyFollowUps(client, queue, self.journal, faults)

    @override
    def courier(self) -> Courier:
        return StoryCourier(self.client, self.store.outbox, self.mail, self.pool)

    @override
    def is_everything_told(self) -> bool:
        numbers = [shelf.row.order_no for shelf in self.journal.shelves.values() if shelf.row]
        try:
            return not any(self.store.outbox.keys(number) for number in numbers)
        except StoreAway:
            return False

    @override
    async def __aexit__(self, *failure: object) -> None:
        await super().__aexit__(*failure)
        self.faults.stop()


class Founded:
    """A store with the stories' people, made once and copied for each."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "founded.db"
        url = f"sqlite:///{self._file}"
        migrate(url)
        store = Store.open(url)
        for actor in (*CAST.values(), *HEADS.values(), ADMIN):
            store.people.put(person(actor))
        store.close()
        self._copies = 0

    def copy(self) -> Path:
        self._copies += 1
        return Path(shutil.copy(self._file, self._file.with_name(f"story-{self._copies}.db")))


def person(actor: Actor) -> Person:
    return Person(
        id=actor.id,
        name=actor.id,
        email=f"{actor.id}@plant.example",
        departments=actor.departments,
        head_of=actor.heads,
        admin=actor.admin,
    )
