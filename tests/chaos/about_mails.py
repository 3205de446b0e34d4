"""Checks on what arrived: each notice on record once, each mail once but for crashes, none about what was done before."""

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

from tests.chaos.breaking import Fault
from tests.chaos.diary import OK
from tests.chaos.evidence import Evidence
from tests.chaos.verdicts import Check, Verdict
from tests.endtoend import dates
from tests.endtoend.order import FINAL

ONE_TRY = 60.0
"""Seconds that one attempt to tell may take at most: what a fault undid shows itself as late as that."""
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
    keys = {row["notice_key"] for row in evidence.rows["notice"]}
    for order in evidence.orders.values():
        asked = {event["data"]["notice"]["key"]: event for event in order.events if event["type"] == "notice_requested"}
        settled = [event["data"]["told"]["key"] for event in order.events if event["type"] == "notice_settled"]
        for key in asked:
            fits = key in keys and settled.count(key) == 1
            verdict.see(fits, f"{key}: on record {key in keys}, settled {settled.count(key)} times")


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
                found[task] = answered.get(task, dates.read(event["at"]).timestamp() + ONE_TRY)
    return found


CHECKS = (
    Check("one row on record and one Message-ID for each notice and recipient", notices_are_on_record_once),
    Check("every notice that was asked for is on record, and settled once", whatever_was_asked_for_is_on_record),
    Check("no notice is left queued", notices_come_to_an_end),
    Check("what is on record as sent has arrived", sent_mail_arrived),
    Check("what has arrived is on record", arrived_mail_is_on_record),
    Check("a mail comes again only after a crash or a lost answer", copies_have_a_reason),
    Check("no mail leaves about a task that was closed before", nothing_stale_is_sent),
    Check("every mail has its headers, subject and thread", mails_look_as_they_must),
)
