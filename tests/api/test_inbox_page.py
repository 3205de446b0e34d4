"""The inbox, without a browser: its views, its filters, and what is done from the list."""

from datetime import timedelta

import pytest

from tests.api.looking import Form, Looker, Reading
from tests.api.plant import DAY, Plant
from workflows.types.words import Kind

CONFIRM = "PO-1.confirm_order.1"


def tasks(page: Reading) -> list[str]:
    """In their order."""
    return [link.removeprefix("/tasks/") for link in page.links if link.startswith("/tasks/")]


def count(page: Reading, view: str) -> str:
    return page.text.split(view)[1].split()[0]


async def test_what_waits_for_my_department_is_shown_late_first(plant: Plant) -> None:
    await plant.entered("PO-1")
    plant.now += timedelta(hours=1)
    await plant.entered("PO-2", customer={"name": "Hsinchu Optics"})
    sales = Looker(plant, "sales1")
    page = await sales.look("/")
    assert sales.answer.status_code == 200, sales.answer.text
    assert tasks(page) == [CONFIRM, "PO-2.confirm_order.1"]
    assert (count(page, "Held by me"), count(page, "My departments"), count(page, "Waiting on others")) == ("0", "2", "0")
    plant.now += 3 * DAY
    page = await sales.look("/?lateness=overdue")
    assert tasks(page) == [CONFIRM, "PO-2.confirm_order.1"] and "overdue" in page.text and "ago" in page.text
    assert tasks(await sales.look("/?lateness=early")) == []


async def test_nothing_to_do_is_said_kindly(plant: Plant) -> None:
    page = await Looker(plant, "quality1").look("/")
    assert "All done" in page.text
    page = await Looker(plant, "admin").look("/")
    assert "Nobody keeps you waiting" in page.text


async def test_filters_find_and_say_when_nothing_is_like_that(plant: Plant) -> None:
    await plant.entered("PO-1")
    await plant.entered("QX-7", customer={"name": "Hsinchu Optics"}, lines=[{"product_model": "Lens 3", "quantity": 2}])
    sales = Looker(plant, "sales1")
    for q in ("qx", "hsinchu", "LENS"):
        assert tasks(await sales.look(f"/?q={q}")) == ["QX-7.confirm_order.1"], q
    assert tasks(await sales.look("/?kind=confirm_order&q=po")) == [CONFIRM]
    assert "No task is like that" in (await sales.look("/?kind=inspect")).text
    assert tasks(await sales.look("/?due_before=2027-03-01")) == []
    assert len(tasks(await sales.look("/?due_before=2027-03-03"))) == 2
    # What nobody knows filters nothing.
    assert len(tasks(await sales.look("/?kind=nonsense&lateness=x&due_before=y&view=z"))) == 2


async def test_who_owns_an_order_sees_what_others_keep_them_waiting_for(plant: Plant) -> None:
    await plant.confirmed()
    task = plant.engine.open("PO-1", Kind.MAKE_PLAN).id
    owner, other = Looker(plant, "sales1"), Looker(plant, "sales2")
    assert tasks(await owner.look("/?view=others")) == [task]
    assert tasks(await other.look("/?view=others")) == []
    assert tasks(await owner.look("/?view=others&kind=inspect")) == []
    page = await owner.look("/?view=others&q=kaohsiung")
    assert tasks(page) == [task] and not [
        button for button in page.form("/?view=others&q=kaohsiung").buttons if "claim " in button[1]
    ]


async def test_claimed_and_released_from_the_list(plant: Plant) -> None:
    await plant.entered()
    sales = Looker(plant, "sales1")
    form = (await sales.look("/")).form("/?view=department")
    await sales.send(form, ("do", f"claim {CONFIRM}"))
    assert sales.answer.headers["location"] == "/?view=department&did=claim&n=1", sales.answer.text
    page = await sales.look("/?view=mine&did=claim&n=1")
    assert tasks(page) == [CONFIRM] and "Tasks that you hold from now on: 1" in page.text
    other = Looker(plant, "sales2")
    page = await other.look("/")
    assert ("do", f"claim {CONFIRM}") not in page.form("/?view=department").buttons
    page = await other.send(form_of(page), ("do", f"claim {CONFIRM}"))
    assert other.answer.status_code == 409 and "sales1 holds it" in page.text
    await sales.send(form_of(await sales.look("/?view=mine")), ("do", f"release {CONFIRM}"))
    assert (await plant.get("boss", f"/tasks/{CONFIRM}")).json()["assignee"] is None


def form_of(page: Reading) -> Form:
    """The list's."""
    (found,) = [form for form in page.forms if form.method == "post" and form.action.startswith("/?")]
    return found


async def test_several_at_once_and_what_was_refused_is_named(plant: Plant) -> None:
    for number in ("PO-1", "PO-2", "PO-3"):
        await plant.entered(number)
    await plant.post("sales2", "/tasks/PO-2.confirm_order.1/claim")
    sales = Looker(plant, "sales1")
    form = form_of(await sales.look("/"))
    form.values += [("task", f"PO-{n}.confirm_order.1") for n in (1, 2, 3)]
    page = await sales.send(form, ("do", "claim"))
    assert sales.answer.status_code == 409
    assert "Done: 2" in page.text and "PO-2.confirm_order.1 : sales2 holds it" in page.text
    assert sales.answer.text.count(" checked") == 3
    page = await sales.send(form, ("do", "snooze-morning"))
    assert "sales2 holds it" in page.text
    assert tasks(await sales.look("/?view=snoozed")) == ["PO-1.confirm_order.1", "PO-3.confirm_order.1"]
    assert tasks(await sales.look("/?view=mine")) == []
    plant.now += timedelta(hours=22)
    assert len(tasks(await sales.look("/?view=mine"))) == 2


async def test_nothing_chosen_is_told(plant: Plant) -> None:
    await plant.entered()
    sales = Looker(plant, "sales1")
    page = await sales.send(form_of(await sales.look("/")), ("do", "claim"))
    assert sales.answer.status_code == 422 and "choose at least one task" in page.text


async def test_answered_straight_from_the_list_where_no_word_is_needed(plant: Plant) -> None:
    task = await plant.asked(Kind.READY_EQUIPMENT)
    planner = Looker(plant, "production1")
    form = form_of(await planner.look("/"))
    (ready,) = [button for button in form.buttons if button[1].endswith(" ready")]
    assert not [button for button in form.buttons if button[1].endswith(" short")]
    await planner.send(form, ready)
    assert planner.answer.headers["location"] == "/?view=department&did=complete&n=1"
    assert (await plant.get("boss", f"/tasks/{task}")).json()["outcome"] == "ready"
    # The same button of a page opened long ago.
    page = await planner.send(form, ready)
    assert planner.answer.status_code == 303
    form.values = [(name, "another" if name == "key" else value) for name, value in form.values]
    page = await planner.send(form, ready)
    assert planner.answer.status_code == 412 and "Not done" in page.text


async def test_heads_move_deadlines_and_give_tasks_on(plant: Plant) -> None:
    await plant.entered()
    assert "extend/due_at" not in names(await Looker(plant, "sales1").look("/"))
    head = Looker(plant, "sales-head")
    form = form_of(await head.look("/"))
    form.values.append(("task", CONFIRM))
    await head.send(form, ("do", "extend"), extend__due_at="2027-03-04T12:00", extend__reason="holidays")
    assert head.answer.status_code == 303, head.answer.text
    await head.send(form, ("do", "assign"), assign__person="sales2", assign__reason="knows them")
    assert head.answer.status_code == 303
    task = (await plant.get("boss", f"/tasks/{CONFIRM}")).json()
    assert (task["due_at"], task["assignee"]) == ("2027-03-04T04:00:00Z", "sales2")
    page = await head.send(form, ("do", "extend"), extend__due_at="2027-02-04T12:00", extend__reason="")
    assert head.answer.status_code == 422 and "Not done" in page.text


def names(page: Reading) -> set[str]:
    """Of all fields."""
    return {name for form in page.forms for name in form.names()}


async def test_who_made_the_goods_sees_why_not(plant: Plant) -> None:
    task = await plant.asked(Kind.INSPECT, barred=("quality1",))
    page = await Looker(plant, "quality1").look("/")
    assert tasks(page) == [task] and "You made these goods" in page.text
    assert not [button for button in form_of(page).buttons if task in button[1]]


async def test_a_long_list_has_pages(plant: Plant) -> None:
    for n in range(53):
        await plant.entered(f"PO-{n:03}")
    sales = Looker(plant, "sales1")
    page = await sales.look("/")
    first = tasks(page)
    (more,) = [link for link in page.links if "cursor=" in link]
    page = await sales.look(more)
    assert (len(first), len(tasks(page))) == (50, 3) and not set(first) & set(tasks(page))
    await sales.look("/?cursor=nonsense")
    assert sales.answer.status_code == 422


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
async def test_it_speaks_every_language(plant: Plant, language: str) -> None:
    await plant.entered()
    sales = Looker(plant, "sales1")
    assert tasks(await sales.look(f"/?lang={language}")) == [CONFIRM]


async def test_a_list_that_refreshes_itself_sends_the_whole_page_to_sign_in(plant: Plant) -> None:
    answer = await plant.client.get(
        "http://plant.example/", headers={"HX-Request": "true", "HX-Current-URL": "http://plant.example/?view=mine&q=a"}
    )
    assert (answer.status_code, answer.headers["hx-redirect"]) == (200, "/sign-in?next=/%3Fview%3Dmine%26q%3Da")


async def test_an_inbox_that_was_opened_empty_has_what_can_be_done_with_tasks_that_come_later(plant: Plant) -> None:
    """The list refreshes itself, what stands outside it does not."""
    sales = Looker(plant, "sales1")
    page = await sales.look("/")
    assert "All done" in page.text and "With the chosen tasks" in page.text
    await plant.entered()
    await plant.post("sales2", f"/tasks/{CONFIRM}/claim")
    form = form_of(page)
    form.values = [(name, value) for name, value in form.values if name in ("csrf", "key")]
    page = await sales.send(form, ("do", f"claim {CONFIRM}"))
    assert sales.answer.status_code == 409 and "sales2 holds it" in page.text


async def test_an_order_of_a_number_that_means_something_else_is_found(plant: Plant) -> None:
    await plant.entered("new")
    sales = Looker(plant, "sales1")
    for path in ("/", "/tasks/new.confirm_order.1", "/orders/new/signatures"):
        assert "/orders/new/" in (await sales.look(path)).links, path
        assert "/orders/new" not in (await sales.look(path)).links, path


async def test_another_language_shows_the_same_list(plant: Plant) -> None:
    page = await Looker(plant, "sales1").look("/?view=mine&q=a%26b&lang=en")
    assert "?view=mine&q=a%26b&lang=zh-Hant" in page.links
