"""The policy's pages: what governs, what another would change, and applying it to all orders under way (R23)."""

import asyncio

import pytest

from activities.policy_file import default, dump
from tests.api.looking import Form, Looker
from tests.api.plant import Plant

FASTER = '# written by hand\nversion = "faster"\n[tasks.confirm_order]\nallowance = "2h"\n'


async def until_over(plant: Plant) -> None:
    run = plant.app.state.services.applying.last
    assert run and run.task
    await asyncio.wait_for(run.task, 10)


def seen_of(plant: Plant) -> str:
    office = plant.app.state.services.office
    return plant.store.policies.digest_of(office.policy.pinned(plant.now))


async def applying(plant: Plant, admin: Looker, text: str) -> Form:
    """What the button sends behind a trial."""
    csrf = (await admin.look("/policy")).form("/sign-out").value("csrf") or ""
    return Form("/policy/apply", "post", [("csrf", csrf), ("text", text), ("seen", seen_of(plant))])


async def test_everybody_reads_the_policy_and_only_admins_try_another(plant: Plant) -> None:
    sales = Looker(plant, "sales1")
    page = await sales.look("/policy")
    assert sales.answer.status_code == 200, sales.answer.text
    assert "Version built-in governs new orders" in page.text and "Nothing yet" in page.text
    assert dump(default()).splitlines()[0] in page.text
    assert "/policy/try" not in page.links
    for path in ("/policy/try", "/policy/applied/1"):
        await sales.look(path)
        assert sales.answer.status_code == (403 if "try" in path else 404)
    csrf = page.form("/sign-out").value("csrf") or ""
    for deed in ("try", "apply", "go-on"):
        await sales.send(Form(f"/policy/{deed}", "post", [("csrf", csrf), ("text", FASTER), ("seen", seen_of(plant))]))
        assert sales.answer.status_code == 403
    assert plant.store.policies.current() == (None, None)


async def test_a_policy_is_tried_then_applied_to_new_orders_and_to_those_under_way(plant: Plant) -> None:
    for number in ("PO-1", "PO-2"):
        await plant.entered(number)
    admin = Looker(plant, "admin")
    page = await admin.look("/policy/try")
    page = await admin.send(page.form("/policy/try"), text=FASTER.replace("\n", "\r\n"))
    assert admin.answer.status_code == 200, admin.answer.text
    assert "tasks.confirm_order.allowance: 1d → 2h" in page.text
    assert "Orders under way: 2" in page.text and "Deadlines that would move: 2" in page.text
    assert plant.store.policies.current() == (None, None)
    await admin.send(page.form("/policy/apply"))
    assert (admin.answer.status_code, admin.answer.headers["location"]) == (303, "/policy")
    await until_over(plant)
    page = await admin.look("/policy")
    assert "Version faster governs new orders and 2 under way" in page.text
    # As it was written, comments and all.
    assert plant.store.policies.current()[1] == FASTER
    assert {plant.engine.order(number).state.policy.version for number in ("PO-1", "PO-2")} == {"faster"}
    assert [event.actor for event in plant.store.orders.every_event("PO-1") if event.type == "policy_adopted"] == ["admin"]
    (applied,) = plant.store.policies.applications(10)
    assert applied.by == "admin"
    page = await admin.look(f"/policy/applied/{applied.number}")
    assert "tasks.confirm_order.allowance: 1d → 2h" in page.text and "# written by hand" in page.text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('version = "x"\n[plant]\ntimezone = "Asia/Taipei"\n', "plant.timezone : unknown key"),
        ("version = ", "line 1"),
        ("", "version"),
        ('version = "x"\n[order]\nbuffer = "soon"\n', "order.buffer"),
    ],
)
async def test_what_is_wrong_is_told_with_key_and_line(plant: Plant, text: str, told: str) -> None:
    admin = Looker(plant, "admin")
    page = await admin.send((await admin.look("/policy/try")).form("/policy/try"), text=text)
    assert admin.answer.status_code == 422 and told in page.text
    assert not text.count("\n") or "line 3" in page.text
    assert page.form("/policy/try").value("text") == text and not page.has("/policy/apply")


async def test_a_file_can_be_brought(plant: Plant) -> None:
    admin = Looker(plant, "admin")
    form = (await admin.look("/policy/try")).form("/policy/try")
    headers = {"Cookie": f"jiaoqi_session={admin._cookie}"}
    answer = await plant.client.post(
        "http://plant.example/policy/try",
        data=form.with_({}),
        files={"file": ("policy.toml", FASTER.encode())},
        headers=headers,
    )
    assert answer.status_code == 200 and "1d → 2h" in answer.text
    answer = await plant.client.post(
        "http://plant.example/policy/try", data=form.with_({}), files={"file": ("policy.toml", b"\xff\xfe")}, headers=headers
    )
    assert answer.status_code == 422 and "is not UTF-8" in answer.text


async def test_who_compared_with_another_policy_looks_again_first(plant: Plant) -> None:
    admin = Looker(plant, "admin")
    page = await admin.send((await admin.look("/policy/try")).form("/policy/try"), text=FASTER)
    plant.store.policies.set_current('version = "meanwhile"', "cli", plant.now)
    # The clock of a played plant lies ahead of the process's own.
    again = await admin.send(page.form("/policy/apply"))
    assert admin.answer.status_code == 409 and "meanwhile" in again.text
    assert again.form("/policy/try").value("text") == FASTER
    assert plant.store.policies.current()[1] == 'version = "meanwhile"'


async def test_without_workers_nothing_is_applied(plant: Plant) -> None:
    admin = Looker(plant, "admin")
    page = await admin.send((await admin.look("/policy/try")).form("/policy/try"), text=FASTER)
    plant.engine.away = ["orders"]
    await admin.send(page.form("/policy/apply"))
    assert admin.answer.status_code == 503
    assert plant.store.policies.current() == (None, None)
    plant.engine.away = []
    await admin.send(page.form("/policy/apply"))
    assert admin.answer.status_code == 303
    await until_over(plant)


async def test_an_order_that_does_not_hear_is_named_and_told_later(plant: Plant) -> None:
    for number in ("PO-1", "PO-2"):
        await plant.entered(number)
    lost = plant.engine.orders.pop("po-2")
    admin = Looker(plant, "admin")
    await admin.send(await applying(plant, admin, FASTER))
    await until_over(plant)
    page = await admin.look("/policy")
    assert "did not take it" in page.text and "PO-2 : is not running" in page.text
    assert "1 ▲ another" in page.text and "1 ✓ in force" in page.text
    plant.engine.orders["po-2"] = lost
    await admin.send(page.form("/policy/go-on"))
    await until_over(plant)
    page = await admin.look("/policy")
    assert "2 ✓ in force" in page.text and not page.has("/policy/go-on")
    # The same application, gone on with.
    assert len(plant.store.policies.applications(10)) == 1


async def test_one_policy_at_a_time(plant: Plant) -> None:
    await plant.entered("PO-1")
    plant.engine.waits = asyncio.Event()
    admin = Looker(plant, "admin")
    page = await admin.send((await admin.look("/policy/try")).form("/policy/try"), text=FASTER)
    await admin.send(page.form("/policy/apply"))
    page = await admin.look("/policy/progress")
    assert "0 of 1 orders under way have heard of it" in page.text and 'hx-trigger="every 1s"' in admin.answer.text
    await admin.send(await applying(plant, admin, FASTER.replace("2h", "3h")))
    assert admin.answer.status_code == 409
    plant.engine.waits.set()
    await until_over(plant)
    assert "1 under way" in (await admin.look("/policy")).text
