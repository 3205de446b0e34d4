"""Rehearses many orders under several policies, on all processors where there are enough of them to be worth it."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

from jiaoqi.rehearsing.past import PastOrder
from jiaoqi.rehearsing.play import Played, Rules, played
from workflows.types.policy import Policy

AT_ONCE = 40
"""Orders: so many go to a process at a time."""
FEW = 5 * AT_ONCE
"""Fewer are done before a second process has started."""


def rehearse(orders: Sequence[PastOrder], policies: Sequence[Policy], tell: Callable[[int], None]) -> list[tuple[Played, ...]]:
    """Of each order what would have come of it under each policy; `tell` hears of so many more that are done."""
    done: list[tuple[Played, ...]] = []
    for some in _played(portions(orders), policies, alone=len(orders) < FEW):
        done += some
        tell(len(some))
    return done


def portions(orders: Sequence[PastOrder]) -> list[Sequence[PastOrder]]:
    return [orders[n : n + AT_ONCE] for n in range(0, len(orders), AT_ONCE)]


def _played(
    portions: Sequence[Sequence[PastOrder]], policies: Sequence[Policy], *, alone: bool
) -> Iterator[list[tuple[Played, ...]]]:
    if alone:
        rules = [Rules.of(policy) for policy in policies]
        yield from (under(rules, some) for some in portions)
        return
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), learn, (policies,)) as pool:
        waiting: list[Future[list[tuple[Played, ...]]]] = [pool.submit(work, some) for some in portions]
        try:
            for each in waiting:
                yield each.result()
        finally:
            pool.shutdown(cancel_futures=True)


def under(rules: Sequence[Rules], orders: Sequence[PastOrder]) -> list[tuple[Played, ...]]:
    """The first policy is that of the plant: it says how long people took for what."""
    return [tuple(played(order, each, plant=rules[0]) for each in rules) for order in orders]


# In a process of the crew.

_learnt: list[Rules] = []


def learn(policies: Sequence[Policy]) -> None:
    _learnt.extend(Rules.of(policy) for policy in policies)


def work(orders: Sequence[PastOrder]) -> list[tuple[Played, ...]]:
    return under(_learnt, orders)
