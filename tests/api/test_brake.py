"""The brake on guessed tokens: whom it slows, for how long, and what it keeps in memory."""

import asyncio

import httpx
import pytest
from limits import RateLimitItemPerSecond

from activities.store import PeopleRegister, Person
from api.brake import MOST_KNOWN, Brake, neighbourhood
from tests.api.plant import Plant, code

ADDRESS, OTHER = "192.0.2.1", "192.0.2.2"
THREE = RateLimitItemPerSecond(3)


async def fail(brake: Brake, address: str, times: int) -> None:
    for n in range(times):
        await brake.failed(f"jq_{n}", address)


async def test_an_address_waits_after_its_failures_and_not_for_ever() -> None:
    brake = Brake(THREE)
    await fail(brake, ADDRESS, 2)
    assert await brake.seconds_to_wait("jq_x", ADDRESS) == 0
    await fail(brake, ADDRESS, 1)
    assert await brake.seconds_to_wait("jq_x", ADDRESS) == 1
    assert await brake.seconds_to_wait("jq_x", OTHER) == 0
    await asyncio.sleep(1.05)
    assert await brake.seconds_to_wait("jq_x", ADDRESS) == 0


async def test_a_known_token_never_waits_until_it_fails_itself() -> None:
    brake = Brake(THREE)
    brake.succeeded("jq_good")
    await fail(brake, ADDRESS, 3)
    assert await brake.seconds_to_wait("jq_good", ADDRESS) == 0
    await brake.failed("jq_good", ADDRESS)
    assert await brake.seconds_to_wait("jq_good", ADDRESS) == 1


async def test_a_flood_of_addresses_fills_no_memory() -> None:
    brake = Brake(THREE, most_addresses=10)
    await fail(brake, ADDRESS, 1)
    for n in range(100):
        await brake.failed("jq_x", f"198.51.100.{n}")
    assert len(brake._storage.storage) <= 11
    assert await brake.seconds_to_wait("jq_x", "203.0.113.7") == 1, "those who came too late share a count"
    assert await brake.seconds_to_wait("jq_x", ADDRESS) == 0, "who was counted before has their own"


def test_a_flood_of_tokens_fills_no_memory() -> None:
    brake = Brake()
    for n in range(MOST_KNOWN + 10):
        brake.succeeded(f"jq_{n}")
    assert len(brake._known) == MOST_KNOWN


@pytest.mark.parametrize(
    ("one", "another", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::1", True),
        ("unix", "other", False),
    ],
)
def test_who_shares_a_network_shares_a_count(one: str, another: str, same: bool) -> None:
    assert (neighbourhood(one) == neighbourhood(another)) == same


async def test_the_store_is_not_asked_for_a_guesser(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    by_token = PeopleRegister.by_token

    def counted(register: PeopleRegister, token: str) -> Person | None:
        asked.append(token)
        return by_token(register, token)

    monkeypatch.setattr(PeopleRegister, "by_token", counted)
    transport = httpx.ASGITransport(plant.app, client=(ADDRESS, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://plant.example/api/v1") as guesser:
        for n in range(70):
            answer = await guesser.get("/me", headers={"Authorization": f"Bearer jq_{n}"})
        assert code(answer) == (429, "too-many-failures")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert len(asked) == 60
        without = await guesser.get("/me")
        assert code(without) == (401, "no-token"), "who has no token asks for nothing that could be guessed"
    assert (await plant.get("boss", "/me")).status_code == 200
