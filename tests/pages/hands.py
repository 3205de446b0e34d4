"""What people do on pages with their hands: find their task in the inbox, fill in its form, send it."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

ASIDE = 'form[action*="/complete"]:has(input[name="outcome"][value="{}"])'


def task_id(order_no: str, kind: str, n: int = 1) -> str:
    return f"{order_no}.{kind}.{n}"


def finds(page: Page, task: str) -> None:
    """From the inbox to the task, as everybody goes."""
    page.goto(f"/?q={task.partition('.')[0]}")
    link = page.locator(f'main a[href^="/tasks/{task}"]').first
    expect(link).to_be_visible()
    link.click()
    page.wait_for_url(f"**/tasks/{task}*")


def fills(form: Locator, **fields: Any) -> None:
    """By the name of each field; `quantities__1` stands for the first line of a quantity map."""
    for name, value in fields.items():
        put(form.locator(f'[name="fields/{name.replace("__", "/")}"]'), value)


def put(field: Locator, value: Any) -> None:
    kind = field.first.get_attribute("type")
    if kind == "radio":
        field.and_(field.page.locator(f'[value="{value}"]')).check()
    elif kind == "checkbox":
        field.set_checked(bool(value))
    elif field.first.evaluate("element => element.tagName") == "SELECT":
        field.select_option(str(value))
    else:
        field.fill(str(value))


def answer_form(page: Page, outcome: str) -> Locator:
    """The form of an outcome, opened if it is shut."""
    form = page.locator(ASIDE.format(outcome))
    if not form.is_visible():
        page.locator("details", has=form).locator("summary").first.click()
    expect(form).to_be_visible()
    return form


def sends(form: Locator) -> None:
    form.locator("button:visible").last.click()


def answers(page: Page, task: str, outcome: str, **fields: Any) -> None:
    """Finds the task, says this, and sees that it was taken."""
    finds(page, task)
    form = answer_form(page, outcome)
    fills(form, **fields)
    sends(form)
    expect(page.locator("main h1")).to_be_visible()
    expect(page.locator("main form[action*='/complete']")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)
