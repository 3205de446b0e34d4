"""What can be read: one thing with its version, lists with filters and cursors."""

from typing import Any

import httpx
import pytest

from tests.api.plant import CONFIRM, DAY, Plant, code, pointers
from workflows.types.words import Kind

TASK = "/tasks/PO-1.confirm_order.1"


def numbers(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item.get("order_no") for item in answer.json()["items"]]


def ids_in(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


# Versions.


async def test_a_reader_who_has_seen_it_gets_no_copy(plant: Plant) -> None:
    await plant.entered()
    for path in ("/orders/PO-1", TASK):
        first = await plant.get("boss", path)
        assert first.headers["etag"] == f'"{first.json()["version"]}"'
        for tag in (first.headers["etag"], f"W/{first.headers['etag']}", f'"0", {first.headers["etag"]}', "*"):
            again = await plant.get("boss", path, headers={"If-None-Match": tag})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
        assert (await plant.get("boss", path, headers={"If-None-Match": '"0"'})).status_code == 200


async def test_every_change_makes_a_new_version(plant: Plant) -> None:
    await plant.entered()
    seen = {(await plant.get("sales1", TASK)).headers["etag"]}
    for word, body in (("claim", None), ("release", None), ("extend", {"due_at": "2027-03-05", "reason": "r"})):
        answer = await plant.post("sales-head", f"{TASK}/{word}", body)
        assert answer.headers["etag"] not in seen
        assert (await plant.get("sales1", TASK)).headers["etag"] == answer.headers["etag"]
        seen.add(answer.headers["etag"])


@pytest.mark.parametrize("word", ["complete", "claim", "snooze", "extend", "assignee"])
async def test_who_saw_an_older_version_is_told(plant: Plant, word: str) -> None:
    await plant.entered()
    body = {
        "complete": CONFIRM,
        "snooze": {"until": "2027-03-05"},
        "extend": {"due_at": "2027-03-05", "reason": "r"},
        "assignee": {"person": "sales1", "reason": "r"},
    }.get(word)
    method, tag = "PUT" if word == "assignee" else "POST", (await plant.get("sales1", TASK)).headers["etag"]
    for wrong in ('"0"', f"W/{tag}", "0", ""):
        stale = await plant.ask("sales-head", method, f"{TASK}/{word}", body, headers={"If-Match": wrong})
        assert code(stale) == (412, "stale")
    for right in (tag, f'"0", {tag}', "*"):
        answer = await plant.ask("sales-head", method, f"{TASK}/{word}", body, headers={"If-Match": right})
        if word in ("complete", "claim", "extend", "assignee"):
            assert answer.status_code == 200
            return
        assert answer.status_code == 200


async def test_an_order_s_version_counts_the_inbox_too(plant: Plant) -> None:
    await plant.entered()
    old = (await plant.get("sales1", "/orders/PO-1")).headers["etag"]
    await plant.post("sales1", f"{TASK}/claim")
    new = (await plant.get("sales1", "/orders/PO-1")).headers["etag"]
    cancel = {"reason": "r"}
    assert code(await plant.post("sales1", "/orders/PO-1/cancel", cancel, headers={"If-Match": old})) == (412, "stale")
    assert (await plant.post("sales1", "/orders/PO-1/cancel", cancel, headers={"If-Match": new})).status_code == 200


# One.


async def test_an_order_is_found_in_any_case(plant: Plant) -> None:
    await plant.entered("Größe.A-1")
    for number in ("Größe.A-1", "GRÖSSE.A-1", "gro\u0308ße.a-1"):
        answer = await plant.get("boss", f"/orders/{number}")
        assert answer.json()["order_no"] == "Größe.A-1"
        assert (await plant.get("boss", f"/tasks/{number}.confirm_order.1")).json()["id"] == "Größe.A-1.confirm_order.1"
    assert code(await plant.post("sales1", "/orders", {**BODY, "order_no": "GRÖSSE.a-1"})) == (409, "order-exists")


BODY: dict[str, Any] = {
    "customer": {"name": "F"},
    "lines": [{"product_model": "P", "quantity": 1}],
    "requested_date": "2027-04-01",
}


PLACES = ["/orders/{}", "/orders/{}/events", "/orders/{}/notices", "/tasks/{}", "/tasks/{}.confirm_order.1"]


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("name", ["PO-9", "a%00b", "%ED%A0%80", "x" * 500, "%2e%2e", "交期", "PO-1.nothing.1"])
async def test_what_is_not_there_is_not_found(plant: Plant, path: str, name: str) -> None:
    await plant.entered()
    assert code(await plant.get("boss", path.format(name))) == (404, "not-found")


async def test_a_wrong_query_is_told_only_about_what_is_there(plant: Plant) -> None:
    await plant.entered()
    assert code(await plant.get("boss", "/orders/PO-9/events?limit=0")) == (404, "not-found")
    assert pointers(await plant.get("boss", "/orders/PO-1/events?limit=0")) == ["/query/limit"]


async def test_a_task_says_how_it_can_be_answered(plant: Plant) -> None:
    task = await plant.asked(Kind.RESOLVE_REFUSAL, withheld=("redeliver",))
    outcomes = (await plant.get("boss", f"/tasks/{task}")).json()["outcomes"]
    assert list(outcomes) == ["remake", "close"]


# Lists.


async def some_orders(plant: Plant) -> None:
    for number, customer in (("A-1", "Alpha, Inc."), ("B-2", "Beta"), ("C-3", "Alpha, Inc.")):
        plant.now += DAY
        await plant.entered(number, customer={"name": customer}, lines=[{"product_model": f"Pump {number}", "quantity": 5}])
    await plant.post("sales1", "/tasks/B-2.confirm_order.1/complete", CONFIRM)
    await plant.post("sales1", "/orders/C-3/hold", {"reason": "r", "until": "2027-04-01"})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["C-3", "B-2", "A-1"]),
        ("sort=order_no", ["A-1", "B-2", "C-3"]),
        ("sort=promised", ["B-2", "A-1", "C-3"]),
        ("status=on_hold", ["C-3"]),
        ("status=on_hold,open", ["C-3", "B-2", "A-1"]),
        ("status=completed", []),
        ("stage=confirm", ["C-3", "B-2", "A-1"]),
        ("customer=Beta", ["B-2"]),
        ("customer=Alpha", []),
        (r"customer=Alpha\, Inc.", ["C-3", "A-1"]),
        (r"customer=Alpha\, Inc.,Beta", ["C-3", "B-2", "A-1"]),
        ("due_before=2027-04-01", []),
        ("due_before=2027-04-02", ["B-2"]),
        ("due_before=2027-04-01T17:00:00Z", ["B-2"]),
        ("q=a-", ["A-1"]),
        ("q=ALPHA", ["C-3", "A-1"]),
        ("q=pump b", ["B-2"]),
        ("q=lpha", []),
        ("q=%25", []),
    ],
)
async def test_orders_are_filtered_exactly(plant: Plant, query: str, expected: list[str]) -> None:
    await some_orders(plant)
    assert numbers(await plant.get("boss", f"/orders?{query}")) == expected


@pytest.mark.parametrize("path", ["/orders?sort=order_no", "/tasks?order_no=A-1,B-2,C-3", "/orders/A-1/events?", "/people?"])
async def test_a_list_is_read_page_by_page(plant: Plant, path: str) -> None:
    await some_orders(plant)
    whole = (await plant.get("boss", path)).json()
    assert whole["next_cursor"] is None
    read, cursor = [], ""
    while cursor is not None:
        page = (await plant.get("boss", f"{path}&limit=1" + (f"&cursor={cursor}" if cursor else ""))).json()
        assert len(page["items"]) <= 1
        read += page["items"]
        cursor = page["next_cursor"]
    assert read == whole["items"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("limit=1.0", "limit"),
        ("limit=%2B5", "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=2", "limit"),
        ("status=Open", "status/0"),
        ("status=", "status/0"),
        ("status=open,", "status/1"),
        ("due_before=tomorrow", "due_before"),
        ("due_before=2027-04-01T10:00:00", "due_before"),
        ("sort=customer", "sort"),
        ("colour=red", "colour"),
        ("status=" + ",".join(["open"] * 21), "status"),
        ("cursor=x", "cursor"),
        ("cursor=", "cursor"),
        ("cursor=W10", "cursor"),
    ],
)
@pytest.mark.parametrize("path", ["/orders", "/tasks"])
async def test_a_query_is_read_strictly(plant: Plant, path: str, query: str, pointer: str) -> None:
    assert pointers(await plant.get("boss", f"{path}?{query}")) == [f"/query/{pointer}"]


async def test_a_cursor_is_of_its_own_list(plant: Plant) -> None:
    await some_orders(plant)
    cursor = (await plant.get("boss", "/orders?limit=1")).json()["next_cursor"]
    for path in ("/orders?sort=order_no&", "/tasks?", "/people?", "/orders/A-1/events?"):
        assert pointers(await plant.get("boss", f"{path}cursor={cursor}")) == ["/query/cursor"]


INBOXES = [("sales1", ["confirm_order"]), ("production1", ["produce"]), ("boss", []), ("admin", [])]


@pytest.mark.parametrize(("who", "kinds"), INBOXES)
async def test_an_inbox_has_the_open_tasks_of_my_departments(plant: Plant, who: str, kinds: list[str]) -> None:
    await plant.asked(Kind.PRODUCE)
    tasks = (await plant.get(who, "/tasks")).json()["items"]
    assert [task["kind"] for task in tasks] == kinds


async def test_what_i_snoozed_is_left_out_of_the_default_list_only_and_only_of_mine(plant: Plant) -> None:
    task = await plant.asked(Kind.PRODUCE)
    await plant.post("production1", f"/tasks/{task}/snooze", {"until": "2027-03-01T12:00:00Z"})
    assert ids_in(await plant.get("production1", "/tasks")) == []
    assert ids_in(await plant.get("production1", "/tasks?kind=produce")) == []
    assert ids_in(await plant.get("production1", "/tasks?department=production")) == [task]
    assert ids_in(await plant.get("production-head", "/tasks")) == [task]
    plant.now += DAY
    assert ids_in(await plant.get("production1", "/tasks")) == [task]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("department=production", {"produce"}),
        ("department=production,sales", {"produce", "confirm_order"}),
        ("department=sales&status=open", {"confirm_order"}),
        ("order_no=po-1", {"produce", "confirm_order"}),
        ("order_no=po-1&kind=produce", {"produce"}),
        ("order_no=PO-9", set()),
        ("assignee=me", {"produce"}),
        ("assignee=production1&status=completed", set()),
        ("assignee=sales1,me", {"produce"}),
        ("order_no=PO-1&lateness=overdue", set()),
        ("order_no=PO-1&lateness=early,due_soon", {"produce", "confirm_order"}),
        ("order_no=PO-1&due_before=2027-02-28", set()),
        ("order_no=PO-1&due_before=2027-03-01T10:00:00.000001Z", {"produce", "confirm_order"}),
        ("order_no=PO-1&due_before=2027-03-01T10:00:00Z", set()),
        ("order_no=PO-1&due_before=2027-03-02&sort=due_at", {"produce", "confirm_order"}),
    ],
)
async def test_tasks_are_filtered_exactly(plant: Plant, query: str, expected: set[str]) -> None:
    task = await plant.asked(Kind.PRODUCE)
    await plant.post("production1", f"/tasks/{task}/claim")
    tasks = (await plant.get("production1", f"/tasks?{query}")).json()["items"]
    assert {task["kind"] for task in tasks} == expected


async def test_as_many_values_as_are_taken_are_found(plant: Plant) -> None:
    task = await plant.asked(Kind.PRODUCE)
    await plant.post("production1", f"/tasks/{task}/claim")
    others = ",".join(f"p{n}" for n in range(19))
    assert ids_in(await plant.get("boss", f"/tasks?assignee={others},production1")) == [task]
    assert numbers(await plant.get("boss", f"/orders?customer={others},Kaohsiung Fab")) == ["PO-1"]


async def test_asked_for_by_department_tasks_come_in_every_status(plant: Plant) -> None:
    await plant.confirmed()
    assert ids_in(await plant.get("sales1", "/tasks")) == []
    assert ids_in(await plant.get("sales1", "/tasks?department=sales")) == ["PO-1.confirm_order.1"]
    assert ids_in(await plant.get("sales1", "/tasks?status=completed")) == ["PO-1.confirm_order.1"]


async def test_history_is_read_from_where_one_left_off(plant: Plant) -> None:
    await plant.confirmed()
    items = (await plant.get("boss", "/orders/PO-1/events")).json()["items"]
    assert [(item["seq"], item["type"]) for item in items] == [
        (1, "order_entered"), (2, "task_opened"), (3, "task_completed"), (4, "promised")
    ]  # fmt: skip
    assert (await plant.get("boss", "/orders/PO-1/events?after=2")).json()["items"] == items[2:]
    for after in ("-1", "x", str(2**31)):
        assert pointers(await plant.get("boss", f"/orders/PO-1/events?after={after}")) == ["/query/after"]


async def test_what_was_said_can_be_read_at_once(plant: Plant) -> None:
    for number in range(5):
        order = await plant.entered(f"PO-{number}")
        assert ids_in(await plant.get("sales1", f"/tasks?order_no={order}")) == [f"{order}.confirm_order.1"]
        await plant.post("sales1", f"/tasks/{order}.confirm_order.1/claim")
        mine = ids_in(await plant.get("sales1", "/tasks?assignee=me&status=open"))
        assert f"{order}.confirm_order.1" in mine


async def test_people_are_told_of_by_everyone(plant: Plant) -> None:
    people = (await plant.get("warehouse1", "/people")).json()["items"]
    boss = next(person for person in people if person["id"] == "boss")
    assert boss == {
        "id": "boss", "name": "boss", "email": "boss@plant.example", "language": "en",
        "departments": ["management"], "head_of": ["management"], "admin": False, "away": None,
    }  # fmt: skip
