"""Somebody of the plant at its pages without a browser: reads what is shown, and sends its forms as they stand."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx
from typing_extensions import override

from api.pages.visitors import COOKIE
from tests.api.plant import Plant

ROOT = "http://plant.example"


@dataclass
class Form:
    """What a browser would send."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def value(self, name: str) -> str | None:
        return next((value for key, value in self.values if key == name), None)

    def names(self) -> set[str]:
        return {name for name, _ in self.values}

    def with_(self, changes: dict[str, str]) -> dict[str, Any]:
        every: dict[str, Any] = {}
        for name, value in self.values:
            every.setdefault(name, []).append(value)
        return {**every, **changes}


class Reading(HTMLParser):
    """The forms of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self._area: str | None = None
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self.feed(html)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids += [given["id"]] if "id" in given else []
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
        if tag == "a":
            self.links.append(given.get("href", ""))
        if not self.forms:
            return
        match tag:
            case "input" if "name" in given and self._is_sent(given):
                self.forms[-1].values.append((given["name"], given.get("value", "")))
            case "textarea" if "name" in given:
                self._area, self._text = given["name"], ""
            case "select":
                self._select, self._options = given["name"], []
            case "option":
                self._options.append((given.get("value", ""), "selected" in given))
            case "button":
                self.forms[-1].buttons.append((given.get("name", ""), given.get("value", "")))

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self.forms[-1].values.append((self._area, self._text.removeprefix("\n")))
            self._area = None
        if tag == "select" and self._select:
            chosen = [value for value, is_selected in self._options if is_selected] or [value for value, _ in self._options[:1]]
            self.forms[-1].values += [(self._select, value) for value in chosen]
            self._select = None

    @override
    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data
        self.words.append(data.strip())

    @staticmethod
    def _is_sent(given: dict[str, str]) -> bool:
        return given.get("type") not in ("checkbox", "radio") or "checked" in given

    @property
    def text(self) -> str:
        return " ".join(word for word in self.words if word)

    def form(self, action: str, **known: str) -> Form:
        """The one with this address and these values."""
        (found,) = [
            form
            for form in self.forms
            if form.action.partition("#")[0] == action and all(form.value(name) == value for name, value in known.items())
        ]
        return found

    def has(self, action: str) -> bool:
        return any(form.action.partition("#")[0] == action for form in self.forms)


class Looker:
    """One person with a session."""

    def __init__(self, plant: Plant, name: str) -> None:
        self.plant, self.name = plant, name
        self._cookie = plant.store.sessions.begin(name, "a test", plant.now)
        self.answer: httpx.Response

    async def look(self, path: str) -> Reading:
        self.answer = await self.plant.client.get(ROOT + path, headers={"Cookie": f"{COOKIE}={self._cookie}"})
        return Reading(self.answer.text)

    async def send(self, form: Form, button: tuple[str, str] | None = None, **changes: str) -> Reading:
        """The form as it stands, with changes; `/` in names is written `__`."""
        return await self.send_with(form, {name.replace("__", "/"): value for name, value in changes.items()}, button)

    async def send_with(self, form: Form, changes: dict[str, str], button: tuple[str, str] | None = None) -> Reading:
        data = form.with_(changes) | (dict([button]) if button else {})
        self.answer = await self.plant.client.post(
            ROOT + form.action.partition("#")[0], data=data, headers={"Cookie": f"{COOKIE}={self._cookie}"}
        )
        return Reading(self.answer.text)
