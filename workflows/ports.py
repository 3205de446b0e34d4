"""What the policy asks of the world. Each port is implemented in `activities` under the same names."""

from abc import ABC, abstractmethod

from temporalio import activity

from workflows.types.commands import OrderStart
from workflows.types.flush import Flush, Flushed


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
