"""Which question of a case may follow which answer (docs/improvements.md); no code of the product is asked."""

from typing import Any

FOLLOWS: dict[tuple[str, str], str | None] = {
    ("assign_improvement", "assign"): "find_cause",
    ("assign_improvement", "drop"): None,
    ("find_cause", "analysed"): "act",
    ("find_cause", "hand_over"): "find_cause",
    ("act", "done"): "verify",
    ("act", "cannot"): "find_cause",
    ("verify", "effective"): None,
    ("verify", "not_effective"): "find_cause",
}
FIRST = ("assign_improvement", "find_cause")


def faults(events: list[dict[str, Any]]) -> list[str]:
    """Where a case that orders have raised left its way."""
    found: list[str] = []
    may_come: tuple[str | None, ...] = FIRST
    open_kind: str | None = None
    for event in events:
        data = event["data"]
        match event["type"]:
            case "task_opened":
                kind = data["task"]["kind"]
                if kind not in may_come or open_kind is not None:
                    found.append(f"{kind} is asked where {may_come} may be, with {open_kind} open")
                open_kind = kind
            case "task_completed" | "answer_corrected":
                kind = event["task_id"].rsplit(".", 2)[-2]
                may_come, open_kind = (FOLLOWS[kind, data["outcome"]],), None
            case "task_cancelled":
                open_kind = None
            case "case_closed" if may_come != (None,) or open_kind is not None:
                found.append(f"it is closed where {may_come} must be asked")
    return found
