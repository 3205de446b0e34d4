"""What the journal writes to the store in one transaction."""

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
    first_seq: int
    """The seq of the batch's first event; rows of events from here on are an undone attempt's."""
    confirmed_seq: int
    """The last seq that history confirms; what leaves the house reads nothing above it."""
    fence: float
    """Workflow time, seconds: a writer with an older one is a ghost."""
    at: datetime


class Flushed(Message):
    """What the store found while writing."""

    nobody: tuple[str, ...] = ()
    """Newly opened tasks that nobody can receive or do."""
