"""The customer answers by the links in their real mails: yes, otherwise, another date, signed, satisfied; nobody signs in."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from activities.store import Store
from tests.endtoend import dates
from tests.endtoend.order import Order
from tests.endtoend.plant import Plant
from tests.endtoend.waiting import until
from tests.pages.browsing import PHONE, Windows, picture
from tests.pages.letters import answer_link, code

BUYER = {"name": "聯宏精密", "email": "buyer@customer.example"}


@pytest.fixture
def store(plant: Plant) -> Iterator[Store]:
    with closing(Store.open(str(plant.stack.note["environment"]["JIAOQI_DATABASE_URL"]))) as store:
        yield store


def thanked(page: Page) -> None:
    expect(page.get_by_role("status").locator(".notice")).to_be_visible()


def follow(page: Page, order: Order, kind: str) -> None:
    page.goto(answer_link(order, kind))
    expect(page.locator("h1")).to_contain_text(order.number)


def test_from_confirmation_to_feedback_on_a_phone(plant: Plant, windows: Windows, store: Store) -> None:
    order = plant.enter(120, 30, customer={**BUYER, "language": "zh-Hant"}, ship_to="新竹市東區 1 號").confirmed()
    page = windows.stranger(size=PHONE, language="zh-Hant")
    confirms(page, order)
    declines_and_agrees(page, order)
    order.planned().made_ready().answer("produce", "done")
    order.answer("inspect", "pass")
    order.answer("accept", "accept")
    order.plan_shipment()
    follow(page, order, "shipping_notice")
    picture(page, "customer-view")
    order.answer("dispatch", "dispatched", override_reason="the truck waits")
    signs(page, order, store)
    order.answer("resolve_refusal", "close", reason="credited")
    says_how_it_was(page, order)
    assert order.now()["status"] == "completed"


def confirms(page: Page, order: Order) -> None:
    link = answer_link(order, "order_confirmed")
    follow(page, order, "order_confirmed")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")
    picture(page, "customer-confirm")
    page.locator("button[value=yes]").click()
    thanked(page)
    picture(page, "customer-thanked")
    (promise,) = order.now()["promises"]
    assert promise["customer_agreed"] is True
    assert [event["actor"] for event in order.events() if event["type"] == "customer_confirmed"] == ["customer"]
    page.goto(link)
    thanked(page)


def declines_and_agrees(page: Page, order: Order) -> None:
    """A first new date does not suit, a second one does."""
    order.say("repromise", promised_date=dates.day(30), reason="模具損壞", customer_agreed=True)
    follow(page, order, "promise_moved")
    page.locator("details summary").click()
    page.locator("textarea[name=reason]").fill("產線要停了")
    page.locator("input[name=wanted]").fill(dates.day(27))
    picture(page, "customer-declines")
    page.locator("details button").click()
    thanked(page)
    asked = order.task("decide_amendment")
    assert (asked["department"], asked["amendment"]["by"], asked["amendment"]["requested_date"]) == (
        "sales",
        "customer",
        dates.day(27),
    )
    order.decide(asked, "agree", reason="we called them")
    first = answer_link(order, "promise_moved")
    order.say("repromise", promised_date=dates.day(28), reason="第二班", customer_agreed=True)
    until(lambda: answer_link(order, "promise_moved") != first, "the mail of the second date")
    page.goto(first)
    thanked(page)
    follow(page, order, "promise_moved")
    picture(page, "customer-agrees")
    page.locator("button[value=yes]").click()
    thanked(page)
    assert [each["customer_agreed"] for each in order.now()["promises"]] == [True, False, True]


def signs(page: Page, order: Order, store: Store) -> None:
    follow(page, order, "sign_off_request")
    page.locator("#signed input[name='fields/signed_by']").fill("林小姐 <b>")
    page.locator("#signed input[name='fields/received/1']").fill("118")
    page.locator("#signed input[name='fields/damaged/2']").fill("3")
    page.locator("#signed textarea[name='fields/remarks']").fill("一箱受潮")
    picture(page, "customer-signs")
    page.locator("#signed button").click()
    shown = page.locator("pre.statement").text_content()
    picture(page, "customer-statement")
    page.locator("input[name=code]").fill("12345")
    page.locator("form:has(input[name=code]) button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    picture(page, "customer-wrong-code")
    assert order.open_kinds() == {"sign_off"}
    page.locator("input[name=code]").fill(code(order))
    page.locator("form:has(input[name=code]) button").click()
    thanked(page)
    assert page.locator("pre.statement").text_content() == shown
    (kept,) = store.signatures.of_order(order.number)
    assert kept.statement == shown, "byte for byte"
    (task,) = order.tasks(kind="sign_off")
    assert (task["outcome"], task["completed_by"]) == ("signed", "customer")
    assert task["fields"] == {
        "signed_by": "林小姐 <b>",
        "received": {"1": 118, "2": 30},
        "damaged": {"1": 0, "2": 3},
        "remarks": "一箱受潮",
    }


def says_how_it_was(page: Page, order: Order) -> None:
    follow(page, order, "feedback_request")
    page.locator("input[name='fields/csat'][value='4']").check()
    page.locator("input[name='fields/nps'][value='9']").check()
    page.locator("textarea[name='fields/comment']").fill("很好")
    page.locator("select[name='fields/issues/0/kind']").select_option("delivery")
    page.locator("textarea[name='fields/issues/0/text']").fill("一箱受潮")
    picture(page, "customer-feedback")
    page.locator("section.card form button:not([name=more])").click()
    thanked(page)
    (task,) = order.tasks(kind="collect_feedback")
    assert (task["completed_by"], task["fields"]["channel"], task["fields"]["csat"]) == ("customer", "link", 4)
    assert task["fields"]["issues"] == [{"kind": "delivery", "text": "一箱受潮", "department": "warehouse"}]


def test_a_wish_for_a_change_without_scripts(plant: Plant, windows: Windows) -> None:
    order = plant.enter(120, 30).confirmed()
    page = windows.stranger(scripts=False)
    follow(page, order, "order_confirmed")
    page.locator("details summary").click()
    page.locator("input[name='wished/1']").fill("80")
    page.locator("textarea[name=reason]").evaluate("field => field.removeAttribute('required')")
    picture(page, "customer-wish")
    page.locator("details button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("input[name='wished/1']")).to_have_value("80")
    picture(page, "customer-wish-refused")
    page.locator("textarea[name=reason]").fill("we sell less")
    page.locator("details button").click()
    thanked(page)
    asked = [task for task in order.now()["open_tasks"] if task["kind"] == "decide_amendment"]
    assert [task["department"] for task in sorted(asked, key=lambda task: str(task["id"]))] == ["production", "sales"]


def test_somebody_of_the_plant_answers_from_a_mail(plant: Plant, windows: Windows) -> None:
    order = plant.enter(40).accepted().shipped()
    mine, heads = answer_link(order, "task_opened", "warehouse1"), answer_link(order, "task_opened", "warehouse-head")
    page, other = windows.stranger(), windows.stranger(size=PHONE)
    other.goto(heads)
    page.goto(mine)
    picture(page, "link-task")
    page.locator("#complete-signed input[name='fields/signed_by']").fill("Ms. Lin")
    page.locator("#complete-signed button").click()
    thanked(page)
    other.locator("#complete-signed input[name='fields/signed_by']").fill("Mr. Wu")
    other.locator("#complete-signed button").click()
    expect(other.locator("[role=status]")).to_contain_text("warehouse1")
    expect(other.locator("[role=status]")).to_contain_text("Mr. Wu")
    picture(other, "link-task-too-late")
    (task,) = order.tasks(kind="sign_off")
    assert (task["completed_by"], task["fields"]["signed_by"]) == ("warehouse1", "Ms. Lin")
