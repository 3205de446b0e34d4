"""The plan board as it is sent: what is drawn, and the same in words."""

import re
from datetime import timedelta

from tests.api.board_plant import TODAY, at, planned, told
from tests.api.looking import Looker
from tests.api.plant import Plant
from workflows.types.orders import Customer
from workflows.types.words import OrderStatus, Risk, Stage

DAY = timedelta(days=1)


def bars(html: str) -> list[str]:
    return re.findall(r'<rect class="block (\w+)" x="', html)


def orders(html: str) -> list[str]:
    return re.findall(r'<td data-label="Order"><span><a href="/orders/([^"]+)">', html)


async def test_an_orders_plan_is_drawn_and_told(plant: Plant) -> None:
    planned(plant.store, "PO-1", 1, 4, promised=TODAY + 10 * DAY, requested_date=TODAY + 8 * DAY, risk=Risk.ON_TRACK)
    page = Looker(plant, "sales1")
    text = (await page.look("/board")).text
    html = page.answer.text
    assert page.answer.status_code == 200 and orders(html) == ["PO-1"] and bars(html) == ["make"]
    assert (
        html.count('class="promise"') == html.count('class="requested"') == 2 and 'class="now"' in html
    )  # one each in the legend
    assert f"CNC-1 {told(at(1))} – {told(at(4))}" in text and "Asia/Taipei" in text
    assert "✓ on track" in text and "Thu 11 Mar 2027" in text
    # Saturdays and Sundays of the days from 27 February on, and the Monday of the Peace Memorial Day before.
    assert html.count('class="closed"') > 8


async def test_what_is_late_says_so_by_word_and_sign(plant: Plant) -> None:
    planned(plant.store, "PO-1", 1, 4, promised=TODAY + 2 * DAY, planned_ship=at(5), planned_arrival=TODAY + 6 * DAY)
    planned(plant.store, "PO-2", -2, -1, promised=TODAY + 9 * DAY)
    page = Looker(plant, "sales1")
    text = (await page.look("/board")).text
    assert bars(page.answer.text) == ["make", "late", "late", "make", "late"]
    assert text.count("✖ planned behind it") == 1 and "✖ should be done" in text and "✖ late" in text


async def test_made_goods_and_held_orders(plant: Plant) -> None:
    planned(plant.store, "PO-1", -2, -1, stage=Stage.INSPECT)
    planned(plant.store, "PO-2", -2, -1, status=OrderStatus.ON_HOLD)
    page = Looker(plant, "sales1")
    text = (await page.look("/board")).text
    assert bars(page.answer.text) == ["made", "make"] and "‖ on hold" in text


async def test_by_work_center_whoever_shares_one_is_named(plant: Plant) -> None:
    planned(plant.store, "PO-1", 1, 4)
    planned(plant.store, "PO-2", 3, 6, center="cnc-1")
    planned(plant.store, "PO-3", 1, 4, center="Lathe")
    planned(plant.store, "PO-4", 90, 91)
    planned(plant.store, "PO-5", 2, 3, center=None)
    page = Looker(plant, "sales1")
    text = (await page.look("/board?by=work_center&range=weeks")).text
    html = page.answer.text
    assert orders(html) == ["PO-1", "PO-2", "PO-3", "PO-5"] and html.count("▲ overlaps</text>") == 1
    table = text.partition("The same in words")[2]
    assert "▲ overlaps PO-2" in table and "▲ overlaps PO-1" in table and table.count("▲ overlaps") == 2
    assert "No work center named" in text
    only = await page.look("/board?work_center=LATHE")
    assert orders(page.answer.text) == ["PO-3"] and "PO-1" not in only.text


async def test_filters_ranges_and_pages(plant: Plant) -> None:
    for n in range(52):
        fab = Customer(name="Fab" if n % 2 else "Lab")
        planned(
            plant.store, f"PO-{n:02}", 1, 2, promised=TODAY + (20 + n) * DAY, customer=fab, risk=Risk.LATE if n == 7 else None
        )
    page = Looker(plant, "sales1")
    await page.look("/board")
    assert orders(page.answer.text) == [f"PO-{n:02}" for n in range(50)]
    further = re.search(r'href="(/board\?cursor=[^"]+)"', page.answer.text)
    assert further
    await page.look(further[1])
    assert orders(page.answer.text) == ["PO-50", "PO-51"] and "« First orders" in page.answer.text
    await page.look("/board?q=fab&risk=&from=&work_center=&by=order&range=quarter")
    assert orders(page.answer.text) == [f"PO-{n:02}" for n in range(1, 52, 2)]
    await page.look("/board?risk=late")
    assert orders(page.answer.text) == ["PO-07"]
    await page.look("/board?by=work_center&page=2")
    assert len(orders(page.answer.text)) == 2
    await page.look("/board?range=weeks&from=2027-06-01")
    assert bars(page.answer.text) == [] and 'class="now"' not in page.answer.text


async def test_other_days_of_the_work_centers_begin_with_the_first_page(plant: Plant) -> None:
    for n in range(52):
        planned(plant.store, f"PO-{n:02}", 1, 2)
    page = Looker(plant, "sales1")
    await page.look("/board?by=work_center&page=2")
    days = page.answer.text.partition('aria-label="Days"')[2].partition("</nav>")[0]
    assert days.count('href="/board?') == 3 and "page=" not in days
    await page.look("/board?work_center=CNC-1&page=2")
    days = page.answer.text.partition('aria-label="Days"')[2].partition("</nav>")[0]
    assert days.count("page=2") == 3, "its orders are the same on all days"


async def test_what_cannot_be_asked_is_refused(plant: Plant) -> None:
    page = Looker(plant, "sales1")
    for query in ("by=moon", "range=year", "from=tomorrow", "from=9999-12-31", "risk=high", "page=0", "cursor=abc", "x=1"):
        await page.look(f"/board?{query}")
        assert page.answer.status_code == 422, query


async def test_nothing_that_was_typed_is_markup(plant: Plant) -> None:
    evil = '"><script>alert(1)</script>'
    planned(plant.store, "PO-1", 1, 2, center=evil, customer=Customer(name=f"{evil}{{{{7*7}}}}"))
    page = Looker(plant, "sales1")
    for query in ("", "?by=work_center", "?q=%22%3E%3Cscript%3E"):
        await page.look(f"/board{query}")
        assert page.answer.status_code == 200 and "<script>alert" not in page.answer.text and ">49" not in page.answer.text


async def test_in_chinese(plant: Plant) -> None:
    planned(plant.store, "PO-1", 1, 2, risk=Risk.AT_RISK)
    page = Looker(plant, "sales1")
    await page.look("/board?lang=zh-Hant&range=weeks")
    assert 'lang="zh-Hant"' in page.answer.text and "2027年3月2日" in page.answer.text
