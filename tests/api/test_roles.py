"""The contract's table "Who may", cell by cell: every role on every route that the OpenAPI document knows.

The table stands here again, written from the contract and not from the code. What depends on who holds a task, on four
eyes and on whom a task is given to is told in test_authority.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from activities.store import Database, Person, Store
from api import openapi
from tests.api.conftest import Furnished
from tests.api.plant import NOW, Plant, code, order_in
from tests.training.taught import SAFETY
from workflows.types.words import Department, Kind

LATER, REASON = "2027-03-02T09:00:00+08:00", {"reason": "because"}
FORBIDDEN, NOT_YOURS, HELD = (403, "forbidden"), (403, "not-your-department"), (409, "task-held")
Told = tuple[int, str | None]
DONE: Told = (200, None)


@dataclass(frozen=True)
class Role:
    """`acts_for` and `heads` are for today, standing in included."""

    acts_for: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    admin: bool = False
    own: tuple[str, ...] | None = None
    """Their own departments, where standing in adds others."""

    def hired(self, name: str) -> Person:
        own = self.acts_for if self.own is None else self.own
        departments = tuple(map(Department, own))
        heads = tuple(each for each in departments if each in self.heads)
        return Person(id=name, name=name, email=f"{name}@plant.example", departments=departments, head_of=heads, admin=self.admin)

    def capacities(self, department: str | None = None) -> set[str]:
        """The columns of the table in which they stand, for a task of this department."""
        capacities = {"sales", "management"} & set(self.acts_for)
        capacities |= {"production's head"} if "production" in self.heads else set()
        capacities |= {"member"} if department in self.acts_for else set()
        capacities |= {"head"} if department in self.heads else set()
        return capacities | ({"admin"} if self.admin else set()) | {"signed in"}


DEPARTMENTS = ("sales", "production", "quality", "warehouse", "supply_chain", "management")
ROLES = {
    **{f"{each}-member": Role((each,)) for each in DEPARTMENTS},
    **{f"{each}-chief": Role((each,), (each,)) for each in DEPARTMENTS},
    "of-two": Role(("production", "quality"), ("quality",)),
    "just-admin": Role(admin=True),
    "of-nothing": Role(),
    "deputy": Role(("warehouse", "supply_chain"), ("supply_chain",), own=("warehouse",)),
    "absent-chief": Role(("supply_chain",), ("supply_chain",)),
    "substitute-of-tomorrow": Role(("warehouse",)),
    "chief-away-tomorrow": Role(("supply_chain",), ("supply_chain",)),
}
HOLDERS = {f"{each}-holder": Role((each,)) for each in ("production", "supply_chain")}
NO_TOKEN, BAD_TOKEN = (401, "no-token"), (401, "bad-token")
OUTSIDE = {"nobody": NO_TOKEN, "customer": BAD_TOKEN, "removed": BAD_TOKEN, "hired-again": BAD_TOKEN}
"""A customer has mail and no token; whoever is hired again gets a new one, and the old stays dead."""

# The table. A task's member, its head, sales, management, admin; the head is a member too.

MAY_ON_TASKS = {
    "complete_task": {"member"},
    "report_progress": {"member"},
    "claim_task": {"member"},
    "snooze_task": {"member"},
    "release_task": {"member", "admin"},
    "assign_task": {"head", "admin"},
    "extend_task": {"head"},
    "correct_task": {"head"},
}
MAY_ON_ANOTHERS = {each: MAY_ON_TASKS[each] - {"member"} | {"head"} for each in MAY_ON_TASKS}
MAY_ON_ORDERS = {
    "enter_order": {"sales", "admin"},
    "repromise_order": {"sales", "management"},
    "cancel_order": {"sales", "management"},
    "amend_order": {"sales", "management"},
    "hold_order": {"sales", "management", "production's head"},
    "resume_order": {"sales", "management", "production's head"},
}
FILING = {"upload_document": {"sales", "management"}, "generate_document": {"sales", "management"}}
"""And departments with a task of the order; told in tests/documents."""
GIVEN_OUT = {each: {"signed in"} for each in ("list_documents", "get_document", "list_archive", "get_archive")}
READING: tuple[str, ...] = ("list_orders", "get_order", "list_events", "list_notices", "list_tasks", "get_task", "get_me")
READING += ("list_people",)
READING += ("get_figures", "get_figure_trend", "list_figure_rows")
READING += ("list_courses", "list_training_sessions", "get_training_session", "list_certificates", "list_training_coverage")
READING += ("list_improvements", "list_reviews")
OF_ONE = ("get_improvement", "list_improvement_events", "get_review")
SAYING = {"raise_improvement": {"signed in"}, "ask_for_review": {"management", "admin"}, "decide": {"heads", "management"}}
"""Told in tests/endtoend/test_improving.py and tests/api/test_meetings.py."""
GIVEN_OUT |= {each: {"signed in"} for each in OF_ONE}
MAY = {**FILING, **SAYING, **GIVEN_OUT, **MAY_ON_TASKS, **MAY_ON_ORDERS, **{each: {"signed in"} for each in READING}}

ANSWERS: dict[str, tuple[Kind, str, dict[str, Any]]] = {
    "sales": (Kind.CONFIRM_ORDER, "reject", REASON),
    "production": (Kind.PRODUCE, "done", {}),
    "quality": (Kind.INSPECT, "pass", {}),
    "warehouse": (Kind.DISPATCH, "replan", REASON),
    "supply_chain": (Kind.READY_MATERIALS, "ready", {}),
    "management": (Kind.DECIDE_DISPOSITION, "concede", REASON),
}
"""A question for each department, and an answer to it."""
BODIES: dict[str, Any] = {
    "report_progress": {"percent": 40},
    "snooze_task": {"until": LATER},
    "extend_task": {"due_at": LATER, **REASON},
    "repromise_order": {"promised_date": "2027-04-02", "customer_agreed": True, **REASON},
    "cancel_order": REASON,
    "amend_order": {"ship_to": "Dock 3", **REASON},
    "hold_order": {"until": LATER, **REASON},
    "resume_order": REASON,
}


@pytest.fixture(scope="module")
def furnished(furnished: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """The plant of all tests here, with everybody in the table hired once and for all."""
    folder = tmp_path_factory.mktemp("roles")
    template, file = folder / "template.db", folder / "store.db"
    shutil.copy(furnished.template, template)
    store = Store.open(f"sqlite:///{template}")
    tokens = hired(store)
    store.close()
    database = Database(f"sqlite:///{file}")
    yield Furnished(database, {**furnished.tokens, **tokens}, template, file)
    database.close()


def hired(store: Store) -> dict[str, str]:
    """Everybody's token, also those that are good for nothing."""
    people, today = store.people, NOW.date()
    for name, role in {**ROLES, **HOLDERS}.items():
        people.put(role.hired(name))
    store.training.describe(SAFETY, "boss", NOW)
    store.training.plan(SAFETY.id, today, "Dr. Lin", "form-1", "boss", NOW)
    people.away("absent-chief", today, today, "deputy")
    people.away("chief-away-tomorrow", today + timedelta(days=1), today + timedelta(days=2), "substitute-of-tomorrow")
    tokens = {name: people.new_token(name) for name in (*ROLES, *HOLDERS)} | {"customer": "jq_made-up-by-a-customer"}
    for name in ("removed", "hired-again"):
        people.put(Role(DEPARTMENTS, DEPARTMENTS, admin=True).hired(name))
        tokens[name] = people.new_token(name)
        people.remove(name)
    people.put(Role(DEPARTMENTS, DEPARTMENTS, admin=True).hired("hired-again"))
    return tokens


@pytest.fixture(scope="module")
def routes(furnished: Furnished) -> dict[str, tuple[str, str]]:
    """By the names of the document: method and path."""
    document = json.loads(openapi.described(Plant(Store(furnished.database, ""), {}).app))
    return {op["operationId"]: (method, path) for path, methods in document["paths"].items() for method, op in methods.items()}


@dataclass
class Staffed:
    """A plant with everybody in the table, and the routes as the document names them."""

    plant: Plant
    routes: dict[str, tuple[str, str]]

    async def say(self, who: str, operation: str, order_no: str = "PO-1", task: str = "", body: Any = None) -> Told:
        method, path = self.routes[operation]
        url = (
            path.removeprefix("/api/v1")
            .replace("{order_no}", order_no)
            .replace("{task_id}", task)
            .replace("{document_id}", "1")
            .replace("{archive_id}", "1")
            .replace("{name}", "on_time")
            .replace("{review_id}", "weekly-2027-01-04")
        )
        url = url.replace("{number}", "1")
        body = BODIES.get(operation) if body is None else body
        if who == "nobody":
            answer = await self.plant.client.request(method.upper(), url, json=body)
        else:
            answer = await self.plant.ask(who, method.upper(), url, body)
        return (answer.status_code, None) if answer.is_success else code(answer)


@pytest.fixture
def staffed(plant: Plant, routes: dict[str, tuple[str, str]]) -> Staffed:
    return Staffed(plant, routes)


async def test_the_table_knows_every_route(staffed: Staffed) -> None:
    assert staffed.routes.keys() == MAY.keys()


@pytest.mark.parametrize("operation", MAY)
async def test_nobody_outside_may_do_anything(staffed: Staffed, operation: str) -> None:
    await staffed.plant.entered()
    for who, expected in OUTSIDE.items():
        assert await staffed.say(who, operation, task="PO-1.confirm_order.1") == expected, who


@pytest.mark.parametrize("operation", READING)
async def test_everybody_signed_in_may_read(staffed: Staffed, operation: str) -> None:
    await staffed.plant.entered()
    for who in ROLES:
        assert await staffed.say(who, operation, task="PO-1.confirm_order.1") == (200, None), who


@pytest.mark.parametrize("operation", MAY_ON_ORDERS)
async def test_words_about_orders(staffed: Staffed, operation: str) -> None:
    """What was done cannot be done again, so each who may has an order of their own."""
    for n, (who, role) in enumerate(ROLES.items()):
        may = bool(role.capacities() & MAY_ON_ORDERS[operation])
        if operation == "enter_order":
            told = await staffed.say(who, operation, body=order_in(order_no=f"PO-{n}"))
            assert told == ((201, None) if may else FORBIDDEN), who
        else:
            order_no = await ready_for(staffed.plant, operation, f"PO-{n}") if may or n == 0 else "PO-0"
            assert await staffed.say(who, operation, order_no) == ((200, None) if may else FORBIDDEN), who


async def ready_for(plant: Plant, operation: str, order_no: str) -> str:
    await plant.confirmed(order_no)
    if operation == "resume_order":
        assert (await plant.post("sales1", f"/orders/{order_no}/hold", BODIES["hold_order"])).status_code == 200
    return order_no


@pytest.mark.parametrize("operation", MAY_ON_TASKS)
@pytest.mark.parametrize("department", DEPARTMENTS)
async def test_words_about_tasks(staffed: Staffed, department: str, operation: str) -> None:
    await staffed.plant.entered()
    task = task_for(staffed.plant, operation, department)
    for who, role in ROLES.items():
        told = await staffed.say(who, operation, task=task, body=body_for(operation, department))
        assert told == expected(role, operation, department), who
        if told == DONE:
            task = task_for(staffed.plant, operation, department)


def task_for(plant: Plant, operation: str, department: str) -> str:
    """The department's question, asked once more; answered where there must be an answer to mend."""
    kind, outcome, fields = ANSWERS[department]
    if operation != "correct_task":
        return open_task(plant, department)
    return plant.engine.answered("PO-1", kind, outcome, fields)


@pytest.mark.parametrize("operation", sorted(MAY_ON_ANOTHERS.keys() - {"correct_task"}))
@pytest.mark.parametrize("department", ["production", "supply_chain"])
async def test_words_about_tasks_that_somebody_else_holds(staffed: Staffed, department: str, operation: str) -> None:
    await staffed.plant.entered()
    task = await held_task(staffed.plant, department)
    for who, role in ROLES.items():
        told = await staffed.say(who, operation, task=task, body=body_for(operation, department))
        assert told == expected_of_anothers(role, operation, department), who
        if told == DONE:
            task = await held_task(staffed.plant, department)


async def held_task(plant: Plant, department: str) -> str:
    task = open_task(plant, department)
    assert (await plant.post(f"{department}-holder", f"/tasks/{task}/claim")).status_code == 200
    return task


def open_task(plant: Plant, department: str) -> str:
    """The department's question, asked once more."""
    return plant.engine.open("PO-1", ANSWERS[department][0]).id


def body_for(operation: str, department: str) -> Any:
    _, outcome, fields = ANSWERS[department]
    if operation == "complete_task":
        return {"outcome": outcome, "fields": fields}
    if operation == "correct_task":
        return {"outcome": outcome, "fields": fields, **REASON}
    return {"person": f"{department}-member", **REASON} if operation == "assign_task" else None


def expected(role: Role, operation: str, department: str) -> Told:
    capacities = role.capacities(department)
    if not capacities & MAY_ON_TASKS[operation]:
        return FORBIDDEN if "member" in capacities else NOT_YOURS
    if operation == "report_progress" and department != "production":
        return (409, "not-in-production")
    return DONE


def expected_of_anothers(role: Role, operation: str, department: str) -> Told:
    capacities = role.capacities(department)
    if capacities & MAY_ON_ANOTHERS[operation] or not capacities & MAY_ON_TASKS[operation]:
        return expected(role, operation, department)
    if operation == "report_progress" and department != "production":
        return (409, "not-in-production")
    return FORBIDDEN if operation == "release_task" else HELD
