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
HANDING_OVER = (("produce", "done"), ("rework", "reworked"))
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

OF_NOTHING: dict[tuple[str, str], tuple[str, ...]] = {
    ("make_plan", "plan"): INSPECTED,
    **{("sign_off", outcome): DELIVERED for outcome in ("signed", "refused", "lost")},
}
"""What follows where amended lines leave nothing to make, or nothing that is owed."""
GOES_ON_WHILE_HELD = ("sign_off", "resolve_refusal", "collect_feedback")
NOTHING_PLANNED = ("confirm_order", "make_plan")
"""Where other lines lead nowhere back."""
DECIDE_AMENDMENTS = {"production", "sales"}

TAKING_BACK = ("task_cancelled", "shipment_dropped")
"""What comes before the event that it happens for."""
TAKEN_BACK_FOR = ("answer_corrected", "order_amended", "order_closed")
"""A question on the way of the goods is taken back for nothing else."""
AT_ONCE = {
    ("decide_promise", "repromise"): "promised",
    ("decide_promise", "keep"): "promise_kept",
    ("decide_amendment", "refuse"): "amendment_refused",
}
"""The event that an answer beside the way has, before anything else happens."""
BECAUSE_OF: dict[str, tuple[tuple[str, str], ...]] = {
    "order_revised": (("confirm_order", "revise"),),
    "plan_made": (("make_plan", "plan"),),
    "forecast_broken": (("make_plan", "cannot"), ("produce", "cannot"), ("plan_shipment", "plan")),
    "follow_up_entered": (("decide_shortage", "ship_part"),),
    "shipment_arranged": (("plan_shipment", "plan"),),
    "goods_dispatched": (("dispatch", "dispatched"),),
    "goods_delivered": (("sign_off", "signed"), ("sign_off", "refused")),
    "issue_raised": (("collect_feedback", "answered"),),
}
"""What happens to goods and plans, by the last answer on their way."""
ABOUT_OPEN_TASKS = ("deadline_moved", "earliest_moved", "silence_noticed", "progress_reported", "rung_reached", "nobody_can_do")
NOT_WHILE_HELD = ("earliest_moved", "silence_noticed", "progress_reported", "rung_reached")
