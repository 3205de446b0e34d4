"""What could be tampered with in the evidence of a run, and the sentence that each of these breaks."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.chaos.diary import OK, REFUSED, UNKNOWN, Call
from tests.chaos.evidence import Evidence, Order

# Where to tamper.


def finished(evidence: Evidence) -> Order:
    """An order that went the whole way."""
    return next(order for order in evidence.orders.values() if order.now["status"] == "completed")


def completion(evidence: Evidence) -> Call:
    """An answer to a task that was acknowledged."""
    return next(call for call in evidence.calls if call.told == OK and call.path.endswith("/complete"))


def entry(evidence: Evidence) -> Call:
    return next(call for call in evidence.calls if call.told == OK and call.path == "/orders")


def completed(evidence: Evidence) -> tuple[Order, dict[str, Any]]:
    """The event of that answer, and its order."""
    key = completion(evidence).key
    return next((order, event) for order in evidence.orders.values() for event in order.events if event["key"] == key)


def sent(evidence: Evidence) -> dict[str, Any]:
    """The record of a mail about a task that a call has closed."""
    closed = {call.path.split("/")[2] for call in evidence.calls if call.told == OK and call.path.endswith("/complete")}
    return next(row for row in evidence.rows["notice"] if row["state"] == "sent" and row["task_id"] in closed)


def mail(evidence: Evidence) -> dict[str, Any]:
    return next(mail for mail in evidence.mails if mail["message_id"] == sent(evidence)["message_id"])


def said(evidence: Evidence, purpose: str, **heard: Any) -> None:
    """Somebody said something more."""
    call = completion(evidence)
    evidence.calls.append(replace(call, **{"purpose": purpose, "key": "another", "read_back": "", **heard}))


# What is tampered with: each of these breaks the sentence that it stands beside.


def an_order_is_gone(evidence: Evidence) -> None:
    del evidence.orders[json.loads(entry(evidence).answer)["order_no"]]


def a_workflow_is_there_twice(evidence: Evidence) -> None:
    evidence.runs += [{**run, "run_id": "another"} for run in evidence.runs]


def both_twins_win(evidence: Evidence) -> None:
    evidence.calls.append(replace(entry(evidence), by="sales-head", key="another"))


def an_order_comes_from_nowhere(evidence: Evidence) -> None:
    order = finished(evidence)
    evidence.orders["X-1"] = replace(order, now={**order.now, "follows": None})


def an_answer_is_lost(evidence: Evidence) -> None:
    order, event = completed(evidence)
    order.events.remove(event)


def an_answer_is_somebody_elses(evidence: Evidence) -> None:
    completed(evidence)[1]["actor"] = "boss"


def a_claim_is_lost(evidence: Evidence) -> None:
    path = completion(evidence).path.removesuffix("complete") + "claim"
    evidence.calls.append(replace(completion(evidence), path=path, key="another"))


def a_refused_answer_was_done(evidence: Evidence) -> None:
    key = completion(evidence).key
    for call in evidence.calls:
        if call.key == key:
            call.told, call.status, call.code = REFUSED, 409, "task-closed"


def nothing_happened_but_did(evidence: Evidence) -> None:
    key = completion(evidence).key
    for call in evidence.calls:
        if call.key == key:
            call.told, call.status, call.code = UNKNOWN, 503, "engine-away"


def nobody_said_so(evidence: Evidence) -> None:
    completed(evidence)[1]["key"] = "made up"


def a_repeat_is_told_something_else(evidence: Evidence) -> None:
    evidence.calls.append(replace(completion(evidence), answer="{}", headers={"idempotent-replayed": "true"}))


def a_repeat_does_it_again(evidence: Evidence) -> None:
    call = completion(evidence)
    unmarked = {name: value for name, value in call.headers.items() if name != "idempotent-replayed"}
    evidence.calls.append(replace(call, headers=unmarked, began=call.ended + 1, ended=call.ended + 2))


def a_stranger_is_let_in(evidence: Evidence) -> None:
    said(evidence, "wrong role")


def a_version_of_long_ago_is_taken(evidence: Evidence) -> None:
    said(evidence, "stale")


def the_answer_cannot_be_read(evidence: Evidence) -> None:
    said(evidence, "work", read_back="open by None")


def a_500(evidence: Evidence) -> None:
    said(evidence, "work", told=REFUSED, status=500, code="")


def a_503_without_retry_after(evidence: Evidence) -> None:
    headers = {"content-type": "application/problem+json"}
    said(evidence, "work", told=UNKNOWN, status=503, code="outcome-unknown", headers=headers)


def an_answer_takes_forever(evidence: Evidence) -> None:
    call = completion(evidence)
    call.ended = call.began + 60


def the_workflow_knows_another_status(evidence: Evidence) -> None:
    finished(evidence).state["status"] = "open"


def the_workflow_knows_another_completer(evidence: Evidence) -> None:
    for closure in finished(evidence).state["closures"].values():
        closure["by"] = "nobody"


def a_row_is_gone(evidence: Evidence) -> None:
    evidence.rows["event"].pop()


def a_task_row_is_open(evidence: Evidence) -> None:
    evidence.rows["task"][0]["status"] = "open"


def an_event_is_gone(evidence: Evidence) -> None:
    events = finished(evidence).events
    del events[len(events) // 2]


def an_event_is_there_twice(evidence: Evidence) -> None:
    events = finished(evidence).events
    events.insert(3, events[3])


def time_runs_backwards(evidence: Evidence) -> None:
    events = finished(evidence).events
    events[0]["at"], events[-1]["at"] = events[-1]["at"], events[0]["at"]


def a_stage_is_skipped(evidence: Evidence) -> None:
    order = finished(evidence)
    about_inspecting = [event for event in order.events if event["task_id"] and ".inspect." in event["task_id"]]
    order.events = [event for event in order.events if event not in about_inspecting]


def something_happens_after_the_end(evidence: Evidence) -> None:
    order = finished(evidence)
    order.events.append(next(event for event in order.events if event["type"] == "task_opened"))


def a_task_is_completed_twice(evidence: Evidence) -> None:
    order, event = completed(evidence)
    order.events.append({**event, "seq": len(order.events) + 1, "actor": "boss", "key": None})


def a_task_names_another_completer(evidence: Evidence) -> None:
    order, event = completed(evidence)
    next(task for task in order.tasks if task["id"] == event["task_id"])["completed_by"] = "boss"


def two_are_told_that_they_did_it(evidence: Evidence) -> None:
    said(evidence, "race", by="boss")


def a_task_opens_by_itself(evidence: Evidence) -> None:
    tasks = finished(evidence).tasks
    tasks.append({**tasks[0], "id": f"{tasks[0]['id']}0", "status": "cancelled"})


def events_of(evidence: Evidence, kind: str) -> list[tuple[Order, dict[str, Any]]]:
    """Each event of a kind, with its order."""
    return [(order, event) for order in evidence.orders.values() for event in order.events if event["type"] == kind]


def behind(evidence: Evidence, kind: str, more: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Something more happens right behind each event of a kind."""
    for order, event in events_of(evidence, kind):
        order.events.insert(order.events.index(event) + 1, {**event, "key": None, **more(event)})


def without(evidence: Evidence, *kinds: str) -> None:
    for order in evidence.orders.values():
        order.events = [event for event in order.events if event["type"] not in kinds]


def a_correction_comes_too_late(evidence: Evidence) -> None:
    """Again, when all is over."""
    for order, event in events_of(evidence, "answer_corrected"):
        order.events.append(event)


def a_correction_opens_what_does_not_follow(evidence: Evidence) -> None:
    for _, event in events_of(evidence, "answer_corrected"):
        event["data"]["outcome"] = "signed"


def a_correction_leaves_open_what_had_followed(evidence: Evidence) -> None:
    for order, event in events_of(evidence, "answer_corrected"):
        order.events = [each for each in order.events if not (each["type"] == "task_cancelled" and each["at"] == event["at"])]


def a_correction_is_not_on_record(evidence: Evidence) -> None:
    without(evidence, "answer_corrected")


def a_task_shows_the_mistaken_answer(evidence: Evidence) -> None:
    for order, event in events_of(evidence, "answer_corrected"):
        next(task for task in order.tasks if task["id"] == event["task_id"])["fields"] = {"mistaken": True}


def a_task_is_taken_back_for_nothing(evidence: Evidence) -> None:
    def its_task_is_cancelled(event: dict[str, Any]) -> dict[str, Any]:
        task_id = event["data"]["task"]["id"]
        return {"type": "task_cancelled", "task_id": task_id, "data": {"task_id": task_id, "reason": "made up"}}

    behind(evidence, "task_opened", its_task_is_cancelled)


def nobody_is_asked_about_an_amendment(evidence: Evidence) -> None:
    for order, event in events_of(evidence, "amendment_proposed"):
        about = [each for each in order.events if each["task_id"] and ".decide_amendment." in each["task_id"]]
        order.events = [each for each in order.events if each not in about or each["at"] != event["at"]]


def one_department_is_not_asked(evidence: Evidence) -> None:
    """Sales alone decides."""
    for order, _ in events_of(evidence, "amendment_proposed"):
        asked = [each["task_id"] for each in order.events if asks_about_amending(each, "production")]
        order.events = [each for each in order.events if each["task_id"] not in asked]


def asks_about_amending(event: dict[str, Any], department: str) -> bool:
    task = event["data"].get("task", {})
    return (task.get("kind"), task.get("department")) == ("decide_amendment", department)


def a_refused_amendment_is_done(evidence: Evidence) -> None:
    def it_is_amended(event: dict[str, Any]) -> dict[str, Any]:
        amendment = {"lines": None, "requested_date": None, "ship_to": "Hall 1", "reason": "x", "by": "sales1"}
        return {"type": "order_amended", "data": {"amendment": amendment, "goes_back": False, "quantities": {}, "work": None}}

    behind(evidence, "amendment_refused", it_is_amended)


def what_was_agreed_to_is_not_done(evidence: Evidence) -> None:
    without(evidence, "order_amended")


def a_refusal_is_not_told(evidence: Evidence) -> None:
    without(evidence, "amendment_refused")


def other_lines_lead_nowhere(evidence: Evidence) -> None:
    for _, event in events_of(evidence, "order_amended"):
        event["data"]["goes_back"] = not event["data"]["goes_back"]


def a_promise_comes_from_nowhere(evidence: Evidence) -> None:
    behind(evidence, "risk_moved", lambda event: {"type": "promised", "data": {"promise": {"revision": 2}}})


def a_promise_skips_a_revision(evidence: Evidence) -> None:
    for _, event in events_of(evidence, "promised"):
        event["data"]["promise"]["revision"] += 1


def sales_decides_and_nothing_comes_of_it(evidence: Evidence) -> None:
    without(evidence, "promise_kept")


def a_date_moves_that_nobody_is_asked_about(evidence: Evidence) -> None:
    def the_earliest_date_moves(event: dict[str, Any]) -> dict[str, Any]:
        return {"type": "earliest_moved", "data": {"task_id": event["task_id"], "earliest": "2030-01-01"}}

    behind(evidence, "task_completed", the_earliest_date_moves)


def silence_is_noticed_twice(evidence: Evidence) -> None:
    behind(evidence, "silence_noticed", lambda event: {})


def silence_of_what_is_not_produced(evidence: Evidence) -> None:
    def it_is_silent(event: dict[str, Any]) -> dict[str, Any]:
        task_id = event["data"]["task"]["id"]
        return {"type": "silence_noticed", "data": {"task_id": task_id, "since": event["at"]}}

    for order in evidence.orders.values():
        order.events = [event for event in order.events if event["type"] != "task_opened" or ".produce." not in event["task_id"]]
    behind(evidence, "task_opened", it_is_silent)


def a_risk_moves_nowhere(evidence: Evidence) -> None:
    behind(evidence, "risk_moved", lambda event: {})


def goods_leave_by_themselves(evidence: Evidence) -> None:
    behind(evidence, "plan_made", lambda event: {"type": "goods_dispatched", "data": {}})


def a_shipment_is_dropped_that_was_not_planned(evidence: Evidence) -> None:
    behind(evidence, "plan_made", lambda event: {"type": "shipment_dropped", "data": {"reason": "x"}})


def an_order_does_not_end(evidence: Evidence) -> None:
    finished(evidence).now["status"] = "open"


def a_workflow_fails(evidence: Evidence) -> None:
    evidence.runs[0]["status"] = "FAILED"


def a_workflow_has_another_first_run(evidence: Evidence) -> None:
    finished(evidence).run["first_run_id"] = "another"


def a_workflow_is_stuck(evidence: Evidence) -> None:
    evidence.stuck.append(evidence.runs[0])


def a_rung_is_reached_again(evidence: Evidence) -> None:
    for order in evidence.orders.values():
        order.events += [event for event in order.events if event["type"] == "rung_reached"]


def a_worker_gives_up(evidence: Evidence) -> None:
    evidence.exits["worker1"].append(1)


def a_log_has_a_traceback(evidence: Evidence) -> None:
    evidence.outbursts.append({"log": "api1", "line": 1, "what": "ValueError"})


def a_notice_is_on_record_twice(evidence: Evidence) -> None:
    evidence.rows["notice"].append(sent(evidence))


def two_notices_share_a_message_id(evidence: Evidence) -> None:
    evidence.rows["notice"][0]["message_id"] = evidence.rows["notice"][1]["message_id"]


def a_notice_is_not_on_record(evidence: Evidence) -> None:
    key = sent(evidence)["notice_key"]
    evidence.rows["notice"] = [row for row in evidence.rows["notice"] if row["notice_key"] != key]


def a_report_is_not_on_record(evidence: Evidence) -> None:
    sent(evidence)["state"] = "dead"


def a_notice_was_undone(evidence: Evidence) -> None:
    key = sent(evidence)["notice_key"]
    for order in evidence.orders.values():
        order.events = [event for event in order.events if event["data"].get("notice", {}).get("key") != key]


def a_notice_is_about_another_task(evidence: Evidence) -> None:
    sent(evidence)["task_id"] += "0"


def hearings(evidence: Evidence) -> list[dict[str, Any]]:
    """The events by which orders heard of their shipping notices."""
    return [event for order in evidence.orders.values() for event in order.events if event["type"] == "notice_settled"]


def an_order_never_hears(evidence: Evidence) -> None:
    """And waits for a day."""
    for order in evidence.orders.values():
        order.events = [event for event in order.events if event["type"] != "notice_settled"]
        for notice in order.notices:
            notice["at"] = "2020-01-01T00:00:00Z"


def an_order_hears_twice(evidence: Evidence) -> None:
    for order in evidence.orders.values():
        order.events += [event for event in order.events if event["type"] == "notice_settled"]


def an_order_hears_something_else(evidence: Evidence) -> None:
    hearings(evidence)[0]["data"]["told"]["states"] = {"customer": "dead"}


def an_order_hears_of_another_notice(evidence: Evidence) -> None:
    hearings(evidence)[0]["data"]["told"]["key"] = sent(evidence)["notice_key"]


def a_notice_is_left_in_the_outbox(evidence: Evidence) -> None:
    order_id = next(iter(evidence.orders)).casefold()
    evidence.rows["outbox"].append({"notice_key": "left", "order_id": order_id, "seq": 1, "attempts": 9})


def a_notice_stays_queued(evidence: Evidence) -> None:
    sent(evidence)["state"] = "queued"


def a_mail_is_lost(evidence: Evidence) -> None:
    evidence.mails = [one for one in evidence.mails if one["message_id"] != sent(evidence)["message_id"]]


def a_mail_says_another_kind(evidence: Evidence) -> None:
    mail(evidence)["kind"] = "critical"


def a_mail_is_of_nobody(evidence: Evidence) -> None:
    mail(evidence)["message_id"] = "<made.up@somewhere>"


def a_mail_came_and_is_called_stale(evidence: Evidence) -> None:
    sent(evidence)["state"] = "stale"


def a_mail_comes_again(evidence: Evidence) -> None:
    evidence.mails.append({**mail(evidence), "arrived": mail(evidence)["arrived"] + 30})


def a_mail_leaves_too_late(evidence: Evidence) -> None:
    late = max(call.ended for call in evidence.calls) + 5
    mail(evidence).update(dated=late, arrived=late)


def a_date_lies(evidence: Evidence) -> None:
    mail(evidence)["dated"] -= 300


def a_mail_lacks_a_header(evidence: Evidence) -> None:
    mail(evidence)["wrong"] = "no thread"


TAMPERING: list[tuple[Callable[[Evidence], None], str]] = [
    (an_order_is_gone, "every order that was acknowledged exists, with one workflow"),
    (a_workflow_is_there_twice, "every order that was acknowledged exists, with one workflow"),
    (both_twins_win, "of those who enter one number at once, one wins"),
    (an_order_comes_from_nowhere, "no order is there that nobody entered"),
    (an_answer_is_lost, "every acknowledged deed is on record once, by whoever did it"),
    (an_answer_is_somebody_elses, "every acknowledged deed is on record once, by whoever did it"),
    (an_event_is_there_twice, "histories run from 1 to n without a gap"),
    (a_claim_is_lost, "every acknowledged claim and snooze is on record"),
    (a_refused_answer_was_done, "nothing that was refused was done"),
    (nothing_happened_but_did, "where the API says that nothing has happened, nothing has"),
    (nobody_said_so, "nothing is on record that nobody said"),
    (a_repeat_is_told_something_else, "the same key gets the same answer"),
    (a_repeat_does_it_again, "the same key gets the same answer"),
    (a_stranger_is_let_in, "wrong role, bad body, stale version and reused key are refused as such"),
    (a_version_of_long_ago_is_taken, "wrong role, bad body, stale version and reused key are refused as such"),
    (the_answer_cannot_be_read, "what a 2xx says can be read at once, through either API"),
    (a_500, "every refusal is a problem document, every 503 says when to try again, no 500"),
    (a_503_without_retry_after, "every refusal is a problem document, every 503 says when to try again, no 500"),
    (an_answer_takes_forever, "every answer comes within 15 s where API and way to it are whole"),
    (the_workflow_knows_another_status, "store and workflow tell the same of every order"),
    (the_workflow_knows_another_completer, "store and workflow tell the same of every order"),
    (the_workflow_knows_another_completer, "a task is completed at most once, by whoever was told so"),
    (a_row_is_gone, "HTTP tells what the tables hold"),
    (a_task_row_is_open, "HTTP tells what the tables hold"),
    (an_event_is_gone, "histories run from 1 to n without a gap"),
    (time_runs_backwards, "histories go forward in time"),
    (a_stage_is_skipped, "only legal steps"),
    (something_happens_after_the_end, "only legal steps"),
    (a_task_is_completed_twice, "a task is completed at most once, by whoever was told so"),
    (a_task_is_completed_twice, "only legal steps"),
    (a_task_names_another_completer, "a task is completed at most once, by whoever was told so"),
    (two_are_told_that_they_did_it, "a task is completed at most once, by whoever was told so"),
    *(
        (tamper, "only legal steps")
        for tamper in (
            a_correction_comes_too_late,
            a_correction_opens_what_does_not_follow,
            a_correction_leaves_open_what_had_followed,
            a_correction_is_not_on_record,
            a_task_is_taken_back_for_nothing,
            nobody_is_asked_about_an_amendment,
            one_department_is_not_asked,
            a_refused_amendment_is_done,
            what_was_agreed_to_is_not_done,
            a_refusal_is_not_told,
            other_lines_lead_nowhere,
            a_promise_comes_from_nowhere,
            a_promise_skips_a_revision,
            sales_decides_and_nothing_comes_of_it,
            a_date_moves_that_nobody_is_asked_about,
            silence_is_noticed_twice,
            silence_of_what_is_not_produced,
            a_risk_moves_nowhere,
            goods_leave_by_themselves,
            a_shipment_is_dropped_that_was_not_planned,
        )
    ),
    (a_correction_is_not_on_record, "every acknowledged deed is on record once, by whoever did it"),
    (a_task_shows_the_mistaken_answer, "a task shows the answer that was given last"),
    (a_task_opens_by_itself, "tasks and their openings are the same"),
    (an_order_does_not_end, "every order can be driven to its end"),
    (a_workflow_fails, "every workflow is one chain of runs that completes"),
    (a_workflow_has_another_first_run, "every workflow is one chain of runs that completes"),
    (a_workflow_is_there_twice, "every workflow is one chain of runs that completes"),
    (a_workflow_is_stuck, "no workflow is stuck"),
    (a_rung_is_reached_again, "each rung of a deadline is reached once, upwards"),
    (a_worker_gives_up, "workers and APIs never end by themselves"),
    (a_log_has_a_traceback, "no traceback in any log"),
    (a_notice_is_on_record_twice, "one row on record and one Message-ID for each notice and recipient"),
    (two_notices_share_a_message_id, "one row on record and one Message-ID for each notice and recipient"),
    (a_notice_is_not_on_record, "every notice that was asked for is on record"),
    (a_report_is_not_on_record, "every notice that was asked for is on record"),
    (a_notice_was_undone, "nothing is on record that nobody asked for"),
    (a_notice_is_about_another_task, "nothing is on record that nobody asked for"),
    (an_order_never_hears, "an order hears once what became of its shipping notice"),
    (an_order_hears_twice, "an order hears once what became of its shipping notice"),
    (an_order_hears_something_else, "an order hears once what became of its shipping notice"),
    (an_order_hears_of_another_notice, "an order hears once what became of its shipping notice"),
    (a_notice_stays_queued, "no notice is left queued"),
    (a_notice_is_left_in_the_outbox, "the outbox is empty"),
    (a_mail_is_lost, "what is on record as sent has arrived"),
    (a_mail_says_another_kind, "what is on record as sent has arrived"),
    (a_mail_is_of_nobody, "what has arrived is on record"),
    (a_mail_came_and_is_called_stale, "what has arrived is on record"),
    (a_mail_comes_again, "a mail comes again only after a crash or a lost answer"),
    (a_mail_leaves_too_late, "no mail leaves about a task that was closed before"),
    (a_date_lies, "no mail leaves about a task that was closed before"),
    (a_mail_lacks_a_header, "every mail has its headers, subject and thread"),
]
