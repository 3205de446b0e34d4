"""The archive's work as the run asks for it: the port `Archive`."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from temporalio import activity
from temporalio.exceptions import ApplicationError, TemporalError
from typing_extensions import override

from activities.cases import file_of
from activities.documents.archiving import Archiving, years_before
from activities.documents.completeness import missing
from activities.documents.printing import NoPrinter
from activities.documents.vault import VaultIsAway
from activities.failures import ForeseenFailure
from activities.policy_in_force import PolicyInForce, Reading
from activities.store import Store, StoreAway
from activities.store.archives import STATUSES
from workflows import ports
from workflows.ids import order_id
from workflows.types.archive import ASKING, Look, Looked
from workflows.types.commands import OrderStart

AT_ONCE = 10
"""Orders of one look: what a kill undoes is printed again."""
LOOKING = 30.0
"""Seconds after which a look that finds nothing reports how far it has come."""


log = logging.getLogger("jiaoqi.worker")


def utc_now() -> datetime:
    return datetime.now(UTC)


class Archivist(ports.Archive):
    def __init__(self, store: Store, archiving: Archiving, policy: PolicyInForce, now: Callable[[], datetime] = utc_now) -> None:
        self._store, self._archiving, self._policy, self._now = store, archiving, policy, now

    @override
    @activity.defn(name="archive.look")
    def look(self, look: Look) -> Looked:
        until = time.monotonic() + LOOKING
        if look.status == ASKING:
            return self._ask(look, until)
        while time.monotonic() < until:
            waiting = self._store.archives.waiting(look.status, look.after)
            if waiting.order_nos:
                return self._put_away(look, waiting.order_nos, waiting.next)
            if (behind := after(look, waiting.next)) is None:
                return Looked(archived=0)
            look = behind
        return Looked(archived=0, next=look)

    @override
    @activity.defn(name="archive.remove")
    def remove(self) -> int:
        now, gone = self._now(), 0
        before = years_before(now, self._policy.pinned(now).documents.keep_years)
        while few := self._archiving.remove_over(before, now):
            gone += few
        return gone

    def _put_away(self, look: Look, order_nos: list[str], next_after: str | None) -> Looked:
        now, few = self._now(), order_nos[:AT_ONCE]
        damaged: dict[str, None] = {}
        for order_no in few:
            with on_its_own(order_no, damaged):
                self._archiving.archive(order_no, now)
        rest = len(order_nos) > AT_ONCE
        behind = Look(status=look.status, after=order_id(few[-1])) if rest else after(look, next_after)
        return Looked(archived=len(few) - len(damaged), damaged=tuple(damaged), next=behind)

    def _ask(self, look: Look, until: float) -> Looked:
        """Whoever was never asked, whether or not the order is archived: a look that dies is done again, and loses nobody."""
        reading, cases = self._policy.read(self._now()), list[OrderStart]()
        damaged: dict[str, None] = {}
        behind = after(look, None)
        for order_no in self._unasked(look.after):
            with on_its_own(order_no, damaged):
                cases += self._case(order_no, reading)
            if len(cases) == AT_ONCE or time.monotonic() > until:
                behind = Look(status=ASKING, after=order_id(order_no))
                break
        return Looked(archived=0, cases=tuple(cases), damaged=tuple(damaged), next=behind)

    def _unasked(self, last: str | None) -> Iterator[str]:
        while last is not None:
            some = self._store.archives.unasked(last)
            yield from some.order_nos
            last = some.next

    def _case(self, order_no: str, reading: Reading) -> list[OrderStart]:
        """What asks sales for what the file of a completed order lacks."""
        lacking = missing(self._store, order_no)
        return [file_of(self._store, order_no, ", ".join(lacking), reading)] if lacking else []


@contextmanager
def on_its_own(order_no: str, damaged: dict[str, None]) -> Iterator[None]:
    """Whatever is wrong with one order is told, and keeps no other from being archived."""
    try:
        yield
    except (StoreAway, TemporalError):
        raise
    except (NoPrinter, VaultIsAway) as failure:
        # The machine's, and so every order's: the whole look is tried again.
        raise ApplicationError(str(failure), type=type(failure).__name__) from failure
    except Exception as failure:
        log.error("%s cannot be archived: %s", order_no, failure, exc_info=not isinstance(failure, ForeseenFailure))
        damaged[order_no] = None


def after(look: Look, order: str | None) -> Look | None:
    """Where a look goes on: behind an order, else with the next status, else nowhere."""
    if order is not None:
        return Look(status=look.status, after=order)
    in_turn = (ASKING, *STATUSES)
    statuses = in_turn[in_turn.index(look.status) + 1 :]
    return Look(status=statuses[0]) if statuses else None
