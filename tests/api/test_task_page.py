"""A task's page, without a browser: what it offers, what it says no to, and that nothing that was typed is lost."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from api.engine import OutcomeIsUnknown
from tests.api.looking import Looker
from tests.api.plant import CONFIRM, DAY, Plant
from workflows.types.words import Kind

TASK = "PO-1.confirm_order.1"
AT = f"/tasks/{TASK}"


async def test_the_page_shows_what_is_asked_and_takes_the_answer(plant: Plant) -> None:
    await plant.entered()
    sales = Looker(plant, "sales1")
    page = await sales.look("/tasks/po-1.confirm_order.1")
    assert sales.answer.status_code == 200, page.text
    assert "Kaohsiung Fab" in page.text and "Pump 7" in page.text
    form = page.form(AT + "/complete", outcome="confirm")
    assert form.value("fields/promised_date") == "2027-04-01"
    await sales.send(form, fields__channel="phone")
    assert (sales.answer.status_code, sales.answer.headers["location"]) == (303, "/?did=complete")
    task = (await plant.get("sales1", AT)).json()
    assert (task["outcome"], task["fields"]) == ("confirm", {"promised_date": "2027-04-01", "channel": "phone"})
    again = await sales.look(AT)
    assert "phone" in again.text and not again.has(AT + "/complete")


async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(plant: Plant) -> None:
    await plant.entered()
    sales = Looker(plant, "sales1")
    form = (await sales.look(AT)).form(AT + "/complete", outcome="confirm")
    page = await sales.send(form, fields__promised_date="2020-01-01", fields__channel="by <b>phone</b>", fields__note="a\r\nb")
    assert sales.answer.status_code == 422
    assert "2020-01-01 has passed" in page.text
    form = page.form(AT + "/complete", outcome="confirm")
    assert form.value("fields/channel") == "by <b>phone</b>"
    assert form.value("fields/promised_date") == "2020-01-01"
    assert 'aria-invalid="true"' in sales.answer.text and "<b>phone" not in sales.answer.text
    await sales.send(form, fields__promised_date="2027-04-02")
    assert sales.answer.status_code == 303
    assert (await plant.get("sales1", AT)).json()["fields"]["note"] == "a b"


async def test_the_slower_one_is_told_who_was_faster_and_keeps_what_was_typed(plant: Plant) -> None:
    await plant.entered()
    slow, fast = Looker(plant, "sales1"), Looker(plant, "sales2")
    form = (await slow.look(AT)).form(AT + "/complete", outcome="reject")
    await fast.send((await fast.look(AT)).form(AT + "/complete", outcome="confirm"), fields__channel="e-mail")
    assert fast.answer.status_code == 303
    page = await slow.send(form, fields__reason="The customer never answered my three letters")
    assert slow.answer.status_code == 412
    assert "sales2 was faster" in page.text and "Mon 1 Mar 2027, 10:00" in page.text
    assert "The customer never answered my three letters" in page.text
    assert not page.has(AT + "/complete")


async def test_a_page_opened_long_ago_tells_that_the_task_has_changed(plant: Plant) -> None:
    await plant.entered()
    sales = Looker(plant, "sales1")
    form = (await sales.look(AT)).form(AT + "/complete", outcome="confirm")
    head = Looker(plant, "sales-head")
    await head.send((await head.look(AT)).form(AT + "/extend"), due_at="2027-03-05T12:00", reason="they are on holiday")
    assert head.answer.headers["location"] == f"{AT}?did=extend"
    page = await sales.send(form, fields__channel="fax")
    assert sales.answer.status_code == 412 and "has changed since you opened this page" in page.text
    form = page.form(AT + "/complete", outcome="confirm")
    assert form.value("fields/channel") == "fax"
    await sales.send(form)
    assert sales.answer.status_code == 303


async def test_who_does_not_know_whether_it_was_recorded_sends_it_again_and_it_is_done_once(plant: Plant) -> None:
    await plant.entered()
    sales = Looker(plant, "sales1")
    form = (await sales.look(AT)).form(AT + "/complete", outcome="confirm")
    plant.engine.fails_before = OutcomeIsUnknown("the line went dead")
    page = await sales.send(form, fields__channel="phone")
    assert sales.answer.status_code == 503 and "will be done only once" in page.text
    again = page.form(AT + "/complete", outcome="confirm")
    assert again.value("key") == form.value("key") and again.value("fields/channel") == "phone"
    await sales.send(again)
    assert sales.answer.status_code == 303
    await sales.send(again)
    assert sales.answer.status_code == 303
    events = (await plant.get("sales1", "/orders/PO-1/events")).json()["items"]
    assert len([event for event in events if event["type"] == "task_completed"]) == 1


async def test_rows_are_added_without_sending_anything(plant: Plant) -> None:
    task = await plant.asked(Kind.INSPECT)
    quality = Looker(plant, "quality1")
    at = f"/tasks/{task}"
    form = (await quality.look(at)).form(at + "/complete", outcome="fail")
    assert form.value("fields/failed/1") == "0" and form.value("fields/inspected/1") == "120"
    typed = {"fields/failed/1": "7", "fields/defects/0/code": "D1", "fields/defects/0/quantity": "7"}
    page = await quality.send_with(form, typed, ("more", "fields/defects"))
    assert quality.answer.status_code == 200
    form = page.form(at + "/complete", outcome="fail")
    assert form.value("fields/defects/0/code") == "D1" and form.value("fields/defects/1/code") == ""
    await quality.send_with(form, {"fields/defects/1/code": "D2", "fields/defects/1/quantity": "0"})
    assert quality.answer.status_code == 422 and 'id="fail-fields-defects-1-quantity-fault"' in quality.answer.text
    await quality.send_with(form, {"fields/inspected/1": "50"})
    assert quality.answer.status_code == 303
    fields = (await plant.get("quality1", at)).json()["fields"]
    assert fields == {"failed": {"1": 7}, "defects": [{"code": "D1", "quantity": 7}], "inspected": {"1": 50}}


async def test_an_instant_is_typed_in_the_plants_zone(plant: Plant) -> None:
    task = await plant.asked(Kind.MAKE_PLAN)
    at = f"/tasks/{task}"
    planner = Looker(plant, "production1")
    form = (await planner.look(at)).form(at + "/complete", outcome="plan")
    assert form.names() >= {"fields/planned_start", "fields/work_center"}
    await planner.send(form, fields__planned_start="2027-03-02T08:00", fields__expected_completion="2027-03-10T17:00")
    assert planner.answer.status_code == 303
    assert (await plant.get("boss", at)).json()["fields"]["planned_start"] == "2027-03-02T00:00:00Z"


async def test_a_revision_sends_only_what_was_changed(plant: Plant) -> None:
    await plant.entered(ship_to="Dock 3")
    sales = Looker(plant, "sales1")
    form = (await sales.look(AT)).form(AT + "/complete", outcome="revise")
    assert form.value("fields/lines/0/product_model") == "Pump 7" and form.value("fields/ship_to") == "Dock 3"
    await sales.send(form, fields__reason="a later day", fields__requested_date="2027-05-01")
    assert sales.answer.status_code == 303
    assert (await plant.get("boss", AT)).json()["fields"] == {"reason": "a later day", "requested_date": "2027-05-01"}


async def test_who_made_the_goods_sees_why_they_cannot_inspect_them(plant: Plant) -> None:
    task = await plant.asked(Kind.INSPECT, barred=("quality1",))
    at = f"/tasks/{task}"
    maker, other = Looker(plant, "quality1"), Looker(plant, "quality2")
    page = await maker.look(at)
    assert "You made these goods" in page.text
    assert not page.has(at + "/complete") and not page.has(at + "/claim") and page.has(at + "/snooze")
    assert (await other.look(at)).has(at + "/complete")


async def test_others_read_and_comment_but_do_not_answer(plant: Plant) -> None:
    await plant.entered()
    boss = Looker(plant, "boss")
    page = await boss.look(AT)
    assert not page.has(AT + "/complete") and not page.has(AT + "/claim") and not page.has(AT + "/extend")
    form = page.form(AT + "/comment")
    for _ in range(2):
        await boss.send(form, text="Call them\ntoday <script>")
        assert boss.answer.status_code == 303
    page = await Looker(plant, "sales1").look(AT)
    assert page.text.count("Call them today <script>") == 1
    await boss.send((await boss.look(AT)).form(AT + "/comment"), text="x" * 2001)
    assert boss.answer.status_code == 422


async def test_claimed_released_given_and_hidden(plant: Plant) -> None:
    await plant.entered()
    first, second, head = Looker(plant, "sales1"), Looker(plant, "sales2"), Looker(plant, "sales-head")
    await first.send((await first.look(AT)).form(AT + "/claim"))
    assert first.answer.headers["location"] == f"{AT}?did=claim"
    page = await second.look(AT)
    assert "sales1 holds this task" in page.text and not page.has(AT + "/complete")
    page = await head.look(AT)
    assert page.has(AT + "/complete") and page.has(AT + "/release")
    await head.send(page.form(AT + "/assign"), person="sales2", reason="sales1 is ill")
    assert head.answer.status_code == 303
    assert (await plant.get("boss", AT)).json()["assignee"] == "sales2"
    await second.send((await second.look(AT)).form(AT + "/snooze"), ("for", "morning"))
    assert second.answer.status_code == 303, second.answer.text
    assert (await plant.get("sales2", "/tasks")).json()["items"] == []
    await second.send((await second.look(AT)).form(AT + "/release"))
    assert (await plant.get("boss", AT)).json()["assignee"] is None


async def test_a_shipment_that_breaks_the_promise_is_offered_both_ways(plant: Plant) -> None:
    await plant.confirmed()
    at = f"/tasks/{plant.engine.open('PO-1', Kind.PLAN_SHIPMENT).id}"
    clerk = Looker(plant, "warehouse1")
    form = (await clerk.look(at)).form(at + "/complete", outcome="plan")
    assert "fields/accept_late" not in form.names()
    typed = {
        "fields/mode": "sea",
        "fields/carrier": "Evergreen",
        "fields/ship_at": "2027-03-30T10:00",
        "fields/transit_days": "9",
    }
    page = await clerk.send_with(form, typed)
    assert clerk.answer.status_code == 409
    form = page.form(at + "/complete", outcome="plan")
    latest = ("offer", "latest 2027-03-23T09:00:00Z")
    assert {latest, ("offer", "late")} <= set(form.buttons)
    await clerk.send(form, latest)
    assert clerk.answer.status_code == 303, clerk.answer.text
    assert (await plant.get("boss", at)).json()["fields"]["ship_at"] == "2027-03-23T09:00:00Z"


async def test_a_late_shipment_is_planned_where_it_is_accepted(plant: Plant) -> None:
    await plant.confirmed()
    at = f"/tasks/{plant.engine.open('PO-1', Kind.PLAN_SHIPMENT).id}"
    clerk = Looker(plant, "warehouse1")
    typed = {
        "fields/mode": "sea",
        "fields/carrier": "Evergreen",
        "fields/ship_at": "2027-03-30T10:00",
        "fields/transit_days": "9",
    }
    page = await clerk.send_with((await clerk.look(at)).form(at + "/complete", outcome="plan"), typed)
    await clerk.send(page.form(at + "/complete", outcome="plan"), ("offer", "late"))
    assert clerk.answer.status_code == 303
    assert (await plant.get("boss", at)).json()["fields"]["accept_late"] is True


async def test_goods_leave_without_the_notice_only_with_a_reason(plant: Plant) -> None:
    await plant.confirmed()
    at = f"/tasks/{plant.engine.open('PO-1', Kind.DISPATCH).id}"
    clerk = Looker(plant, "warehouse1")
    form = (await clerk.look(at)).form(at + "/complete", outcome="dispatched")
    assert "fields/override_reason" not in form.names()
    page = await clerk.send(form)
    assert clerk.answer.status_code == 409 and "notice" in page.text
    await clerk.send(page.form(at + "/complete", outcome="dispatched"), fields__override_reason="told by phone")
    assert clerk.answer.status_code == 303


async def test_a_head_corrects_what_was_answered(plant: Plant) -> None:
    await plant.entered()
    await plant.post("sales1", f"{AT}/complete", CONFIRM)
    assert not (await Looker(plant, "sales1").look(AT)).has(AT + "/correct")
    head = Looker(plant, "sales-head")
    form = (await head.look(AT)).form(AT + "/correct", outcome="confirm")
    assert form.value("fields/channel") == "phone" and form.value("fields/promised_date") == "2027-04-01"
    await head.send(form, fields__promised_date="2027-04-02", reason="misheard")
    assert head.answer.status_code == 303, head.answer.text
    assert (await plant.get("boss", AT)).json()["fields"]["promised_date"] == "2027-04-02"


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
@pytest.mark.parametrize("kind", list(Kind))
async def test_every_kind_has_its_page_in_every_language(plant: Plant, kind: Kind, language: str) -> None:
    task = await plant.asked(kind)
    reader = Looker(plant, "sales-head")
    await reader.look(f"/tasks/{task}?lang={language}")
    assert reader.answer.status_code == 200, reader.answer.text


async def test_an_unknown_task_and_an_unknown_deed(plant: Plant) -> None:
    await plant.entered()
    sales = Looker(plant, "sales1")
    form = (await sales.look(AT)).form(AT + "/claim")
    await sales.look("/tasks/PO-2.confirm_order.1")
    assert sales.answer.status_code == 404
    form.action = AT + "/destroy"
    await sales.send(form)
    assert sales.answer.status_code == 404
    await sales.look(AT + "/complete")
    assert (sales.answer.status_code, sales.answer.headers["location"]) == (303, AT)


async def test_a_day_that_cannot_be_hidden_until_is_shown_again(plant: Plant) -> None:
    await plant.entered()
    sales = Looker(plant, "sales1")
    form = (await sales.look(AT)).form(AT + "/snooze")
    page = await sales.send(form, ("for", "day"), until="2027-02-01")
    assert sales.answer.status_code == 422, sales.answer.text
    again = page.form(AT + "/snooze")
    assert again.value("until") == "2027-02-01" and again.value("key") == form.value("key")
    assert '<details class="card" id="snooze" open>' in sales.answer.text


async def test_a_head_is_shown_the_deadline_that_is_to_be_moved(plant: Plant) -> None:
    await plant.entered()
    due = datetime.fromisoformat((await plant.get("boss", AT)).json()["due_at"])
    form = (await Looker(plant, "sales-head").look(AT)).form(AT + "/extend")
    assert form.value("due_at") == f"{due.astimezone(ZoneInfo('Asia/Taipei')):%Y-%m-%dT%H:%M}"


async def test_a_day_that_has_passed_is_not_offered(plant: Plant) -> None:
    await plant.confirmed()
    at = f"/tasks/{plant.engine.open('PO-1', Kind.PLAN_SHIPMENT).id}"
    plant.now += 23 * DAY
    clerk, mode = Looker(plant, "warehouse1"), {"fields/mode": "sea", "fields/carrier": "Evergreen"}
    typed = {**mode, "fields/ship_at": "2027-03-30T10:00", "fields/transit_days": "9"}
    page = await clerk.send_with((await clerk.look(at)).form(at + "/complete", outcome="plan"), typed)
    assert clerk.answer.status_code == 409
    form = page.form(at + "/complete", outcome="plan")
    assert [value for name, value in form.buttons if name == "offer"] == ["late"]


@pytest.mark.parametrize("offer", ["latest", "latest tomorrow", "latest 0001-01-01T00:00:00+14:00"])
async def test_an_offer_that_nobody_made_is_refused_as_typed(plant: Plant, offer: str) -> None:
    await plant.confirmed()
    at = f"/tasks/{plant.engine.open('PO-1', Kind.PLAN_SHIPMENT).id}"
    clerk = Looker(plant, "warehouse1")
    await clerk.send((await clerk.look(at)).form(at + "/complete", outcome="plan"), ("offer", offer))
    assert clerk.answer.status_code == 422, clerk.answer.text


async def test_a_comment_without_a_word_of_it_is_refused(plant: Plant) -> None:
    await plant.entered()
    sales = Looker(plant, "sales1")
    form = (await sales.look(AT)).form(AT + "/comment")
    form.values = [(name, value) for name, value in form.values if name == "csrf"]
    await sales.send(form)
    assert sales.answer.status_code == 422
