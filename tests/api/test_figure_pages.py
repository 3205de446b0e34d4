"""The pages of figures as they are sent: what was counted, against which target, and what stands behind it."""

import re
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from tests.api.figure_plant import counted, delivered, moved, noon, ordered
from tests.api.looking import Looker
from tests.api.plant import DAY, Plant

EVIL = '"><script>alert(1)</script>{{7*7}}'


@pytest.fixture
async def busy(plant: Plant) -> Plant:
    """February 2027: two in time, one three days late, one past its date; January: one in time. It is 1 March."""
    for number, promised in (("PO-1", 10), ("PO-2", 11), ("PO-3", 12), ("PO-4", 19)):
        day = date(2027, 2, promised)
        name = "聯宏精密" if number == "PO-3" else "Kaohsiung Fab"
        await ordered(plant, number, noon(date(2027, 1, 12)), day, customer={"name": name}, requested_date=f"{day}")
    await ordered(plant, "PO-0", noon(date(2026, 12, 14)), date(2027, 1, 15), requested_date="2027-01-15")
    delivered(plant, "PO-0", date(2027, 1, 14), csat=5)
    delivered(plant, "PO-1", date(2027, 2, 10), csat=4)
    delivered(plant, "PO-2", date(2027, 2, 9), csat=2)
    delivered(plant, "PO-3", date(2027, 2, 15))
    counted(plant)
    return plant


def row(html: str, name: str) -> str:
    """Of the table of figures, without its markup."""
    (found,) = re.findall(rf'<tr>\s*<td[^>]*><span><a href="/figures/{name}[?"].*?</tr>', html, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


async def test_each_figure_says_what_was_counted_and_how_it_stands(busy: Plant) -> None:
    page = Looker(busy, "boss")
    text = (await page.look("/figures?period=last_month")).text
    html = page.answer.text
    assert page.answer.status_code == 200, text
    assert "February 2027, as of Mon 1 Mar 2027, 10:00" in text and "the last promised date" in text
    on_time = row(html, "on_time")
    assert "50.0% 2 of 4 still open: 1 ✖ target 95.0% missed" in on_time
    assert "Delivered no later than the last promised date" in on_time
    assert "75.0% 3 of 4" in row(html, "in_full")
    # Three days, and ten from the 19th to today.
    assert "6.5 days 13 of 2 most: 10 days late: 50.0% of the orders due" in row(html, "tardiness")
    assert "50.0% 1 of 2 asked: 3 answered: 66.7% mean score 3 ✖ target 90.0% missed" in row(html, "csat")
    assert "Rework 12 1 Inspect: took longer than allowed 3.5 1" in text
    assert html.count('class="plot spark" role="img"') == 16
    assert "Lowest 50.0% in February 2027, highest 100.0% in January 2027, last 50.0% in February 2027." in html
    assert 'href="/figures/on_time?period=last_month"' in html and "style=" not in html


async def test_the_period_the_basis_and_whose_orders_can_be_chosen(busy: Plant) -> None:
    moved(busy, "PO-4", date(2027, 3, 9))
    counted(busy)
    page = Looker(busy, "sales1")
    await page.look("/figures?period=last_month")
    assert "66.7% 2 of 3" in row(page.answer.text, "on_time")
    await page.look("/figures?period=last_month&basis=first_promise")
    assert "50.0% 2 of 4" in row(page.answer.text, "on_time") and "the first promised date" in row(page.answer.text, "on_time")
    await page.look("/figures?period=last_month&customer=%E8%81%AF%E5%AE%8F%E7%B2%BE%E5%AF%86")
    assert "0.0% 0 of 1" in row(page.answer.text, "on_time")
    reading = await page.look("/figures?from=2027-01-01&to=2027-01-31&product=pump+7")
    assert "100.0% 1 of 1 ✓ target 95.0% reached" in row(page.answer.text, "on_time")
    assert "1 working hour 4 counted nine of ten within 1 working hour mean 1 working hour" in row(
        page.answer.text, "first_answer"
    )
    form = reading.form("/figures")
    assert (form.value("from"), form.value("to"), form.value("product")) == ("2027-01-01", "2027-01-31", "pump 7")
    assert re.search(r'period=last_month[^"]*" aria-current="true"', page.answer.text) is None
    await page.look("/figures?from=2027-02-01&to=2027-02-28")
    assert re.search(r'period=last_month" aria-current="true"', page.answer.text)
    await page.look("/figures")
    assert "– nothing to count" in row(page.answer.text, "cycle_time")


async def test_one_figure_shows_its_trend_and_every_row_behind_it(busy: Plant) -> None:
    page = Looker(busy, "boss")
    text = (await page.look("/figures/on_time?period=last_month")).text
    html = page.answer.text
    assert page.answer.status_code == 200
    plot = html.partition('<svg class="plot" role="img"')[2].partition("</svg>")[0]
    assert "<title" in plot and "<desc" in plot and plot.count('class="missed"') == plot.count('class="point"') == 1
    assert 'class="aim"' in plot and ">95%</text>" in plot and "target as it is now, 95.0%" in text and "style" not in plot
    assert "January 2027 100.0% 1 of 1 ✓ target 95.0% reached February 2027 50.0% 2 of 4" in text
    rows = text.partition("What stands behind it: February 2027")[2]
    assert "PO-3 聯宏精密 late 3 days" in rows and "PO-4 Kaohsiung Fab still owed, past its date 10 days" in rows
    assert "How much" in rows and "PO-0" not in rows and "PO-1 Kaohsiung Fab on time –" in rows
    assert "Rework 12 1" in rows
    await page.look("/figures/on_time?from=2027-01-01&to=2027-01-31")
    assert "/orders/PO-0" in page.answer.text and "/orders/PO-1" not in page.answer.text


async def test_every_figure_has_its_page(busy: Plant) -> None:
    page, year = Looker(busy, "boss"), "?from=2026-12-01&to=2027-02-28"
    reading = await page.look(f"/figures{year}")
    links = {link.partition("?")[0] for link in reading.links if link.startswith("/figures/")} - {"/figures/departments"}
    assert len(links) == 16
    for link in links:
        await page.look(f"{link}{year}")
        assert page.answer.status_code == 200, link
    await page.look(f"/figures/stage_on_time{year}&department=sales")
    assert "/tasks/PO-1.confirm_order.1" in page.answer.text and "done in time" in page.answer.text


async def test_rows_come_in_pages(plant: Plant) -> None:
    for n in range(52):
        await plant.entered(f"PO-{n:02}", requested_date="2027-03-01")
    plant.now += 2 * DAY
    counted(plant)
    page = Looker(plant, "sales1")
    await page.look("/figures/on_time?basis=requested")
    assert len(re.findall(r'href="/orders/PO-\d\d"', page.answer.text)) == 50
    further = re.search(r'href="(/figures/on_time\?basis=requested&amp;cursor=[^"#]+)#rows"', page.answer.text)
    assert further
    await page.look(further[1].replace("&amp;", "&"))
    assert len(re.findall(r'href="/orders/PO-\d\d"', page.answer.text)) == 2 and "« First rows" in page.answer.text


async def test_departments_are_appraised_by_what_they_have_in_their_hands(busy: Plant) -> None:
    page = Looker(busy, "boss")
    reading = await page.look("/figures/departments?from=2026-12-01&to=2027-02-28")
    assert page.answer.status_code == 200
    assert {"sales", "production", "quality", "warehouse", "supply_chain", "management"} <= set(reading.ids)
    sales = page.answer.text.partition('id="sales"')[2].partition("<h2")[0]
    assert 'stage_on_time?from=2026-12-01&amp;to=2027-02-28&amp;department=sales#rows"' in sales
    assert 'href="/figures/csat?from=2026-12-01&amp;to=2027-02-28#rows"' in sales
    # Five confirmations, four requests for feedback.
    assert "<span>9 of 9</span>" in sales
    only = await page.look("/figures/departments?department=quality")
    assert "sales" not in only.ids and "quality" in only.ids


async def test_the_excel_file_has_every_figure_trend_and_cause(busy: Plant) -> None:
    page = Looker(busy, "boss")
    await page.look("/figures.xlsx?period=last_month")
    assert 'filename="figures-2027-03-01.xlsx"' in page.answer.headers["content-disposition"]
    book = load_workbook(BytesIO(page.answer.content))
    figures = [[cell.value for cell in each] for each in book.worksheets[0].iter_rows()]
    assert figures[1][:7] == ["Delivered on time", 0.5, "50.0%", 2, 4, 0.95, "✖ target 95.0% missed"]
    assert len(figures) == 17 and len(book.worksheets) == 20
    trend = [[cell.value for cell in each] for each in book["Delivered on time"].iter_rows()]
    assert [(f"{each[0]:%Y-%m}", each[1]) for each in trend[-2:]] == [("2027-01", 1), ("2027-02", 0.5)]
    assert [cell.value for cell in book["What made orders late"]["A"]][1:] == ["Rework", "Inspect: took longer than allowed"]
    about = {each[0].value: each[1].value for each in book["About this file"].iter_rows(min_row=2)}
    assert about["Period"] == "February 2027" and about["Orders are due by"] == "the last promised date"


async def test_what_cannot_be_asked_is_refused_and_nothing_typed_is_markup(busy: Plant) -> None:
    page = Looker(busy, "sales1")
    wrong = ("period=moon", "basis=luck", "from=2027-02-01", "from=2027-02-02&to=2027-02-01", "department=kitchen", "x=1")
    for query in wrong:
        await page.look(f"/figures?{query}")
        assert page.answer.status_code == 422, query
    # At the ends of the calendar no day lies before, or after; and nobody waits for the months of a century.
    ends = ("from=0001-01-01&to=0001-01-31", "from=9999-12-01&to=9999-12-31", "from=2017-01-01&to=2027-02-01")
    for query in ends:
        for path in ("/figures", "/figures/on_time", "/figures/departments", "/figures.xlsx"):
            await page.look(f"{path}?{query}")
            assert page.answer.status_code == 422, (path, query)
    await page.look("/figures/on_time?cursor=abc")
    assert page.answer.status_code == 422
    await page.look("/figures/luck")
    assert page.answer.status_code == 404
    await ordered(busy, "PO-9", busy.now - 9 * DAY, date(2027, 2, 22), customer={"name": EVIL}, requested_date="2027-02-22")
    delivered(busy, "PO-9", date(2027, 2, 22))
    counted(busy)
    for path in ("/figures", "/figures/on_time"):
        await page.look(f"{path}?period=last_month&customer=%22%3E%3Cscript%3Ealert(1)%3C/script%3E%7B%7B7*7%7D%7D")
        assert page.answer.status_code == 200 and "<script>alert" not in page.answer.text and ">49" not in page.answer.text
    assert "/orders/PO-9" in page.answer.text
    await page.look("/figures.xlsx?customer=%3D1%2B1")
    cells = [cell for each in load_workbook(BytesIO(page.answer.content))["About this file"].iter_rows() for cell in each]
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"]


async def test_in_chinese(busy: Plant) -> None:
    page = Looker(busy, "boss")
    text = (await page.look("/figures/on_time?period=last_month&lang=zh-Hant")).text
    assert "準時交貨率" in text and "2027年2月" in text and "逾期未交" in text and "未達目標 95.0%" in text
