"""The pages about orders, without a browser: what they show to whom, what they say no to, and that nothing typed is lost."""

from urllib.parse import parse_qs, urlsplit

import pytest

from api.engine import EngineIsAway, OutcomeIsUnknown
from tests.api.looking import Looker
from tests.api.plant import Plant
from workflows.types.words import Kind

PO = "/orders/PO-1"
NASTY = '<script>alert(1)</script>{{ 7 * 7 }}"\u202e\u200b'


# The list.


async def test_the_list_shows_every_order_with_its_next_deadline(plant: Plant) -> None:
    await plant.confirmed("PO-1")
    await plant.entered("PO-2")
    plant.engine.open("PO-1", Kind.MAKE_PLAN)
    page = await Looker(plant, "quality1").look("/orders")
    assert "PO-1" in page.text and "Pump 7: 120 pcs" in page.text and "Thu 1 Apr 2027" in page.text
    assert "Plan production · Production" in page.text and "Confirm the order · Sales" in page.text
    assert not any(address.startswith("/orders/new") for address in page.links), "quality may not enter orders"


async def test_what_a_customer_is_called_is_never_markup(plant: Plant) -> None:
    await plant.entered(customer={"name": NASTY}, note=NASTY, ship_to=NASTY)
    looker = Looker(plant, "sales1")
    for path in ("/orders", PO, f"{PO}/sheet"):
        await looker.look(path)
        assert looker.answer.status_code == 200
        assert "<script>alert" not in looker.answer.text and "{{ 7 * 7 }}" in looker.answer.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=po-1", {"PO-1"}),
        ("q=pump", {"PO-1", "PO-2"}),
        ("stage=confirm", {"PO-2"}),
        ("status=open,on_hold&sort=order_no&risk=&stage=&customer=&due_before=&q=", {"PO-1", "PO-2"}),
        ("due_before=2027-04-02", {"PO-1"}),
        ("status=cancelled", set()),
    ],
)
async def test_the_list_is_filtered_as_the_api_filters(plant: Plant, query: str, found: set[str]) -> None:
    await plant.confirmed("PO-1")
    plant.engine.open("PO-1", Kind.MAKE_PLAN)
    await plant.entered("PO-2")
    page = await Looker(plant, "quality1").look(f"/orders?{query}")
    assert {number for number in ("PO-1", "PO-2") if number in page.text} == found


@pytest.mark.parametrize("query", ["status=asleep", "due_before=tomorrow", "cursor=xyz", "sort=whim", "q=%00"])
async def test_a_nonsensical_question_finds_nothing_and_says_why(plant: Plant, query: str) -> None:
    await plant.entered()
    looker = Looker(plant, "sales1")
    page = await looker.look(f"/orders?{query}")
    assert looker.answer.status_code == 422 and "PO-1" not in page.text and "✖" in page.text


async def test_the_next_page_goes_on_where_this_one_ended(plant: Plant) -> None:
    for n in range(3):
        await plant.entered(f"PO-{n}")
    looker = Looker(plant, "sales1")
    first = await looker.look("/orders?limit=2&q=po-&sort=order_no")
    assert "PO-1" in first.text and "PO-2" not in first.text
    (following,) = [address for address in first.links if "cursor=" in address]
    second = await looker.look(following)
    assert "PO-2" in second.text and "PO-1" not in second.text
    assert parse_qs(urlsplit(following).query)["q"] == ["po-"], "what was asked stays asked"


async def test_a_list_is_kept_under_a_name_and_forgotten(plant: Plant) -> None:
    looker = Looker(plant, "sales1")
    page = await looker.look("/orders?status=open&risk=late&evil=1")
    await looker.send(page.form("/saved-links"), name="late ones")
    assert looker.answer.headers["location"] == "/orders?status=open&risk=late"
    page = await looker.look("/orders")
    assert "★ late ones" in page.text and "/orders?status=open&risk=late" in page.links
    assert "late ones" not in (await Looker(plant, "sales2").look("/orders")).text, "a person's own"
    await looker.send(page.form("/saved-links/remove"))
    assert "late ones" not in (await looker.look("/orders")).text


async def test_a_list_needs_a_name_to_be_kept(plant: Plant) -> None:
    looker = Looker(plant, "sales1")
    form = (await looker.look("/orders?status=open")).form("/saved-links")
    page = await looker.send(form, name="  ")
    assert looker.answer.status_code == 422 and page.form("/saved-links").value("query") == "status=open"
    for n in range(30):
        await looker.send(form, name=f"list {n}")
    page = await looker.send(form, name="one too many")
    assert looker.answer.status_code == 409 and page.form("/saved-links").value("name") == "one too many"


# One order.


async def test_everybody_sees_the_same_order_in_any_case_of_its_number(plant: Plant) -> None:
    await plant.confirmed()
    plant.engine.open("PO-1", Kind.MAKE_PLAN)
    page = await Looker(plant, "warehouse1").look("/orders/po-1")
    for words in ("Planning now", "Thu 1 Apr 2027", "Date promised", "Order entered", "Plan production", "Kaohsiung Fab"):
        assert words in page.text, words
    assert "http://127.0.0.1:8233/namespaces/default/workflows/order-po-1" in page.links
    assert not any(page.has(f"{PO}/{deed}") for deed in ("repromise", "hold", "resume", "amend", "cancel"))


async def test_an_unknown_order_is_not_found(plant: Plant) -> None:
    looker = Looker(plant, "sales1")
    for path in ("/orders/PO-9", "/orders/PO-9/sheet", "/orders/PO-9/now"):
        await looker.look(path)
        assert looker.answer.status_code == 404


async def test_what_may_be_done_is_what_authority_allows_now(plant: Plant) -> None:
    await plant.confirmed()
    assert await offered(plant, "sales1") == {"repromise", "hold", "amend", "cancel"}
    assert await offered(plant, "boss") == {"repromise", "hold", "amend", "cancel"}
    assert await offered(plant, "production-head") == {"hold"}
    assert await offered(plant, "production1") == set()
    assert await offered(plant, "admin") == set()
    await plant.entered("PO-2")
    assert "repromise" not in await offered(plant, "sales1", "PO-2"), "nothing is promised yet"


async def test_a_date_is_promised_anew_and_stands_in_the_ledger(plant: Plant) -> None:
    await plant.confirmed()
    sales = Looker(plant, "sales1")
    form = (await sales.look(PO)).form(f"{PO}/repromise")
    page = await sales.send(form, promised_date="2027-04-09", reason="the mould broke", customer_agreed="false")
    assert sales.answer.status_code == 422, "management must approve"
    form = page.form(f"{PO}/repromise")
    assert (form.value("reason"), form.value("promised_date"), form.value("customer_agreed")) == (
        "the mould broke",
        "2027-04-09",
        "false",
    )
    assert 'aria-invalid="true"' in sales.answer.text
    await sales.send(form, approved_by="boss")
    assert (sales.answer.status_code, sales.answer.headers["location"]) == (303, PO)
    page = await sales.look(PO)
    assert "the mould broke sales1 boss ✖ did not agree" in page.text
    assert "first Thu 1 Apr 2027" in page.text


async def test_an_order_is_held_until_an_instant_of_the_plant_and_resumed(plant: Plant) -> None:
    await plant.confirmed()
    head = Looker(plant, "production-head")
    await head.send((await head.look(PO)).form(f"{PO}/hold"), reason="no steel", until="2027-03-04T12:00")
    page = await head.look(PO)
    assert "no steel" in page.text and "Thu 4 Mar 2027, 12:00" in page.text and "‖ on hold" in page.text
    assert (await plant.get("sales1", PO)).json()["hold"]["until"] == "2027-03-04T04:00:00Z"
    await head.send(page.form(f"{PO}/resume"), reason="steel is here")
    assert (await plant.get("sales1", PO)).json()["status"] == "open"


async def test_cancelling_shows_what_follows_and_needs_a_second_word(plant: Plant) -> None:
    await plant.confirmed()
    plant.engine.open("PO-1", Kind.MAKE_PLAN)
    sales = Looker(plant, "sales1")
    page = await sales.send((await sales.look(PO)).form(f"{PO}/cancel"), reason="the customer is bankrupt")
    assert sales.answer.status_code == 200
    assert "Task cancelled: Plan production" in page.text and "Told by mail: the customer" in page.text
    assert (await plant.get("sales1", PO)).json()["status"] == "open", "nothing has been done yet"
    sure = page.form(f"{PO}/cancel")
    assert sure.value("reason") == "the customer is bankrupt"
    assert "follow" in page.ids and 'role="status"' in sales.answer.text
    await sales.send(sure, ("confirmed", "yes"))
    assert sales.answer.status_code == 303
    assert (await plant.get("sales1", PO)).json()["status"] == "cancelled"
    await sales.send(sure, ("confirmed", "yes"))
    assert sales.answer.status_code == 303, "pressed twice is done once"


async def test_an_order_that_has_changed_since_is_not_cancelled_unseen(plant: Plant) -> None:
    await plant.confirmed()
    sales = Looker(plant, "sales1")
    sure = (await sales.send((await sales.look(PO)).form(f"{PO}/cancel"), reason="bankrupt")).form(f"{PO}/cancel")
    plant.engine.open("PO-1", Kind.MAKE_PLAN)
    page = await sales.send(sure, ("confirmed", "yes"))
    assert sales.answer.status_code == 412
    assert page.form(f"{PO}/cancel").value("reason") == "bankrupt"
    assert (await plant.get("sales1", PO)).json()["status"] == "open"


async def test_only_what_is_wanted_otherwise_is_amended(plant: Plant) -> None:
    await plant.confirmed()
    plant.engine.open("PO-1", Kind.MAKE_PLAN)
    sales = Looker(plant, "sales1")
    form = (await sales.look(PO)).form(f"{PO}/amend")
    assert (form.value("lines/0/product_model"), form.value("lines/0/quantity")) == ("Pump 7", "120")
    page = await sales.send(form, ("more", "lines"), reason="one more kind")
    assert sales.answer.status_code == 200 and page.form(f"{PO}/amend").value("reason") == "one more kind"
    form = page.form(f"{PO}/amend")
    page = await sales.send(form, lines__1__product_model="Pump 8", lines__1__quantity="5")
    assert "Asked to decide: Production" in page.text and "Production is planned anew" in page.text
    await sales.send(page.form(f"{PO}/amend"), ("confirmed", "yes"))
    assert sales.answer.status_code == 303
    proposed = (await plant.get("sales1", f"{PO}/events?limit=200")).json()["items"][-1]
    assert proposed["type"] == "amendment_proposed"
    wanted = proposed["data"]["amendment"]
    assert [line["product_model"] for line in wanted["lines"]] == ["Pump 7", "Pump 8"]
    assert wanted["requested_date"] is None and wanted["ship_to"] is None


async def test_an_amendment_of_nothing_is_refused(plant: Plant) -> None:
    await plant.confirmed()
    sales = Looker(plant, "sales1")
    page = await sales.send((await sales.look(PO)).form(f"{PO}/amend"), reason="for fun")
    assert sales.answer.status_code == 422 and page.form(f"{PO}/amend").value("reason") == "for fun"


async def test_whoever_may_not_is_told_so_and_keeps_what_they_typed(plant: Plant) -> None:
    await plant.confirmed()
    stranger, sales = Looker(plant, "quality1"), Looker(plant, "sales1")
    form = (await sales.look(PO)).form(f"{PO}/hold")
    own = (await stranger.look("/orders")).forms[0].value("csrf") or ""
    page = await stranger.send(form, csrf=own, reason="I want it", until="2027-03-04")
    assert stranger.answer.status_code == 403 and page.form(f"{PO}/hold").value("reason") == "I want it"


@pytest.mark.parametrize("failure", [EngineIsAway(), OutcomeIsUnknown("nobody knows")])
async def test_what_failed_is_sent_again_under_the_same_key(plant: Plant, failure: Exception) -> None:
    await plant.confirmed()
    sales = Looker(plant, "sales1")
    form = (await sales.look(PO)).form(f"{PO}/hold")
    plant.engine.fails_before = failure
    page = await sales.send(form, reason="no steel", until="2027-03-04")
    again = page.form(f"{PO}/hold")
    assert sales.answer.status_code == 503 and again.value("key") == form.value("key")
    await sales.send(again)
    assert sales.answer.status_code == 303
    assert (await plant.get("sales1", PO)).json()["status"] == "on_hold"


async def test_a_form_of_another_site_is_refused(plant: Plant) -> None:
    await plant.confirmed()
    sales = Looker(plant, "sales1")
    form = (await sales.look(PO)).form(f"{PO}/hold")
    await sales.send(form, csrf="forged", reason="x", until="2027-03-04")
    assert sales.answer.status_code == 403
    assert (await plant.get("sales1", PO)).json()["status"] == "open"


async def test_a_long_history_is_read_page_by_page_the_newest_first(plant: Plant) -> None:
    await plant.confirmed()
    for n in range(35):
        plant.engine.told("PO-1", f"letter{n:02}", "customer")
    looker = Looker(plant, "quality1")
    page = await looker.look(PO)
    assert "letter34" not in page.text and "Order entered" in page.text, "only what people did, until everything is asked for"
    page = await looker.look(next(address for address in page.links if "history=everything" in address))
    assert "letter34" in page.text and "Order entered" not in page.text
    (older,) = [address for address in page.links if "before=" in address]
    assert "Order entered" in (await looker.look(older)).text


@pytest.mark.parametrize("query", ["before=0", "before=x", "before=99999999999999", "mails=xyz"])
async def test_a_made_up_place_in_a_history_breaks_nothing(plant: Plant, query: str) -> None:
    await plant.entered()
    looker = Looker(plant, "quality1")
    await looker.look(f"{PO}?{query}")
    assert looker.answer.status_code in (200, 422)


# Entering.

ASKED = {
    "order_no": "PO-3",
    "customer/name": "X",
    "requested_date": "2027-04-01",
    "lines/0/product_model": "A",
    "lines/0/quantity": "3",
}


async def test_an_order_is_entered_with_as_many_lines_as_asked_for(plant: Plant) -> None:
    sales = Looker(plant, "sales1")
    form = (await sales.look("/orders/new")).form("/orders/new")
    asked = {**ASKED, "order_no": " po-７ ", "customer/name": "聯宏精密"}
    page = await sales.send_with(form, asked, ("more", "lines"))
    form = page.form("/orders/new")
    assert form.value("customer/name") == "聯宏精密" and "lines/1/quantity" in form.names()
    await sales.send_with(form, {"lines/1/product_model": "B", "lines/1/quantity": "4", "lines/1/unit": "set"})
    assert sales.answer.status_code == 303
    page = await sales.look(sales.answer.headers["location"])
    assert "聯宏精密" in page.text and "2 B 4 set" in page.text
    order = (await plant.get("sales1", "/orders/po-7")).json()
    assert (order["owner"], order["lines"][0]["unit"], order["priority"]) == ("sales1", "pcs", "normal")


async def test_what_is_wrong_with_an_order_stands_beside_its_field(plant: Plant) -> None:
    sales = Looker(plant, "sales1")
    form = (await sales.look("/orders/new")).form("/orders/new")
    wrong = {**ASKED, "order_no": "a b", "requested_date": "2020-01-01", "lines/0/quantity": "many"}
    page = await sales.send_with(form, wrong)
    assert sales.answer.status_code == 422
    form = page.form("/orders/new")
    assert {name: form.value(name) for name in wrong} == wrong
    assert sales.answer.text.count('aria-invalid="true"') >= 2
    page = await sales.send_with(form, {"order_no": "AB", "lines/0/quantity": "7"})
    assert "has passed" in page.text, "a past date is told once the shape is right"


async def test_a_number_in_use_is_told_and_a_second_press_enters_once(plant: Plant) -> None:
    await plant.entered("PO-1")
    sales = Looker(plant, "sales1")
    form = (await sales.look("/orders/new")).form("/orders/new")
    page = await sales.send_with(form, {**ASKED, "order_no": "po-1"})
    assert sales.answer.status_code == 409 and page.form("/orders/new").value("customer/name") == "X"
    for _ in range(2):
        await sales.send_with(form, ASKED)
        assert (sales.answer.status_code, sales.answer.headers["location"]) == (303, "/orders/PO-3")


async def test_only_who_may_enter_orders_sees_the_form(plant: Plant) -> None:
    for name, status in {"sales1": 200, "admin": 200, "quality1": 403, "boss": 403}.items():
        looker = Looker(plant, name)
        await looker.look("/orders/new")
        assert looker.answer.status_code == status, name
        await looker.look("/orders/import")
        assert looker.answer.status_code == status, name


async def test_an_order_called_new_is_found_all_the_same(plant: Plant) -> None:
    await plant.entered("New")
    looker = Looker(plant, "sales1")
    assert "/orders/New/" in (await looker.look("/orders")).links
    assert "Confirmation now" in (await looker.look("/orders/New/")).text


# The sheet.


async def test_the_sheet_is_in_the_language_asked_for_and_its_code_leads_to_the_task(plant: Plant) -> None:
    await plant.confirmed()
    plant.engine.open("PO-1", Kind.MAKE_PLAN)
    plant.engine.open("PO-1", Kind.DECIDE_PROMISE)
    sales = Looker(plant, "sales1")
    page = await sales.look(f"{PO}/sheet?in=zh-Hant")
    assert '<html lang="zh-Hant">' in sales.answer.text and "2027年4月1日" in page.text
    assert "set-cookie" not in sales.answer.headers, "the reader's own language stays"
    assert "http://plant.example/orders/PO-1/now" in sales.answer.text and 'src="data:image/svg+xml' in sales.answer.text
    # Both are due at the same time: who can do neither sees the first.
    tasks = {"sales1": "decide_promise", "production1": "make_plan", "quality1": "decide_promise"}
    for name, kind in tasks.items():
        looker = Looker(plant, name)
        await looker.look("/orders/po-1/now")
        assert (looker.answer.status_code, looker.answer.headers["location"]) == (303, f"/tasks/PO-1.{kind}.1"), name


async def test_the_code_of_an_order_without_tasks_leads_to_the_order(plant: Plant) -> None:
    await plant.confirmed()
    looker = Looker(plant, "sales1")
    await looker.look(f"{PO}/now")
    assert looker.answer.headers["location"] == PO


async def offered(plant: Plant, name: str, order_no: str = "PO-1") -> set[str]:
    page = await Looker(plant, name).look(f"/orders/{order_no}")
    return {
        form.action.partition("#")[0].rpartition("/")[2] for form in page.forms if form.action.startswith(f"/orders/{order_no}/")
    }
