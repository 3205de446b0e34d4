"""Who is shown what is on record a second later, and no answer waits for it."""

import asyncio

import pytest

from activities.languages import Tongue
from activities.store import StoreAway
from activities.store.access_log import Access
from activities.store.people import digest
from api import looks as looks_at
from api.pages.orders.readers import named
from api.readers import AT_ONCE, Readers
from tests.api.looking import Looker
from tests.api.plant import Plant
from workflows.types.words import Language

PO = "/orders/PO-1"


def readers(plant: Plant) -> Readers:
    found: Readers = plant.app.state.services.readers
    return found


async def looks(plant: Plant, order_no: str = "PO-1") -> list[Access]:
    """Oldest first."""
    await readers(plant).finish()
    return plant.store.access_log.of_order(order_no, 500)[0][::-1]


async def written(plant: Plant) -> bool:
    for _ in range(200):
        if plant.store.access_log.of_order("PO-1", 9)[0]:
            return True
        await asyncio.sleep(0.02)
    return False


async def test_whoever_reads_an_order_by_the_api_is_on_record(plant: Plant) -> None:
    await plant.entered()
    for path in ("/orders/po-1", f"{PO}/events", f"{PO}/notices", "/tasks/PO-1.confirm_order.1"):
        assert (await plant.get("quality1", path)).status_code == 200
    found = await looks(plant)
    assert [(each.person, each.what, each.detail, each.how) for each in found] == [
        ("quality1", "order", "", "api"),
        ("quality1", "events", "", "api"),
        ("quality1", "notices", "", "api"),
        ("quality1", "task", "PO-1.confirm_order.1", "api"),
    ]
    assert {each.door for each in found} == {digest(plant.token("quality1"))[:12]}
    assert {each.at for each in found} == {plant.now}


def test_whatever_is_shown_of_an_order_has_a_name_for_people() -> None:
    shown = {*looks_at.ORDERS.values(), *looks_at.TASKS.values(), "document", "archive", "link"}
    assert named(Tongue.of(Language.EN)).keys() == shown


async def test_lists_and_files_are_on_record_with_what_was_asked(plant: Plant) -> None:
    await plant.entered()
    await plant.get("sales1", "/orders?status=open&q=PO")
    looker = Looker(plant, "boss")
    for _ in range(2):
        await looker.look("/orders.xlsx?q=po")
    await readers(plant).finish()
    assert [(each.what, each.about, each.detail) for each in plant.store.access_log.of_person("sales1", 9)[0]] == [
        ("orders", "", "status=open&q=PO")
    ]
    # Each file counts.
    assert [each.what for each in plant.store.access_log.of_person("boss", 9)[0]] == ["orders.xlsx"] * 2


async def test_whoever_looks_at_the_pages_is_on_record(plant: Plant) -> None:
    await plant.entered()
    looker = Looker(plant, "quality1")
    for path in (PO, f"{PO}/sheet", f"{PO}/signatures", "/tasks/PO-1.confirm_order.1"):
        await looker.look(path)
    found = await looks(plant)
    assert [(each.person, each.what, each.how) for each in found] == [
        ("quality1", what, "page") for what in ("order", "sheet", "signatures", "task")
    ]


async def test_nobody_who_was_refused_is_on_record(plant: Plant) -> None:
    await plant.entered()
    assert (await plant.client.get("/orders/PO-1")).status_code == 401
    assert (await plant.client.get(f"http://plant.example{PO}")).status_code == 303
    assert (await plant.get("sales1", "/orders/PO-2")).status_code == 404
    assert await looks(plant) == [] and await looks(plant, "PO-2") == []


async def test_the_same_look_again_counts_once_a_minute(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    await plant.entered()
    for _ in range(3):
        await plant.get("sales1", PO)
    await plant.get("sales2", PO)
    assert [each.person for each in await looks(plant)] == ["sales1", "sales2"]
    monkeypatch.setattr("api.readers.AGAIN_AFTER", 0.0)
    await plant.get("sales1", PO)
    assert len(await looks(plant)) == 3


async def test_it_is_written_a_second_later_and_no_answer_waits(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    await plant.entered()
    monkeypatch.setattr("api.readers.SOON", 0.05)
    await plant.get("sales1", PO)
    assert plant.store.access_log.of_order("PO-1", 9)[0] == []
    assert await written(plant)


async def test_many_at_once_are_written_together(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    monkeypatch.setattr("api.readers.SOON", 60.0)
    write = plant.store.access_log.write

    def counted(entries: list[Access]) -> None:
        written.append(len(entries))
        write(entries)

    monkeypatch.setattr(plant.store.access_log, "write", counted)
    await plant.entered()
    for n in range(AT_ONCE + 3):
        await plant.get("sales1", f"/orders?q={n}")
    await readers(plant).finish()
    assert sum(written) == AT_ONCE + 3 and max(written) == AT_ONCE
    assert len(plant.store.access_log.of_person("sales1", 500)[0]) == AT_ONCE + 3


async def test_what_came_while_the_store_was_away_is_written_when_it_is_back(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    await plant.entered()
    monkeypatch.setattr("api.readers.SOON", 0.01)
    monkeypatch.setattr("api.readers.AWAY_FOR", 0.05)
    with monkeypatch.context() as away:

        def refuse(_: object) -> None:
            raise StoreAway("for a moment")

        away.setattr(plant.store.access_log, "write", refuse)
        await plant.get("sales1", PO)
        await asyncio.sleep(0.1)
    assert await written(plant)


async def test_heads_and_admins_read_who_was_shown_an_order(plant: Plant) -> None:
    await plant.entered()
    await plant.get("quality1", PO)
    await readers(plant).finish()
    page = await Looker(plant, "quality-head").look(f"{PO}/readers")
    assert "quality1" in page.text and "Program, by a token" in page.text
    assert f"{PO}/readers" in (await Looker(plant, "admin").look(PO)).links
    member = Looker(plant, "quality1")
    await member.look(f"{PO}/readers")
    assert member.answer.status_code == 403
    assert f"{PO}/readers" not in (await member.look(PO)).links
    missing = Looker(plant, "admin")
    await missing.look("/orders/PO-2/readers")
    assert missing.answer.status_code == 404


async def test_older_looks_are_behind_a_button(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.pages.orders.readers.LOOKS", 2)
    monkeypatch.setattr("api.readers.AGAIN_AFTER", 0.0)
    await plant.entered()
    for who in ("sales1", "sales2", "quality1"):
        await plant.get(who, PO)
    await readers(plant).finish()
    looker = Looker(plant, "admin")
    newest = await looker.look(f"{PO}/readers")
    (older,) = [address for address in newest.links if "before=" in address]
    assert "sales2" in newest.text and "sales1" not in newest.text.replace(" ", "").partition("When")[2]
    assert "sales1" in (await looker.look(older)).text
