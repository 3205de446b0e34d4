"""Walks an order's events from the first on, and says where they leave the way that the contract allows."""

from dataclasses import dataclass, field
from typing import Any

from tests.chaos.transitions import (
    ABOUT_OPEN_TASKS,
    AT_ONCE,
    BECAUSE_OF,
    BESIDE,
    CLOSED,
    DECIDE_AMENDMENTS,
    DEPARTMENTS,
    FOLLOWS,
    GOES_ON_WHILE_HELD,
    HANDING_OVER,
    INSPECTED,
    NOT_WHILE_HELD,
    NOTHING_PLANNED,
    OF_NOTHING,
    READINESS,
    TAKEN_BACK_FOR,
    TAKING_BACK,
)
from tests.endtoend import dates

Json = dict[str, Any]


def faults(events: list[Json]) -> list[str]:
    walk = Walk()
    for event in events:
        walk.step(event)
    return walk.faults


@dataclass
class Question:
    """A task while it is open."""

    id: str
    kind: str
    department: str
    opened: str
    quantities: dict[str, int]

    @property
    def is_beside(self) -> bool:
        return self.kind in BESIDE


@dataclass
class Goods:
    """Where they are."""

    are_out: bool = False
    are_planned_to_leave: bool = False


@dataclass
class Answered:
    """An answer that may be corrected, as long as nothing that followed from it is completed."""

    question: Question
    outcome: str
    at: str
    before: Goods


@dataclass
class Walk:
    """One order's events, walked from the first on; `faults` says where it left the way."""

    open: dict[str, Question] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    may_follow: tuple[str, ...] = ("confirm_order",)
    answered: dict[str, Answered] = field(default_factory=dict)
    last: tuple[str, str] = ("", "")
    """The last answer on the way of the goods."""
    goods: Goods = field(default_factory=Goods)
    handed: bool = False
    """Whether there is something to inspect, as whoever made it or amended the lines has left it."""
    hands_over: bool = False
    """Somebody has just made something; how much is not on record yet."""
    is_held: bool = False
    is_closed: bool = False
    promises: int = 0
    owes_promise: bool = False
    """It was confirmed, and that promise is not on record yet."""
    risk: str | None = None
    silent: set[str] = field(default_factory=set)
    agreed: set[str] = field(default_factory=set)
    """Who has agreed to the amendment that is being decided."""
    to_decide: set[str] = field(default_factory=set)
    """Who must be asked about it next."""
    must_come: str | None = None
    """The event that an answer beside the way has, before anything else."""
    due: str | None = None
    """The same of the event that is looked at."""
    taken_back: list[Question] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    event: Json = field(default_factory=dict)

    def step(self, event: Json) -> None:
        self.event = event
        kind, data = event["type"], event["data"]
        self._in_its_place(kind, data)
        if kind not in TAKING_BACK:
            self.due, self.must_come = self.must_come, None
        walker = getattr(self, f"on_{kind}", None)
        if walker:
            walker(data)
        if kind not in TAKING_BACK:
            self.taken_back = []

    def _in_its_place(self, kind: str, data: Json) -> None:
        """What holds of many kinds of event."""
        if kind not in TAKING_BACK:
            self._must(self.must_come in (None, kind), f"{kind} comes where {self.must_come} must")
            back = [question.id for question in self.taken_back]
            self._must(not back or kind in TAKEN_BACK_FOR, f"{back} are cancelled for {kind}")
            asking = not self.to_decide or kind in ("task_opened", "notice_requested")
            self._must(asking, f"{kind} comes before {sorted(self.to_decide)} are asked about the amendment")
        if kind in BECAUSE_OF:
            self._must(self.last in BECAUSE_OF[kind], f"{kind} after {self.last}")
        if kind in ABOUT_OPEN_TASKS:
            question = self.open.get(data["task_id"])
            self._must(question is not None, f"{kind} of {data['task_id']}, which is not open")
            if question is not None and kind in NOT_WHILE_HELD:
                self._must(self._goes_on(question.kind), f"{kind} of {question.id} while the order is held")

    # Questions and answers.

    def on_order_entered(self, data: Json) -> None:
        self._must(not self.asked, "it is entered again")

    def on_task_opened(self, data: Json) -> None:
        task = data["task"]
        kind = task["kind"]
        self._must(not self.is_closed, f"{task['id']} opens after the end")
        self.asked[kind] = self.asked.get(kind, 0) + 1
        self._must(task["n"] == self.asked[kind], f"{task['id']} is number {self.asked[kind]} of its kind")
        if kind == "decide_amendment":
            self._must(task["department"] in self.to_decide, f"{task['id']} is for {task['department']}")
            self.to_decide.discard(task["department"])
        elif kind == "decide_promise":
            self._must(kind not in self._kinds(), f"{task['id']} is not the only one")
            self._must(self.promises > 0 and not self.is_held, f"{task['id']} opens before the promise, or on hold")
        else:
            self._must(kind in self.may_follow, f"{task['id']} opens, where {' or '.join(self.may_follow)} may follow")
            others = self._on_the_way()
            self._must(not others or {kind, *others} <= set(READINESS), f"{task['id']} opens beside {sorted(others)}")
            self._must((task["department"], task["stage"]) == DEPARTMENTS[kind], f"{task['id']} is for {task['department']}")
            skips = self.may_follow == INSPECTED and (kind == "inspect") != self.handed
            self._must(not skips, f"{task['id']} opens, where {'something' if self.handed else 'nothing'} is to be inspected")
            self._must(kind == "confirm_order" or not self.owes_promise, f"{task['id']} opens before the promise")
        opened = Question(task["id"], kind, task["department"], task["opened_at"], task["quantities"] or {})
        self.open[task["id"]] = opened

    def on_task_completed(self, data: Json) -> None:
        task_id, outcome = str(data["task_id"]), str(data["outcome"])
        question = self.open.pop(task_id, None)
        if question is None:
            self._must(False, f"{task_id} is completed, and was not open")
            return
        self._must(self._goes_on(question.kind), f"{task_id} is completed while the order is held")
        if question.is_beside:
            self._decide(question, outcome)
        else:
            self.answered = {key: each for key, each in self.answered.items() if beside_each_other(each, question)}
            self.answered[task_id] = Answered(question, outcome, self.event["at"], self.goods)
            self._take(question, outcome)

    def _decide(self, question: Question, outcome: str) -> None:
        """What was asked beside the way of the goods."""
        self.must_come = AT_ONCE.get((question.kind, outcome))
        if question.kind == "decide_promise":
            # What made sales decide stays as it was said.
            self.answered = {key: each for key, each in self.answered.items() if not led_to(each, question)}
        elif outcome == "agree":
            self.agreed.add(question.department)
            if question.kind not in self._kinds():
                self.must_come = "order_amended"
        else:
            self.agreed = set()

    def _take(self, question: Question, outcome: str) -> None:
        """An answer on the way, or what corrects it."""
        self.last = said = (question.kind, outcome)
        self._must(said in FOLLOWS, f"{question.id} is answered by {outcome}")
        self.may_follow = FOLLOWS.get(said, ())
        if not any(question.quantities.values()):
            self.may_follow = OF_NOTHING.get(said, self.may_follow)
        self.hands_over = said in HANDING_OVER
        if said == ("confirm_order", "confirm"):
            self.owes_promise = True
        if said == ("dispatch", "dispatched"):
            self.goods = Goods(True, self.goods.are_planned_to_leave)
        if question.kind == "sign_off" and outcome in ("refused", "lost"):
            self.goods = Goods(False, self.goods.are_planned_to_leave)

    def on_answer_corrected(self, data: Json) -> None:
        task_id, outcome = str(data["task_id"]), str(data["outcome"])
        answered = self.answered.get(task_id)
        if answered is None or self.is_closed:
            self._must(False, f"{task_id} is corrected, which is too late")
            return
        kind = answered.question.kind
        self._must(self._goes_on(kind), f"{task_id} is corrected while the order is held")
        left = self._on_the_way() - (set(READINESS) - {kind} if kind in READINESS else set())
        self._must(not left, f"{task_id} is corrected, and {sorted(left)} stay open")
        led = [each.id for each in self.open.values() if led_to(answered, each)]
        self._must(not led, f"{task_id} is corrected, and {led}, which it led to, stay open")
        self.goods = answered.before
        answered.outcome, answered.at = outcome, self.event["at"]
        self._take(answered.question, outcome)

    def on_task_cancelled(self, data: Json) -> None:
        question = self.open.pop(str(data["task_id"]), None)
        if question is None:
            self._must(False, f"{data['task_id']} is cancelled, and was not open")
        elif question.kind == "decide_amendment":
            self.agreed = set()
        elif not question.is_beside:
            self.taken_back.append(question)

    def on_progress_reported(self, data: Json) -> None:
        self._must(self._kind(data) == "produce", f"progress of {data['task_id']}")
        self.silent.discard(data["task_id"])

    def on_silence_noticed(self, data: Json) -> None:
        self._must(self._kind(data) == "produce", f"silence of {data['task_id']}")
        self._must(data["task_id"] not in self.silent, f"{data['task_id']} is silent, as was noticed before")
        self.silent.add(data["task_id"])

    def on_earliest_moved(self, data: Json) -> None:
        self._must(self._kind(data) == "decide_promise", f"the earliest date of {data['task_id']} moves")

    # What is wanted otherwise.

    def on_amendment_proposed(self, data: Json) -> None:
        self._must(self._may_be_amended() and "confirm_order" not in self._kinds(), "an amendment is proposed")
        self._must("decide_amendment" not in self._kinds(), "an amendment is proposed while another one is decided")
        self.to_decide, self.agreed = set(DECIDE_AMENDMENTS), set()

    def on_amendment_refused(self, data: Json) -> None:
        self._must(self.due == "amendment_refused", "an amendment is refused by nobody")
        self._must("decide_amendment" not in self._kinds(), "an amendment is refused, and somebody is still asked")

    def on_order_amended(self, data: Json) -> None:
        lines = data["amendment"]["lines"]
        is_decided = self.due == "order_amended" and self.agreed == DECIDE_AMENDMENTS
        self._must(is_decided or "confirm_order" in self._kinds(), f"it is amended by {sorted(self.agreed)} alone")
        self._must(self._may_be_amended(), "it is amended, and is not ours any more")
        stood = self._on_the_way() | {question.kind for question in self.taken_back}
        goes_back = bool(lines) and not stood & set(NOTHING_PLANNED)
        self._must(data["goes_back"] == goes_back, f"it is amended at {sorted(stood)}: goes back {data['goes_back']}")
        # Other lines were never answered for; nor was the order that an amendment of a revised one changes.
        self.answered = {} if lines else {key: each for key, each in self.answered.items() if each.outcome != "revise"}
        self.agreed = set()
        if data["work"]:
            self.handed = any(data["work"]["handed"].values())
        for task_id, quantities in data["quantities"].items():
            self._must(task_id in self.open, f"the quantities of {task_id} change, which is not open")
            if task_id in self.open:
                self.open[task_id].quantities = quantities
        if data["goes_back"]:
            left = self._on_the_way()
            self._must(not left, f"it goes back with {sorted(left)} open")
            self.may_follow = ("make_plan",)

    def _may_be_amended(self) -> bool:
        return not (self.is_closed or self.goods.are_out or "resolve_refusal" in self._kinds())

    # The order, its promise and its goods.

    def on_held(self, data: Json) -> None:
        self._must(not self.is_held and not self.is_closed, "it is held, and is not going")
        self.is_held = True

    def on_hold_end_told(self, data: Json) -> None:
        self._must(self.is_held, "the end of its hold is told, and it is not held")

    def on_resumed(self, data: Json) -> None:
        self._must(self.is_held and not self.is_closed, "it is resumed, and is not held")
        self.is_held = False

    def on_promised(self, data: Json) -> None:
        """By the confirmation, by sales' decision, or because somebody says so, which leaves nothing to decide."""
        self.promises += 1
        revision, is_said = data["promise"]["revision"], self.event["key"] is not None
        self._must(revision == self.promises, f"promise {revision} comes as number {self.promises}")
        self._must(not self.is_closed, f"promise {revision} comes after the end")
        self._must(self.owes_promise or revision > 1, "the first promise is not that of a confirmation")
        has_cause = self.owes_promise or is_said or self.due == "promised"
        self._must(has_cause, f"promise {revision} is given by nobody")
        undecided = is_said and "decide_promise" in self._kinds()
        self._must(not undecided, f"promise {revision} leaves decide_promise open")
        self.owes_promise = False

    def on_promise_kept(self, data: Json) -> None:
        self._must(self.due == "promise_kept", "the promise is kept, and nobody decided so")

    def on_risk_moved(self, data: Json) -> None:
        self._must(self.promises > 0 and data["risk"] != self.risk, f"it is {data['risk']}, as before")
        self.risk = data["risk"]

    def on_work_moved(self, data: Json) -> None:
        if self.hands_over:
            self.handed, self.hands_over = any(data["work"]["handed"].values()), False

    def on_shipment_arranged(self, data: Json) -> None:
        self._must(not self.goods.are_planned_to_leave, "a shipment is planned, and another one stands")
        self.goods = Goods(self.goods.are_out, are_planned_to_leave=True)

    def on_shipment_dropped(self, data: Json) -> None:
        self._must(self.goods.are_planned_to_leave, "a shipment is dropped that was not planned")
        self.goods = Goods(self.goods.are_out, are_planned_to_leave=False)

    def on_goods_dispatched(self, data: Json) -> None:
        self._must("decide_amendment" not in self._kinds(), "the goods leave, and an amendment is still decided")

    def on_order_closed(self, data: Json) -> None:
        self._must(not self.is_closed, "it is closed twice")
        self._must(not self.open, f"it is closed with {sorted(self.open)} open")
        if data["status"] == "cancelled":
            self._must(not self.goods.are_out, "it is cancelled with the goods on their way")
        else:
            self._must(CLOSED in self.may_follow, f"it is completed, where {' or '.join(self.may_follow)} may follow")
        self.is_closed = True

    # What it knows.

    def _kinds(self) -> set[str]:
        return {question.kind for question in self.open.values()}

    def _on_the_way(self) -> set[str]:
        return self._kinds() - set(BESIDE)

    def _kind(self, data: Json) -> str:
        question = self.open.get(data["task_id"])
        return question.kind if question else ""

    def _goes_on(self, kind: str) -> bool:
        return not self.is_held or kind in GOES_ON_WHILE_HELD

    def _must(self, holds: bool, fault: str) -> None:
        if not holds:
            self.faults.append(fault)


def beside_each_other(answered: Answered, question: Question) -> bool:
    """Whether an answer may still be corrected when this is answered: readiness of another kind."""
    kinds = (answered.question.kind, question.kind)
    return kinds[0] != kinds[1] and set(kinds) <= set(READINESS)


def led_to(answered: Answered, question: Question) -> bool:
    """Whether sales is asked to decide because of an answer: at once, then."""
    return question.kind == "decide_promise" and dates.read(question.opened) == dates.read(answered.at)
