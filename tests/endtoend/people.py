"""The plant's people: hired through the command line, and what each says through HTTP."""

import contextlib
import functools
import io
import shutil
import tempfile
import uuid
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import delete, insert, select

from activities.store import Database, migrate
from activities.store.tables import METADATA
from jiaoqi.cli.main import run
from jiaoqi.home import Home

CAST: Mapping[str, tuple[str, ...]] = {
    "sales1": ("--department", "sales"),
    "sales-head": ("--department", "sales", "--head", "sales"),
    "production1": ("--department", "production"),
    "production-head": ("--department", "production", "--head", "production"),
    "quality1": ("--department", "quality"),
    "quality2": ("--department", "quality"),
    "quality-head": ("--department", "quality", "--head", "quality"),
    "warehouse1": ("--department", "warehouse"),
    "warehouse-head": ("--department", "warehouse", "--head", "warehouse"),
    "supply1": ("--department", "supply_chain"),
    "supply-head": ("--department", "supply_chain", "--head", "supply_chain"),
    "boss": ("--department", "management", "--head", "management"),
    "admin": ("--admin",),
    # Makes goods and inspects goods: four eyes keep them from doing both to the same.
    "maker": ("--department", "production", "--department", "quality"),
}
MEMBERS = {
    department: tuple(name for name, roles in CAST.items() if department in roles)
    for department in ("sales", "production", "quality", "warehouse", "supply_chain", "management")
}
FIRST_OF = {
    "sales": "sales1",
    "production": "production1",
    "quality": "quality1",
    "warehouse": "warehouse1",
    "supply_chain": "supply1",
    "management": "boss",
}


def hire(home: Path, database_url: str | None = None) -> Mapping[str, str]:
    """Everybody's token. Who was hired once, into a home that no stack has used, is copied into the others."""
    template, tokens = hired_once()
    if database_url:
        copy(Home(template).store_url, database_url)
    else:
        shutil.copytree(template, home, dirs_exist_ok=True)
    return tokens


def copy(source_url: str, target_url: str) -> None:
    """All that is in one store, into another of which nobody has made anything yet."""
    migrate(target_url)
    with closing(Database(source_url)) as source, closing(Database(target_url)) as target, target.writing() as writing:
        for table in METADATA.sorted_tables:
            with source.reading() as reading:
                rows = [dict(row) for row in reading.execute(select(table)).mappings()]
            writing.execute(delete(table))
            if rows:
                writing.execute(insert(table), rows)


def hired_into(home: Path) -> Mapping[str, str]:
    """Everybody, by the same commands as a user's."""
    return {name: hired(home, name, *roles) for name, roles in CAST.items()}


def hired(home: Path, name: str, *roles: str) -> str:
    """The token of somebody new."""
    jiaoqi("people", "add", name, "--email", f"{name}@plant.example", *roles, "--home", str(home))
    return jiaoqi("people", "token", name, "--home", str(home)).strip()


@functools.cache
def hired_once() -> tuple[Path, Mapping[str, str]]:
    home = Path(tempfile.mkdtemp(prefix="jiaoqi-cast-"))
    return home, hired_into(home)


def dismiss() -> None:
    """Leaves nothing behind of whom we hired."""
    if hired_once.cache_info().currsize:
        shutil.rmtree(hired_once()[0])
        hired_once.cache_clear()


def jiaoqi(*arguments: str) -> str:
    """A command in this process: two dozen interpreters take half a minute."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(list(arguments))
    assert status == 0, f"jiaoqi {' '.join(arguments)} ended with {status}: {err.getvalue()}"
    return out.getvalue()


class Person:
    """Somebody with a token."""

    def __init__(self, name: str, token: str, client: httpx.Client, url: Callable[[], str]) -> None:
        self.name = name
        self._token = token
        self._headers = {"Authorization": f"Bearer {token}"}
        self._client = client
        self._url = url

    def at(self, client: httpx.Client) -> "Person":
        """The same person at another client."""
        return Person(self.name, self._token, client, self._url)

    def ask(self, path: str, **query: Any) -> Any:
        """What a GET answers with 200."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, f"GET {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def get(self, path: str, *, headers: Mapping[str, str] | None = None, **query: Any) -> httpx.Response:
        return self._client.get(self._at(path), params=query, headers={**self._headers, **(headers or {})})

    def every(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All items of a list, page by page."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.ask(path, limit=200, **query, **cursor)
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            cursor = {"cursor": page["next_cursor"]}

    def say(
        self, path: str, body: Any, key: str | None = None, method: str = "POST", headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        keyed = {"Idempotency-Key": key or uuid.uuid4().hex, **(headers or {})}
        return self._client.request(method, self._at(path), json=body, headers={**self._headers, **keyed})

    def _at(self, path: str) -> str:
        return f"{self._url()}/api/v1{path}"


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that a refusal is, in the shape of RFC 9457."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    told: dict[str, Any] = answer.json()
    assert (told["status"], told["code"]) == (status, code), told
    assert {"type", "title", "detail"} <= told.keys()
    assert all({"pointer", "message"} <= error.keys() for error in told.get("errors", []))
    return told
