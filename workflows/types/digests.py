"""One working morning, and who is told what lies before them."""

from datetime import date, datetime

from workflows.types.base import Message


class Opening(Message):
    """When the plant opens, or should have while nobody was there to see it."""

    at: datetime


class Batch(Message):
    """Some of the people who are there that day."""

    day: date
    until: datetime
    """The end of the day: what is not out by then has nothing left to say."""
    people: tuple[str, ...]


class Morning(Message):
    """Whom to tell; nobody when the plant does not work that day, or the day is over."""

    batches: tuple[Batch, ...] = ()
