"""Checks on the orders themselves: store, workflow and history tell the same story, and it is a legal one."""

import signal
from collections import Counter

from tests.chaos import case_walk, walking
from tests.chaos.diary import OK
from tests.chaos.evidence import Evidence
from tests.chaos.plant import APIS, WORKERS
from tests.chaos.verdicts import Check, Verdict
from tests.endtoend import comparing
from tests.endtoend.engine import workflow_id

WENT_ON = "CONTINUED_AS_NEW"
ANSWERS = ("task_completed", "answer_corrected")
OF_EVENT, OF_TASK = ("seq", "type", "actor", "key"), ("kind", "status", "department")


def store_equals_workflow(evidence: Evidence, verdict: Verdict) -> None:
    for number, order in evidence.orders.items():
        for what, store, flow in comparing.pairs(order.state, order.now, order.events, order.tasks):
            verdict.see(store == flow, f"{number} {what}: store {store}, workflow {flow}")


def rows_equal_answers(evidence: Evidence, verdict: Verdict) -> None:
    told: Counter[tuple[str, ...]] = Counter()
    for number, order in evidence.orders.items():
        told.update(("event", number.casefold(), *map(str, map(event.get, OF_EVENT))) for event in order.events)
        told.update(("task", number.casefold(), *map(str, map(task.get, OF_TASK))) for task in order.tasks)
    rows: Counter[tuple[str, ...]] = Counter()
    rows.update(("event", row["order_id"], *map(str, map(row.get, OF_EVENT))) for row in evidence.rows["event"])
    rows.update(("task", row["order_id"], *map(str, map(row.get, OF_TASK))) for row in evidence.rows["task"])
    for one in rows | told:
        verdict.see(rows[one] == told[one], f"{one}: {rows[one]} in the tables, {told[one]} told")


def histories_have_no_gaps(evidence: Evidence, verdict: Verdict) -> None:
    for number, order in evidence.orders.items():
        seqs = [event["seq"] for event in order.events]
        fits = seqs == list(range(1, len(seqs) + 1)) and order.now["version"] >= len(seqs)
        verdict.see(fits, f"{number}: version {order.now['version']}, events {seqs}")


def histories_go_forward(evidence: Evidence, verdict: Verdict) -> None:
    for number, order in evidence.orders.items():
        times = [event["at"] for event in order.events]
        verdict.see(times == sorted(times), f"{number}: its events are not in the order of their times")


def transitions_are_legal(evidence: Evidence, verdict: Verdict) -> None:
    for number, order in evidence.orders.items():
        faults = case_walk.faults(order.events) if ":" in number else walking.faults(order.events)
        for _ in order.events:
            verdict.looked += 1
        verdict.wrong += [f"{number}: {fault}" for fault in faults]


def tasks_are_completed_once(evidence: Evidence, verdict: Verdict) -> None:
    """By whoever was told so: in the answers, the history, the task and the workflow."""
    told: dict[str, set[str]] = {}
    for call in evidence.calls:
        if call.told == OK and call.path.endswith("/complete"):
            told.setdefault(call.path.split("/")[2], set()).add(call.by)
    for order in evidence.orders.values():
        done: dict[str, list[str]] = {}
        for event in order.events:
            if event["type"] == "task_completed":
                done.setdefault(event["task_id"], []).append(event["actor"])
        for task in order.tasks:
            if task["id"] in done or task["status"] == "completed" or task["id"] in told:
                by = done.get(task["id"], [])
                closure = order.state["closures"].get(task["id"])
                fits = len(by) == 1 and task["completed_by"] == by[0] and told.get(task["id"], set()) <= set(by)
                # The workflow remembers the last forty.
                fits = fits and (closure is None or closure["by"] == by[0])
                seen = f"history {by}, task {task['completed_by']}, workflow {closure}"
                verdict.see(fits, f"{task['id']}: told {told.get(task['id'])}, {seen}")


def tasks_show_the_last_answer(evidence: Evidence, verdict: Verdict) -> None:
    """The one that was given, or what it was corrected to; whoever answered it stays."""
    for order in evidence.orders.values():
        last = {event["task_id"]: event["data"] for event in order.events if event["type"] in ANSWERS}
        for task in order.tasks:
            said = last.get(task["id"], {"outcome": None, "fields": None})
            fits = (task["outcome"], task["fields"]) == (said["outcome"], said["fields"])
            verdict.see(fits, f"{task['id']} shows {task['outcome']} {task['fields']}; said was {said}")


def tasks_are_of_their_orders(evidence: Evidence, verdict: Verdict) -> None:
    for number, order in evidence.orders.items():
        opened = {event["task_id"] for event in order.events if event["type"] == "task_opened"}
        verdict.see({task["id"] for task in order.tasks} == opened, f"{number}: tasks and their openings differ")


def everything_comes_to_its_end(evidence: Evidence, verdict: Verdict) -> None:
    for number, order in evidence.orders.items():
        now = order.now
        ended = now["status"] in ("completed", "cancelled") and now["stage"] == "closed" and not now["open_tasks"]
        verdict.see(ended, f"{number} is {now['status']}: {evidence.unfinished.get(number, 'it was not driven on')}")


def workflows_end_well(evidence: Evidence, verdict: Verdict) -> None:
    """One id has one chain of runs: all but the last went on as the next, and the last has completed."""
    runs: dict[str, list[dict[str, str]]] = {}
    for run in evidence.runs:
        runs.setdefault(run["workflow_id"], []).append(run)
    lasts = {workflow_id(number): order.run for number, order in evidence.orders.items()}
    for workflow in lasts.keys() | runs.keys():
        statuses = sorted(run["status"] for run in runs.get(workflow, []))
        last = lasts.get(workflow)
        ends = last is not None and statuses == ["COMPLETED", *[WENT_ON] * (len(statuses) - 1)]
        # The last run names the first: with only one they are the same.
        firsts = {run["run_id"] for run in runs.get(workflow, []) if run["status"] == WENT_ON or len(statuses) == 1}
        fits = ends and last is not None and last["first_run_id"] in firsts
        verdict.see(fits, f"{workflow}: {statuses}, {last}")


def nothing_is_stuck(evidence: Evidence, verdict: Verdict) -> None:
    stuck = {run["workflow_id"] for run in evidence.stuck}
    for run in evidence.runs:
        verdict.see(run["workflow_id"] not in stuck, f"{run['workflow_id']} has reported problems")


def clocks_strike_once(evidence: Evidence, verdict: Verdict) -> None:
    """Each rung of a deadline once, each higher than the one before."""
    for order in evidence.orders.values():
        levels: dict[str, int] = {}
        for event in order.events:
            about, data = event["task_id"], event["data"]
            if event["type"] == "deadline_moved":
                # A moved deadline starts its ladder afresh.
                levels[about] = 0
            elif event["type"] == "rung_reached":
                before, levels[about] = levels.get(about, 0), data["level"]
                verdict.see(data["level"] > before, f"{about}: level {data['level']}, {data['rung']}, after {before}")


def nobody_is_surprised(evidence: Evidence, verdict: Verdict) -> None:
    for log, lines in evidence.lines.items():
        found = [outburst for outburst in evidence.outbursts if outburst["log"] == log]
        verdict.looked += lines
        verdict.wrong += [f"{log}.log line {outburst['line']}: {outburst['what']}" for outburst in found]


def programs_end_when_they_are_killed(evidence: Evidence, verdict: Verdict) -> None:
    """Whatever is away, workers and APIs wait for it; store and engine may give up on a full disk."""
    for part, statuses in evidence.exits.items():
        if part in (*WORKERS, *APIS):
            # One for the part that lived to the end.
            verdict.looked += 1
            for status in statuses:
                verdict.see(status == -signal.SIGKILL, f"{part} ended by itself with status {status}")


CHECKS = (
    Check("store and workflow tell the same of every order", store_equals_workflow),
    Check("HTTP tells what the tables hold", rows_equal_answers),
    Check("histories run from 1 to n without a gap", histories_have_no_gaps),
    Check("histories go forward in time", histories_go_forward),
    Check("only legal steps", transitions_are_legal),
    Check("a task is completed at most once, by whoever was told so", tasks_are_completed_once),
    Check("a task shows the answer that was given last", tasks_show_the_last_answer),
    Check("tasks and their openings are the same", tasks_are_of_their_orders),
    Check("every order can be driven to its end", everything_comes_to_its_end),
    Check("every workflow is one chain of runs that completes", workflows_end_well),
    Check("no workflow is stuck", nothing_is_stuck),
    Check("each rung of a deadline is reached once, upwards", clocks_strike_once),
    Check("workers and APIs never end by themselves", programs_end_when_they_are_killed),
    Check("no traceback in any log", nobody_is_surprised),
)
