"""The key and the exported heads: files that nobody makes twice, and that say what they are."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from activities.audit import key
from activities.audit.heads import Head, HeadFile, HeadsCannotBeRead
from activities.audit.key import KeyIsUnusable

HEAD = Head(7, "ab" * 32, "2026-11-20T08:00:00.000000Z")


def test_the_key_is_made_once_whoever_comes_first_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "home" / "audit.key"
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(key.read_or_make, [file] * 16))
    assert len(made) == 1 and len(made.pop()) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["audit.key"]


@pytest.mark.parametrize("text", ["", "secret\n", "ab" * 31, "AB" * 32, "ä"])
def test_what_is_no_key_is_refused_and_never_shown(tmp_path: Path, text: str) -> None:
    (tmp_path / "audit.key").write_text(text)
    with pytest.raises(KeyIsUnusable, match="holds no key") as refusal:
        key.read_or_make(tmp_path / "audit.key")
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_newer_key_stands_below_the_older_ones(tmp_path: Path, end: str) -> None:
    file = tmp_path / "audit.key"
    older = key.read_or_make(file)
    file.write_text(f"{older.hex()}{end}")
    made = [key.add(file), key.add(file)]
    assert key.read_all(file) == (older, *made) and key.read(file) == made[-1] == key.read_or_make(file)
    assert len({older, *made}) == 3
    with pytest.raises(KeyIsUnusable, match="No such file"):
        key.add(tmp_path / "none")
    file.write_text(f"{older.hex()}\nsecret\n")
    with pytest.raises(KeyIsUnusable, match="holds no key"):
        key.add(file)


def test_a_key_that_is_missing_is_not_made_by_whoever_only_reads(tmp_path: Path) -> None:
    with pytest.raises(KeyIsUnusable, match="No such file"):
        key.read(tmp_path / "audit.key")
    assert not list(tmp_path.iterdir())


def test_heads_stand_one_behind_the_other(tmp_path: Path) -> None:
    file = HeadFile(tmp_path / "audit-heads.jsonl")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(file.add, [HEAD] * 20))
    assert list(file.read()) == [HEAD] * 20
    assert json.loads(file.path.read_text().splitlines()[0]) == {"n": 7, "mac": HEAD.mac, "at": HEAD.at}
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_a_line_that_a_crash_cut_off_counts_as_none(tmp_path: Path) -> None:
    file = HeadFile(tmp_path / "heads")
    file.add(HEAD)
    with file.path.open("a") as open_file:
        open_file.write('{"n": 8, "ma')
    assert list(file.read()) == [HEAD]


@pytest.mark.parametrize("line", ["[]\n", "{}\n", '{"n": "x", "mac": "", "at": ""}\n', "hello\n"])
def test_what_is_no_head_is_refused_by_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "heads").write_text(f"{HEAD.line}\n{line}")
    with pytest.raises(HeadsCannotBeRead, match="heads:2: this is no head"):
        list(HeadFile(tmp_path / "heads").read())
