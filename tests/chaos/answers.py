"""What people answer to each kind of task: chosen by the seed and the task's id alone, whoever answers and whenever.

The first is what they mean; the others are what they say when that is refused, because the goods allow no more.
"""

import random
from typing import Any

from tests.endtoend import dates

Answer = tuple[str, dict[str, Any]]
Task = dict[str, Any]
WHY: dict[str, Any] = {"reason": "chaos"}
OFTEN, SELDOM = 2, 1
"""How many times an order may go back over the same kind of task."""


def answers(seed: int, task: Task, *, straight: bool = False, corrected: bool = False) -> list[Answer]:
    """`straight`: the shortest way to the end; `corrected`: what a head says that should have been answered."""
    chance = random.Random(f"{seed}/{task['id']}" + ("/corrected" if corrected else ""))
    plain = straight or task["n"] > OFTEN
    kind = task["kind"]
    if kind.startswith("ready_"):
        short = ("short", {"item": "bearings", "eta": dates.day(1)})
        return pick(chance, plain, 0.12, short, ("ready", {}))
    return BY_KIND[kind](chance, plain, task)


def pick(chance: random.Random, plain: bool, share: float, other: Answer, usual: Answer) -> list[Answer]:
    """Sometimes the other answer, with the usual one behind it."""
    return [other, usual] if chance.random() < share and not plain else [usual]


def confirm_order(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    usual = ("confirm", {"promised_date": dates.day(chance.choice((1, 10, 25))), "channel": "phone"})
    other: Answer = chance.choice([("reject", WHY), ("revise", {**WHY, "requested_date": dates.day(40)})])
    return pick(chance, plain, 0.15, other, usual)


def make_plan(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    start = chance.uniform(2, 8)
    done = start + chance.uniform(2, 8)
    plan = {"planned_start": dates.instant(seconds=start), "expected_completion": dates.instant(seconds=done)}
    return pick(chance, plain, 0.1, ("cannot", {**WHY, "earliest": dates.day(2)}), ("plan", plan))


def produce(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    less = {line: max(1, quantity - chance.randint(0, 3)) for line, quantity in (task["quantities"] or {}).items()}
    other: Answer = chance.choice([("cannot", WHY), ("done", {"good": less}), ("done", {"scrap": dict.fromkeys(less, 1)})])
    return pick(chance, plain, 0.25, other, ("done", {}))


def inspect(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    failed = {line: 1 for line, quantity in (task["quantities"] or {}).items() if quantity}
    other = ("fail", {"failed": failed, "defects": [{"code": "scratch", "quantity": 1}]})
    return pick(chance, plain, 0.3, other, ("pass", {}))


def rework(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    mended = {"cause": "a worn tool", "corrective_action": "a new tool"}
    return pick(chance, plain, 0.2, ("reworked", {**mended, "scrap": task["quantities"]}), ("reworked", mended))


def decide_disposition(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    other = chance.choice([("rework", WHY), ("remake", WHY)])
    return pick(chance, plain, 0.6, other, ("concede", WHY))


def accept(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    there = dict(task["quantities"] or {})
    short = ("short", {**WHY, "accepted": there or {"1": 0}})
    less = ("short", {**WHY, "accepted": {line: max(0, quantity - 1) for line, quantity in there.items()} or {"1": 0}})
    return [*([less] if chance.random() < 0.1 and not plain else []), ("accept", {}), short]


def decide_shortage(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    part = ("ship_part", {**WHY, "rest": chance.choice(("later", "waived"))})
    waived = ("ship_part", {**WHY, "rest": "waived"})
    return [waived, ("remake", WHY)] if plain else [chance.choice([part, ("remake", WHY)]), ("remake", WHY)]


def plan_shipment(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    plan = {"mode": "road", "carrier": "Hsin Yun", "ship_at": dates.instant(seconds=4), "transit_days": chance.randint(0, 2)}
    return [("plan", plan), ("plan", {**plan, "accept_late": True})]


def dispatch(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    in_time: list[Answer] = [("dispatched", {}), ("dispatched", {"override_reason": "the truck waits"})]
    return [("replan", WHY), *in_time] if chance.random() < 0.12 and not plain else in_time


def sign_off(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    less = {line: max(0, quantity - 1) for line, quantity in (task["quantities"] or {}).items()}
    other: Answer = chance.choice([("signed", {"signed_by": "Mr. Wu", "received": less}), ("refused", WHY), ("lost", WHY)])
    return pick(chance, plain or task["n"] > SELDOM, 0.25, other, ("signed", {"signed_by": "Ms. Lin"}))


def resolve_refusal(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    other = chance.choice([("redeliver", WHY), ("remake", WHY)])
    return pick(chance, plain, 0.7, other, ("close", WHY))


def collect_feedback(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    issue = {"kind": "delivery", "text": "late by an hour", "department": "warehouse"}
    answered = ("answered", {"csat": chance.randint(1, 5), "channel": "phone", "issues": [issue]})
    return pick(chance, plain, 0.3, ("no_answer", {}), answered)


def decide_promise(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    moved = ("repromise", {**WHY, "promised_date": dates.day(chance.randint(20, 60)), "customer_agreed": True})
    return pick(chance, plain, 0.5, moved, ("keep", WHY))


def decide_amendment(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    return pick(chance, plain, 0.4, ("refuse", WHY), ("agree", WHY))


def assign_improvement(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    return pick(chance, plain, 0.3, ("drop", WHY), ("assign", {"department": "quality"}))


def find_cause(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    found = {"cause": "a worn tool", "action": "new tools each month", "due": dates.day(9)}
    return pick(chance, plain, 0.2, ("hand_over", {**WHY, "department": "production"}), ("analysed", found))


def act(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    return pick(chance, plain, 0.2, ("cannot", WHY), ("done", {"note": "tools changed"}))


def verify(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    return pick(chance, plain, 0.2, ("not_effective", WHY), ("effective", {"note": "none since"}))


def complete_file(chance: random.Random, plain: bool, task: Task) -> list[Answer]:
    return [("complete", {}), ("waive", WHY)]


BY_KIND = {
    each.__name__: each
    for each in (
        *(confirm_order, make_plan, produce, inspect, rework, decide_disposition, accept, decide_shortage, plan_shipment),
        *(dispatch, sign_off, resolve_refusal, collect_feedback, decide_promise, decide_amendment),
        *(assign_improvement, find_cause, act, verify, complete_file),
    )
}
