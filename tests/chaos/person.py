"""Somebody at a screen: speaks HTTP to one API or the other, and writes down what they were told."""

import asyncio
import random
import time
from typing import Any

import httpx

from tests.chaos.diary import OK, UNKNOWN, Call, Diary
from tests.chaos.plant import APIS, Plant

PATIENCE = 20.0
"""Seconds that a client waits for an answer; the API promises one within 15."""
REPEATS, TRIES = 3, 10


class Person:
    def __init__(self, name: str, plant: Plant, client: httpx.AsyncClient, diary: Diary, purpose: str = "") -> None:
        self.name, self.plant, self.diary = name, plant, diary
        self.chance = random.Random(f"{plant.seed}/{name}/{purpose}")
        self._client = client
        self.spoken: list[Call] = []
        self._api = self.chance.choice(APIS)

    def at_another_desk(self, purpose: str) -> "Person":
        """The same person doing something else at the same time, with chances of its own."""
        return Person(self.name, self.plant, self._client, self.diary, purpose)

    def key(self) -> str:
        return f"{self.chance.getrandbits(64):016x}"

    def call(self, path: str, body: Any, purpose: str, *, method: str = "POST", key: str | None = None) -> Call:
        """A call that is not made yet."""
        return Call(self.name, path, body, key or self.key(), purpose, self.whichever_answers(), method)

    async def say(self, call: Call, headers: dict[str, str] | None = None) -> Call:
        """Makes it, once."""
        keyed = {"Authorization": f"Bearer {self.plant.tokens[self.name]}", "Idempotency-Key": call.key, **(headers or {})}
        content = {"content": call.body} if isinstance(call.body, str) else {"json": call.body}
        keyed |= {"Content-Type": "application/json"}
        call.began = time.time()
        try:
            answer = await self._client.request(call.method, self._at(call.api, call.path), headers=keyed, **content)
            call.hear(answer.status_code, answer.text, dict(answer.headers))
        except (httpx.TransportError, httpx.DecodingError) as error:
            call.code = type(error).__name__
            self._turn_away()
        call.ended = time.time()
        if call.told == OK:
            await self._read_back(call)
        self.spoken.append(call)
        self.diary.note(call)
        return call

    async def insist(self, call: Call) -> Call:
        """Makes it; when nobody knows what became of it, mostly says the same again, under the same key."""
        await self.say(call)
        for _ in range(REPEATS):
            if call.told != UNKNOWN or self.chance.random() < 0.3:
                break
            await asyncio.sleep(self.chance.uniform(0.2, 2.0))
            call = await self.again(call, call.purpose)
        return call

    async def again(self, call: Call, purpose: str) -> Call:
        """The same words under the same key, to whichever API."""
        return await self.say(self.call(call.path, call.body, purpose, method=call.method, key=call.key))

    async def get(self, path: str, **query: Any) -> Any:
        """What a GET answers with 200; None when it does not."""
        headers = {"Authorization": f"Bearer {self.plant.tokens[self.name]}"}
        try:
            answer = await self._client.get(self._at(self.whichever_answers(), path), params=query, headers=headers)
        except (httpx.TransportError, httpx.DecodingError):
            self._turn_away()
            return None
        return answer.json() if answer.status_code == 200 else None

    async def every(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All items of a list, page by page; raises LookupError when a page does not come for a long time."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = await self.surely(path, limit=200, **query, **cursor)
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            cursor = {"cursor": page["next_cursor"]}

    async def surely(self, path: str, **query: Any) -> Any:
        """What a GET answers with 200 when nothing is broken any more; raises LookupError when it never does."""
        for _ in range(TRIES):
            if (found := await self.get(path, **query)) is not None:
                return found
            await asyncio.sleep(1)
        raise LookupError(f"GET {path} is not answered")

    async def _read_back(self, call: Call) -> None:
        """What a 2xx says can be read at once, from whichever API."""
        if not call.path.endswith("/complete") or self.chance.random() < 0.6:
            return
        shown = await self.get(call.path.removesuffix("/complete"))
        if shown is not None:
            done = (shown["status"], shown["completed_by"]) == ("completed", self.name)
            call.read_back = "seen" if done else f"{shown['status']} by {shown['completed_by']}"

    def whichever_answers(self) -> str:
        """The API that answered last, sometimes the other one."""
        return self.chance.choice(APIS) if self.chance.random() < 0.2 else self._api

    def _turn_away(self) -> None:
        """From an API that does not answer."""
        self._api = APIS[1 - APIS.index(self._api)]

    def _at(self, api: str, path: str) -> str:
        return f"{self.plant.url(api)}/api/v1{path}"
