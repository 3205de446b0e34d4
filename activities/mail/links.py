"""Which letters carry a link by which their reader answers without signing in, and where its token is meanwhile."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from activities.mail.recipients import CUSTOMER, Circle
from activities.store.ledger import Addressed, LedgerRow, Recipient
from activities.store.links import MailLinks, Minted, Purpose
from workflows.rules import authority
from workflows.types.notices import Notice
from workflows.types.words import READINESS, Kind

OF_CUSTOMERS_MAIL = {
    "order_confirmed": Purpose.CONFIRM,
    "promise_moved": Purpose.AGREE,
    "shipping_notice": Purpose.VIEW,
    "sign_off_request": Purpose.SIGN,
    "feedback_request": Purpose.FEEDBACK,
}
BESIDE = {"feedback_request": Purpose.COMPLAIN}
"""What a customer may do by a second link in the same letter."""
OF_CUSTOMERS_TASK = {Kind.SIGN_OFF: Purpose.SIGN, Kind.COLLECT_FEEDBACK: Purpose.FEEDBACK}
"""What a plant's own rungs ask of the customer; of all other tasks they only look at the order."""
SIMPLE = (*READINESS, Kind.PRODUCE, Kind.REWORK, Kind.ACCEPT, Kind.DISPATCH, Kind.SIGN_OFF, Kind.COLLECT_FEEDBACK)
"""What somebody of the plant can answer from a mail; all else needs more than one page."""
MOST_REMEMBERED = 10_000

Key = tuple[str, str]


class Link(NamedTuple):
    """As a letter carries it."""

    purpose: Purpose
    token: str


def links_are_possible(public_url: str) -> bool:
    """Whether anybody could follow one."""
    return public_url.startswith(("http://", "https://"))


def purposes(notice: Notice, to: Recipient, circle: Circle) -> list[Purpose]:
    """What the letter's links are for, the one that the letter is about first."""
    first = purpose(notice, to, circle)
    beside = BESIDE.get(notice.kind) if to.name == CUSTOMER and not notice.level else None
    return [each for each in (first, beside) if each] if first else []


def purpose(notice: Notice, to: Recipient, circle: Circle) -> Purpose | None:
    """What the letter's one reader may do by its link; a mailbox that several read has none."""
    if to.address is None or to.by_hand or to.keeps or (to.kind or notice.kind) != notice.kind:
        return None
    if to.name == CUSTOMER:
        return _customers(notice, circle)
    person, task = circle.register.people.get(to.name), circle.task
    if person is None or task is None or not task.is_open or task.kind not in SIMPLE:
        return None
    may_not = authority.may_answer(circle.register.actor(person, circle.today), task)
    return None if may_not else Purpose.COMPLETE


def _customers(notice: Notice, circle: Circle) -> Purpose | None:
    if notice.level:
        return OF_CUSTOMERS_TASK.get(circle.task.kind, Purpose.VIEW) if circle.task else None
    return OF_CUSTOMERS_MAIL.get(notice.kind)


class Minter:
    """Makes links, and remembers their tokens until the letters are out: the store has digests only."""

    def __init__(self, links: MailLinks, clock: Callable[[], datetime], *, is_open: bool) -> None:
        self._links, self._clock, self._is_open = links, clock, is_open
        self._made: dict[Key, tuple[Link, ...]] = {}
        """By notice and recipient; nothing where a letter has no link."""

    def mint(self, to: Addressed, circle: Circle) -> list[Minted]:
        """New links for this letter, if it has any; whoever asked keeps their rows."""
        asked = purposes(to.notice, to.to, circle) if self._is_open else []
        minted = [Minted.of(to.order_no, to.notice, each, to.to.name, self._clock()) for each in asked]
        made = tuple(Link(each, one.token) for each, one in zip(asked, minted, strict=True))
        self._remember((to.notice.key, to.to.name), made)
        return minted

    def mint_anew(self, row: LedgerRow, notice: Notice, circle: Circle) -> None:
        """The same for a letter whose first token is lost."""
        kind = None if row.kind == notice.kind else row.kind
        to = Recipient(name=row.recipient, address=row.address, language=row.language, kind=kind)
        if minted := self.mint(Addressed(row.order_no, notice, to, row.message_id), circle):
            self._links.keep(minted)

    def knows(self, row: LedgerRow) -> bool:
        return key_of(row) in self._made

    def links(self, row: LedgerRow) -> tuple[Link, ...]:
        return self._made.get(key_of(row), ())

    def forget(self, row: LedgerRow) -> None:
        self._made.pop(key_of(row), None)

    def _remember(self, key: Key, links: tuple[Link, ...]) -> None:
        # Letters of a mail server that is away for long are made anew, links and all.
        while len(self._made) >= MOST_REMEMBERED:
            del self._made[next(iter(self._made))]
        self._made[key] = links


def key_of(row: LedgerRow) -> Key:
    return row.notice_key, row.recipient
