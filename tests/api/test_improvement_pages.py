"""Improvements on pages: recorded by everybody, about an order or none; listed, shown, and traced into the policy (R18, R23)."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import delete

from activities.store.links import COMPLAINTS_LIVE, LIVES, MOST_COMPLAINTS, Purpose
from activities.store.tables import CASE_NUMBER, EVENT, ORDER, REPLY, TASK
from tests.api.looking import Form, Looker, Reading
from tests.api.plant import Plant
from tests.api.test_links import link, send
from tests.api.test_links import look as read_link
from tests.api.test_policy_pages import FASTER, applying, until_over
from workflows.rules import cases
from workflows.types import answers as a
from workflows.types import events as e
from workflows.types.words import Department, Kind, OrderStatus

SCRATCHED = "the surface is <b>scratched</b> 刮傷"


async def recorded(plant: Plant, who: str = "sales1", **said: Any) -> str:
    """The number of what was recorded by the API."""
    answer = await plant.post(who, "/improvements", {"text": SCRATCHED, **said})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


def at(task_id: str) -> str:
    """Of a task's page, as its forms write it."""
    return f"/tasks/{quote(task_id)}"


def moves(plant: Plant, number: str, *happenings: e.Happening) -> None:
    order = plant.engine.order(number)
    for happening in happenings:
        order.record(happening, plant.now)
    order.flush(plant.now)


def analysed(plant: Plant, number: str) -> None:
    case = plant.engine.order(number).state.case
    assert case is not None
    answer = a.Analysed(cause="worn jig", action="replace the jig", due="2027-03-20")
    moves(plant, number, e.CaseMoved(case=cases.analysed(case, answer)))


def closed(plant: Plant, number: str, result: str = "effective") -> None:
    case = plant.engine.order(number).state.case
    assert case is not None
    plant.engine.withdraw(number)
    moves(plant, number, e.CaseClosed(status=OrderStatus.COMPLETED, case=cases.ended(case, result)))


# Recording.


async def test_after_a_restore_nobody_s_number_is_taken(plant: Plant) -> None:
    """The engine knows cases that the store has lost, and draws their numbers again."""
    lost = [await recorded(plant) for _ in range(2)]
    with plant.store.database.writing() as connection:
        for table in (REPLY, EVENT, TASK, ORDER, CASE_NUMBER):
            connection.execute(delete(table))
    answers = [await plant.post("sales1", "/improvements", {"text": "burrs"}, "mine") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["number"] == answers[1].json()["number"] not in lost


async def test_everybody_may_suggest_and_management_is_asked(plant: Plant) -> None:
    worker = Looker(plant, "warehouse1")
    page = await worker.look("/improvements")
    assert worker.answer.status_code == 200, worker.answer.text
    assert "There is nothing of this kind" in page.text and "/improvements/new" in page.links
    page = await worker.look("/improvements/new")
    page = await worker.send(page.form("/improvements/new"), text="mark the bays\r\nin yellow")
    number = worker.answer.headers["location"].removeprefix("/improvements/")
    assert (worker.answer.status_code, number) == (303, "imp:1")
    page = await worker.look(f"/improvements/{number}")
    assert worker.answer.status_code == 200, worker.answer.text
    for said in ("Suggestion", "mark the bays in yellow", "not yet assigned", "Assign the improvement", "Recorded by warehouse1"):
        assert said in page.text, said
    boss = Looker(plant, "boss")
    inbox = await boss.look("/")
    assert "Suggestion" in inbox.text and "mark the bays in yellow" in inbox.text and f"/improvements/{number}" in inbox.links


async def test_the_same_form_sent_twice_is_one_improvement(plant: Plant) -> None:
    sales = Looker(plant, "sales1")
    form = (await sales.look("/improvements/new")).form("/improvements/new")
    for _ in range(2):
        await sales.send(form, text="twice")
        assert sales.answer.headers["location"] == "/improvements/imp:1"
    assert len((await plant.get("sales1", "/improvements")).json()["items"]) == 1


async def test_what_cannot_be_recorded_is_shown_as_typed(plant: Plant) -> None:
    sales = Looker(plant, "sales1")
    form = (await sales.look("/improvements/new")).form("/improvements/new")
    page = await sales.send(form, text="", order_no="PO-404")
    assert sales.answer.status_code == 422 and "improvement-text" in page.ids
    assert page.form("/improvements/new").value("order_no") == "PO-404"
    page = await sales.send(form, text="wrong", order_no="PO-404")
    assert sales.answer.status_code == 422 and "there is no order PO-404" in page.text
    page = await sales.send(form, text="wrong", origin="complaint")
    assert sales.answer.status_code == 422 and "is about an order" in page.text


async def test_strangers_sign_in_first(plant: Plant) -> None:
    for path in ("/improvements", "/improvements/new", "/improvements/imp:1"):
        answer = await plant.client.get(f"http://plant.example{path}")
        assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")


async def test_a_complaint_is_recorded_from_the_orders_page_also_once_it_is_closed(plant: Plant) -> None:
    await plant.entered()
    plant.engine.end("PO-1")
    sales = Looker(plant, "sales1")
    page = await sales.look("/orders/PO-1")
    assert "Nothing was recorded about this order" in page.text
    (way,) = [each for each in page.links if each.startswith("/improvements/new?")]
    page = await sales.look(way)
    form = page.form("/improvements/new", origin="complaint", order_no="PO-1")
    await sales.send(form, text=SCRATCHED, department="quality")
    page = await sales.look(sales.answer.headers["location"])
    for said in ("Customer complaint", SCRATCHED, "Kaohsiung Fab", "Quality", "Find the root cause"):
        assert said in page.text, said
    page = await sales.look("/orders/PO-1")
    assert "/improvements/imp:1" in page.links and SCRATCHED in page.text


async def test_a_nonconformance_is_recorded_from_the_inspection(plant: Plant) -> None:
    task = await plant.asked(Kind.INSPECT)
    inspector = Looker(plant, "quality1")
    page = await inspector.look(f"/tasks/{task}")
    (way,) = [each for each in page.links if each.startswith("/improvements/new?")]
    form = (await inspector.look(way)).form("/improvements/new", origin="nonconformance", reference=task)
    await inspector.send(form, text="burr on every third")
    page = await inspector.look(inspector.answer.headers["location"])
    assert "Non-conformance" in page.text and f"/tasks/{task}" in page.links


# What is shown of one.


async def test_where_an_order_is_looked_for_a_case_is_found_at_its_own_address(plant: Plant) -> None:
    number = await recorded(plant)
    sales = Looker(plant, "sales1")
    await sales.look(f"/orders/{number}")
    assert (sales.answer.status_code, sales.answer.headers["location"]) == (303, f"/improvements/{number}")
    for unknown in ("imp:99", "PO-1", "file:PO-9"):
        await sales.look(f"/improvements/{unknown}")
        assert sales.answer.status_code == 404


async def test_an_order_is_no_improvement(plant: Plant) -> None:
    await plant.entered()
    sales = Looker(plant, "sales1")
    await sales.look("/improvements/PO-1")
    assert sales.answer.status_code == 404
    page = await sales.look("/orders")
    assert "PO-1" in page.text
    await recorded(plant)
    assert "imp:1" not in (await sales.look("/orders")).text


async def test_the_task_of_a_case_shows_the_case_and_asks_what_the_model_asks(plant: Plant) -> None:
    await plant.entered()
    number = await recorded(plant, order_no="PO-1", origin="complaint", department="quality", reference="product")
    inspector = Looker(plant, "quality1")
    page = await inspector.look(f"/tasks/{number}.find_cause.1")
    assert inspector.answer.status_code == 200, inspector.answer.text
    for said in ("Find the root cause", SCRATCHED, "Customer complaint", "product", "Cause found, action agreed"):
        assert said in page.text, said
    for goods in ("Ship to", "Requested date", "Ordered"):
        assert goods not in page.text
    assert f"/improvements/{number}" in page.links and "/orders/PO-1" in page.links
    form = page.form(at(f"{number}.find_cause.1") + "/complete", outcome="analysed")
    await inspector.send(form, fields__cause="worn jig", fields__action="replace it", fields__due="2027-03-20")
    assert inspector.answer.status_code == 303, inspector.answer.text
    page = await inspector.look(f"/tasks/{number}.find_cause.1")
    assert all(said in page.text for said in ("worn jig", "replace it", "Sat 20 Mar 2027", "Root cause", "To be done by"))


@pytest.mark.parametrize("kind", [Kind.ASSIGN_IMPROVEMENT, Kind.FIND_CAUSE, Kind.ACT, Kind.VERIFY, Kind.COMPLETE_FILE])
async def test_every_outcome_of_every_question_has_its_form(plant: Plant, kind: Kind) -> None:
    number = await recorded(plant, department="quality")
    task = plant.engine.open(number, kind)
    who = {"quality": "quality-head", "management": "boss", "sales": "sales1"}.get(task.department, "quality-head")
    page = await Looker(plant, who).look(f"/tasks/{task.id}")
    for outcome, model in a.OUTCOMES[kind].items():
        form = page.form(at(task.id) + "/complete", outcome=outcome)
        assert {f"fields/{name}" for name in model.model_fields} <= form.names()


async def test_who_did_it_does_not_verify_it_and_is_told_why(plant: Plant) -> None:
    number = await recorded(plant, department="quality")
    task = plant.engine.open(number, Kind.VERIFY, barred=("boss", "quality1"))
    head = Looker(plant, "boss" if task.department is Department.MANAGEMENT else "quality1")
    page = await head.look(f"/tasks/{task.id}")
    assert "Somebody else verifies its effect" in page.text and not page.has(at(task.id) + "/complete")
    inbox = await head.look("/")
    assert "You carried this action out" in inbox.text and "You made these goods" not in inbox.text


async def test_its_page_tells_its_whole_way(plant: Plant) -> None:
    await plant.entered()
    number = await recorded(plant, order_no="PO-1", origin="complaint", department="quality")
    plant.store.comments.add(f"{number}.find_cause.1", "quality1", "seen it before", "said-1", plant.now)
    analysed(plant, number)
    plant.engine.answered(number, Kind.VERIFY, "effective", {"note": "none for a month"})
    closed(plant, number)
    page = await Looker(plant, "boss").look(f"/improvements/{number}")
    for said in ("worn jig", "replace the jig", "Sat 20 Mar 2027", "verified as effective", "none for a month", "seen it before"):
        assert said in page.text, said
    for told in ("Recorded", "Came further", "Closed", "Nothing is open"):
        assert told in page.text, told
    assert "{" not in page.text


@pytest.mark.parametrize(("language", "told"), [("zh-Hant", "客訴"), ("zh-Hans", "客户投诉")])
async def test_it_is_told_in_every_language(plant: Plant, language: str, told: str) -> None:
    await plant.entered()
    number = await recorded(plant, order_no="PO-1", origin="complaint")
    page = await Looker(plant, "boss").look(f"/improvements/{number}?lang={language}")
    assert told in page.text and "指派改善案" in page.text


async def test_the_list_shows_what_is_open_and_finds_the_rest(plant: Plant) -> None:
    await plant.entered()
    about = await recorded(plant, order_no="PO-1", origin="complaint", department="quality")
    done = await recorded(plant, text="an old one", department="sales")
    closed(plant, done)
    boss = Looker(plant, "boss")

    async def listed(query: str) -> list[str]:
        page = await boss.look(f"/improvements?{query}")
        assert boss.answer.status_code == 200, boss.answer.text
        return [each.removeprefix("/improvements/") for each in page.links if re.fullmatch(r"/improvements/\w+:.+", each)]

    assert await listed("") == [about]
    assert await listed("status=") == [done, about]
    assert await listed("status=completed") == [done]
    assert await listed("status=&department=sales") == [done]
    assert await listed("status=&origin=complaint") == [about]
    assert await listed("status=&order_no=po-1") == [about]
    assert await listed("origin=meeting") == []
    page = await boss.look("/improvements")
    assert "Customer complaint : 1" in page.text or "Customer complaint: 1" in page.text
    await boss.look("/improvements?origin=gossip")
    assert boss.answer.status_code == 422


# What it changes.


async def test_a_change_of_the_policy_names_its_cause(plant: Plant) -> None:
    number = await recorded(plant)
    admin = Looker(plant, "admin")
    assert f"/policy/try?because={number.replace(':', '%3A')}" in (await admin.look(f"/improvements/{number}")).links
    page = await admin.look(f"/policy/try?because={number}")
    page = await admin.send(page.form("/policy/try"), text=FASTER, because="IMP:1")
    assert admin.answer.status_code == 200, admin.answer.text
    await admin.send(page.form("/policy/apply"))
    assert admin.answer.status_code == 303, admin.answer.text
    await until_over(plant)
    (applied,) = plant.store.policies.applications(10)
    assert applied.because == number
    for path in ("/policy", f"/policy/applied/{applied.number}"):
        assert f"/improvements/{number}" in (await admin.look(path)).links
    page = await admin.look(f"/improvements/{number}")
    assert f"/policy/applied/{applied.number}" in page.links


async def test_a_cause_that_is_not_on_record_is_none(plant: Plant) -> None:
    await plant.entered()
    admin = Looker(plant, "admin")
    page = await admin.look("/policy/try")
    for unknown in ("imp:9", "PO-1"):
        page = await admin.send(page.form("/policy/try"), text=FASTER, because=unknown)
        assert admin.answer.status_code == 422 and f"there is no improvement {unknown}" in page.text
        form = await applying(plant, admin, FASTER)
        await admin.send(Form(form.action, form.method, [*form.values, ("because", unknown)]))
        assert admin.answer.status_code == 422
    assert plant.store.policies.applications(10) == []


# The customer.


def complaint(plant: Plant, n: int = 1) -> str:
    return link(plant, Purpose.COMPLAIN, n=n)


async def test_a_customer_complains_also_once_the_order_is_closed(plant: Plant) -> None:
    await plant.entered()
    plant.engine.end("PO-1")
    address = complaint(plant)
    before = await read_link(plant, address)
    assert "Tell us of a complaint" in before and "PO-1" in before
    assert (await plant.get("sales1", "/improvements")).json()["items"] == []
    answer = await send(plant, address, kind="product", text=SCRATCHED, n="1")
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (
        303,
        address.removeprefix("http://plant.example"),
    )
    assert "Thank you" in await read_link(plant, f"{address}?recorded=1")
    (case,) = (await plant.get("sales1", "/improvements")).json()["items"]
    assert (case["origin"], case["about"], case["department"], case["reference"], case["created_by"], case["text"]) == (
        "complaint",
        "PO-1",
        "sales",
        "product",
        "customer",
        SCRATCHED,
    )
    (task,) = case["open_tasks"]
    assert (task["kind"], task["department"]) == ("find_cause", "sales")


async def test_the_same_complaint_sent_twice_is_one_and_another_is_another(plant: Plant) -> None:
    await plant.entered()
    address, copy = complaint(plant), complaint(plant)
    for _ in range(2):
        assert (await send(plant, address, kind="product", text="one", n="1")).status_code == 303
    assert (await send(plant, copy, kind="product", text="another", n="1")).status_code == 303
    found = (await plant.get("sales1", "/improvements")).json()["items"]
    assert [case["text"] for case in found] == ["another", "one"]


async def test_a_link_takes_no_more_than_a_few_and_says_so_politely(plant: Plant) -> None:
    await plant.entered()
    address = complaint(plant)
    for n in range(1, MOST_COMPLAINTS + 1):
        page = Reading((await plant.client.get(address)).text)
        form = page.form(address.removeprefix("http://plant.example"), n=str(n))
        assert (await send(plant, address, **form.with_({"n": str(n), "kind": "service", "text": f"no. {n}"}))).status_code == 303
    assert "on record" in await read_link(plant, address)
    late = await send(plant, address, kind="service", text="one too many", n="5")
    assert late.status_code == 409 and "one too many" in late.text
    copy = complaint(plant)
    assert "on record" in await read_link(plant, copy), "copies of one mail count together"
    late = await send(plant, copy, kind="service", text="one too many", n="5")
    assert late.status_code == 409 and "one too many" in late.text
    assert len((await plant.get("sales1", "/improvements")).json()["items"]) == MOST_COMPLAINTS


async def test_every_link_of_a_customer_takes_complaints_once_the_goods_have_left(plant: Plant) -> None:
    """The mail that asks for feedback is not sent once the feedback is in: whichever other mail they have will do."""
    await plant.confirmed()
    address, staffs = link(plant, Purpose.VIEW), link(plant, Purpose.COMPLETE, "sales1", "PO-1.make_plan.1")
    place = address.removeprefix("http://plant.example")
    assert f"{place}/complaint" not in Reading(await read_link(plant, address)).links
    assert (await plant.client.get(f"{address}/complaint")).status_code == 303
    assert (await send(plant, f"{address}/complaint", kind="product", text="too early", n="1")).headers["location"] == place
    plant.engine.end("PO-1")
    assert f"{place}/complaint" in Reading(await read_link(plant, address)).links
    assert (await plant.client.get(f"{staffs}/complaint")).status_code == 303
    assert "Pump 7" in await read_link(plant, f"{address}/complaint")
    plant.now += LIVES
    assert f"{place}/complaint" in Reading((await plant.client.get(address)).text).links, "complaints may be made for longer"
    assert "Pump 7" not in await read_link(plant, f"{address}/complaint"), (
        "the order is shown as long as the mail's own link lives"
    )
    for n in range(1, MOST_COMPLAINTS + 1):
        assert "Tell us of a complaint" in await read_link(plant, f"{address}/complaint")
        answer = await send(plant, f"{address}/complaint", kind="product", text=f"no. {n}", n=str(n))
        assert answer.headers["location"].partition("?")[0] == f"{place}/complaint"
    assert "on record" in await read_link(plant, f"{address}/complaint")
    assert (await send(plant, f"{address}/complaint", kind="product", text="more", n="5")).status_code == 409
    found = plant.store.links.find(address.rpartition("/")[2])
    assert found is not None and found.used_at is None, "what the link is for is not used up by it"
    assert len((await plant.get("sales1", "/improvements")).json()["items"]) == MOST_COMPLAINTS
    plant.now += COMPLAINTS_LIVE
    assert (await plant.client.get(f"{address}/complaint")).status_code == 303


async def test_what_is_missing_in_a_complaint_is_shown(plant: Plant) -> None:
    await plant.entered()
    answer = await send(plant, complaint(plant), kind="product", text="", n="1")
    assert answer.status_code == 422 and 'id="complaint-text-fault"' in answer.text
    answer = await send(plant, complaint(plant, 2), kind="gossip", text="typed before")
    assert answer.status_code == 422 and "typed before" in answer.text
    assert (await plant.get("sales1", "/improvements")).json()["items"] == []


async def test_after_its_time_a_link_for_complaints_is_too_old(plant: Plant) -> None:
    await plant.entered()
    address = complaint(plant)
    plant.now += COMPLAINTS_LIVE
    answer = await plant.client.get(address)
    assert (answer.status_code, "older than 60 days" in answer.text) == (410, True)
    assert (await send(plant, address, kind="product", text="late", n="1")).status_code == 409
