"""Checks on what callers were told: whatever was acknowledged is there, once, and whatever was refused is not."""

import json
from collections import defaultdict
from typing import Any

from tests.chaos.breaking import Fault
from tests.chaos.cards import Kind
from tests.chaos.diary import OK, REFUSED, UNKNOWN, Call
from tests.chaos.evidence import Evidence
from tests.chaos.verdicts import Check, Verdict

DEEDS = {
    "orders": ("order_entered",),
    "complete": ("task_completed",),
    "correct": ("answer_corrected",),
    "progress": ("progress_reported",),
    "extend": ("deadline_moved",),
    "repromise": ("promised",),
    "hold": ("held",),
    "resume": ("resumed",),
    # Before release it is done at once.
    "amend": ("amendment_proposed", "order_amended"),
    "cancel": ("order_closed",),
}
"""The event that each deed leaves, by the end of its path; one of several."""
IN_THE_INBOX = ("claim", "release", "snooze")
IN_TIME = 15.0
"""Seconds within which the API promises an answer."""
LEEWAY = 2.0
STARTING = 45.0
"""Seconds that a killed API may take to come back, on a busy machine."""
MUST_BE_TOLD = {
    "wrong role": {(403, "not-your-department")},
    "bad body": {(400, "bad-json"), (422, "invalid"), (422, "wrong-outcome")},
    "stale": {(412, "stale")},
    "reuse": {(422, "idempotency-key-reused")},
}
"""How what is wrong is refused."""
BARRED = (403, "four-eyes")
NOTHING_HAPPENED = ("store-away", "engine-away")


def by_key(evidence: Evidence) -> dict[tuple[str, str, str, str], list[Call]]:
    """All attempts under each key, in the order in which they were answered."""
    found: dict[tuple[str, str, str, str], list[Call]] = defaultdict(list)
    for call in sorted(evidence.calls, key=lambda call: call.ended):
        found[call.said].append(call)
    return found


def deed(call: Call) -> str:
    return call.path.rpartition("/")[2]


def keyed_events(evidence: Evidence) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """By key: the order's number and the event."""
    found: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for number, order in evidence.orders.items():
        for event in order.events:
            if event["key"] is not None:
                found[event["key"]].append((number, event))
    return found


def entered_orders_exist(evidence: Evidence, verdict: Verdict) -> None:
    open_runs = [run["workflow_id"] for run in evidence.runs if run["status"] != "CONTINUED_AS_NEW"]
    for call in evidence.calls:
        if call.path == "/orders" and call.told == OK:
            number = json.loads(call.answer)["order_no"]
            runs = open_runs.count(f"order-{number.casefold()}")
            verdict.see(number in evidence.orders and runs == 1, f"{number} was entered; it has {runs} workflows")


def one_number_one_order(evidence: Evidence, verdict: Verdict) -> None:
    tried: dict[str, dict[tuple[str, ...], list[Call]]] = defaultdict(lambda: defaultdict(list))
    for call in evidence.calls:
        if call.path == "/orders":
            tried[call.body["order_no"].casefold()][call.said].append(call)
    for number, sides in tried.items():
        if len(sides) > 1:
            winners = [said for said, calls in sides.items() if any(call.told == OK for call in calls)]
            refused = {call.code for calls in sides.values() for call in calls if call.told == REFUSED}
            verdict.see(len(winners) <= 1 and refused <= {"order-exists"}, f"{number}: entered by {winners}, refused: {refused}")


def nobody_enters_by_themselves(evidence: Evidence, verdict: Verdict) -> None:
    said = {call.body["order_no"].casefold() for call in evidence.calls if call.path == "/orders"}
    events = [event for order in evidence.orders.values() for event in order.events]
    raised = {event["data"]["number"] for event in events if event["type"] == "case_raised"}
    for number, order in evidence.orders.items():
        is_ours = number.casefold() in said or order.now["follows"] is not None or number in raised
        verdict.see(is_ours, f"{number} was entered by nobody")


def acknowledged_deeds_are_there(evidence: Evidence, verdict: Verdict) -> None:
    events = keyed_events(evidence)
    for (by, _, path, key), calls in by_key(evidence).items():
        if any(call.told == OK for call in calls) and deed(calls[0]) not in IN_THE_INBOX:
            found = [(event["actor"], event["type"]) for _, event in events[key]]
            fits = len(found) == 1 and found[0] in {(by, expected) for expected in DEEDS[deed(calls[0])]}
            verdict.see(fits, f"{by} {path}, key {key}: acknowledged; on record is {found}")


def acknowledged_claims_are_there(evidence: Evidence, verdict: Verdict) -> None:
    logged: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in evidence.rows["inbox_log"]:
        logged[row["task_id"].casefold(), row["action"], row["by"]] += 1
    claimed: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    possible: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for (by, _, path, key), calls in by_key(evidence).items():
        # To give back what nobody holds is acknowledged, and changes nothing.
        if (action := deed(calls[0])) in ("claim", "snooze"):
            about = (path.split("/")[2].casefold(), action, by)
            if any(call.told == OK for call in calls):
                claimed[about].add(key)
            if any(call.told != REFUSED for call in calls):
                possible[about].add(key)
    for about, keys in claimed.items():
        told = f"{about}: {len(keys)} acknowledged, {len(possible[about])} possible, {logged[about]} on record"
        verdict.see(len(keys) <= logged[about] <= len(possible[about]), told)


def refused_deeds_are_not_there(evidence: Evidence, verdict: Verdict) -> None:
    events = keyed_events(evidence)
    for (by, _, path, key), calls in by_key(evidence).items():
        if all(call.told == REFUSED for call in calls):
            found = [event["type"] for _, event in events[key] if event["actor"] == by]
            verdict.see(not found, f"{by} {path}, key {key}: refused as {calls[-1].code}; on record is {found}")


def away_means_nothing_happened(evidence: Evidence, verdict: Verdict) -> None:
    events = keyed_events(evidence)
    for (by, _, path, key), calls in by_key(evidence).items():
        if all(call.told == UNKNOWN and call.code in NOTHING_HAPPENED for call in calls):
            found = [event["type"] for _, event in events[key]]
            verdict.see(not found, f"{by} {path}, key {key}: told that nothing has happened; on record is {found}")


def nothing_comes_from_nowhere(evidence: Evidence, verdict: Verdict) -> None:
    said = {(call.by, call.key) for call in evidence.calls}
    for number, order in evidence.orders.items():
        for event in order.events:
            by_itself = order.now["follows"] or event["type"] == "case_opened"
            if event["key"] is not None and not (event["seq"] == 1 and by_itself):
                told = f"{number} event {event['seq']} {event['type']} by {event['actor']}: nobody said so"
                verdict.see((event["actor"], event["key"]) in said, told)


def same_key_same_answer(evidence: Evidence, verdict: Verdict) -> None:
    """Whoever asked after the first answer had come is told that it is a replay; two at once may both be the first."""
    for said, calls in by_key(evidence).items():
        told = [call for call in calls if call.told == OK and call.purpose != "reuse"]
        if len(told) > 1:
            answers = {(call.status, call.answer, call.headers.get("etag")) for call in told}
            unmarked = [call for call in told[1:] if call.began > told[0].ended and "idempotent-replayed" not in call.headers]
            verdict.see(len(answers) == 1 and not unmarked, f"{said}: {len(answers)} answers, {len(unmarked)} replays not marked")


def wrong_calls_are_refused(evidence: Evidence, verdict: Verdict) -> None:
    for call in evidence.calls:
        expected = MUST_BE_TOLD.get(call.purpose)
        if expected and call.told != UNKNOWN:
            # Whoever made the goods is refused before their words are read.
            fits = (call.status, call.code) in expected or (call.status, call.code) == BARRED
            verdict.see(fits, f"{call.purpose}: {call.by} {call.path}: {call.status} {call.code}")


def what_is_said_can_be_read(evidence: Evidence, verdict: Verdict) -> None:
    for call in evidence.calls:
        if call.read_back:
            verdict.see(call.read_back == "seen", f"{call.by} {call.path} at {call.ended}: then {call.read_back}")


def answers_have_their_shape(evidence: Evidence, verdict: Verdict) -> None:
    for call in evidence.calls:
        if call.status and call.told != OK:
            is_problem = call.headers.get("content-type") == "application/problem+json" and bool(call.code)
            says_when = call.status != 503 or "retry-after" in call.headers
            fits = is_problem and says_when and (call.status < 500 or call.status == 503)
            verdict.see(fits, f"{call.by} {call.path}: {call.status} {call.headers} {call.answer[:200]}")


def answers_come_in_time(evidence: Evidence, verdict: Verdict) -> None:
    most = IN_TIME + LEEWAY + evidence.lag
    for call in evidence.calls:
        if not any(kept_from_answering(call, fault) for fault in evidence.faults):
            took = call.ended - call.began
            verdict.see(bool(call.status) and took <= most, f"{call.by} {call.path} at {call.began}: {call.status}, {took:.1f} s")


def kept_from_answering(call: Call, fault: Fault) -> bool:
    """Whether the API itself, or the way to it, was broken at any time of the call, or had just been."""
    if not {call.api, f"people-{call.api}"} & set(fault.targets):
        return False
    felt = STARTING if fault.kind == Kind.KILL else IN_TIME
    return fault.began <= call.ended and call.began <= fault.ended + felt


CHECKS = (
    Check("every order that was acknowledged exists, with one workflow", entered_orders_exist),
    Check("of those who enter one number at once, one wins", one_number_one_order),
    Check("no order is there that nobody entered", nobody_enters_by_themselves),
    Check("every acknowledged deed is on record once, by whoever did it", acknowledged_deeds_are_there),
    Check("every acknowledged claim and snooze is on record", acknowledged_claims_are_there),
    Check("nothing that was refused was done", refused_deeds_are_not_there),
    Check("where the API says that nothing has happened, nothing has", away_means_nothing_happened, may_be_empty=True),
    Check("nothing is on record that nobody said", nothing_comes_from_nowhere),
    Check("the same key gets the same answer", same_key_same_answer),
    Check("wrong role, bad body, stale version and reused key are refused as such", wrong_calls_are_refused),
    Check("what a 2xx says can be read at once, through either API", what_is_said_can_be_read),
    Check("every refusal is a problem document, every 503 says when to try again, no 500", answers_have_their_shape),
    Check("every answer comes within 15 s where API and way to it are whole", answers_come_in_time),
)
