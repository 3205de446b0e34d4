"""What every answer has, and the routes that need no token: health, figures, pages."""

import re
from urllib.parse import quote

import pytest
from starlette.routing import Route

from activities.store import Store, StoreAway
from api.pages.visitors import COOKIE
from tests.api.plant import Plant, code

ROOT = "http://plant.example"


@pytest.mark.parametrize("path", ["/nothing", "/api", "/api/v2/orders", "/docs", "/openapi.json", "/order", "/healthz/"])
async def test_an_unknown_path_is_a_problem_too(plant: Plant, path: str) -> None:
    assert code(await plant.client.get(ROOT + path)) == (404, "not-found")


@pytest.mark.parametrize("path", ["/nothing", "/orders/PO-1/nothing"])
async def test_a_browser_is_told_so_by_a_page(plant: Plant, path: str) -> None:
    for language, words in (("en", "there is nothing at this address"), ("zh-TW", "這個網址沒有內容")):
        page = await plant.client.get(ROOT + path, headers={"accept": "text/html,*/*", "accept-language": language})
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert words in page.text


@pytest.mark.parametrize("path", ["", "/", "/order", "/orders/", "/orders/PO-1/", "/orders/a%2Fb", "/tasks/x/y"])
async def test_an_unknown_path_of_the_api(plant: Plant, path: str) -> None:
    assert code(await plant.client.get(ROOT + "/api/v1" + path)) == (401, "no-token")
    assert code(await plant.get("boss", ROOT + "/api/v1" + path)) == (404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/orders", "GET, POST"),
        ("PATCH", "/orders/PO-1", "GET"),
        ("GET", "/tasks/PO-1.produce.1/complete", "POST"),
        ("POST", "/tasks/PO-1.produce.1/assignee", "PUT"),
        ("OPTIONS", "/me", "GET"),
    ],
)
async def test_a_method_that_is_not_possible(plant: Plant, method: str, path: str, allowed: str) -> None:
    answer = await plant.ask("boss", method, path)
    assert (code(answer), answer.headers["allow"]) == ((405, "method-not-allowed"), allowed)


async def test_a_method_that_is_not_possible_outside_the_api(plant: Plant) -> None:
    assert code(await plant.client.post(ROOT + "/healthz")) == (405, "method-not-allowed")


@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/nothing", "/healthz", "/nothing", "/", "/sign-in", "/static/jiaoqi.css"])
async def test_no_browser_misuses_an_answer(plant: Plant, path: str) -> None:
    for answer in (await plant.get("boss", ROOT + path), await plant.client.get(ROOT + path)):
        headers = answer.headers
        assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert len(headers.get_list("content-security-policy")) == 1


# Health.


async def test_the_api_lives_whatever_is_away(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise StoreAway("nobody there")

    monkeypatch.setattr(Store, "ping", gone)
    plant.engine.away = ["temporal"]
    assert (await plant.client.get(ROOT + "/healthz")).status_code == 200
    answer = await plant.client.get(ROOT + "/readyz")
    assert (code(answer), answer.json()["missing"]) == ((503, "not-ready"), ["store", "temporal"])
    assert answer.headers["retry-after"]


async def test_the_api_is_ready_when_all_that_it_needs_answers(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await plant.client.get(ROOT + "/readyz")).json() == {"status": "ready"}
    plant.engine.away = ["orders"]
    assert (await plant.client.get(ROOT + "/readyz")).status_code == 200, "one look a second is enough"
    monkeypatch.setattr("api.readiness.FRESH", 0.0)
    assert (await plant.client.get(ROOT + "/readyz")).json()["missing"] == ["orders"]


async def test_figures_are_of_bounded_number(plant: Plant) -> None:
    for n in range(3):
        await plant.get("boss", f"/orders/PO-{n}")
        await plant.client.request(f"ODD{n}", f"{ROOT}/nothing/{n}")
    answer = await plant.client.get(ROOT + "/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'jiaoqi_http_requests_total{method="GET",route="/api/v1/orders/{order_no}",status="404"} 3.0' in answer.text
    assert 'jiaoqi_http_requests_total{method="other",route="unknown",status="404"} 3.0' in answer.text


# Pages.


@pytest.mark.parametrize("path", ["/", "/orders/PO-1", "/tasks/PO-1.produce.1", "/orders/%3Cscript%3E"])
async def test_the_pages_that_mails_link_to_are_for_whoever_signs_in(plant: Plant, path: str) -> None:
    await plant.entered()
    answer = await plant.client.get(ROOT + path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=" + quote(path))
    assert not answer.text


async def test_who_has_not_signed_in_is_told_nothing(plant: Plant) -> None:
    await plant.entered()
    page = await plant.client.get(ROOT + "/sign-in?next=/orders/PO-1")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "jq_" not in page.text and "Kaohsiung" not in page.text


async def test_pages_load_from_here_only(plant: Plant) -> None:
    page = await plant.client.get(ROOT + "/sign-in")
    assert "'unsafe" not in page.headers["content-security-policy"]
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
        found = await plant.client.get(ROOT + address)
        assert found.status_code == 200 and found.headers["cache-control"].endswith("immutable")
        assert found.headers["content-type"].startswith(("text/css", "text/javascript", "image/svg+xml"))
    assert (await plant.client.get(ROOT + "/static/jiaoqi.css")).headers["cache-control"] == "no-store"
    assert code(await plant.client.get(ROOT + "/static/site.py")) == (404, "not-found")


@pytest.mark.parametrize(
    ("told", "is_ours"),
    [
        ({"origin": "http://elsewhere.example"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"origin": ROOT, "sec-fetch-site": "same-site"}, False),
        # A sandboxed frame of somebody else's; our own pages have themselves named.
        ({"origin": "null"}, False),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, False),
        ({"origin": "null", "sec-fetch-site": "none"}, False),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, True),
        ({"origin": ROOT}, True),
        ({"origin": ROOT, "sec-fetch-site": "same-origin"}, True),
        ({}, True),
    ],
)
async def test_a_form_from_elsewhere_is_refused(plant: Plant, told: dict[str, str], is_ours: bool) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = await plant.client.post(ROOT + "/sign-in", headers=form | told, content="name=boss&password=nonsense")
    assert ("another site" in answer.text) != is_ours
    assert (answer.status_code == 403) != is_ours
    # Wherever it says it comes from: whoever is signed in shows by their own page's secret that they meant it.
    cookie = {"cookie": f"{COOKIE}={plant.store.sessions.begin('boss', 'a test', plant.now)}"}
    for path in ("/sign-out", "/me/away", "/people", "/orders/PO-1/cancel"):
        answer = await plant.client.post(ROOT + path, headers=form | told | cookie, content="name=boss")
        assert answer.status_code == 403, path


async def test_pages_have_browsers_name_them_and_nothing_more(plant: Plant) -> None:
    assert (await plant.client.get(ROOT + "/sign-in")).headers["referrer-policy"] == "strict-origin"
    assert (await plant.client.get("/me")).headers["referrer-policy"] == "no-referrer"


def test_whoever_comes_to_the_address_of_a_form_is_shown_something(plant: Plant) -> None:
    """After signing in, by a reload or by a link to another language: a browser then only looks."""
    pages = [route for route in plant.app.routes if isinstance(route, Route) and not route.path.startswith("/api/")]
    taking = {route.path for route in pages if "POST" in (route.methods or ())}
    looked_at = {route.path for route in pages if "GET" in (route.methods or ())}
    assert taking and not taking - looked_at, "Doors.form leads from a form's address to the page it stands on"


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/people/sales1/away", "/people/sales1"),
        ("/people/a%2520b/password", "/people/a%2520b"),
        ("/orders/new/amend", "/orders/new/"),
        ("/orders/PO-1/documents/generate", "/orders/PO-1/documents"),
        ("/tasks/PO-1.produce.1/complete?lang=zh-Hant", "/tasks/PO-1.produce.1"),
        ("/me/tokens", "/me"),
        ("/sign-out", "/"),
    ],
)
async def test_a_forms_own_address_leads_to_its_page(plant: Plant, path: str, page: str) -> None:
    cookie = {"cookie": f"{COOKIE}={plant.store.sessions.begin('boss', 'a test', plant.now)}"}
    answer = await plant.client.get(ROOT + path, headers=cookie)
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert ("jiaoqi_language" in answer.headers.get("set-cookie", "")) == ("lang=" in path)
