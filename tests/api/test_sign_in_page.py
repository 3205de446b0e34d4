"""Signing in without a browser: who guesses waits, nobody is led elsewhere, and no session is older than its sign-in."""

from typing import Any

import httpx
import pytest

from api.pages.people.sign_in import safe
from api.pages.visitors import COOKIE
from tests.api.looking import ROOT, Looker
from tests.api.plant import Plant

PASSWORD = "demo-of-tests"


@pytest.fixture(autouse=True)
def sales1_has_a_password(plant: Plant) -> None:
    plant.store.sessions.set_password("sales1", PASSWORD, plant.now)


async def sign_in(plant: Plant, name: str, password: str, **options: Any) -> httpx.Response:
    form = {"name": name, "password": password, "next": options.pop("next", "")}
    place = options.pop("place", "127.0.0.1")
    transport = httpx.ASGITransport(plant.app, client=(place, 1))
    async with httpx.AsyncClient(transport=transport, base_url=ROOT) as client:
        return await client.post("/sign-in", data=form, **options)


async def test_a_good_password_opens_and_a_bad_one_keeps_the_name(plant: Plant) -> None:
    bad = await sign_in(plant, "sales1", "nonsense")
    assert bad.status_code == 401 and 'value="sales1"' in bad.text and "nonsense" not in bad.text
    good = await sign_in(plant, "sales1", PASSWORD, next="/me")
    assert (good.status_code, good.headers["location"]) == (303, "/me")
    cookie = good.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie


async def test_a_known_and_an_unknown_name_are_told_the_same(plant: Plant) -> None:
    one, other = await sign_in(plant, "sales1", "nonsense"), await sign_in(plant, "nobody", "nonsense")
    assert one.status_code == other.status_code == 401
    assert one.text.replace("sales1", "") == other.text.replace("nobody", "")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil",
        "",
    ],
)
async def test_nobody_is_led_elsewhere(plant: Plant, elsewhere: str) -> None:
    assert safe(elsewhere) == "/"
    answer = await sign_in(plant, "sales1", PASSWORD, next=elsewhere)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_our_own_pages_are_gone_back_to() -> None:
    for address in ("/", "/orders/PO-1?lang=zh-Hant", "/tasks/訂單.inspect.1"):
        assert safe(address) == address


async def test_a_form_from_another_site_signs_nobody_in(plant: Plant) -> None:
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = await sign_in(plant, "sales1", PASSWORD, headers=headers)
        assert answer.status_code == 403 and "set-cookie" not in answer.headers


async def test_who_guesses_one_name_waits_and_from_elsewhere_its_owner_does_not(plant: Plant) -> None:
    for _ in range(5):
        assert (await sign_in(plant, "sales1", "nonsense")).status_code == 401
    braked = await sign_in(plant, "sales1", PASSWORD)
    assert braked.status_code == 429 and 1 <= int(braked.headers["retry-after"]) <= 300
    assert "set-cookie" not in braked.headers
    assert (await sign_in(plant, "sales1", PASSWORD, place="10.0.0.7")).status_code == 303
    # Nor do neighbours with other names.
    assert (await sign_in(plant, "sales2", "nonsense")).status_code == 401


async def test_who_tries_many_names_from_one_place_waits(plant: Plant) -> None:
    for n in range(30):
        assert (await sign_in(plant, f"name{n}", "nonsense")).status_code == 401
    assert (await sign_in(plant, "name30", "nonsense")).status_code == 429
    assert (await sign_in(plant, "name30", "nonsense", place="10.0.0.7")).status_code == 401


async def test_a_name_guessed_from_everywhere_is_closed_but_where_its_owner_was_before(plant: Plant) -> None:
    assert (await sign_in(plant, "sales1", PASSWORD, place="10.9.9.9")).status_code == 303
    for n in range(50):
        assert (await sign_in(plant, "sales1", "nonsense", place=f"10.0.{n}.1")).status_code == 401
    assert (await sign_in(plant, "sales1", PASSWORD, place="10.1.1.1")).status_code == 429
    assert (await sign_in(plant, "sales1", PASSWORD, place="10.9.9.9")).status_code == 303


async def test_signing_in_again_makes_a_new_session_and_ends_the_one_before(plant: Plant) -> None:
    looker = Looker(plant, "sales1")
    page = await looker.look("/me")
    csrf = page.form("/sign-out").value("csrf")
    form = {"name": "sales1", "password": PASSWORD, "csrf": csrf}
    answer = await plant.client.post(f"{ROOT}/sign-in", data=form, headers={"Cookie": f"{COOKIE}={looker._cookie}"})
    assert answer.status_code == 303 and looker._cookie not in answer.headers["set-cookie"]
    await looker.look("/me")
    assert looker.answer.headers["location"].startswith("/sign-in")


async def test_a_session_that_somebody_made_up_is_none(plant: Plant) -> None:
    answer = await plant.client.get(f"{ROOT}/me", headers={"Cookie": f"{COOKIE}=made-up"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/me")


async def test_who_is_removed_is_out_at_once(plant: Plant) -> None:
    looker = Looker(plant, "sales1")
    await looker.look("/me")
    assert looker.answer.status_code == 200
    plant.store.people.remove("sales1")
    await looker.look("/me")
    assert looker.answer.status_code == 303
    assert (await sign_in(plant, "sales1", PASSWORD)).status_code == 401
