"""One `up` per home; what it writes down is found by others and believed only while it is true."""

import subprocess
import sys
from pathlib import Path

import pytest

from jiaoqi.errors import HomeIsTaken
from jiaoqi.home import Home, StackNote
from jiaoqi.running import Running, end

NOTE = StackNote(
    up=Running.current(),
    url="http://127.0.0.1:8000",
    temporal_ui_url="http://127.0.0.1:8233",
    mailbox_url="http://127.0.0.1:8025",
    environment={"TEMPORAL_ADDRESS": "127.0.0.1:7233"},
    children={"api": Running.current()},
    ready=True,
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_a_home_is_taken_once(home: Home) -> None:
    with home.taken(), pytest.raises(HomeIsTaken, match="already running in"), Home(home.path).taken():
        pass


def test_a_home_is_free_again_afterwards(home: Home) -> None:
    with home.taken():
        assert home.is_taken
    assert not home.is_taken
    with home.taken():
        pass


def test_asking_creates_nothing(home: Home) -> None:
    assert home.running_stack() is None
    assert not home.path.exists()


def test_a_note_is_read_as_it_was_written_and_by_nobody_else(home: Home) -> None:
    with home.taken():
        home.write(NOTE)
        assert Home(home.path).running_stack() == NOTE
        assert home.note_file.stat().st_mode & 0o077 == 0


def test_a_note_of_a_stack_that_was_killed_counts_for_nothing_but_its_leftovers(home: Home) -> None:
    with home.taken():
        home.write(NOTE)
    assert home.running_stack() is None
    assert home.last_note() == NOTE


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"children": {}}', '{"children": {"api": {"pid": 1}}}'])
def test_an_unreadable_note_is_none(home: Home, text: str) -> None:
    home.path.mkdir()
    home.note_file.write_text(text)
    assert home.last_note() is None


def test_the_policy_is_that_of_the_last_start(home: Home) -> None:
    home.path.mkdir()
    kept = home.keep_policy('version = "甲"')
    assert kept and kept.read_text("utf-8") == 'version = "甲"'
    with kept.open(encoding="utf-8") as read:
        home.keep_policy('version = "乙"')
        # Whoever reads meanwhile reads the old one or the new one, never half of one.
        assert (read.read(), kept.read_text(encoding="utf-8")) == ('version = "甲"', 'version = "乙"')
    assert home.keep_policy(None) is None
    assert not kept.exists()


def test_a_path_may_be_written_with_a_tilde(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Home(Path("~/plant")).path == tmp_path / "plant"


def test_a_process_with_the_same_number_is_not_the_same_process() -> None:
    me = Running.current()
    assert me.lives
    assert not Running(me.pid, born="another boot:1").lives


def test_nobody_is_ended_who_is_not_verifiably_ours() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        assert not end(Running(stranger.pid, born=""))
        assert not end(Running(stranger.pid, born="another boot:1"))
        assert stranger.poll() is None
        assert end(Running.of(stranger.pid))
        assert stranger.wait() == -9
