"""Links in mails: GET shows, POST acts; one person, one purpose, once; dead as soon as the matter moves on."""

import html
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from activities.store.ledger import Addressed, Recipient
from activities.store.links import LIVES, Minted, Purpose
from api.engine import OutcomeIsUnknown
from tests.api.looking import Reading
from tests.api.plant import CONFIRM, Plant
from workflows.types.notices import Notice
from workflows.types.words import Kind, Language

SITE = "http://plant.example"


def link(
    plant: Plant,
    purpose: Purpose,
    who: str = "customer",
    task_id: str | None = None,
    language: Language = Language.EN,
    n: int = 1,
) -> str:
    """The address in a mail about PO-1, as the mail room makes it."""
    kind = f"{purpose}_mail"
    notice = Notice(key=f"PO-1.{kind}.{n}", kind=kind, to=(who,), at=plant.now, task_id=task_id)
    minted = Minted.of("PO-1", notice, purpose, who, plant.now)
    to = Recipient(who, f"{who}@fab.example", language)
    plant.store.ledger.open([Addressed("PO-1", notice, to, f"<{purpose}{n}@plant.example>")], [minted])
    return f"{SITE}/l/{minted.token}"


async def look(plant: Plant, address: str) -> str:
    answer = await plant.client.get(address)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


async def send(plant: Plant, address: str, **fields: str) -> httpx.Response:
    return await plant.client.post(address, data=fields)


async def thanked(plant: Plant, address: str, **fields: str) -> str:
    answer = await send(plant, address, **fields)
    assert (answer.status_code, answer.headers["location"]) == (303, address.removeprefix(SITE)), answer.text
    return await look(plant, address)


async def events(plant: Plant, kind: str) -> list[dict[str, Any]]:
    found = (await plant.get("sales1", "/orders/PO-1/events?limit=200")).json()["items"]
    return [event for event in found if event["type"] == kind]


# What a link is.


async def test_looking_changes_nothing(plant: Plant) -> None:
    await plant.confirmed()
    address, before = link(plant, Purpose.CONFIRM), await plant.get("sales1", "/orders/PO-1")
    for method in ("GET", "HEAD", "GET"):
        answer = await plant.client.request(method, address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        # The address is the secret.
        assert answer.headers["referrer-policy"] == "strict-origin"
        assert "noindex" in answer.headers["x-robots-tag"]
    assert (await plant.get("sales1", "/orders/PO-1")).json() == before.json()
    found = plant.store.links.find(address.rpartition("/")[2])
    assert found is not None and found.used_at is None


async def test_only_a_digest_is_kept(plant: Plant) -> None:
    await plant.confirmed()
    token = link(plant, Purpose.CONFIRM).rpartition("/")[2]
    with plant.store.database.reading() as connection:
        rows = str(connection.exec_driver_sql("SELECT * FROM mail_link").all())
    assert token not in rows
    assert len(token) * 6 >= 256


async def test_a_link_that_nobody_made_leads_nowhere_and_guessing_is_slowed_down(plant: Plant) -> None:
    answers = [await plant.client.get(f"{SITE}/l/guess{n}") for n in range(62)]
    assert {answer.status_code for answer in answers[:60]} == {404}
    assert answers[-1].status_code == 429
    assert "noindex" in answers[0].headers["x-robots-tag"]


async def test_a_known_link_works_from_a_guessers_address(plant: Plant) -> None:
    await plant.confirmed()
    address = link(plant, Purpose.CONFIRM)
    await look(plant, address)
    for n in range(62):
        await plant.client.get(f"{SITE}/l/guess{n}")
    await look(plant, address)


async def test_the_page_speaks_the_mails_language_or_what_its_reader_chose(plant: Plant) -> None:
    await plant.confirmed()
    address = link(plant, Purpose.CONFIRM, language=Language.ZH_HANT)
    assert 'lang="zh-Hant"' in await look(plant, address)
    assert 'lang="zh-Hans"' in await look(plant, f"{address}?lang=zh-Hans")


async def test_after_thirty_days_it_is_too_old(plant: Plant) -> None:
    await plant.confirmed()
    address = link(plant, Purpose.VIEW)
    plant.now += LIVES - timedelta(seconds=1)
    await look(plant, address)
    plant.now += timedelta(seconds=1)
    answer = await plant.client.get(address)
    assert (answer.status_code, "older than 30 days" in answer.text) == (410, True)
    assert "Pump 7" not in answer.text and "Kaohsiung Fab" not in answer.text, "whoever finds an old mail is not shown the order"


async def test_nothing_of_the_plants_inside_is_shown(plant: Plant) -> None:
    await plant.entered(note="margin 40 %")
    await plant.post("sales1", "/tasks/PO-1.confirm_order.1/complete", CONFIRM)
    text = await look(plant, link(plant, Purpose.VIEW))
    assert all(word in text for word in ("PO-1", "Pump 7", "Thu 1 Apr 2027", "Confirmation", "sales1@plant.example"))
    assert not any(word in text for word in ("margin", "risk", "slack", "/tasks/", "/orders", "Temporal"))


async def test_a_link_that_only_shows_takes_nothing(plant: Plant) -> None:
    await plant.confirmed()
    assert (await send(plant, link(plant, Purpose.VIEW), answer="yes")).status_code == 405


# The customer and the promise.


async def test_yes_is_on_record_once(plant: Plant) -> None:
    await plant.confirmed()
    address = link(plant, Purpose.CONFIRM)
    assert "Yes, the order and the date are right" in await look(plant, address)
    assert "Thank you" in await thanked(plant, address, answer="yes")
    again = await send(plant, address, answer="yes")
    assert (again.status_code, "Thank you" in again.text) == (409, True)
    (event,) = await events(plant, "customer_confirmed")
    assert (event["actor"], event["data"]["promised"]) == ("customer", "2027-04-01")
    (promise,) = (await plant.get("sales1", "/orders/PO-1")).json()["promises"]
    assert (promise["customer_agreed"], promise["answered_at"]) == (True, event["at"])


async def test_two_copies_of_one_mail_give_one_answer(plant: Plant) -> None:
    await plant.confirmed()
    one, other = link(plant, Purpose.CONFIRM), link(plant, Purpose.CONFIRM)
    await thanked(plant, one, answer="yes")
    await thanked(plant, other, answer="yes")
    assert len(await events(plant, "customer_confirmed")) == 1


async def test_two_different_answers_by_one_mail_are_the_first(plant: Plant) -> None:
    await plant.confirmed()
    one, other = link(plant, Purpose.CONFIRM), link(plant, Purpose.CONFIRM)
    await thanked(plant, one, answer="yes")
    second = await send(plant, other, answer="no", reason="other colour")
    assert (second.status_code, "Thank you" in second.text) == (409, True)
    assert await events(plant, "amendment_proposed") == []


async def test_a_wish_says_what_is_to_be_otherwise_and_nothing_else(plant: Plant) -> None:
    await plant.confirmed()
    sent = {"reason": "fewer, please", "wished/1": "80", "requested_date": "2027-04-01", "ship_to": ""}
    await thanked(plant, link(plant, Purpose.CONFIRM), answer="no", **sent)
    (event,) = await events(plant, "amendment_proposed")
    wanted = event["data"]["amendment"]
    assert (event["actor"], wanted["reason"], wanted["requested_date"], wanted["ship_to"]) == (
        "customer",
        "fewer, please",
        None,
        None,
    )
    assert [(line["product_model"], line["quantity"]) for line in wanted["lines"]] == [("Pump 7", 80)]


async def test_mere_words_are_a_wish_too(plant: Plant) -> None:
    await plant.confirmed()
    await thanked(plant, link(plant, Purpose.CONFIRM), answer="no", **{"reason": "call me", "wished/1": "120"})
    (event,) = await events(plant, "amendment_proposed")
    assert event["data"]["amendment"]["lines"] is None


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"wished/1": "80"}, 'id="wish-reason-fault"'),
        ({"reason": "x", "wished/1": "many"}, 'id="wish-wished-1-fault"'),
        ({"reason": "x", "requested_date": "2020-01-01"}, 'id="wish-requested_date-fault"'),
        ({"reason": "x", "wished/1": "0"}, 'id="wish-wished-fault"'),
    ],
)
async def test_a_wish_that_cannot_be_taken_is_shown_as_typed(plant: Plant, sent: dict[str, str], told: str) -> None:
    await plant.confirmed()
    address = link(plant, Purpose.CONFIRM)
    answer = await send(plant, address, answer="no", **sent)
    assert (answer.status_code, told in answer.text) == (422, True), answer.text
    assert all(f'value="{typed}"' in answer.text or f">\n{typed}" in answer.text for typed in sent.values())
    await look(plant, address)


async def test_a_date_that_moved_again_is_answered_by_the_newer_mail(plant: Plant) -> None:
    await plant.confirmed()
    old = link(plant, Purpose.CONFIRM)
    plant.now += timedelta(minutes=1)
    moved = {"promised_date": "2027-04-09", "reason": "mould", "customer_agreed": True}
    assert (await plant.post("sales1", "/orders/PO-1/repromise", moved)).status_code == 200
    answer = await plant.client.get(old)
    assert (answer.status_code, "Fri 9 Apr 2027" in answer.text) == (410, True)
    new = link(plant, Purpose.AGREE)
    await thanked(plant, new, answer="no", reason="our line stands still", wanted="2027-04-05")
    (event,) = await events(plant, "customer_declined")
    assert event["data"] | {} == event["data"] and (event["data"]["revision"], event["data"]["wanted"]) == (2, "2027-04-05")


async def test_a_closed_order_asks_nothing(plant: Plant) -> None:
    await plant.confirmed()
    address = link(plant, Purpose.CONFIRM)
    await plant.post("sales1", "/orders/PO-1/cancel", {"reason": "bankrupt"})
    assert (await plant.client.get(address)).status_code == 410
    assert (await send(plant, address, answer="yes")).status_code == 409


# The customer and the delivery.


async def test_feedback(plant: Plant) -> None:
    task_id = await plant.asked(Kind.COLLECT_FEEDBACK)
    address = link(plant, Purpose.FEEDBACK, task_id=task_id)
    sent = {"fields/csat": "4", "fields/nps": "", "fields/comment": "fine", "fields/issues/0/kind": "delivery"}
    more = await send(plant, address, more="fields/issues", **sent)
    assert (more.status_code, 'name="fields/issues/1/kind"' in more.text) == (200, True)
    refused = await send(plant, address, **{"fields/issues/0/text": "wet"})
    assert (refused.status_code, "csat-fault" in refused.text) == (422, True)
    refused = await send(plant, address, **{**sent, "fields/nps": "11"})
    assert (refused.status_code, refused.text.count("nps-fault")) == (422, 2)
    await thanked(plant, address, **sent, **{"fields/issues/0/text": "wet"})
    task = (await plant.get("sales1", f"/tasks/{task_id}")).json()
    assert (task["completed_by"], task["outcome"]) == ("customer", "answered")
    assert task["fields"] == {
        "csat": 4,
        "channel": "link",
        "comment": "fine",
        "issues": [{"kind": "delivery", "text": "wet", "department": "warehouse"}],
    }


async def code_of(plant: Plant) -> str:
    """What the mail with the newest code says."""
    bodies = [each.notice.data["code"] for each in plant.store.outbox.take(10, plant.now, plant.now)]
    return bodies[-1]


def given(plant: Plant, address: str, code: str) -> dict[str, str]:
    """What the page with the statement sends."""
    found = plant.store.links.find(address.rpartition("/")[2])
    signature = found and plant.store.signatures.of_link(found)
    assert signature
    return {"step": "code", "code": code, "sha256": signature.sha256}


async def signing(plant: Plant) -> tuple[str, str]:
    task_id = await plant.asked(Kind.SIGN_OFF)
    return link(plant, Purpose.SIGN, task_id=task_id), task_id


RECEIVED = {
    "outcome": "signed",
    "fields/signed_by": "Ms. Lin",
    "fields/received/1": "118",
    "fields/damaged/1": "2",
    "fields/remarks": "one box wet",
}


async def test_signing_takes_two_steps_and_keeps_what_was_shown(plant: Plant) -> None:
    address, task_id = await signing(plant)
    shown = await thanked(plant, address, **RECEIVED)
    assert (await plant.get("sales1", f"/tasks/{task_id}")).json()["status"] == "open"
    statement = re.findall(r'<pre class="statement"[^>]*>(.*?)</pre>', shown, re.DOTALL)[0]
    assert all(part in statement for part in ("received 118 of 120 pcs", "of these damaged: 2 pcs", "Ms. Lin", "one box wet"))
    assert "buyer" not in shown.split("Your order")[0], "the address is masked"
    done = await thanked(plant, address, **given(plant, address, await code_of(plant)))
    assert "Thank you" in done and statement in done
    (kept,) = plant.store.signatures.of_order("PO-1")
    assert (kept.statement, kept.name, kept.is_signed) == (statement, "Ms. Lin", True)
    task = (await plant.get("sales1", f"/tasks/{task_id}")).json()
    assert (task["completed_by"], task["outcome"], task["fields"]["received"]) == ("customer", "signed", {"1": 118})


async def test_a_wrong_code_signs_nothing_and_five_end_it(plant: Plant) -> None:
    address, task_id = await signing(plant)
    await thanked(plant, address, **RECEIVED)
    code = await code_of(plant)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for left in (4, 3, 2, 1):
        answer = await send(plant, address, **given(plant, address, wrong))
        assert (answer.status_code, f"Attempts left: {left}" in answer.text) == (422, True)
    assert "good no longer" in (await send(plant, address, **given(plant, address, wrong))).text
    assert "good no longer" in (await send(plant, address, **given(plant, address, code))).text
    assert (await plant.get("sales1", f"/tasks/{task_id}")).json()["status"] == "open"
    await thanked(plant, address, step="again")
    assert (fresh := await code_of(plant)) is not None
    assert "Thank you" in await thanked(plant, address, **given(plant, address, f" {fresh[:3]} {fresh[3:]} "))


async def test_a_code_is_good_for_ten_minutes(plant: Plant) -> None:
    address, _ = await signing(plant)
    await thanked(plant, address, **RECEIVED)
    code = await code_of(plant)
    plant.now += timedelta(minutes=10)
    assert (await send(plant, address, **given(plant, address, code))).status_code == 422
    assert plant.store.signatures.of_order("PO-1") == []


async def test_codes_are_not_sent_without_end(plant: Plant) -> None:
    address, _ = await signing(plant)
    for _ in range(10):
        await thanked(plant, address, **RECEIVED)
    answer = await send(plant, address, **RECEIVED)
    assert (answer.status_code, "No more codes" in answer.text) == (429, True)
    assert len(plant.store.outbox.keys("PO-1")) == 10


async def test_what_is_stated_can_be_changed_before_it_is_signed(plant: Plant) -> None:
    address, task_id = await signing(plant)
    await thanked(plant, address, **RECEIVED)
    assert 'value="118"' in await look(plant, f"{address}?change")
    refused = {"outcome": "refused", "fields/signed_by": "Mr. Wu", "fields/reason": "wet", "fields/quantities/1": "120"}
    assert "refused 120 of 120 pcs" in await thanked(plant, address, **refused)
    await thanked(plant, address, **given(plant, address, await code_of(plant)))
    task = (await plant.get("sales1", f"/tasks/{task_id}")).json()
    assert (task["outcome"], task["fields"]) == ("refused", {"reason": "wet", "quantities": {"1": 120}})
    assert [kept.name for kept in plant.store.signatures.of_order("PO-1")] == ["Mr. Wu"]


async def test_nobody_signs_what_was_stated_otherwise_since_their_page_was_opened(plant: Plant) -> None:
    address, task_id = await signing(plant)
    form = Reading(await thanked(plant, address, **RECEIVED)).form(address.removeprefix(SITE), step="code")
    refused = {"outcome": "refused", "fields/signed_by": "Mr. Wu", "fields/reason": "wet", "fields/quantities/1": "120"}
    await thanked(plant, address, **refused)
    code = await code_of(plant)
    answer = await plant.client.post(address, data=form.with_({"code": code}))
    assert (answer.status_code, "Mr. Wu" in answer.text) == (409, True) and "stated otherwise meanwhile" in answer.text
    assert (await plant.get("sales1", f"/tasks/{task_id}")).json()["status"] == "open"
    # It was no attempt, and what is shown now can be signed.
    form = Reading(answer.text).form(address.removeprefix(SITE), step="code")
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert "Attempts left: 4" in (await plant.client.post(address, data=form.with_({"code": wrong}))).text
    assert (await plant.client.post(address, data=form.with_({"code": code}))).status_code == 303
    assert [kept.name for kept in plant.store.signatures.of_order("PO-1")] == ["Mr. Wu"]


async def test_more_than_was_delivered_is_refused_before_a_code_is_sent(plant: Plant) -> None:
    address, _ = await signing(plant)
    answer = await send(plant, address, **{**RECEIVED, "fields/received/1": "121"})
    assert (answer.status_code, "is above 120" in answer.text) == (422, True)
    assert plant.store.outbox.keys("PO-1") == []


async def test_who_held_the_task_does_not_keep_the_customer_from_signing(plant: Plant) -> None:
    address, task_id = await signing(plant)
    assert (await plant.post("warehouse1", f"/tasks/{task_id}/claim", {})).status_code == 200
    await thanked(plant, address, **RECEIVED)
    assert "Thank you" in await thanked(plant, address, **given(plant, address, await code_of(plant)))


async def test_signed_by_the_warehouse_meanwhile_it_says_so(plant: Plant) -> None:
    address, task_id = await signing(plant)
    await thanked(plant, address, **RECEIVED)
    code = await code_of(plant)
    said = {"outcome": "signed", "fields": {"signed_by": "Ms. Lin"}}
    assert (await plant.post("warehouse1", f"/tasks/{task_id}/complete", said)).status_code == 200
    answer = await send(plant, address, **given(plant, address, code))
    assert (answer.status_code, "put on record" in answer.text, "warehouse1" in answer.text) == (409, True, False)
    assert plant.store.signatures.of_order("PO-1") == []


async def test_a_name_cannot_turn_the_statement_around(plant: Plant) -> None:
    address, _ = await signing(plant)
    shown = await thanked(plant, address, **{**RECEIVED, "fields/signed_by": "\u202enil .sM<b>"})
    text = html.unescape(re.findall(r'<pre class="statement"[^>]*>(.*?)</pre>', shown, re.DOTALL)[0])
    assert "Signed by: nil .sM<b>\n" in text
    found = plant.store.links.find(address.rpartition("/")[2])
    kept = plant.store.signatures.of_link(found) if found else None
    assert kept is not None and kept.statement == text, "what is kept is what is shown"


# The plant's people.


async def test_somebody_completes_a_simple_task_as_themselves(plant: Plant) -> None:
    task_id = await plant.asked(Kind.SIGN_OFF)
    address = link(plant, Purpose.COMPLETE, "warehouse1", task_id)
    assert "You answer as warehouse1" in await look(plant, address)
    refused = await send(plant, address, outcome="signed")
    assert (refused.status_code, "signed_by-fault" in refused.text) == (422, True)
    done = await thanked(plant, address, outcome="signed", **{"fields/signed_by": "Ms. Lin"})
    assert "Thank you" in done
    assert (await plant.get("sales1", f"/tasks/{task_id}")).json()["completed_by"] == "warehouse1"


async def test_who_comes_later_is_told_who_was_faster(plant: Plant) -> None:
    task_id = await plant.asked(Kind.SIGN_OFF)
    address = link(plant, Purpose.COMPLETE, "warehouse1", task_id)
    plant.store.people.put(plant.store.people.get("warehouse1").model_copy(update={"id": "warehouse2", "name": "Wang"}))  # type: ignore[union-attr]
    said = {"outcome": "signed", "fields": {"signed_by": "Ms. Lin"}}
    await plant.post("warehouse2", f"/tasks/{task_id}/complete", said)
    assert "This was done by Wang on Mon 1 Mar 2027, 10:00" in await look(plant, address)
    answer = await send(plant, address, outcome="lost", **{"fields/reason": "the truck burnt"})
    assert (answer.status_code, "done by Wang" in answer.text) == (409, True)
    assert "<dt>Reason</dt><dd>the truck burnt</dd>" in answer.text, "what was typed is not lost"


async def test_the_deed_judges_as_ever(plant: Plant) -> None:
    task_id = await plant.asked(Kind.INSPECT, barred=("quality1",))
    address = link(plant, Purpose.COMPLETE, "quality1", task_id)
    assert "may not inspect" in await look(plant, address)
    assert (await send(plant, address, outcome="pass")).status_code == 403


async def test_what_another_holds_is_not_answered(plant: Plant) -> None:
    task_id = await plant.asked(Kind.INSPECT)
    address = link(plant, Purpose.COMPLETE, "quality1", task_id)
    await plant.post("quality2", f"/tasks/{task_id}/claim", {})
    assert "quality2 holds this task" in await look(plant, address)
    assert (await send(plant, address, outcome="pass")).status_code == 409


async def test_a_question_that_was_taken_back_is_no_longer_asked(plant: Plant) -> None:
    task_id = await plant.asked(Kind.SIGN_OFF)
    address = link(plant, Purpose.COMPLETE, "warehouse1", task_id)
    plant.engine.withdraw("PO-1")
    answer = await plant.client.get(address)
    assert (answer.status_code, "no longer asked" in answer.text) == (410, True)


async def test_who_has_left_the_plant_has_no_link(plant: Plant) -> None:
    task_id = await plant.asked(Kind.SIGN_OFF)
    address = link(plant, Purpose.COMPLETE, "warehouse1", task_id)
    plant.store.people.remove("warehouse1")
    assert (await plant.client.get(address)).status_code == 410
    answer = await send(plant, address, outcome="signed", **{"fields/signed_by": "x"})
    assert answer.status_code == 409


async def test_what_was_signed_is_kept_though_nobody_heard_that_it_was_taken(plant: Plant) -> None:
    """The order took the answer and the connection broke: pressed once more, the statement counts as signed."""
    address, task_id = await signing(plant)
    await thanked(plant, address, **RECEIVED)
    code = await code_of(plant)
    plant.engine.fails_after = OutcomeIsUnknown("the connection broke")
    await send(plant, address, **given(plant, address, code))
    assert (await plant.get("sales1", f"/tasks/{task_id}")).json()["completed_by"] == "customer"
    (kept,) = plant.store.signatures.of_order("PO-1")
    assert kept.name == "Ms. Lin"


async def test_what_was_signed_is_kept_though_our_process_died_before_it_wrote_so(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, _ = await signing(plant)
    await thanked(plant, address, **RECEIVED)
    code = await code_of(plant)
    with monkeypatch.context() as dying:
        dying.setattr(plant.store.signatures, "sign", lambda *_: None)
        await thanked(plant, address, **given(plant, address, code))
    assert plant.store.signatures.of_order("PO-1") == []
    assert "Thank you" in (await send(plant, address, **given(plant, address, code))).text
    assert len(plant.store.signatures.of_order("PO-1")) == 1


async def test_a_draft_that_nobody_signed_is_not_signed_by_another_link(plant: Plant) -> None:
    address, _ = await signing(plant)
    other = link(plant, Purpose.SIGN, task_id="PO-1.sign_off.1", n=2)
    await thanked(plant, other, **RECEIVED)
    code = await code_of(plant)
    await thanked(plant, address, **RECEIVED)
    await thanked(plant, other, **given(plant, other, code))
    assert (await send(plant, address, **given(plant, address, "123456"))).status_code == 409
    assert len(plant.store.signatures.of_order("PO-1")) == 1


async def test_the_plants_people_find_what_was_signed_at_the_order(plant: Plant) -> None:
    address, _ = await signing(plant)
    await thanked(plant, address, **RECEIVED)
    await thanked(plant, address, **given(plant, address, await code_of(plant)))
    page = f"{SITE}/orders/PO-1/signatures"
    assert (await plant.client.get(page)).status_code == 303
    secret = plant.store.sessions.begin("sales1", "", plant.now)
    answer = await plant.client.get(page, headers={"Cookie": f"jiaoqi_session={secret}"})
    (kept,) = plant.store.signatures.of_order("PO-1")
    assert kept.sha256 in answer.text and html.unescape(answer.text).count(kept.statement) == 1
