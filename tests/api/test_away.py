"""When the store or the engine does not answer: 503 with Retry-After, in time, and honest about what may have happened."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from activities.store import Inbox, OrderReader, PeopleRegister, Replies, StoreAway, TaskReader
from api import visit
from api.engine import EngineIsAway, NotRunning, OutcomeIsUnknown, Refused
from tests.api.plant import CONFIRM, Plant, code, order_in
from workflows.types.refusals import Refusal
from workflows.types.words import Kind

TASK = "/tasks/PO-1.confirm_order.1"


def gone(*_: Any, **__: Any) -> Any:
    raise StoreAway("nobody there")


def unavailable(answer: httpx.Response, expected: str) -> None:
    assert code(answer) == (503, expected)
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("path", ["/me", "/orders", "/orders/PO-1", "/tasks", TASK])
async def test_without_the_store_nobody_is_known(plant: Plant, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await plant.entered()
    monkeypatch.setattr(PeopleRegister, "by_token", gone)
    unavailable(await plant.get("boss", path), "store-away")
    unavailable(await plant.post("sales1", f"{TASK}/complete", CONFIRM), "store-away")


async def test_what_cannot_be_judged_has_not_happened(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    await plant.entered()
    heard = len(plant.engine.heard)
    monkeypatch.setattr(TaskReader, "record", gone)
    unavailable(await plant.post("sales1", f"{TASK}/complete", CONFIRM), "store-away")
    monkeypatch.setattr(OrderReader, "exists", gone)
    unavailable(await plant.post("sales1", "/orders", order_in(order_no="PO-2")), "store-away")
    assert len(plant.engine.heard) == heard


async def test_an_answer_that_cannot_be_read_may_have_happened(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    await plant.entered()
    with monkeypatch.context() as away:
        away.setattr(Replies, "get", gone)
        unavailable(await plant.post("sales1", f"{TASK}/complete", CONFIRM), "outcome-unknown")
    assert (await plant.get("sales1", TASK)).json()["status"] == "completed"


async def test_an_answer_that_is_not_on_record_may_have_happened(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    await plant.entered()
    monkeypatch.setattr(Replies, "get", lambda *_: None)
    unavailable(await plant.post("sales1", f"{TASK}/complete", CONFIRM), "outcome-unknown")


async def test_an_inbox_that_goes_away_in_the_middle_may_have_done_it(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    await plant.entered()
    monkeypatch.setattr(Inbox, "claim", gone)
    unavailable(await plant.post("sales1", f"{TASK}/claim"), "outcome-unknown")


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (EngineIsAway(), "engine-away"),
        (OutcomeIsUnknown("no answer"), "outcome-unknown"),
        (Refused(Refusal(code="of-another-release", detail="?")), "outcome-unknown"),
    ],
)
async def test_without_an_answer_of_the_engine(plant: Plant, failure: Exception, expected: str) -> None:
    await plant.entered()
    words = {f"{TASK}/complete": CONFIRM, "/orders/PO-1/cancel": {"reason": "r"}, "/orders": order_in(order_no="PO-2")}
    for path, body in words.items():
        plant.engine.fails_before = failure
        unavailable(await plant.post("sales1", path, body), expected)
    assert (await plant.get("sales1", TASK)).json()["status"] == "open"


@pytest.mark.parametrize(("path", "body", "expected"), [
    (f"{TASK}/complete", CONFIRM, (409, "task-closed")),
    ("/orders/PO-1/resume", {"reason": "r"}, (409, "order-closed")),
])  # fmt: skip
async def test_an_order_that_ended_meanwhile_is_closed(plant: Plant, path: str, body: Any, expected: tuple[int, str]) -> None:
    """Judged while it was open; when the engine no longer knows it, the store says what became of it."""
    await plant.entered()
    plant.engine.before = lambda: plant.engine.end("PO-1")
    assert code(await plant.post("sales1", path, body)) == expected


@pytest.mark.parametrize("failure", [NotRunning(), Refused(Refusal(code="order-closed", detail="gone"))])
async def test_an_answer_that_closed_the_order_is_given_though_the_engine_lost_it(plant: Plant, failure: Exception) -> None:
    """The workflow ended with this very call, before its answer was out; no key was given to find it again by."""
    await plant.entered()
    plant.engine.fails_after = failure
    answer = await plant.post("sales1", "/orders/PO-1/cancel", {"reason": "r"})
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert "idempotent-replayed" not in answer.headers


async def test_an_order_that_the_engine_lost_is_no_404(plant: Plant) -> None:
    await plant.entered()
    plant.engine.fails_before = NotRunning()
    unavailable(await plant.post("sales1", f"{TASK}/complete", CONFIRM), "outcome-unknown")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visit, "PATIENCE", 0.2)


@pytest.mark.usefixtures("impatient")
async def test_an_answer_comes_in_time_whatever_hangs(plant: Plant) -> None:
    await plant.entered()
    plant.engine.waits = asyncio.Event()
    first = asyncio.create_task(plant.post("sales1", f"{TASK}/complete", CONFIRM, key="k"))
    await asyncio.sleep(0.05)
    # The second waits for the first, and can't know either.
    second = asyncio.create_task(plant.post("sales1", f"{TASK}/complete", CONFIRM, key="k"))
    for call in (first, second):
        unavailable(await asyncio.wait_for(call, 2), "outcome-unknown")
    plant.engine.waits.set()


@pytest.mark.usefixtures("impatient")
async def test_a_store_that_hangs_is_away(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(OrderReader, "get", lambda *_: released.wait(5))
    unavailable(await asyncio.wait_for(plant.get("boss", "/orders/PO-1"), 2), "store-away")
    released.set()


class TestADefect:
    @pytest.fixture(autouse=True)
    def nothing_unforeseen(self, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
        """Here the unforeseen is what is tested."""
        yield
        records = caplog.get_records("call")
        assert [record.name for record in records if record.levelno == logging.ERROR] == ["jiaoqi.api"]

    async def test_of_ours_is_no_500(self, plant: Plant) -> None:
        await plant.entered()
        plant.engine.fails_before = KeyError("secret")
        answer = await plant.post("sales1", f"{TASK}/complete", CONFIRM)
        unavailable(answer, "outcome-unknown")
        assert "secret" not in answer.text

    async def test_in_reading_is_no_500(self, plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: Any) -> Any:
            raise ZeroDivisionError

        monkeypatch.setattr(OrderReader, "get", broken)
        unavailable(await plant.get("boss", "/orders/PO-1"), "outcome-unknown")


async def test_figures_tell_of_it(plant: Plant) -> None:
    task = await plant.asked(Kind.PRODUCE)
    plant.engine.fails_before = EngineIsAway()
    await plant.post("production1", f"/tasks/{task}/complete", {"outcome": "done", "fields": {}})
    page = (await plant.client.get("http://plant.example/metrics")).text
    for line in (
        'jiaoqi_updates_total{result="EngineIsAway",update="complete"} 1.0',
        'jiaoqi_updates_total{result="Done",update="enter"} 1.0',
        'jiaoqi_unavailable_total{code="engine-away"} 1.0',
        'jiaoqi_http_requests_total{method="POST",route="/api/v1/tasks/{task_id}/complete",status="503"} 1.0',
        'jiaoqi_http_request_seconds_count{method="POST",route="/api/v1/orders"} 1.0',
    ):
        assert line in page
