"""The inbox's page at a hundred open tasks and at a hundred thousand: does it cost the same?

Every order of these stores is open. Whoever looks is of all departments, or owns all orders, so that both pages are full.
"""

import http.client
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from activities.store import Person, Store
from api.pages.tasks.inbox_view import A_PAGE
from api.pages.visitors import COOKIE
from benchmarks import seeding
from benchmarks.reading import serving
from benchmarks.seeding import BUSY
from benchmarks.store import postgresql, sqlite, timed
from tests.store import cluster
from workflows.types.words import Department

FEW, MANY = 100, 100_000
FIRST = "my departments'"
EVERYWHERE = "everywhere"
PAGES = {
    FIRST: (EVERYWHERE, "/"),
    "my departments', orders that begin with": (EVERYWHERE, "/?q=po"),
    "waiting on others, for who owns every order": (BUSY, "/?view=others"),
}
"""By name: who looks, and where."""


def measure(many: int = MANY, few: int = FEW) -> Iterator[dict[str, Any]]:
    """Figures by database, PostgreSQL where it is installed; after each all so far."""
    found: dict[str, Any] = {"open": [few, many]}
    places = {"sqlite": sqlite} | ({"postgresql": postgresql} if cluster.binaries() else {})
    for database, place in places.items():
        with ExitStack() as stack:
            urls, now = stack.enter_context(place()), datetime.now(UTC)
            seeded = [seeding.seed(url, size, now, opened=size) for url, size in zip(urls, (few, many), strict=True)]
            looks = [stack.enter_context(looking(one.url)) for one in seeded]
            found[database] = {name: timed([look(*page) for look in looks]) for name, page in PAGES.items()}
        yield found


@contextmanager
def looking(url: str) -> Iterator[Callable[[str, str], Callable[[int], object]]]:
    """Says who looks where, for an API process of its own with nothing behind it."""
    with closing(Store.open(url)) as store:
        store.people.put(Person(id=EVERYWHERE, name="Everywhere", departments=tuple(Department)))
        store.people.put(Person(id=BUSY, name="Anna", departments=(Department.SALES,)))
        sessions = {who: store.sessions.begin(who, "a benchmark", datetime.now(UTC)) for who in (EVERYWHERE, BUSY)}
        with serving(url) as address:
            yield lambda who, path: Looker(address, sessions[who]).looking(path)


class Looker:
    """One browser with a connection that is kept open."""

    def __init__(self, url: str, session: str) -> None:
        self._to = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self._headers = {"Cookie": f"{COOKIE}={session}"}

    def looking(self, path: str) -> Callable[[int], object]:
        def look(_: int) -> bytes:
            self._to.request("GET", path, headers=self._headers)
            answer = self._to.getresponse()
            page = answer.read()
            if answer.status != 200 or page.count(b"<tr>") != A_PAGE + 1:
                raise RuntimeError(f"GET {path}: {answer.status}, {page.count(b'<tr>')} rows")
            return page

        return look
