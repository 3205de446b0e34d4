"""The exceptions as people read them: what is wrong, what to do, whose turn."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from activities.store.ledger import Addressed, Recipient
from activities.store.tables import NOTICE
from tests.api.board_plant import TODAY, planned, told
from tests.api.looking import Looker
from tests.api.plant import HOUR, NOW, Plant
from workflows.types.notices import Notice
from workflows.types.orders import Hold
from workflows.types.words import Kind, OrderStatus, Risk

DAY = timedelta(days=1)


def rows(html: str) -> list[list[str]]:
    """The table's cells, as text."""
    body = html.partition("<tbody>")[2].partition("</tbody>")[0]
    found = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in body.split("<tr>")[1:]]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells] for cells in found]


def links(html: str) -> list[str]:
    return re.findall(r'<a class="button quiet" href="(/(?:orders|tasks|people|operations)[^"]*)"', html)


async def test_nothing_is_wrong(plant: Plant) -> None:
    planned(plant.store, "PO-1", 1, 4, risk=Risk.ON_TRACK)
    page = Looker(plant, "sales1")
    assert "✓ Nothing to see here: no exceptions." in (await page.look("/exceptions")).text


async def test_each_says_what_to_do_and_whose_turn_it_is(plant: Plant) -> None:
    store = plant.store
    planned(store, "PO-1", 1, 4, promised=TODAY - 2 * DAY, risk=Risk.LATE, slack_hours=-20.0)
    planned(store, "PO-2", 1, 4, promised=TODAY + DAY, risk=Risk.AT_RISK, slack_hours=3.5, task={"is_silence_told": True})
    hold = Hold(reason="the mould broke", since=NOW - 2 * DAY, until=NOW - HOUR, by="sales2")
    planned(store, "PO-3", 1, 4, status=OrderStatus.ON_HOLD, hold=hold)
    page = Looker(plant, "sales1")
    text = (await page.look("/exceptions")).text
    kinds, orders, promised, wrong, remedies, turns = zip(*rows(page.answer.text), strict=True)
    assert kinds == ("✖ late", "▲ at risk", "… no progress reported", "⊘ blocked")
    assert orders == tuple(f"{number} Kaohsiung Fab" for number in ("PO-1", "PO-2", "PO-2", "PO-3"))
    assert promised == ("Sat 27 Feb 2027", "Tue 2 Mar 2027", "Tue 2 Mar 2027", "Sun 21 Mar 2027")
    assert wrong == (
        "Days behind the promised day: 2",
        "3.5 working hours of slack left",
        f"No report since {told(NOW)}",
        f"The hold should have ended {told(NOW - HOUR)}: the mould broke",
    )
    assert remedies == ("Produce Ask sales for another date", "Produce", "Report progress", "Resume it, or hold it longer")
    assert turns == ("Production", "Production", "Production", "sales2 (Sales)")
    assert links(page.answer.text) == ["/tasks/PO-1.produce.1", "/orders/PO-1", *["/tasks/PO-2.produce.1"] * 2, "/orders/PO-3"]
    assert "late 1" in text and "at risk 1" in text and "undeliverable mail 0" in text


async def test_escalated_and_held_by_somebody(plant: Plant) -> None:
    await plant.entered()
    plant.engine.withdraw("PO-1")
    task = plant.engine.open("PO-1", Kind.PRODUCE, escalation_level=3)
    await plant.post("production1", f"/tasks/{task.id}/claim")
    plant.now = NOW + 3 * DAY
    page = Looker(plant, "sales1")
    await page.look("/exceptions?kind=escalated")
    (row,) = rows(page.answer.text)
    assert row[0] == "⇧ escalated" and row[5] == "production1 (Production)"
    assert row[3] == f"Produce was due {told(NOW + 8 * HOUR)}; told last: escalation"


async def test_nobody_is_there(plant: Plant) -> None:
    planned(plant.store, "PO-1", 1, 4)
    for name in ("production1", "production-head"):
        plant.store.people.away(name, TODAY, TODAY, None)
    page = Looker(plant, "boss")
    await page.look("/exceptions")
    (row,) = rows(page.answer.text)
    assert row[0] == "∅ nobody responsible" and row[3] == "Produce: nobody of the department is there" and row[5] == "Management"
    assert links(page.answer.text) == ["/people"]


async def test_undeliverable_mail(plant: Plant) -> None:
    planned(plant.store, "PO-1", 1, 4)
    notice = Notice(key="PO-1.order_confirmed.3", kind="order_confirmed", at=NOW, to=("customer",))
    plant.store.ledger.open([Addressed("PO-1", notice, Recipient("customer", "a@b.example"), "<1@x>")])
    with plant.store.database.writing() as connection:
        connection.execute(update(NOTICE).values(state="dead", last_error="550 <b>no</b> such user"))
    page = Looker(plant, "boss")
    await page.look("/exceptions")
    assert f"order confirmation to the customer, {told(NOW)}: 550 &lt;b&gt;no" in page.answer.text
    assert links(page.answer.text) == ["/operations"] and rows(page.answer.text)[0][5] == "anna (Sales)"


async def test_filters_and_pages(plant: Plant) -> None:
    for n in range(55):
        planned(plant.store, f"PO-{n:02}", 1, 4, promised=TODAY - n * DAY, risk=Risk.LATE, slack_hours=-1.0)
    planned(plant.store, "SILENT", 1, 4, task={"is_silence_told": True})
    page = Looker(plant, "sales1")
    await page.look("/exceptions")
    assert [row[1].split()[0] for row in rows(page.answer.text)] == [f"PO-{n:02}" for n in range(54, 4, -1)]
    await page.look("/exceptions?page=2")
    assert [row[1].split()[0] for row in rows(page.answer.text)] == [*(f"PO-{n:02}" for n in range(4, -1, -1)), "SILENT"]
    text = (await page.look("/exceptions?kind=silent&department=")).text
    assert [row[1].split()[0] for row in rows(page.answer.text)] == ["SILENT"] and "late 55" in text
    await page.look("/exceptions?department=quality")
    assert rows(page.answer.text) == []


@pytest.mark.parametrize("query", ["kind=bad", "department=moon", "page=0", "x=1", "kind=late&kind=silent"])
async def test_what_cannot_be_asked_is_refused(plant: Plant, query: str) -> None:
    page = Looker(plant, "sales1")
    await page.look(f"/exceptions?{query}")
    assert page.answer.status_code == 422


async def test_what_is_short_and_what_cannot_be_done(plant: Plant) -> None:
    for order_no, kind, outcome, fields in (
        ("PO-1", Kind.READY_MATERIALS, "short", {"item": "steel", "eta": "2027-03-05"}),
        ("PO-2", Kind.MAKE_PLAN, "cannot", {"reason": "no spindle"}),
    ):
        await plant.entered(order_no)
        plant.engine.withdraw(order_no)
        plant.engine.answered(order_no, kind, outcome, fields)
        plant.engine.open(order_no, kind)
    page = Looker(plant, "sales1")
    await page.look("/exceptions?kind=blocked")
    assert [row[3] for row in rows(page.answer.text)] == [
        f"Short since {told(NOW)}: steel, expected Fri 5 Mar 2027",
        f"Cannot be done, said {told(NOW)}: no spindle",
    ]
    assert links(page.answer.text) == ["/tasks/PO-1.ready_materials.2", "/tasks/PO-2.make_plan.2"]
