"""A stack starts in order, says when it is ready, outlives the death of its parts, and stops in the opposite order."""

import asyncio
import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from jiaoqi.addresses import HOST, Ports
from jiaoqi.errors import StoreDoesNotAnswer
from jiaoqi.home import Home
from jiaoqi.plan import Plan
from jiaoqi.processes import Child
from jiaoqi.running import Running
from jiaoqi.settings import Settings
from jiaoqi.stack import Stack, answer_of, end_leftovers
from tests.jiaoqi.waiting import soon

# Answers 200 to everything; leaves its name behind when asked to end.
STAND_IN = """
import http.server, signal, sys
from pathlib import Path

class Yes(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

def end(*_):
    with Path(sys.argv[3]).open("a") as story:
        story.write(f"{sys.argv[1]} ended\\n")
    sys.exit()

signal.signal(signal.SIGTERM, end)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[2])), Yes).serve_forever()
"""


class Staged:
    """A stack of stand-ins, and what happened to it."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "home")
        self.story = folder / "story.txt"
        ports = Ports()
        self.url = {name: f"http://{HOST}:{ports.take('', 0)}" for name in ("temporal", "mailbox", "worker", "api")}
        self.plan = Plan(
            settings=Settings.load(self.home.path, {"TEMPORAL_ADDRESS": "t:7233"}),
            url=self.url["api"],
            temporal_ui_url=self.url["temporal"],
            mailbox_url=self.url["mailbox"],
            servers=(self.child("temporal"), self.child("mailbox")),
            programs=(self.child("worker"), self.child("api")),
            probes=(*self.url.values(),),
        )
        self.tell("")

    def child(self, name: str) -> Child:
        argv = (sys.executable, "-c", STAND_IN, name, self.url[name].rpartition(":")[2], str(self.story))
        return Child(name=name, argv=argv, environment={}, log=self.home.logs / f"{name}.log")

    def tell(self, line: str) -> None:
        with self.story.open("a") as story:
            story.write(line)

    def migrate(self, database_url: str) -> None:
        self.tell(f"migrated {database_url}\n")

    async def run(self) -> None:
        with self.home.taken():
            await Stack(self.home, self.plan, self.migrate).run(lambda plan: self.tell(f"ready: {plan.url}\n"))

    def happened(self, text: str) -> bool:
        return text in self.story.read_text()

    def pid(self, name: str) -> int:
        note = self.home.last_note()
        assert note
        return note.children[name].pid


@pytest.fixture
def staged(tmp_path: Path) -> Staged:
    return Staged(tmp_path)


async def test_a_stack_starts_in_order_and_stops_in_the_opposite_order(staged: Staged) -> None:
    running = asyncio.create_task(staged.run())
    await soon(lambda: staged.happened("ready"))
    os.kill(os.getpid(), signal.SIGTERM)
    await running
    assert staged.story.read_text().splitlines() == [
        f"migrated {staged.plan.settings.database_url}",
        f"ready: {staged.url['api']}",
        *(f"{name} ended" for name in ("api", "worker", "mailbox", "temporal")),
    ]
    assert not staged.home.note_file.exists()


async def test_others_find_a_stack_that_runs(staged: Staged) -> None:
    running = asyncio.create_task(staged.run())
    await soon(lambda: staged.happened("ready"))
    assert Settings.load(staged.home.path, {}).temporal_address == "t:7233"
    note = json.loads(staged.home.note_file.read_text())
    assert note["ready"] is True
    assert (note["url"], note["mailbox_url"]) == (staged.url["api"], staged.url["mailbox"])
    os.kill(os.getpid(), signal.SIGINT)
    await running


async def test_a_part_that_is_killed_comes_back_and_is_on_record(staged: Staged) -> None:
    running = asyncio.create_task(staged.run())
    await soon(lambda: staged.happened("ready"))
    first = staged.pid("worker")
    os.kill(first, signal.SIGKILL)
    await soon(lambda: staged.pid("worker") != first and answer_of(staged.url["worker"]) == "200")
    os.kill(os.getpid(), signal.SIGTERM)
    await running
    assert staged.happened("worker ended")


async def test_a_note_that_cannot_be_written_keeps_no_part_from_coming_back(staged: Staged) -> None:
    """A disk may be full for a while: who keeps the parts running must not end for want of a note."""
    running = asyncio.create_task(staged.run())
    await soon(lambda: staged.happened("ready"))
    staged.home.note_file.with_suffix(".draft").mkdir()
    os.kill(staged.pid("worker"), signal.SIGKILL)
    await soon(lambda: answer_of(staged.url["worker"]) != "200")
    await soon(lambda: answer_of(staged.url["worker"]) == "200")
    os.kill(os.getpid(), signal.SIGTERM)
    await running
    assert staged.happened("worker ended")


async def test_a_signal_before_readiness_stops_as_cleanly(staged: Staged) -> None:
    nobody = f"http://{HOST}:{Ports().take('', 0)}"
    staged.plan = replace(staged.plan, probes=(*staged.plan.probes, nobody))
    running = asyncio.create_task(staged.run())
    await soon(lambda: staged.home.note_file.exists() and len(json.loads(staged.home.note_file.read_text())["children"]) == 4)
    os.kill(os.getpid(), signal.SIGTERM)
    await running
    assert not staged.happened("ready")


async def test_a_store_that_does_not_answer_stops_what_was_started(staged: Staged) -> None:
    def away(database_url: str) -> None:
        raise StoreDoesNotAnswer("connection refused")

    staged.migrate = away  # type: ignore[method-assign]
    with pytest.raises(StoreDoesNotAnswer):
        await staged.run()
    assert not staged.happened("ready")
    assert not staged.home.is_taken


async def test_leftovers_of_a_killed_stack_are_ended(staged: Staged, caplog: pytest.LogCaptureFixture) -> None:
    left = await asyncio.create_subprocess_exec(sys.executable, "-c", "import signal; signal.pause()")
    running = asyncio.create_task(staged.run())
    await soon(lambda: staged.happened("ready"))
    note = staged.home.last_note()
    assert note
    os.kill(os.getpid(), signal.SIGTERM)
    await running
    gone = note.children["api"]
    staged.home.write(replace(note, children={"api": gone, "worker": Running.of(left.pid)}))
    end_leftovers(staged.home)
    assert await left.wait() == -signal.SIGKILL
    assert f"ended worker (process {left.pid}), left over by an earlier stack" in caplog.text
    assert "api" not in caplog.text
    assert not staged.home.note_file.exists()
