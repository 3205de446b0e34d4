"""What the API asks of the engine: to carry a person's words to an order, and to start one."""

from abc import ABC, abstractmethod

from workflows.adoption import MovedDeadline
from workflows.types.commands import OrderStart, Said
from workflows.types.events import SaidRef
from workflows.types.policy import Policy
from workflows.types.refusals import Refusal


class Refused(Exception):
    """The order's validator said no; nothing has changed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal


class OutcomeIsUnknown(Exception):
    """No answer came in time: it may have happened, or happen yet."""


class EngineIsAway(Exception):
    """The engine took nothing, so nothing has happened."""


class NotRunning(Exception):
    """The engine has no such order, or no longer."""


class AlreadyEntered(Exception):
    """The order number is in use by another call."""


class Engine(ABC):
    """Every call carries its id in `ref`: made again with the same, it attaches to the first and does nothing twice."""

    @abstractmethod
    async def update(self, order_no: str, name: str, words: Said, within: float) -> int:
        """Say it to the order within so many seconds; the seq of its event, which then is in the store.

        Raises Refused, OutcomeIsUnknown, EngineIsAway, NotRunning.
        """

    @abstractmethod
    async def enter(self, start: OrderStart, ref: SaidRef, within: float) -> None:
        """Start an order and wait until it is in the store. Raises AlreadyEntered, OutcomeIsUnknown, EngineIsAway."""

    @abstractmethod
    async def missing(self) -> list[str]:
        """What of the engine does not answer: `temporal`, or the queues that nobody serves."""

    @abstractmethod
    async def preview_policy(self, order_no: str, policy: Policy, within: float) -> list[MovedDeadline]:
        """The deadlines of an order that a policy would move. Raises OutcomeIsUnknown, EngineIsAway, NotRunning."""

    @abstractmethod
    async def workers(self) -> list[str]:
        """Who asks for orders' work, as they call themselves. Raises EngineIsAway."""

    @abstractmethod
    async def stuck(self, most: int) -> list[str]:
        """The ids of orders whose workflow fails again and again, as of a moment ago. Raises EngineIsAway."""
