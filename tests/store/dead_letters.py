"""One letter of each kind that no order asks for, refused by its mail server."""

from datetime import datetime, timedelta

from activities.store import Store
from activities.store.circulars import CircularRow
from activities.store.digests import DigestRow
from activities.store.training_mail import Expiry, LetterRow
from workflows.types.words import Language, NoticeState

LENT = timedelta(seconds=60)


def refuse_one_of_each(store: Store, now: datetime, why: str) -> None:
    """To quality1: a day's digest, a copy of a pack, and what runs out; an hour lies between one and the next."""
    day, to = now.date(), "q1@gone.example"
    store.digests.open([DigestRow(day, "quality1", to, Language.EN, "<1@plant.example>")], now)
    (digest,) = store.digests.take(day, ("quality1",), now, now + LENT)
    store.digests.settle(digest, NoticeState.DEAD, now, why)
    copy = CircularRow("weekly-2026-11-20", "quality1", "weekly_review", to, Language.EN, "<2@plant.example>")
    store.circulars.open([copy], now)
    store.circulars.settle(copy, NoticeState.DEAD, now + timedelta(hours=1), why)
    letter = LetterRow("<3@plant.example>", "quality1", to, Language.EN)
    store.training_mail.open({letter: [Expiry("quality1", "inspection", day, 7)]}, now)
    store.training_mail.settle(letter, NoticeState.DEAD, now + timedelta(hours=2), why)
