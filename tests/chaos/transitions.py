"""Which question may follow which answer, as the contract's table of tasks has it (§2); no code of the product is asked."""

DEPARTMENTS = {
    "confirm_order": ("sales", "confirm"),
    "make_plan": ("production", "plan"),
    "ready_materials": ("supply_chain", "plan"),
    "ready_equipment": ("production", "plan"),
    "ready_people": ("production", "plan"),
    "produce": ("production", "produce"),
    "inspect": ("quality", "inspect"),
    "rework": ("production", "inspect"),
    "decide_disposition": ("management", "inspect"),
    "accept": ("warehouse", "inspect"),
    "decide_shortage": ("sales", "inspect"),
    "plan_shipment": ("warehouse", "ship"),
    "dispatch": ("warehouse", "ship"),
    "sign_off": ("warehouse", "sign_off"),
    "resolve_refusal": ("sales", "sign_off"),
    "collect_feedback": ("sales", "feedback"),
}
"""Of each kind on the way of the goods: who is asked, and where the order stands."""

BESIDE = ("decide_promise", "decide_amendment")
READINESS = ("ready_materials", "ready_equipment", "ready_people")
CLOSED = "closed"
# After a remake only what was short before is made ready again, and that may be nothing.
READY_OR_PRODUCE = (*READINESS, "produce")
# An inspection of nothing is skipped.
INSPECTED = ("inspect", "accept")
DELIVERED = ("collect_feedback", CLOSED)

FOLLOWS: dict[tuple[str, str], tuple[str, ...]] = {
    ("confirm_order", "confirm"): ("make_plan",),
    ("confirm_order", "revise"): ("confirm_order",),
    ("confirm_order", "reject"): (CLOSED,),
    ("make_plan", "plan"): READY_OR_PRODUCE,
    ("make_plan", "cannot"): ("make_plan",),
    **{(kind, "ready"): ("produce",) for kind in READINESS},
    **{(kind, "short"): (kind,) for kind in READINESS},
    ("produce", "done"): INSPECTED,
    ("produce", "cannot"): ("produce",),
    ("inspect", "pass"): ("accept",),
    ("inspect", "fail"): ("rework", "decide_disposition"),
    ("rework", "reworked"): INSPECTED,
    ("decide_disposition", "rework"): ("rework",),
    ("decide_disposition", "concede"): ("accept",),
    ("decide_disposition", "remake"): ("make_plan",),
    ("accept", "accept"): ("plan_shipment",),
    ("accept", "short"): ("decide_shortage",),
    ("decide_shortage", "remake"): ("make_plan",),
    ("decide_shortage", "ship_part"): ("plan_shipment", *DELIVERED),
    ("plan_shipment", "plan"): ("dispatch",),
    ("dispatch", "dispatched"): ("sign_off",),
    ("dispatch", "replan"): ("plan_shipment",),
    ("sign_off", "signed"): ("resolve_refusal", *DELIVERED),
    ("sign_off", "refused"): ("resolve_refusal",),
    ("sign_off", "lost"): ("resolve_refusal",),
    ("resolve_refusal", "redeliver"): ("plan_shipment",),
    ("resolve_refusal", "remake"): ("make_plan",),
    ("resolve_refusal", "close"): DELIVERED,
    ("collect_feedback", "answered"): (CLOSED,),
    ("collect_feedback", "no_answer"): (CLOSED,),
}

GOES_ON_WHILE_HELD = ("sign_off", "resolve_refusal", "collect_feedback")


class Walk:
    """One order's events, walked from the first on; `faults` says where it left the way."""

    def __init__(self) -> None:
        self.open: dict[str, str] = {}
        """Kind of each open task."""
        self.asked: dict[str, int] = {}
        self.may_follow: tuple[str, ...] = ("confirm_order",)
        self.is_held = self.is_closed = self.goods_are_out = False
        self.promises = 0
        self.faults: list[str] = []

    def step(self, event: dict[str, object]) -> None:
        kind, data = str(event["type"]), event["data"]
        assert isinstance(data, dict)
        walker = getattr(self, f"on_{kind}", None)
        if walker:
            walker(data)

    def on_order_entered(self, data: dict[str, object]) -> None:
        self._must(not self.asked, "it is entered again")

    def on_task_opened(self, data: dict[str, object]) -> None:
        task = data["task"]
        assert isinstance(task, dict)
        kind = task["kind"]
        self._must(not self.is_closed, f"{task['id']} opens after the end")
        self.asked[kind] = self.asked.get(kind, 0) + 1
        self._must(task["n"] == self.asked[kind], f"{task['id']} is number {self.asked[kind]} of its kind")
        if kind not in BESIDE:
            self._must(kind in self.may_follow, f"{task['id']} opens, where {' or '.join(self.may_follow)} may follow")
            others = {other for other in self.open.values() if other not in BESIDE}
            self._must(not others or {kind, *others} <= set(READINESS), f"{task['id']} opens beside {sorted(others)}")
            self._must((task["department"], task["stage"]) == DEPARTMENTS[kind], f"{task['id']} is for {task['department']}")
        else:
            self._must(kind not in self.open.values() or kind == "decide_amendment", f"{task['id']} is not the only one")
        self.open[task["id"]] = kind

    def on_task_completed(self, data: dict[str, object]) -> None:
        task_id, outcome = str(data["task_id"]), str(data["outcome"])
        kind = self.open.pop(task_id, None)
        self._must(kind is not None, f"{task_id} is completed, and was not open")
        self._must(not self.is_held or kind in GOES_ON_WHILE_HELD, f"{task_id} is completed while the order is held")
        if kind is None or kind in BESIDE:
            return
        self._must((kind, outcome) in FOLLOWS, f"{task_id} is completed as {outcome}")
        self.may_follow = FOLLOWS.get((kind, outcome), ())
        if (kind, outcome) == ("dispatch", "dispatched"):
            self.goods_are_out = True
        if kind == "sign_off" and outcome in ("refused", "lost"):
            self.goods_are_out = False

    def on_task_cancelled(self, data: dict[str, object]) -> None:
        task_id = str(data["task_id"])
        self._must(self.open.pop(task_id, None) is not None, f"{task_id} is cancelled, and was not open")

    def on_held(self, data: dict[str, object]) -> None:
        self._must(not self.is_held and not self.is_closed, "it is held, and is not going")
        self.is_held = True

    def on_resumed(self, data: dict[str, object]) -> None:
        self._must(self.is_held and not self.is_closed, "it is resumed, and is not held")
        self.is_held = False

    def on_promised(self, data: dict[str, object]) -> None:
        promise = data["promise"]
        assert isinstance(promise, dict)
        self.promises += 1
        self._must(promise["revision"] == self.promises, f"promise {promise['revision']} comes as number {self.promises}")

    def on_order_closed(self, data: dict[str, object]) -> None:
        self._must(not self.is_closed, "it is closed twice")
        self._must(not self.open, f"it is closed with {sorted(self.open)} open")
        if data["status"] == "cancelled":
            self._must(not self.goods_are_out, "it is cancelled with the goods on their way")
        else:
            self._must(CLOSED in self.may_follow, f"it is completed, where {' or '.join(self.may_follow)} may follow")
        self.is_closed = True

    def _must(self, holds: bool, fault: str) -> None:
        if not holds:
            self.faults.append(fault)


def faults(events: list[dict[str, object]]) -> list[str]:
    walk = Walk()
    for event in events:
        walk.step(event)
    return walk.faults
