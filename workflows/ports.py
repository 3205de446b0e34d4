"""What the policy asks of the world. Each port is implemented in `activities` under the same names."""

from abc import ABC, abstractmethod

from temporalio import activity

from workflows.types.archive import Look, Looked
from workflows.types.commands import OrderStart
from workflows.types.digests import Batch, Morning, Opening
from workflows.types.flush import Flush, Flushed
from workflows.types.reviews import Pack, Wanted
from workflows.types.training import Letters, Round


class Journal(ABC):
    @abstractmethod
    @activity.defn(name="journal.flush", no_thread_cancel_exception=True)
    def flush(self, flush: Flush) -> Flushed:
        """Writes one order's news in one transaction; without effect when a newer writer was there."""


class Orders(ABC):
    @abstractmethod
    @activity.defn(name="orders.enter_follow_up")
    async def enter_follow_up(self, start: OrderStart) -> str:
        """Enters the order that follows `start.facts.follows` under the first free `-Rn`, once; its number."""


class Cases(ABC):
    @abstractmethod
    @activity.defn(name="cases.open")
    async def open(self, start: OrderStart) -> str:
        """Opens a case beside the orders, once for each call (`start.ref`); the number that it has."""


class Digests(ABC):
    @abstractmethod
    @activity.defn(name="digests.readers")
    def readers(self, opening: Opening) -> Morning:
        """Who is there on that morning, in batches."""

    @abstractmethod
    @activity.defn(name="digests.send")
    def send(self, batch: Batch) -> None:
        """Tells each of them once; fails as long as anybody's mail is neither out nor refused and the day lasts."""


class Reviews(ABC):
    @abstractmethod
    @activity.defn(name="reviews.make")
    def make(self, wanted: Wanted) -> Pack:
        """Puts what is found on record, once for each kind and day."""

    @abstractmethod
    @activity.defn(name="reviews.tell")
    def tell(self, pack: Pack) -> None:
        """Tells each of those whom it is for once; fails as long as anybody's mail is neither out nor refused, until then."""


class Training(ABC):
    @abstractmethod
    @activity.defn(name="training.due")
    def due(self, opening: Opening) -> Round:
        """Puts on record who is to be told today of what runs out; all letters that are not out yet, in batches."""

    @abstractmethod
    @activity.defn(name="training.remind")
    def remind(self, letters: Letters) -> None:
        """Tells each reader once; fails as long as any of it is neither out nor refused and the day lasts."""


class Archive(ABC):
    @abstractmethod
    @activity.defn(name="archive.look")
    def look(self, look: Look) -> Looked:
        """Archives the next few closed orders that have something no bundle has yet; and where to look next."""

    @abstractmethod
    @activity.defn(name="archive.remove")
    def remove(self) -> int:
        """Removes what has been kept for as long as the policy says; how many bundles went."""
