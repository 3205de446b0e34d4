"""`python -m tests.chaos.sample FOLDER`: keeps some orders of a run's evidence for the tests of the checks."""

import sys
from dataclasses import replace
from pathlib import Path

from tests.chaos.evidence import Evidence, Order

FILE = Path(__file__).with_name("sample.json.gz")
ORDERS = 5
SELDOM = ("answer_corrected", "amendment_proposed", "amendment_refused", "order_amended", "repromised", "silence_noticed")


def cut(evidence: Evidence, orders: int = ORDERS) -> Evidence:
    """The first orders that were entered, and the first of whatever is seldom; all that is about them and nothing else."""
    entered = sorted(evidence.orders.items(), key=lambda pair: str(pair[1].now["created_at"]))
    seldom = [next(((number, order) for number, order in entered if has(order, what)), None) for what in SELDOM]
    kept = dict([*entered[:orders], *filter(None, seldom)])
    numbers = {number.casefold() for number in kept}
    return replace(
        evidence,
        orders=kept,
        calls=[call for call in evidence.calls if order_of(call.path, call.body) in numbers],
        rows={table: [row for row in rows if order_of_row(row) in numbers] for table, rows in evidence.rows.items()},
        mails=[mail for mail in evidence.mails if mail["order_no"].casefold() in numbers],
        runs=[run for run in evidence.runs if run["workflow_id"].removeprefix("order-") in numbers],
    )


def has(order: Order, what: str) -> bool:
    """Whether something happened to an order."""
    if what == "repromised":
        return any(event["type"] == "promised" and event["key"] for event in order.events)
    return any(event["type"] == what for event in order.events)


def order_of(path: str, body: object) -> str:
    """The order that a call is about, as it is looked up."""
    if path == "/orders":
        return str(body["order_no"]).casefold() if isinstance(body, dict) else ""
    about = path.split("/")[2]
    return (about.rsplit(".", 2)[0] if path.startswith("/tasks") else about).casefold()


def order_of_row(row: dict[str, object]) -> str:
    if "order_id" in row:
        return str(row["order_id"])
    return str(row["order_no"] if "order_no" in row else row["task_id"]).rsplit(".", 2)[0].casefold()


if __name__ == "__main__":
    cut(Evidence.load(Path(sys.argv[1]) / "evidence.json.gz")).save(FILE)
