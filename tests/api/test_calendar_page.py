"""The calendar's page: which days are worked and why not, and when working time has passed."""

import pytest

from tests.api.looking import Looker
from tests.api.plant import Plant


async def test_months_show_what_is_worked_and_why_not(plant: Plant) -> None:
    plant.store.policies.set_current('version = "t"\n[plant]\nclosed = ["2027-03-12"]\nopen = ["2027-03-20"]\n', "cli", plant.now)
    sales = Looker(plant, "sales1")
    page = await sales.look("/calendar")
    assert sales.answer.status_code == 200, sales.answer.text
    assert "March 2027" in page.text and "May 2027" in page.text
    assert "Fri 12 Mar 2027: closed, by the policy · not worked" in page.text
    assert "Sat 20 Mar 2027: working day, by the policy · worked" in page.text
    assert "public holiday (" in page.text
    page = await sales.look("/calendar?month=2027-09&lang=zh-Hant")
    assert "2027年9月" in page.text and "中秋" in page.text


@pytest.mark.parametrize("month", ["2040-01", "1999-01", "nonsense", "2027-13", "<script>"])
async def test_a_month_that_cannot_be_shown_is_this_one(plant: Plant, month: str) -> None:
    sales = Looker(plant, "sales1")
    page = await sales.look(f"/calendar?month={month}")
    assert sales.answer.status_code == 200 and "March 2027" in page.text


@pytest.mark.parametrize(
    ("begin", "span", "told"),
    [
        ("2027-03-05T13:00", "4h", "Fri 5 Mar 2027, 17:00"),
        ("2027-03-05T13:00", "1d", "Mon 8 Mar 2027, 12:00"),
        ("2027-03-08T09:00", "-2h", "Fri 5 Mar 2027, 16:00"),
    ],
)
async def test_working_time_is_added_as_the_contract_counts_it(plant: Plant, begin: str, span: str, told: str) -> None:
    sales = Looker(plant, "sales1")
    page = await sales.look(f"/calendar?from={begin}&span={span}")
    assert sales.answer.status_code == 200 and told in page.text


@pytest.mark.parametrize(
    ("begin", "span"),
    [
        ("2027-03-05T13:00", "soon"),
        ("", "4h"),
        ("2027-03-05T13:00", ""),
        ("9999-12-31T13:00", "4h"),
        ("0001-01-01T00:00", "-4h"),
        ("2027-03-05T13:00", "999999999d"),
        ("2027-03-05T13:00", "99999999999d"),
    ],
)
async def test_what_cannot_be_added_is_refused(plant: Plant, begin: str, span: str) -> None:
    sales = Looker(plant, "sales1")
    page = await sales.look(f"/calendar?from={begin}&span={span}")
    assert sales.answer.status_code == 422
    assert page.form("/calendar").value("span") == span


async def test_around_the_clock_is_said(plant: Plant) -> None:
    plant.store.policies.set_current('version = "t"\n[plant]\naround_the_clock = true\n', "cli", plant.now)
    page = await Looker(plant, "sales1").look("/calendar")
    assert "works around the clock" in page.text
