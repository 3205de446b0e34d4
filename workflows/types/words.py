"""The plant's closed words: departments, stages, steps, kinds of task and what they can be."""

from enum import StrEnum


class Department(StrEnum):
    SALES = "sales"
    PRODUCTION = "production"
    QUALITY = "quality"
    WAREHOUSE = "warehouse"
    SUPPLY_CHAIN = "supply_chain"
    MANAGEMENT = "management"


class Stage(StrEnum):
    """Where an order stands, as the policy's chapters count (R3)."""

    CONFIRM = "confirm"
    PLAN = "plan"
    PRODUCE = "produce"
    INSPECT = "inspect"
    SHIP = "ship"
    SIGN_OFF = "sign_off"
    FEEDBACK = "feedback"
    CLOSED = "closed"
    IMPROVE = "improve"
    """Of cases beside the orders: what is to become better,"""
    FILE = "file"
    """and the documents of an order that are not complete."""


class Step(StrEnum):
    """Where the flow is: each step asks one question (readiness asks three at once) and says which step comes next."""

    CONFIRM = "confirm"
    MAKE_PLAN = "make_plan"
    GET_READY = "get_ready"
    PRODUCE = "produce"
    INSPECT = "inspect"
    REWORK = "rework"
    DISPOSE = "dispose"
    ACCEPT = "accept"
    SETTLE_SHORTAGE = "settle_shortage"
    PLAN_SHIPMENT = "plan_shipment"
    DISPATCH = "dispatch"
    SIGN_OFF = "sign_off"
    RESOLVE_REFUSAL = "resolve_refusal"
    ASK_FEEDBACK = "ask_feedback"
    CLOSED = "closed"
    # Of cases.
    ASSIGN = "assign"
    FIND_CAUSE = "find_cause"
    ACT = "act"
    REST = "rest"
    VERIFY = "verify"
    COMPLETE_FILE = "complete_file"


class Kind(StrEnum):
    """What a person can be asked; the wire name of the task."""

    CONFIRM_ORDER = "confirm_order"
    MAKE_PLAN = "make_plan"
    READY_MATERIALS = "ready_materials"
    READY_EQUIPMENT = "ready_equipment"
    READY_PEOPLE = "ready_people"
    PRODUCE = "produce"
    INSPECT = "inspect"
    REWORK = "rework"
    DECIDE_DISPOSITION = "decide_disposition"
    ACCEPT = "accept"
    DECIDE_SHORTAGE = "decide_shortage"
    PLAN_SHIPMENT = "plan_shipment"
    DISPATCH = "dispatch"
    SIGN_OFF = "sign_off"
    RESOLVE_REFUSAL = "resolve_refusal"
    COLLECT_FEEDBACK = "collect_feedback"
    DECIDE_PROMISE = "decide_promise"
    DECIDE_AMENDMENT = "decide_amendment"
    # Of cases.
    ASSIGN_IMPROVEMENT = "assign_improvement"
    FIND_CAUSE = "find_cause"
    ACT = "act"
    VERIFY = "verify"
    COMPLETE_FILE = "complete_file"


class DocumentKind(StrEnum):
    """What the file of an order consists of (R21)."""

    CUSTOMER_ORDER = "customer_order"
    PRODUCTION_PLAN = "production_plan"
    INSPECTION_REPORT = "inspection_report"
    DELIVERY_NOTE = "delivery_note"
    SIGN_OFF = "sign_off"


class Origin(StrEnum):
    """Where a case comes from."""

    COMPLAINT = "complaint"
    """The customer's, with feedback or after it (R18)."""
    NONCONFORMANCE = "nonconformance"
    """Found by an inspection (R13)."""
    SUGGESTION = "suggestion"
    """A member of staff's (R23)."""
    MEETING = "meeting"
    """An action that a meeting decided on (R20)."""
    FILE = "file"
    """Documents of an order are missing (R21)."""


class Priority(StrEnum):
    NORMAL = "normal"
    RUSH = "rush"


class Language(StrEnum):
    EN = "en"
    ZH_HANT = "zh-Hant"
    ZH_HANS = "zh-Hans"


class MailWish(StrEnum):
    """When a person wants to hear of tasks that are not due yet."""

    INSTANT = "instant"
    DIGEST = "digest"


class OrderStatus(StrEnum):
    OPEN = "open"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TaskStatus(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Risk(StrEnum):
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    LATE = "late"


class DeliveryState(StrEnum):
    """What the customer got of what was ordered."""

    PENDING = "pending"
    FULL = "full"
    SHORT = "short"
    UNDELIVERED = "undelivered"


class Lateness(StrEnum):
    EARLY = "early"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"


class NoticeState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DEAD = "dead"
    STALE = "stale"
    BY_HAND = "by_hand"


UNDER_WAY = (OrderStatus.OPEN, OrderStatus.ON_HOLD)
ENDED = (OrderStatus.COMPLETED, OrderStatus.CANCELLED)

READINESS = (Kind.READY_MATERIALS, Kind.READY_EQUIPMENT, Kind.READY_PEOPLE)

STEP_OF = {
    Kind.CONFIRM_ORDER: Step.CONFIRM,
    Kind.MAKE_PLAN: Step.MAKE_PLAN,
    Kind.READY_MATERIALS: Step.GET_READY,
    Kind.READY_EQUIPMENT: Step.GET_READY,
    Kind.READY_PEOPLE: Step.GET_READY,
    Kind.PRODUCE: Step.PRODUCE,
    Kind.INSPECT: Step.INSPECT,
    Kind.REWORK: Step.REWORK,
    Kind.DECIDE_DISPOSITION: Step.DISPOSE,
    Kind.ACCEPT: Step.ACCEPT,
    Kind.DECIDE_SHORTAGE: Step.SETTLE_SHORTAGE,
    Kind.PLAN_SHIPMENT: Step.PLAN_SHIPMENT,
    Kind.DISPATCH: Step.DISPATCH,
    Kind.SIGN_OFF: Step.SIGN_OFF,
    Kind.RESOLVE_REFUSAL: Step.RESOLVE_REFUSAL,
    Kind.COLLECT_FEEDBACK: Step.ASK_FEEDBACK,
    Kind.ASSIGN_IMPROVEMENT: Step.ASSIGN,
    Kind.FIND_CAUSE: Step.FIND_CAUSE,
    Kind.ACT: Step.ACT,
    Kind.VERIFY: Step.VERIFY,
    Kind.COMPLETE_FILE: Step.COMPLETE_FILE,
}
"""The kinds on the way of the goods, or of a case; the others are asked beside it."""

STAGE_OF = {
    Step.CONFIRM: Stage.CONFIRM,
    Step.MAKE_PLAN: Stage.PLAN,
    Step.GET_READY: Stage.PLAN,
    Step.PRODUCE: Stage.PRODUCE,
    Step.INSPECT: Stage.INSPECT,
    Step.REWORK: Stage.INSPECT,
    Step.DISPOSE: Stage.INSPECT,
    Step.ACCEPT: Stage.INSPECT,
    Step.SETTLE_SHORTAGE: Stage.INSPECT,
    Step.PLAN_SHIPMENT: Stage.SHIP,
    Step.DISPATCH: Stage.SHIP,
    Step.SIGN_OFF: Stage.SIGN_OFF,
    Step.RESOLVE_REFUSAL: Stage.SIGN_OFF,
    Step.ASK_FEEDBACK: Stage.FEEDBACK,
    Step.CLOSED: Stage.CLOSED,
    Step.ASSIGN: Stage.IMPROVE,
    Step.FIND_CAUSE: Stage.IMPROVE,
    Step.ACT: Stage.IMPROVE,
    Step.REST: Stage.IMPROVE,
    Step.VERIFY: Stage.IMPROVE,
    Step.COMPLETE_FILE: Stage.FILE,
}

OF_CASES = (Kind.ASSIGN_IMPROVEMENT, Kind.FIND_CAUSE, Kind.ACT, Kind.VERIFY, Kind.COMPLETE_FILE)
"""What is asked in cases, never of an order."""
OF_ORDERS = tuple(kind for kind in Kind if kind not in OF_CASES)

AMENDED_BY = (Department.PRODUCTION, Department.SALES)
"""Who decides whether a released order is amended."""

NOT_HELD = (Kind.SIGN_OFF, Kind.RESOLVE_REFUSAL, Kind.COLLECT_FEEDBACK)
"""What goes on while an order is on hold: the goods are with the customer."""

SYSTEM = "system"
"""The actor of what nobody did."""

CUSTOMER = "customer"
"""The actor of what the customer says by a link in a mail; nobody of the plant has this id."""
