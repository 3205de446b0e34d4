"""An order from its entry to the customer's feedback, by seven people and a customer, on pages only (issue 5, first line)."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.endtoend import dates
from tests.endtoend.order import Order
from tests.endtoend.plant import Plant
from tests.endtoend.waiting import until
from tests.pages.browsing import PHONE, TABLET, Windows, picture
from tests.pages.hands import answers, finds, put, task_id
from tests.pages.letters import answer_link, code

SERIOUS = ("serious", "critical")


class Story:
    """One order, and everybody's window."""

    def __init__(self, plant: Plant, windows: Windows, language: str, *, scripts: bool) -> None:
        self.plant, self.windows = plant, windows
        self.how: dict[str, Any] = {"language": language, "scripts": scripts}
        self.language, self.scripts = language, scripts
        number = f"W-{uuid.uuid4().hex[:8]}"
        self.order = Order(plant, {"order_no": number})
        self.pages: dict[str, Page] = {}

    def of(self, name: str, **how: Any) -> Page:
        if name not in self.pages:
            page = self.windows.of(name, **self.how, **how)
            page.goto(f"/?lang={self.language}")
            self.pages[name] = page
        return self.pages[name]

    @property
    def customer(self) -> Page:
        return self.pages.setdefault("customer", self.windows.stranger(size=PHONE, **self.how))

    def answers(self, name: str, kind: str, outcome: str, **fields: Any) -> None:
        answers(self.of(name), task_id(self.order.number, kind), outcome, **fields)

    def looks(self, page: Page, name: str) -> None:
        """Kept as a picture; and nobody is shut out who cannot see, point or tell colours apart."""
        picture(page, f"{self.language}-{name}")
        if self.scripts:
            found = [each for each in Axe().run(page).response["violations"] if each["impact"] in SERIOUS]
            assert not found, f"{page.url}: {[(each['id'], each['nodes'][0]['html']) for each in found]}"


@pytest.fixture(
    params=[("en", True), ("zh-Hant", True), ("zh-Hans", False)], ids=["English", "繁體中文", "简体中文 without scripts"]
)
def story(request: pytest.FixtureRequest, plant: Plant, windows: Windows) -> Story:
    language, scripts = request.param
    return Story(plant, windows, language, scripts=scripts)


def test_from_entry_to_feedback(story: Story) -> None:
    sales_enters_and_confirms(story)
    the_customer_confirms(story)
    production_plans_and_makes(story)
    quality_inspects(story)
    the_warehouse_ships(story)
    the_customer_signs_and_answers(story)
    everybody_sees_that_it_is_done(story)


def sales_enters_and_confirms(story: Story) -> None:
    page = story.of("sales1")
    story.looks(page, "inbox")
    page.goto("/orders/new")
    for name, value in {
        "order_no": story.order.number,
        "customer/name": "聯宏精密",
        "customer/email": "buyer@customer.example",
        "customer/language": story.language,
        "lines/0/product_model": "JQ-7",
        "lines/0/quantity": 120,
        "requested_date": dates.day(30),
        "ship_to": "新竹科學園區 3 號",
    }.items():
        put(page.locator(f"#order-form [name='{name}']"), value)
    story.looks(page, "entering")
    page.locator("#order-form button:visible").last.click()
    expect(page.locator("h1")).to_contain_text(story.order.number)
    story.answers("sales1", "confirm_order", "confirm", promised_date=dates.day(25), channel="mail")


def the_customer_confirms(story: Story) -> None:
    page = story.customer
    page.goto(answer_link(story.order, "order_confirmed"))
    story.looks(page, "customer-confirms")
    page.locator("button[value=yes]").click()
    expect(page.get_by_role("status")).to_be_visible()


def production_plans_and_makes(story: Story) -> None:
    plan = {"planned_start": f"{dates.day(1)}T08:00", "expected_completion": f"{dates.day(5)}T17:00"}
    story.answers("production-head", "make_plan", "plan", **plan)
    story.answers("supply1", "ready_materials", "ready")
    story.answers("production1", "ready_equipment", "ready")
    story.answers("production1", "ready_people", "ready")
    page = story.of("production1")
    finds(page, task_id(story.order.number, "produce"))
    story.looks(page, "task")
    reports_progress(page)
    story.answers("production1", "produce", "done")


def reports_progress(page: Page) -> None:
    form = page.locator("form[action*='/progress']")
    if not form.is_visible():
        page.locator("details", has=form).locator("summary").first.click()
    form.locator("[name=percent]").fill("60")
    form.locator("button:visible").last.click()
    expect(page.get_by_role("alert")).to_have_count(0)


def quality_inspects(story: Story) -> None:
    story.answers("quality1", "inspect", "pass", inspected__1=12, note="抽樣 12 件")


def the_warehouse_ships(story: Story) -> None:
    """The clerk holds a phone, the head a tablet."""
    page = story.of("warehouse1", size=PHONE)
    story.looks(page, "inbox-on-a-phone")
    story.answers("warehouse1", "accept", "accept")
    shipment = {"mode": "road", "carrier": "新竹物流", "ship_at": f"{dates.day(6)}T10:00", "transit_days": 2}
    story.answers("warehouse1", "plan_shipment", "plan", **shipment)
    until(lambda: noticed(story.order), "the shipping notice is on record, and its lead has passed")
    story.of("warehouse-head", size=TABLET)
    story.answers("warehouse-head", "dispatch", "dispatched", tracking_no="HCT-1")


def noticed(order: Order) -> bool:
    """For the customer and for the order's owner, and a second ago, which is this plant's lead."""
    notices = [each for each in order.notices() if each["kind"] == "shipping_notice"]
    told = [dates.read(each["at"]) for each in notices if each["state"] == "sent"]
    return len(told) == 2 and dates.now() - max(told) > timedelta(seconds=2)


def the_customer_signs_and_answers(story: Story) -> None:
    page = story.customer
    page.goto(answer_link(story.order, "sign_off_request"))
    page.locator("#signed [name='fields/signed_by']").fill("林小姐")
    story.looks(page, "customer-signs")
    page.locator("#signed button").click()
    page.locator("input[name=code]").fill(code(story.order))
    story.looks(page, "customer-statement")
    page.locator("form:has(input[name=code]) button").click()
    expect(page.get_by_role("status")).to_be_visible()
    page.goto(answer_link(story.order, "feedback_request"))
    page.locator("input[type=radio][name$='csat'][value='5']").check()
    story.looks(page, "customer-answers")
    page.locator("main form button:visible").last.click()
    expect(page.get_by_role("status")).to_be_visible()


def everybody_sees_that_it_is_done(story: Story) -> None:
    for name in ("sales1", "boss"):
        page = story.of(name)
        page.goto(f"/orders/{story.order.number}")
        expect(page.locator(".tag.completed").first).to_be_visible()
    story.looks(page, "order")
    order = story.order.now()
    assert (order["status"], order["delivery"], order["promises"][0]["customer_agreed"]) == ("completed", "full", True)
    people = {event["actor"] for event in story.order.events()} - {"system"}
    assert len(people) == 8, people
