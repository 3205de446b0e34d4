"""A stack whose worker dies on command, right between the store's commit and the answer that history would confirm.

`python -m tests.endtoend.dying up …` is the real `jiaoqi up`, but for the worker's program, which is `… dying worker`. That
one is the real composition of `workers.main` around the real journal. After a commit it looks for the file `arm.json` in
the home; when the batch holds the event that is named there, it kills the parts that are named there, and then itself.
"""

import dataclasses
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from temporalio import activity
from typing_extensions import override

import workers.main
from activities.store import SqlJournal
from jiaoqi import plan
from jiaoqi.cli import main as jiaoqi
from jiaoqi.home import Home
from jiaoqi.processes import Child
from workflows.types.flush import Flush, Flushed

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "tests.endtoend.dying")
ENVIRONMENT = {"PYTHONPATH": str(ROOT)}


def arm(home: Path, order_no: str, event: str, task_id: str | None = None, victims: Sequence[str] = ("temporal",)) -> None:
    """At the next commit of this event the victims die, and the worker with them."""
    order = {"order_no": order_no, "event": event, "task_id": task_id, "victims": list(victims)}
    draft = home / "arm.draft"
    draft.write_text(json.dumps(order))
    draft.replace(home / "arm.json")


def fired(home: Path) -> bool:
    return not (home / "arm.json").exists()


class DyingJournal(SqlJournal):
    """The real journal, with a death after the commit."""

    @override
    @activity.defn(name="journal.flush", no_thread_cancel_exception=True)
    def flush(self, flush: Flush) -> Flushed:
        flushed = super().flush(flush)
        home = Path(os.environ["JIAOQI_HOME"])
        if (home / "arm.json").exists() and is_meant(json.loads((home / "arm.json").read_text()), flush):
            die(home)
        return flushed


def is_meant(order: Mapping[str, Any], flush: Flush) -> bool:
    happened = {(event.type, event.task_id if order["task_id"] else None) for event in flush.events}
    return flush.order.order_no == order["order_no"] and (order["event"], order["task_id"]) in happened


def die(home: Path) -> None:
    victims = json.loads((home / "arm.json").read_text())["victims"]
    (home / "arm.json").unlink()
    children = json.loads((home / "stack.json").read_text())["children"]
    for name in victims:
        os.kill(children[name]["pid"], signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def dying_worker(home: Home, variables: Mapping[str, str]) -> Child:
    return dataclasses.replace(real_worker(home, variables), argv=(*PROGRAM, "worker"))


real_worker = plan.worker

if __name__ == "__main__":
    if sys.argv[1] == "worker":
        # What `workers.main` composes the worker of.
        setattr(workers.main, "SqlJournal", DyingJournal)  # noqa: B010 - it does not export the name
        workers.main.main()
    plan.worker = dying_worker
    jiaoqi()
