"""What the journal writes to the store in one transaction."""

import hashlib
from datetime import datetime

from workflows.types.base import Message
from workflows.types.events import Event
from workflows.types.orders import OrderRow
from workflows.types.tasks import Task


class Flush(Message):
    """The order as it is now, with the events since the last confirmed flush. The workflow is right, the store follows."""

    order: OrderRow
    events: tuple[Event, ...]
    tasks: tuple[Task, ...]
    """Every open task, and those that closed since the last flush: any other open row of the order is an undone attempt's."""
    answered: tuple[Task, ...] = ()
    """Closed tasks whose answers may be corrected: an undone attempt may have done that."""
    first_seq: int
    """The seq of the batch's first event; rows of events from here on are an undone attempt's."""
    confirmed_seq: int
    """The last seq that history confirms; what leaves the house reads nothing above it."""
    follows: str = ""
    """The chain of what this run knows to be written already; a local writer that does not find it there is overtaken."""
    fence: float
    """When the workflow task began, seconds: what was written with a later one is not to be taken away."""
    at: datetime

    @property
    def chain(self) -> str:
        """A digest of the order's whole history up to here; two runs that tell it differently have different ones."""
        if not self.events:
            return self.follows
        told = "\n".join([self.follows, *(event.model_dump_json() for event in self.events)])
        return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


class Flushed(Message):
    """What the store found while writing."""

    chain: str = ""
    nobody: tuple[str, ...] = ()
    """Newly opened tasks that nobody can receive or do."""
