"""Takes in what has happened to orders, some at a time, and counts them anew where it changes what they count as."""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from activities.figures.facts import facts
from activities.figures.story import SEEN, Story
from activities.store import Store, StoreAway
from activities.store.figures import News, Told

A_FEW = 20
"""Orders: what is written for them at once holds up an order's own writing for some milliseconds."""

log = logging.getLogger("jiaoqi.figures")


def catch_up(store: Store, now: datetime) -> int:
    """Some orders' news; of how many, 0 when everything is counted that can be. Raises StoreAway."""
    news = store.figures.news(SEEN, A_FEW, now)
    counted = list(tellable(news, store))
    if counted:
        store.figures.write(counted)
    if len(news) == A_FEW and counted:
        return len(counted)
    # Some orders have news at any time: what is filed must not wait until none has.
    filed, upto = store.figures.papers_news(SEEN)
    if upto is None:
        return len(counted)
    papers = list(tellable(filed, store))
    store.figures.write(papers, upto)
    return len(counted) + len(papers)


def count_everything(store: Store, now: Callable[[], datetime], tell: Callable[[int], None] = lambda orders: None) -> int:
    """Until nothing is left; how many orders' news that were. `tell` hears how many it is so far."""
    counted = 0
    while some := catch_up(store, now()):
        counted += some
        tell(counted)
    return counted


def tellable(some: Sequence[News], store: Store) -> Iterator[Told]:
    """One order that cannot be told counts as it did, and keeps no other."""
    for news in some:
        try:
            yield told(news, store)
        except StoreAway:
            raise
        except Exception:
            log.exception("what %s counts as cannot be told", news.behind.order_id)


def told(news: News, store: Store) -> Told:
    """The order's story goes on, and what it counts as follows from that alone."""
    kept = None if news.story is None else Story.model_validate_json(news.story)
    was_of = tuple(kept.wish.products) if kept else ()
    story = kept if kept and news.goes_on else Story.begin(news.events[0].at, news.events[0].data)
    for event in news.events[0 if story is kept else 1 :]:
        story.tell(event.at, event.data)
    story.papers = news.papers
    return Told(
        news=news,
        story=story.model_dump_json(exclude_defaults=True),
        customer=story.customer,
        products=tuple(story.wish.products),
        was_of=was_of,
        facts=facts(story, store.policies.get(story.policy)),
    )
