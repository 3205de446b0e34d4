"""What is said twice is done once: the second gets the answer of the first."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from api import visit
from api.calls import Call
from api.deeds import Verdict
from api.engine import OutcomeIsUnknown
from api.inbox_deeds import Claim
from tests.api.conftest import Furnished
from tests.api.plant import CONFIRM, Plant, code, order_in
from workflows.types.words import Kind

TASK = "/tasks/PO-1.confirm_order.1"


def same(first: httpx.Response, second: httpx.Response) -> bool:
    """Byte by byte, but for the header that tells a repeat."""
    return as_sent(first) == as_sent(second)


def as_sent(answer: httpx.Response) -> list[object]:
    headers = [answer.headers.get(name) for name in ("etag", "location", "content-type")]
    return [answer.status_code, answer.content, headers]


def is_repeat(answer: httpx.Response) -> bool:
    return bool(answer.headers.get("idempotent-replayed") == "true")


async def test_a_repeat_gets_the_first_answer(plant: Plant) -> None:
    first = await plant.post("sales1", "/orders", order_in(), key="k")
    again = await plant.post("sales1", "/orders", order_in(), key="k")
    assert first.status_code == 201 and first.headers["location"] == "/api/v1/orders/PO-1"
    assert same(first, again)
    assert (is_repeat(first), is_repeat(again)) == (False, True)
    assert len(plant.engine.heard) == 1


@pytest.mark.parametrize("word", ["complete", "claim", "snooze", "release", "progress", "extend"])
async def test_every_word_to_a_task_can_be_repeated(plant: Plant, word: str) -> None:
    task = await plant.asked(Kind.PRODUCE)
    until = "2027-03-05T10:00:00Z"
    bodies = {
        "complete": {"outcome": "done", "fields": {}},
        "snooze": {"until": until},
        "progress": {"quantity": 5},
        "extend": {"due_at": until, "reason": "r"},
    }
    say = f"/tasks/{task}/{word}"
    first = await plant.post("production-head", say, bodies.get(word), key="k")
    again = await plant.post("production-head", say, bodies.get(word), key="k")
    assert first.status_code == 200 and same(first, again) and is_repeat(again)


async def test_assigning_can_be_repeated(plant: Plant) -> None:
    task = await plant.asked(Kind.PRODUCE)
    body = {"person": "production1", "reason": "r"}
    answers = [
        await plant.put("production-head", f"/tasks/{task}/assignee", body, headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert same(*answers) and is_repeat(answers[1])


async def test_a_repeat_stands_before_every_other_question(plant: Plant) -> None:
    """The task is closed, the version has moved, and still the first answer is the answer."""
    await plant.entered()
    first = await plant.post("sales1", f"{TASK}/complete", CONFIRM, key="k")
    again = await plant.post("sales1", f"{TASK}/complete", CONFIRM, key="k", headers={"If-Match": '"1"'})
    assert same(first, again)


async def test_the_same_words_written_otherwise_are_the_same(plant: Plant) -> None:
    await plant.entered()
    first = await plant.post("sales1", f"{TASK}/complete", CONFIRM, key="k")
    otherwise = b'{ "fields":{"channel" : "ph\\u006fne","promised_date":"2027-04-01"}, "outcome":"confirm"}'
    headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    again = await plant.ask("sales1", "POST", f"{TASK.replace('PO', 'po')}/complete", content=otherwise, headers=headers)
    assert same(first, again) and is_repeat(again)


async def test_another_body_under_the_same_key_is_refused(plant: Plant) -> None:
    await plant.entered()
    await plant.post("sales1", f"{TASK}/complete", CONFIRM, key="k")
    for body in ({**CONFIRM, "comment": "and more"}, {"outcome": "x", "fields": {}}, {}):
        assert code(await plant.post("sales1", f"{TASK}/complete", body, key="k")) == (422, "idempotency-key-reused")
    assert code(await plant.post("sales1", "/orders", order_in(), key="j")) == (409, "order-exists")
    assert (await plant.post("sales1", "/orders", order_in(order_no="PO-2"), key="j")).status_code == 201
    assert code(await plant.post("sales1", "/orders", order_in(order_no="PO-3"), key="j")) == (422, "idempotency-key-reused")


async def test_a_key_is_a_person_s_own_and_a_path_s(plant: Plant) -> None:
    await plant.entered()
    for who in ("sales1", "sales2"):
        assert not is_repeat(await plant.post(who, f"{TASK}/snooze", {"until": "2027-03-05"}, key="k"))
    assert not is_repeat(await plant.post("sales1", f"{TASK}/claim", key="k"))


async def test_a_refusal_is_not_remembered(plant: Plant) -> None:
    await plant.entered()
    assert code(await plant.post("sales1", f"{TASK}/complete", {"outcome": "reject", "fields": {}}, key="k")) == (422, "invalid")
    assert (await plant.post("sales1", f"{TASK}/complete", CONFIRM, key="k")).status_code == 200


async def test_without_a_key_nothing_is_a_repeat(plant: Plant) -> None:
    task = await plant.asked(Kind.PRODUCE)
    for _ in range(2):
        assert not is_repeat(await plant.post("production1", f"/tasks/{task}/progress", {"percent": 5}))
    events = (await plant.get("sales1", "/orders/PO-1/events")).json()["items"]
    assert len([event for event in events if event["type"] == "progress_reported"]) == 2


@pytest.mark.parametrize("key", ["!", "~" * 255, 'a,b;c="d"'])
async def test_keys_are_any_visible_ascii(plant: Plant, key: str) -> None:
    await plant.entered()
    await plant.post("sales1", f"{TASK}/complete", CONFIRM, key=key)
    assert is_repeat(await plant.post("sales1", f"{TASK}/complete", CONFIRM, key=key))
    events = (await plant.get("sales1", "/orders/PO-1/events")).json()["items"]
    assert [event["key"] for event in events if event["type"] == "task_completed"] == [key]


async def test_a_repeat_during_the_first_waits_for_it(plant: Plant) -> None:
    await plant.entered()
    plant.engine.waits = asyncio.Event()
    calls = [asyncio.create_task(plant.post("sales1", f"{TASK}/complete", CONFIRM, key="k")) for _ in range(5)]
    await asyncio.sleep(0.05)
    assert not any(call.done() for call in calls)
    plant.engine.waits.set()
    answers = await asyncio.gather(*calls)
    assert all(same(answers[0], answer) for answer in answers)
    assert sorted(map(is_repeat, answers)) == [False, True, True, True, True]
    events = (await plant.get("sales1", "/orders/PO-1/events")).json()["items"]
    assert [event["type"] for event in events if event["key"] == "k"] == ["task_completed"], "done once for all five"


async def test_an_answer_that_a_crash_took_back_is_done_when_it_is_repeated(plant: Plant) -> None:
    """The store shows what history never had: the repeat is not told the lost answer, but done anew."""
    await plant.entered()
    order = plant.engine.order("PO-1")
    history = order.state.model_copy(deep=True)
    await plant.post("sales1", f"{TASK}/complete", CONFIRM, key="k")
    order.state = history
    again = await plant.post("sales1", f"{TASK}/complete", CONFIRM, key="k")
    assert again.status_code == 200 and len(plant.engine.heard) == 3
    events = (await plant.get("sales1", "/orders/PO-1/events")).json()["items"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [event["type"] for event in events if event["key"] == "k"] == ["task_completed"]


async def test_two_orders_under_one_key_at_once_are_one(plant: Plant) -> None:
    numbers = ("PO-1", "PO-2", "PO-3")
    answers = await asyncio.gather(*(plant.post("sales1", "/orders", order_in(order_no=no), key="k") for no in numbers))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422]
    assert len((await plant.get("sales1", "/orders")).json()["items"]) == 1


async def test_a_call_that_had_no_answer_is_found_out_by_a_repeat(plant: Plant) -> None:
    await plant.entered()
    plant.engine.fails_after = OutcomeIsUnknown("too late")
    unknown = await plant.post("sales1", f"{TASK}/complete", CONFIRM, key="k")
    assert code(unknown) == (503, "outcome-unknown")
    again = await plant.post("sales1", f"{TASK}/complete", CONFIRM, key="k")
    assert again.status_code == 200 and is_repeat(again)
    assert (await plant.get("sales1", TASK)).json()["status"] == "completed"


async def test_locks_are_not_kept(plant: Plant) -> None:
    await plant.confirmed()
    await plant.post("sales1", f"{TASK}/complete", {}, key="k")
    assert plant.app.state.services.performer._turns._locks == {}


async def test_who_waits_in_vain_for_the_inbox_is_told_that_it_may_have_happened(
    plant: Plant, furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    await plant.entered()
    monkeypatch.setattr(visit, "PATIENCE", 0.5)
    with writing_elsewhere(furnished.file):
        assert code(await plant.post("sales1", f"{TASK}/claim", key="k")) == (503, "outcome-unknown")
    monkeypatch.undo()
    assert (await plant.post("sales1", f"{TASK}/claim", key="k")).status_code == 200
    assert (await plant.get("sales1", TASK)).json()["assignee"] == "sales1"


async def test_what_was_given_up_before_it_began_does_not_begin(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    await plant.entered()
    goes_on, judge = threading.Event(), Claim.judge

    def late(deed: Claim, call: Call, *, by_order_alone: bool = False) -> Verdict:
        goes_on.wait(5)
        return judge(deed, call, by_order_alone=by_order_alone)

    monkeypatch.setattr(Claim, "judge", late)
    monkeypatch.setattr(visit, "PATIENCE", 0.3)
    assert code(await plant.post("sales1", f"{TASK}/claim", key="k")) == (503, "store-away")
    goes_on.set()
    await asyncio.to_thread(plant.app.state.services.threads.close, wait=True)
    record = plant.store.tasks.record("PO-1.confirm_order.1")
    assert record is not None and record.holder is None


@contextmanager
def writing_elsewhere(file: Path) -> Iterator[None]:
    """Somebody else writes to the store, and takes their time."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
