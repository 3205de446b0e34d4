"""Orders that live by hand (tests/rules/by_hand) and say whatever comes to mind: their events, in a real store."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from activities.store import Store
from activities.store.journal import write
from tests.rules.by_hand import OrderByHand
from tests.rules.samples import policy
from workflows.rules.calendar import Calendar
from workflows.types import commands as c
from workflows.types.answers import OUTCOMES
from workflows.types.events import Event, SaidRef
from workflows.types.flush import Flush, Flushed
from workflows.types.notices import Told
from workflows.types.orders import Customer, Line, OrderFacts
from workflows.types.tasks import Task
from workflows.types.words import Department, Kind, NoticeState

POLICY = policy("""
[order]
max_rework_rounds = 1
[plant]
closed = ["2026-12-31"]
[improvements]
from_inspection = false
[[ladder]]
name = "overdue"
at = "0s"
to = ["assignee"]
""")
START = datetime(2025, 11, 3, tzinfo=UTC)
SPAN = timedelta(days=400)
"""From the first entry to the last; the reading is where it ends."""
NOW = START + SPAN
CAST = {department: c.Actor(id=f"{department}1", departments=(department,)) for department in Department}
SECOND = {department: c.Actor(id=f"{department}2", departments=(department,)) for department in Department}
HEADS = {d: c.Actor(id=f"{d}-head", departments=(d,), heads=(d,)) for d in Department}
SALES = CAST[Department.SALES]
CUSTOMERS = ("聯宏精密", "Kaohsiung Fab", "Acme", "Бета")
MODELS = ("JQ-1", "JQ-2", "碁-3", "X")
CROOKED = {"revise": 1, "reject": 1, "cannot": 1, "short": 2, "fail": 3, "refused": 1, "lost": 1, "replan": 1, "no_answer": 3}
"""How often an answer is given that leads off the straight path, of ten; the others once."""


class Walk:
    """One order, until it has ended or the reading is reached."""

    def __init__(self, n: int, digest: str) -> None:
        self.dice = Random(n)
        self.n, self.digest, self.calls = n, digest, 0
        self.events: list[Event] = []
        self.last: Flush
        self.tasks: dict[str, Task] = {}
        at = START + timedelta(minutes=self.dice.randrange(int(SPAN.total_seconds() / 60)))
        self.order = OrderByHand(
            c.OrderStart(facts=self.facts(at), entered_by=SALES, policy=POLICY, digest=digest, ref=self.ref()), at, self.write
        )

    def facts(self, at: datetime) -> OrderFacts:
        models = self.dice.sample(MODELS, self.dice.choice((1, 1, 2, 3)))
        lines = tuple(Line(product_model=model, quantity=self.dice.randint(1, 200)) for model in models)
        customer = Customer(name=self.dice.choice(CUSTOMERS))
        requested = at.date() + timedelta(days=self.dice.randint(1, 40))
        return OrderFacts(order_no=f"W-{self.n:05}", customer=customer, lines=lines, requested_date=requested, owner="sales1")

    def write(self, flush: Flush) -> Flushed:
        self.events += flush.events
        self.tasks |= {task.id: task for task in (*flush.answered, *flush.tasks)}
        self.last = flush
        return Flushed(chain=flush.chain)

    def whole(self) -> Flush:
        """All that it wrote, at once."""
        told = {"events": tuple(self.events), "tasks": tuple(self.tasks.values()), "first_seq": 1, "follows": ""}
        return self.last.model_copy(update={**told, "confirmed_seq": len(self.events), "fence": 0.0})

    def live(self) -> None:
        """Straight on most of the time, else however."""
        haste = self.dice.choice((1, 1, 2, 4))
        for _ in range(120):
            if self.order.is_over or self.order.now >= NOW:
                break
            self.something()
            self.order.pass_until(min(NOW, self.order.now + timedelta(minutes=self.dice.randint(1, 1200 * haste))))
        self.order.end()

    def something(self) -> None:
        state, chance = self.order.state, self.dice.random()
        if state.shipping_notice and self.dice.random() < 0.8:
            how = self.dice.choice((NoticeState.SENT, NoticeState.SENT, NoticeState.BY_HAND, NoticeState.DEAD))
            self.order.say("notice_told", Told(key=state.shipping_notice, states={"customer": how, "sales1": NoticeState.SENT}))
        if chance < 0.04 and state.answered:
            self.correct()
        elif chance < 0.06 and state.hold is None:
            self.say("hold", c.HoldOrder(actor=SALES, ref=self.ref(), reason="x", until=self.order.now + timedelta(days=3)))
        elif state.hold is not None and chance < 0.5:
            self.say("resume", c.ResumeOrder(actor=SALES, ref=self.ref(), reason="x"))
        elif chance < 0.08 and state.promises:
            said = {"promised_date": self.day(30), "reason": "x", "customer_agreed": True}
            self.say("repromise", c.RepromiseOrder(actor=SALES, ref=self.ref(), **said))
        elif chance < 0.10:
            lines = tuple(
                Line(product_model=line.product_model, quantity=self.dice.randint(1, 200)) for line in state.facts.lines
            )
            self.say("amend", c.AmendOrder(actor=SALES, ref=self.ref(), reason="x", lines=lines))
        elif chance < 0.105:
            self.say("cancel", c.CancelOrder(actor=SALES, ref=self.ref(), reason="x"))
        elif chance < 0.12 and state.tasks:
            task = self.dice.choice(list(state.tasks.values()))
            due = self.order.now + timedelta(hours=self.dice.randint(1, 90))
            self.say(
                "extend", c.ExtendTask(actor=HEADS[task.department], ref=self.ref(), task_id=task.id, due_at=due, reason="x")
            )
        else:
            self.answer()

    def answer(self) -> None:
        tasks = list(self.order.state.tasks.values())
        if not tasks:
            return
        task = self.dice.choice(tasks)
        outcome = self.outcome(task)
        said = {"task_id": task.id, "outcome": outcome, "fields": self.fields(task, outcome)}
        by = (SECOND if task.kind is Kind.INSPECT else CAST)[task.department]
        self.say("complete", c.CompleteTask(actor=by, ref=self.ref(), **said))

    def correct(self) -> None:
        task = self.dice.choice([each.task for each in self.order.state.answered.values()])
        outcome = self.outcome(task)
        said = {"task_id": task.id, "outcome": outcome, "fields": self.fields(task, outcome), "reason": "mistaken"}
        self.say("correct", c.CorrectTask(actor=HEADS[task.department], ref=self.ref(), **said))

    def outcome(self, task: Task) -> str:
        possible = [each for each in OUTCOMES[task.kind] if each not in task.withheld]
        often = [CROOKED.get(each, 10 if n == 0 else 4) for n, each in enumerate(possible)]
        return self.dice.choices(possible, often)[0]

    def say(self, update: str, said: c.Said) -> None:
        """What the order refuses leaves no trace, and is nobody's concern here."""
        self.order.say(update, said)

    def ref(self) -> SaidRef:
        self.calls += 1
        return SaidRef(id=f"call-{self.n}-{self.calls}", key=f"call-{self.n}-{self.calls}", fingerprint="x")

    def fields(self, task: Task, outcome: str) -> dict[str, Any]:
        dice, reason = self.dice, {"reason": "x"}
        made: dict[str, Callable[[], dict[str, Any]]] = {
            "confirm": lambda: {"promised_date": str(self.day(16)), "channel": "phone"},
            "revise": lambda: {**reason, "requested_date": str(self.day(40))},
            "cannot": lambda: {**reason, "earliest": str(self.day(9))},
            "done": lambda: dice.choice([{}, {}, {"good": self.some(task)}]),
            "pass": lambda: dice.choice([{}, {"inspected": self.some(task)}, {"inspected": None}]),
            "fail": lambda: {"failed": self.some(task), "defects": []},
            "reworked": lambda: {"cause": "x", "corrective_action": "x"},
            "ship_part": lambda: {**reason, "rest": "waived"},
            "dispatched": lambda: dice.choice([{"override_reason": "x"}, {}]),
            "signed": lambda: self.signed(task),
            "refused": lambda: {**reason, "quantities": dice.choice([None, self.some(task)])},
            "answered": lambda: {"csat": dice.randint(1, 5), "channel": "phone", "nps": dice.choice([None, *range(11)])},
            "repromise": lambda: {**reason, "promised_date": str(self.day(30)), "customer_agreed": True},
            "plan": lambda: self.planned(task),
        }
        if outcome == "short":
            made["short"] = lambda: (
                {**reason, "accepted": self.some(task)} if task.kind is Kind.ACCEPT else {"item": "wire", "eta": str(self.day(6))}
            )
        empty = outcome in ("ready", "accept", "no_answer")
        return {} if empty else made.get(outcome, lambda: reason)()

    def planned(self, task: Task) -> dict[str, Any]:
        later = self.order.now + timedelta(hours=self.dice.randint(1, 60))
        if task.kind is Kind.MAKE_PLAN:
            return {
                "planned_start": later.isoformat(),
                "expected_completion": (later + timedelta(hours=self.dice.randint(1, 200))).isoformat(),
            }
        plan = {"mode": "road", "carrier": "x", "transit_days": self.dice.randint(0, 4), "accept_late": True}
        return {**plan, "ship_at": later.isoformat()}

    def signed(self, task: Task) -> dict[str, Any]:
        got: dict[str, Any] = {"signed_by": "x"}
        if self.dice.random() < 0.2:
            got["received"] = self.some(task)
        if self.dice.random() < 0.15:
            got["damaged"] = {"1": 1}
        if self.dice.random() < 0.3 and (shipment := self.order.state.shipment) and shipment.shipped_at:
            got["received_on"] = str(Calendar.of(POLICY.plant).day_of(shipment.shipped_at))
        return got

    def some(self, task: Task) -> dict[str, int]:
        few = {line: self.dice.randint(0, quantity) for line, quantity in (task.quantities or {}).items()}
        return few or {"1": 1}

    def day(self, most: int) -> date:
        return Calendar.of(POLICY.plant).day_of(self.order.now) + timedelta(days=self.dice.randint(0, most))


@lru_cache(maxsize=64)
def life(n: int, digest: str) -> Walk:
    """Lived once for all tests that tell of it: nothing of it changes afterwards."""
    walk = Walk(n, digest)
    walk.live()
    return walk


def fill(store: Store, orders: int, first: int = 0) -> list[Walk]:
    """So many orders with their whole lives, as if the reading were long after their last writing."""
    digest = store.policies.put(POLICY)
    found = [life(n, digest) for n in range(first, first + orders)]
    for start in range(0, orders, 50):
        with store.database.writing() as connection:
            for walk in found[start : start + 50]:
                write(store, connection, walk.whole())
    return found
