"""Meetings through the API and on their pages: packs asked for once, shown as they were found, and decided on."""

from datetime import UTC, date, datetime, timedelta

import pytest

from activities.mail.circulars import Circulars
from activities.mail.transport import Transport
from activities.policy_in_force import PolicyInForce
from activities.reviews.post import PlantReviews
from tests.api.looking import Looker
from tests.api.plant import Plant, code, pointers
from workflows.types.reviews import ReviewKind, Wanted

MONDAY = "2027-03-01"
DECISION = {"text": "第二班 <b>now</b>", "department": "production", "due": "2027-03-05"}


def made(plant: Plant, kind: ReviewKind = ReviewKind.WEEKLY, day: str = MONDAY) -> str:
    """What a worker does once it is asked."""
    policy, store = PolicyInForce(plant.store), plant.store
    circulars = Circulars(store, Transport.of("smtp://127.0.0.1:1"), "a@plant.example", lambda: plant.now)
    reviews = PlantReviews(store, policy, circulars, "http://plant.example", lambda: plant.now)
    return reviews.make(Wanted(kind=kind, at=plant.now, day=date.fromisoformat(day))).id


# Asking for packs.


async def test_a_pack_is_asked_for_once_whoever_asks(plant: Plant) -> None:
    first = await plant.post("boss", "/reviews", {"kind": "weekly"}, key="k")
    assert first.status_code == 201 and first.headers["Location"] == f"/api/v1/reviews/weekly-{MONDAY}"
    assert (first.json()["state"], first.json()["planned_at"]) == ("asked", "2027-03-01T01:00:00Z")
    again = await plant.post("boss", "/reviews", {"kind": "weekly"}, key="k")
    assert again.json() == first.json() and again.headers["Idempotent-Replayed"] == "true"
    assert (await plant.post("admin", "/reviews", {"kind": "weekly", "day": MONDAY})).json() == first.json()
    assert [each.id for each in plant.store.reviews.asked()] == [made(plant)]
    assert plant.store.reviews.asked() == []
    answer = await plant.post("boss", "/reviews", {"kind": "weekly"})
    assert answer.json()["state"] == "made"


@pytest.mark.parametrize(
    ("who", "body", "refused"),
    [
        ("sales-head", {"kind": "weekly"}, (403, "forbidden")),
        ("sales1", {"kind": "weekly"}, (403, "forbidden")),
        ("boss", {"kind": "daily"}, (422, "invalid")),
        ("boss", {"kind": "weekly", "day": "2027-03-02"}, (422, "invalid")),
        ("boss", {"kind": "weekly", "day": "0001-01-01"}, (422, "invalid")),
        ("boss", {"kind": "weekly", "for": MONDAY}, (422, "invalid")),
    ],
)
async def test_not_everybody_nor_every_day(plant: Plant, who: str, body: dict[str, str], refused: tuple[int, str]) -> None:
    assert code(await plant.post(who, "/reviews", body)) == refused


async def test_packs_are_listed_and_read_by_everybody(plant: Plant) -> None:
    for kind in ReviewKind:
        made(plant, kind)
    listed = (await plant.get("sales1", "/reviews", params={"limit": "2"})).json()
    rest = (await plant.get("sales1", "/reviews", params={"limit": "2", "cursor": listed["next_cursor"]})).json()
    found = [each["id"] for each in listed["items"] + rest["items"]]
    assert sorted(found) == [f"{kind}-{MONDAY}" for kind in ("monthly", "quarterly", "weekly")] and rest["next_cursor"] is None
    only = (await plant.get("sales1", "/reviews", params={"kind": "weekly,monthly"})).json()["items"]
    assert {each["kind"] for each in only} == {"weekly", "monthly"}
    pack = (await plant.get("sales1", f"/reviews/monthly-{MONDAY}")).json()
    assert pack["found"]["month"]["report"]["wanted"]["start"] == "2027-02-01" and pack["decisions"] == [] and pack["told"] == {}
    assert code(await plant.get("sales1", "/reviews/weekly-2027-02-22")) == (404, "not-found")
    assert code(await plant.get("sales1", "/reviews", params={"cursor": "x"})) == (422, "invalid")


# Deciding.


async def test_heads_and_management_record_what_was_decided(plant: Plant) -> None:
    pack = made(plant)
    answer = await plant.post("production-head", f"/reviews/{pack}/decisions", DECISION, key="d")
    assert answer.status_code == 201
    assert (answer.json()["n"], answer.json()["state"], answer.json()["by"]) == (1, "open", "production-head")
    again = await plant.post("production-head", f"/reviews/{pack}/decisions", DECISION, key="d")
    assert again.json() == answer.json()
    second = await plant.post(
        "boss", f"/reviews/{pack}/decisions", {"text": "Ask the customer", "owner": "sales1", "due": MONDAY}
    )
    assert (second.json()["n"], second.json()["department"]) == (2, "sales")
    assert [each["n"] for each in (await plant.get("sales1", f"/reviews/{pack}")).json()["decisions"]] == [1, 2]
    assert len(plant.store.review_decisions.not_followed(10)) == 2


async def test_what_cannot_be_decided(plant: Plant) -> None:
    pack = made(plant)
    path = f"/reviews/{pack}/decisions"
    assert code(await plant.post("sales1", path, DECISION)) == (403, "forbidden")
    assert code(await plant.post("admin", path, DECISION)) == (403, "forbidden")
    assert code(await plant.post("boss", "/reviews/weekly-2027-02-22/decisions", DECISION)) == (404, "not-found")
    assert pointers(await plant.post("boss", path, {**DECISION, "due": "2027-02-28"})) == ["/due"]
    assert pointers(await plant.post("boss", path, {**DECISION, "owner": "nobody"})) == ["/owner"]
    assert pointers(await plant.post("boss", path, {**DECISION, "owner": "sales1"})) == ["/owner"]
    assert pointers(await plant.post("boss", path, {"text": "Whose?", "due": MONDAY})) == [""]
    await plant.post("boss", "/reviews", {"kind": "monthly"})
    assert code(await plant.post("boss", f"/reviews/monthly-{MONDAY}/decisions", DECISION)) == (404, "not-found")


# The pages.


async def test_a_pack_is_asked_for_and_decided_on_at_its_pages(plant: Plant) -> None:
    boss = Looker(plant, "boss")
    listed = await boss.look("/meetings")
    await boss.send(listed.form("/meetings"), kind="weekly")
    assert (boss.answer.status_code, boss.answer.headers["location"]) == (303, f"/meetings/weekly-{MONDAY}")
    waiting = await boss.look(f"/meetings/weekly-{MONDAY}")
    assert "is being made" in waiting.text and not waiting.has(f"/meetings/weekly-{MONDAY}")
    made(plant)
    pack = await boss.look(f"/meetings/weekly-{MONDAY}")
    form = pack.form(f"/meetings/weekly-{MONDAY}")
    wrong = await boss.send(form, text="Whose?", due="2027-03-05")
    assert boss.answer.status_code == 422 and "Whose?" in boss.answer.text
    await boss.send_with(wrong.form(f"/meetings/weekly-{MONDAY}"), DECISION)
    assert boss.answer.status_code == 303
    shown = await boss.look(boss.answer.headers["location"].partition("#")[0])
    assert "&lt;b&gt;now" in boss.answer.text and "<b>now" not in boss.answer.text and "The decision is on record" in shown.text
    assert "weekly" in boss.answer.text or shown.text


async def test_the_pages_show_each_what_they_may(plant: Plant) -> None:
    applied = datetime(2026, 12, 3, tzinfo=UTC)
    plant.store.policies.set_current('version = "strict"\n', "boss", applied, because="imp:7")
    for kind in ReviewKind:
        made(plant, kind)
    plant.store.reviews.miss(ReviewKind.WEEKLY, date(2027, 2, 22), plant.now - timedelta(days=7))
    reader = Looker(plant, "sales1")
    listed = await reader.look("/meetings")
    assert not listed.has("/meetings") and "not made" in listed.text
    for kind in ReviewKind:
        page = await reader.look(f"/meetings/{kind}-{MONDAY}?lang=zh-Hant")
        assert reader.answer.status_code == 200 and not page.has(f"/meetings/{kind}-{MONDAY}")
        assert ("/improvements/imp:7" in page.links) is (kind is ReviewKind.QUARTERLY)
    missed = await reader.look("/meetings/weekly-2027-02-22?lang=en")
    assert "should have been made Mon 22 Feb 2027" in missed.text
    await reader.look("/meetings/weekly-2020-01-01")
    assert reader.answer.status_code == 404


async def test_what_was_missed_stands_among_the_operations(plant: Plant) -> None:
    plant.store.reviews.miss(ReviewKind.WEEKLY, date(2027, 2, 22), plant.now - timedelta(days=7))
    page = await Looker(plant, "admin").look("/operations")
    assert "Weekly coordination meeting: Mon 22 Feb 2027" in page.text
    assert "/meetings/weekly-2027-02-22" in page.links
