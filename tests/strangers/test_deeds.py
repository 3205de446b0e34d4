"""Each deed against the running stack: refused to who may not, and nothing of it done; done by who may."""

from typing import Any

import pytest

from tests.endtoend import dates
from tests.endtoend.order import Order
from tests.strangers.plant import BesiegedPlant

LATER, WHY = dates.instant(days=2), {"reason": "because"}
NOT_YOURS, FORBIDDEN = (403, "not-your-department"), (403, "forbidden")
Deed = tuple[str, str, Any, dict[str, tuple[int, str]], str]

PROMISE = {"promised_date": dates.day(40), "customer_agreed": True, **WHY}
NOT_FOR_ADMINS = {"admin": FORBIDDEN, "production1": FORBIDDEN, "warehouse-head": FORBIDDEN}
TO_THE_ORDER: list[Deed] = [
    ("POST", "/hold", {"until": LATER, **WHY}, NOT_FOR_ADMINS, "production-head"),
    ("POST", "/resume", WHY, NOT_FOR_ADMINS, "boss"),
    ("POST", "/repromise", PROMISE, {**NOT_FOR_ADMINS, "production-head": FORBIDDEN}, "boss"),
    ("POST", "/cancel", WHY, {**NOT_FOR_ADMINS, "production-head": FORBIDDEN}, "sales1"),
]
OTHERS = {"sales-head": NOT_YOURS, "boss": NOT_YOURS}
TO_THE_TASK: list[Deed] = [
    ("POST", "/claim", {}, {**OTHERS, "admin": NOT_YOURS}, "production1"),
    ("POST", "/release", {}, OTHERS, "admin"),
    ("PUT", "/assignee", {"person": "production1", **WHY}, {**OTHERS, "production1": FORBIDDEN}, "admin"),
    ("POST", "/snooze", {"until": LATER}, {**OTHERS, "admin": NOT_YOURS}, "production1"),
    ("POST", "/extend", {"due_at": LATER, **WHY}, {**OTHERS, "production1": FORBIDDEN, "admin": NOT_YOURS}, "production-head"),
    ("POST", "/progress", {"percent": 40}, {**OTHERS, "admin": NOT_YOURS}, "production1"),
    ("POST", "/complete", {"outcome": "done", "fields": {}}, {**OTHERS, "admin": NOT_YOURS}, "production1"),
]


@pytest.fixture(scope="module")
def producing(plant: BesiegedPlant) -> Order:
    return plant.enter().producing()


def test_entering_an_order(plant: BesiegedPlant) -> None:
    body = plant.body()
    for who in ("production-head", "boss", "quality1"):
        answer = plant.person(who).say("/orders", body)
        assert (answer.status_code, answer.json()["code"]) == FORBIDDEN
    assert plant.person("boss").get(f"/orders/{body['order_no']}").status_code == 404
    assert plant.person("admin").say("/orders", body).status_code == 201


@pytest.mark.parametrize("deed", TO_THE_TASK, ids=lambda deed: deed[1])
def test_words_about_a_task(producing: Order, deed: Deed) -> None:
    is_done_by_who_may(producing, f"/tasks/{producing.task('produce')['id']}", deed)


def test_words_about_an_order(plant: BesiegedPlant) -> None:
    order = plant.enter().confirmed()
    for deed in TO_THE_ORDER:
        is_done_by_who_may(order, order.path, deed)


def is_done_by_who_may(order: Order, path: str, deed: Deed) -> None:
    method, last, body, refused, done_by = deed
    before = done_by_people(order), order.tasks(), order.now()["status"]
    for who, expected in refused.items():
        answer = order.plant.person(who).say(path + last, body, method=method)
        assert (answer.status_code, answer.json()["code"]) == expected, who
    assert (done_by_people(order), order.tasks(), order.now()["status"]) == before
    assert order.plant.person(done_by).say(path + last, body, method=method).status_code == 200


def done_by_people(order: Order) -> list[dict[str, Any]]:
    """Mails are sent meanwhile, and on record too."""
    return [event for event in order.events() if event["actor"] != "system"]
