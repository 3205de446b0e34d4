"""A mail scanner that fetches every link with GET and HEAD, follows redirects and runs scripts changes nothing."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from activities.store import Store
from activities.store.tables import MAIL_LINK, REPLY, SIGNATURE, SNOOZE
from tests.endtoend import dates
from tests.endtoend.order import Order
from tests.endtoend.plant import Plant
from tests.pages.browsing import Windows
from tests.pages.letters import OURS, answer_link, every_link


@pytest.fixture
def store(plant: Plant) -> Iterator[Store]:
    with closing(Store.open(str(plant.stack.note["environment"]["JIAOQI_DATABASE_URL"]))) as store:
        yield store


def all_that_is_known(store: Store, *orders: Order) -> list[Any]:
    """Of these orders, and of everything that a link could touch."""
    with store.database.snapshot() as connection:
        rows = [connection.execute(select(table)).all() for table in (MAIL_LINK, SIGNATURE, SNOOZE)]
        replies = connection.execute(select(REPLY.c.said_id)).all()
    seen = [(order.events(), order.tasks(), order.notices(), without_slack(order.now())) for order in orders]
    return [*rows, replies, *seen]


def without_slack(order: dict[str, Any]) -> dict[str, Any]:
    """Time alone moves it."""
    return {name: value for name, value in order.items() if name != "slack_hours"}


def scanned(links: list[str], page: Page) -> None:
    """As scanners do: by HEAD and GET, as their programs and as a browser that runs scripts and follows what it finds."""
    with httpx.Client(trust_env=False, follow_redirects=True, timeout=30) as client:
        for link in links:
            assert client.head(link).status_code < 500
            assert client.get(link).status_code < 500
            assert client.get(link, headers={"Purpose": "prefetch", "Sec-Purpose": "prefetch"}).status_code < 500
    for link in links:
        page.goto(link)
        page.wait_for_load_state("networkidle")
        for found in page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)"):
            if found.startswith("http"):
                page.request.get(found)


def test_a_scanner_changes_nothing(plant: Plant, windows: Windows, store: Store) -> None:
    fresh = plant.enter(10).confirmed()
    moved = plant.enter(120, 30).producing()
    moved.say("repromise", promised_date=dates.day(27), reason="mould broken", customer_agreed=True)
    moved.answer("produce", "done")
    moved.answer("inspect", "pass")
    moved.answer("accept", "accept")
    moved.plan_shipment()
    # Before the goods leave: after that there is nothing to give notice of.
    view = answer_link(moved, "shipping_notice")
    moved.dispatch_in_time()
    alive = [
        view,
        answer_link(fresh, "order_confirmed"),
        answer_link(moved, "promise_moved"),
        answer_link(moved, "sign_off_request"),
        answer_link(moved, "task_opened", "warehouse1"),
        answer_link(moved, "task_opened", "warehouse-head"),
    ]
    delivered = plant.enter(5).accepted().shipped().signed()
    alive.append(answer_link(delivered, "feedback_request"))
    orders = (fresh, moved, delivered)
    links = [link for order in orders for link in every_link(order)]
    assert set(alive) < set(links), "and those that are dead by now"
    assert len([link for link in links if not OURS.fullmatch(link)]) >= 3, "and the ordinary ones"
    before = all_that_is_known(store, *orders)
    scanned(links, windows.stranger())
    assert all_that_is_known(store, *orders) == before
    assert all(used_at is None for used_at in used(store, alive))


def used(store: Store, links: list[str]) -> list[Any]:
    """When each was used; and each is one that the store knows."""
    found = [store.links.find(link.rpartition("/")[2]) for link in links]
    return [link.used_at for link in found if link is not None] + [0] * found.count(None)
