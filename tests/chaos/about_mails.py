"""Checks on what arrived: each notice on record once, each mail once but for crashes, none about what was done before."""

from collections import Counter, defaultdict
from itertools import pairwise
from math import inf
from typing import Any

from tests.chaos.breaking import Fault
from tests.chaos.diary import OK
from tests.chaos.evidence import Evidence, Json, Order
from tests.chaos.verdicts import Check, Verdict
from tests.endtoend import dates
from tests.endtoend.order import FINAL

KNOWN = 60.0
"""Seconds after which what has happened is known to all, whatever broke meanwhile."""
HEARD = 5.0
"""Seconds from the last recipient told to the order that knows it, where nothing breaks."""
UNDELIVERABLE = "undeliverable"
ON_THE_WIRE = 20.0
"""Seconds that one line to the mail server may take from the first word to the final dot's answer."""
SECOND = 1.0
"""A mail's own Date is cut off to whole seconds."""
RECOVERY = 20.0
"""Seconds after its end in which a fault can still be felt: a part starts again, a store recovers."""


def arrivals(evidence: Evidence) -> dict[str, list[dict[str, Any]]]:
    """By Message-ID, in the order in which they came."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for mail in sorted(evidence.mails, key=lambda mail: float(mail["arrived"])):
        found[mail["message_id"]].append(mail)
    return found


def notices_are_on_record_once(evidence: Evidence, verdict: Verdict) -> None:
    rows = evidence.rows["notice"]
    ids = Counter(row["message_id"] for row in rows)
    keys = Counter((row["notice_key"], row["recipient"]) for row in rows)
    for row in rows:
        once = ids[row["message_id"]] == 1 and keys[row["notice_key"], row["recipient"]] == 1
        verdict.see(once, f"{row['notice_key']} to {row['recipient']} is on record more than once, or shares its Message-ID")


def whatever_was_asked_for_is_on_record(evidence: Evidence, verdict: Verdict) -> None:
    """By the orders' histories; and by each mail that died, of which who should know is told."""
    keys = {row["notice_key"] for row in evidence.rows["notice"]}
    for key in (*asked_for(evidence), *reported(evidence)):
        verdict.see(key in keys, f"{key} is not on record")


def nothing_else_is_on_record(evidence: Evidence, verdict: Verdict) -> None:
    """What an undone attempt asked for goes nowhere, unless the same was asked for in its place."""
    asked, reports = asked_for(evidence), reported(evidence)
    for row in evidence.rows["notice"]:
        report = {"kind": UNDELIVERABLE, "task_id": None} if row["notice_key"] in reports else None
        notice = asked.get(row["notice_key"], report)
        # Where nobody is left to be told, management is told that.
        fits = notice is not None and row["kind"] in (notice["kind"], "unowned") and row["task_id"] == notice["task_id"]
        verdict.see(fits, f"{row['notice_key']} to {row['recipient']} is {row['state']}: no history asks for it")


def asked_for(evidence: Evidence) -> dict[str, Json]:
    """The notices that the orders' histories ask for, by key."""
    events = [event for order in evidence.orders.values() for event in order.events]
    return {event["data"]["notice"]["key"]: event["data"]["notice"] for event in events if event["type"] == "notice_requested"}


def reported(evidence: Evidence) -> set[str]:
    """The keys of what is told because a mail died; of a report that died nobody is told."""
    asked = asked_for(evidence)
    dead = [row for row in evidence.rows["notice"] if row["state"] == "dead" and row["notice_key"] in asked]
    return {f"{row['notice_key']}.{UNDELIVERABLE}.{row['recipient']}" for row in dead}


def shipping_notices_are_heard_of_once(evidence: Evidence, verdict: Verdict) -> None:
    """The order hears, as the record has it, what became of the notice on which its goods wait; of no other."""
    rows: dict[str, list[Json]] = defaultdict(list)
    for row in evidence.rows["notice"]:
        rows[row["notice_key"]].append(row)
    for order in evidence.orders.values():
        heard = [event["data"]["told"] for event in order.events if event["type"] == "notice_settled"]
        waits, keys = waiting(order), [told["key"] for told in heard]
        for told in heard:
            on_record = {row["recipient"]: row["state"] for row in rows[told["key"]]}
            fits = told["key"] in waits and keys.count(told["key"]) == 1 and told["states"] == on_record
            verdict.see(fits, f"{told['key']}: heard of {keys.count(told['key'])} times: {told['states']}; {on_record}")
        for key in waits.keys() - set(keys):
            ids = {row["message_id"] for row in rows[key]}
            last = max((dates.read(each["at"]).timestamp() for each in order.notices if each["message_id"] in ids), default=0.0)
            fits = waits[key] - last <= HEARD or met(evidence, last, waits[key])
            verdict.see(bool(fits), f"{key}: told at {last}, and its order, which waited until {waits[key]}, never heard of it")


def waiting(order: Order) -> dict[str, float]:
    """Its shipping notices, and until when it waited for each: then another one was asked for, or it ended."""
    found: dict[str, float] = {}
    for event in order.events:
        at = dates.read(event["at"]).timestamp()
        if event["type"] == "order_closed":
            break
        if event["type"] == "notice_requested" and event["data"]["notice"]["kind"] == "shipping_notice":
            found = {key: min(until, at) for key, until in found.items()} | {event["data"]["notice"]["key"]: inf}
    return {key: min(until, at) for key, until in found.items()}


def the_outbox_is_empty(evidence: Evidence, verdict: Verdict) -> None:
    left = {number.casefold(): 0 for number in evidence.orders} | Counter(row["order_id"] for row in evidence.rows["outbox"])
    for order_id, notices in left.items():
        verdict.see(notices == 0, f"{order_id}: {notices} notices are still to be told")


def notices_come_to_an_end(evidence: Evidence, verdict: Verdict) -> None:
    for row in evidence.rows["notice"]:
        verdict.see(row["state"] in FINAL, f"{row['notice_key']} to {row['recipient']} is {row['state']}")


def sent_mail_arrived(evidence: Evidence, verdict: Verdict) -> None:
    arrived = arrivals(evidence)
    for row in evidence.rows["notice"]:
        if row["state"] == "sent":
            came = arrived.get(row["message_id"], [])
            fits = came and all((mail["kind"], mail["task_id"]) == (row["kind"], row["task_id"]) for mail in came)
            verdict.see(bool(fits), f"{row['notice_key']} to {row['recipient']} is sent; {len(came)} arrived")


def arrived_mail_is_on_record(evidence: Evidence, verdict: Verdict) -> None:
    """As sent; as anything else only where a fault kept the server's answer from us."""
    rows = {row["message_id"]: row for row in evidence.rows["notice"]}
    for message_id, mails in arrivals(evidence).items():
        row = rows.get(message_id)
        told = f"{mails[0]['kind']} to {mails[0]['to']} of {mails[0]['order_no']} arrived at {mails[0]['arrived']}: "
        if row is None:
            verdict.see(False, told + "it is not on record")
        else:
            excused = row["state"] == "sent" or met(evidence, mails[-1]["arrived"], mails[-1]["arrived"])
            verdict.see(bool(excused), told + f"on record as {row['state']}")


def copies_have_a_reason(evidence: Evidence, verdict: Verdict) -> None:
    """Between two copies of one mail lies a fault that can have undone the first, or kept its answer away."""
    for mails in arrivals(evidence).values():
        verdict.looked += 1
        for before, after in pairwise(mails):
            if not met(evidence, before["arrived"], after["arrived"]):
                told = f"{before['message_id']} {before['kind']} to {before['to']}"
                verdict.wrong.append(f"{told} came again after {after['arrived'] - before['arrived']:.1f} s without a reason")


def met(evidence: Evidence, first: float, last: float) -> list[Fault]:
    """The faults of senders, their lines, store, engine or mail server that can be felt between two instants."""
    return [fault for fault in evidence.faults if touches_mail(fault) and fault.began <= last and first <= fault.ended + RECOVERY]


def touches_mail(fault: Fault) -> bool:
    return not fault.targets or any(not target.startswith(("api", "people")) for target in fault.targets)


def mails_look_as_they_must(evidence: Evidence, verdict: Verdict) -> None:
    for mail in evidence.mails:
        verdict.see(mail["wrong"] is None, f"{mail['kind']} to {mail['to']} of {mail['order_no']}: {mail['wrong']}")


def nothing_stale_is_sent(evidence: Evidence, verdict: Verdict) -> None:
    """A sender looks whether a task is still open, dates the mail, and sends it.

    So nothing may be dated after somebody was told that the task is closed. And the Date may not lie: from looking to
    arriving a mail has the time of one line, and what a fault adds to it.
    """
    closed = closings(evidence)
    for mails in arrivals(evidence).values():
        for mail in mails:
            told = f"{mail['kind']} to {mail['to']} about {mail['task_id']}, dated {mail['dated']}, arrived {mail['arrived']}"
            on_its_way = mail["arrived"] - mail["dated"]
            honest = -SECOND <= on_its_way <= ON_THE_WIRE + SECOND or met(evidence, mail["dated"], mail["arrived"])
            known = closed.get(mail["task_id"])
            fits = known is None or mail["dated"] <= known
            verdict.see(bool(fits and honest), told + f", the task was closed by {known}")


def closings(evidence: Evidence) -> dict[str, float]:
    """By task: the instant by which everybody could know that it was closed.

    Of a completion that is when its answer came back; of what nobody was told, long after it happened.
    """
    answered: dict[str, float] = {}
    for call in evidence.calls:
        if call.told == OK and call.path.endswith("/complete"):
            task = call.path.split("/")[2]
            answered[task] = min(answered.get(task, call.ended), call.ended)
    found: dict[str, float] = {}
    for order in evidence.orders.values():
        for event in order.events:
            if event["type"] in ("task_completed", "task_cancelled"):
                task = event["task_id"]
                found[task] = answered.get(task, dates.read(event["at"]).timestamp() + KNOWN)
    return found


CHECKS = (
    Check("one row on record and one Message-ID for each notice and recipient", notices_are_on_record_once),
    Check("every notice that was asked for is on record", whatever_was_asked_for_is_on_record),
    Check("nothing is on record that nobody asked for", nothing_else_is_on_record),
    Check("an order hears once what became of its shipping notice", shipping_notices_are_heard_of_once),
    Check("no notice is left queued", notices_come_to_an_end),
    Check("the outbox is empty", the_outbox_is_empty),
    Check("what is on record as sent has arrived", sent_mail_arrived),
    Check("what has arrived is on record", arrived_mail_is_on_record),
    Check("a mail comes again only after a crash or a lost answer", copies_have_a_reason),
    Check("no mail leaves about a task that was closed before", nothing_stale_is_sent),
    Check("every mail has its headers, subject and thread", mails_look_as_they_must),
)
