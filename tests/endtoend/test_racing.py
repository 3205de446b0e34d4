"""Eight people answer one task in the same instant: it is answered once, and all are told by whom.

JIAOQI_TEST_LONG=1: two hundred rounds on each database instead of ten.
"""

import os
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.endtoend import comparing, dates, engine
from tests.endtoend.order import Deed, Order
from tests.endtoend.people import Person, problem
from tests.endtoend.plant import Plant

LONG = bool(os.environ.get("JIAOQI_TEST_LONG"))
RACERS = 8
ORDERS, ROUNDS = (10, 20) if LONG else (1, 10)
"""Rounds of each order: not more than it remembers closed tasks, so that it can be compared with the store."""


class Racers:
    """People of one department, each at a client of their own that has spoken to the API before."""

    def __init__(self, plant: Plant, clients: ExitStack, pool: ThreadPoolExecutor) -> None:
        self.plant = plant
        self._pool = pool
        self._start = threading.Barrier(RACERS)
        self._clients = [clients.enter_context(httpx.Client(timeout=30, trust_env=False)) for _ in range(RACERS)]
        self.people = [self._hired(n) for n in range(RACERS)]

    def _hired(self, n: int) -> Person:
        racer = self.at(n, self.plant.hire(f"racer{n}", "--department", "supply_chain"))
        racer.ask("/me")
        return racer

    def at(self, n: int, person: Person) -> Person:
        """Somebody at the n-th client."""
        return person.at(self._clients[n])

    def race(self, runs: Sequence[Callable[[], httpx.Response]]) -> list[httpx.Response]:
        """Lets all of them go at once."""
        return list(self._pool.map(self._run, runs))

    def _run(self, run: Callable[[], httpx.Response]) -> httpx.Response:
        self._start.wait(20)
        return run()


@pytest.fixture(scope="module", params=["plant", "the_plant_on_postgresql"], ids=["sqlite", "postgresql"])
def racers(request: pytest.FixtureRequest) -> Iterator[Racers]:
    plant: Plant = request.getfixturevalue(request.param)
    plant.put_right()
    with ExitStack() as clients, ThreadPoolExecutor(RACERS) as pool:
        racers = Racers(plant, clients, pool)
        yield racers
        for person in racers.people:
            plant.dismiss(person.name)


def short(item: str) -> dict[str, Any]:
    """An answer after which the same is asked again, and which says whose it is."""
    return {"outcome": "short", "fields": {"item": item, "eta": dates.day(1)}}


def waits_for_materials(plant: Plant) -> Order:
    return plant.enter().confirmed().planned()


def test_eight_people_answer_one_task_at_once(racers: Racers) -> None:
    for _ in range(ORDERS):
        order = waits_for_materials(racers.plant)
        winners = [one_wins(racers, order) for _ in range(ROUNDS)]
        assert accepted_answers(order)[-ROUNDS:] == winners
        comparing.equal(order)
        order.audit()
        order.finished().ends("completed", "full")


def one_wins(racers: Racers, order: Order) -> tuple[str, str]:
    """The task, and who has answered it, as everybody was told and the store shows."""
    task, keys = order.task("ready_materials"), [uuid.uuid4().hex for _ in range(RACERS)]
    path = f"/tasks/{task['id']}/complete"
    answers = racers.race([saying(racer, path, short(racer.name), key) for racer, key in zip(racers.people, keys, strict=True)])
    (place,) = [n for n, answer in enumerate(answers) if answer.status_code == 200]
    winner, won = racers.people[place].name, answers[place].json()
    order.acknowledged[keys[place]] = Deed(winner, path)
    for loser in answers[:place] + answers[place + 1 :]:
        told = problem(loser, 409, "task-closed")
        assert (told["completed_by"], told["completed_at"]) == (winner, won["completed_at"])
    shown = order.plant.person("quality2").ask(f"/tasks/{task['id']}")
    for seen in (won, shown):
        assert (seen["status"], seen["completed_by"], seen["fields"]["item"]) == ("completed", winner, winner)
    completed = [event for event in order.events() if event["type"] == "task_completed" and event["task_id"] == task["id"]]
    assert [(event["actor"], event["key"]) for event in completed] == [(winner, keys[place])]
    assert [again["n"] for again in order.tasks(kind="ready_materials", status="open")] == [task["n"] + 1]
    return str(task["id"]), winner


def accepted_answers(order: Order) -> list[tuple[str, str]]:
    """The task and the actor of each answer that the workflow's own history has taken."""
    accepted = engine.accepted_updates(order.plant.stack, order.number)
    return [(said["task_id"], said["actor"]["id"]) for name, said in accepted if name == "complete"]


def test_one_person_says_the_same_eight_times_at_once(racers: Racers) -> None:
    order, key = waits_for_materials(racers.plant), uuid.uuid4().hex
    person, path = racers.people[0], f"/tasks/{order.task('ready_materials')['id']}/complete"
    answers = racers.race([saying(racers.at(n, person), path, short("wire"), key) for n in range(RACERS)])
    assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers]
    assert len({answer.content for answer in answers}) == 1
    assert sorted("idempotent-replayed" in answer.headers for answer in answers) == [False] + [True] * (RACERS - 1)
    order.acknowledged[key] = Deed(person.name, path)
    order.audit()
    order.finished().ends("completed", "full")


def test_one_key_for_eight_different_answers(racers: Racers) -> None:
    order, key = waits_for_materials(racers.plant), uuid.uuid4().hex
    person, path = racers.people[0], f"/tasks/{order.task('ready_materials')['id']}/complete"
    answers = racers.race([saying(racers.at(n, person), path, short(f"wire {n}"), key) for n in range(RACERS)])
    (place,) = [n for n, answer in enumerate(answers) if answer.status_code == 200]
    for refused in answers[:place] + answers[place + 1 :]:
        problem(refused, 422, "idempotency-key-reused")
    assert answers[place].json()["fields"]["item"] == f"wire {place}"
    order.acknowledged[key] = Deed(person.name, path)
    problem(person.say(path, short("wire 8"), key), 422, "idempotency-key-reused")
    order.audit()
    order.finished().ends("completed", "full")


def saying(person: Person, path: str, body: dict[str, Any], key: str) -> Callable[[], httpx.Response]:
    return lambda: person.say(path, body, key)
