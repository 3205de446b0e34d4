"""Problems in the language of who asks; what programs go by stays as it is."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from activities.store import Store
from tests.api.plant import Plant, order_in

ENGLISH = re.compile(r"\b(should|must|is|the|a|of|to|has|Field|Input|value)\b")
BAD: tuple[dict[str, Any], ...] = (
    {},
    order_in(order_no="a b"),
    order_in(order_no=""),
    order_in(lines=[]),
    order_in(lines=[{"product_model": "x" * 201, "quantity": 0}]),
    order_in(lines=[{"product_model": 5, "quantity": "7"}]),
    order_in(lines="x"),
    order_in(customer={"name": "\x07", "email": "none", "language": "de"}),
    order_in(customer=[]),
    order_in(requested_date="2027-02-30"),
    order_in(requested_date="tomorrow"),
    order_in(requested_date="2020-01-01"),
    order_in(requested_date="2999-01-01"),
    order_in(priority="high", unknown=1),
)


@pytest.fixture
async def plant(store: Store) -> AsyncIterator[Plant]:
    async with Plant.running(store, {}) as running:
        yield running


@pytest.mark.parametrize("language", ["zh-TW", "zh-CN"])
async def test_what_is_wrong_with_an_order_is_said_in_the_readers_language(plant: Plant, language: str) -> None:
    for body in BAD:
        english = (await plant.post("sales1", "/orders", body)).json()
        answer = await plant.post("sales1", "/orders", body, headers={"Accept-Language": f"{language},en;q=0.5"})
        told = answer.json()
        assert answer.headers["content-language"] == {"zh-TW": "zh-Hant", "zh-CN": "zh-Hans"}[language]
        assert told["code"] == english["code"] == "invalid"
        assert [each["pointer"] for each in told["errors"]] == [each["pointer"] for each in english["errors"]]
        for each in told["errors"]:
            assert not ENGLISH.search(each["message"]), each
        assert not ENGLISH.search(re.sub(r"/\S+", "", told["detail"])), told["detail"]


@pytest.mark.parametrize(
    ("path", "hant"),
    [
        ("/orders/nothing", "沒有訂單 nothing"),
        ("/tasks/nothing.inspect.1", "找不到任務"),
        ("/nowhere", "找不到資源 /api/v1/nowhere"),
    ],
)
async def test_what_is_not_there_is_named(plant: Plant, path: str, hant: str) -> None:
    answer = await plant.get("sales1", path, headers={"Accept-Language": "zh-TW"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert answer.json()["detail"].startswith(hant)
    assert answer.json()["title"] == "找不到"


async def test_who_asks_for_nothing_we_speak_gets_english(plant: Plant) -> None:
    for wish in ({}, {"Accept-Language": "de"}, {"Accept-Language": "en, zh-TW;q=0.9"}):
        answer = await plant.get("sales1", "/orders/nothing", headers=wish)
        assert answer.json()["detail"] == "there is no order nothing"
        assert "content-language" not in answer.headers
