"""What the command says in Chinese; English is what tests of commands elsewhere expect."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from jiaoqi.cli.helping import wrapped
from jiaoqi.cli.main import COMMANDS
from jiaoqi.cli.tables import width

ROOT = Path(__file__).parents[2]
NO_LANGUAGE = {"JIAOQI_LANGUAGE": "", "LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}
ENGLISH_WORDS = re.compile(r"(?<!--)\b(the|and|of|with|is|not|no|when|which|this|from)\b")
"""`--from` is a name to type, the same in every language."""


def jiaoqi(*arguments: str, **language: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **NO_LANGUAGE, "PYTHONPATH": str(ROOT), **language}
    command = [sys.executable, "-m", "jiaoqi", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "no stack is running"),
        ({"LANG": "C.UTF-8"}, "no stack is running"),
        ({"LANG": "de_DE.UTF-8"}, "no stack is running"),
        ({"LANG": "zh_TW.UTF-8"}, "中沒有系統在執行"),
        ({"LANG": "zh_CN.UTF-8"}, "中没有系统在运行"),
        ({"LANG": "zh_TW.UTF-8", "LC_ALL": "C"}, "no stack is running"),
        ({"LANG": "zh_TW.UTF-8", "LC_ALL": "C", "JIAOQI_LANGUAGE": "zh-Hans"}, "中没有系统在运行"),
        ({"LANG": "zh_TW.UTF-8", "JIAOQI_LANGUAGE": "en"}, "no stack is running"),
    ],
)
def test_the_terminal_says_which_language(tmp_path: Path, variables: dict[str, str], said: str) -> None:
    done = jiaoqi("order", "list", "--home", str(tmp_path), **variables)
    assert said in done.stderr
    assert done.returncode == 3


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_has_no_english_left(command: str) -> None:
    done = jiaoqi(*command.split(), "--help", LANG="zh_TW.UTF-8")
    assert done.returncode == 0, done.stderr
    assert not ENGLISH_WORDS.search(done.stdout), done.stdout
    assert all(width(line) <= 80 for line in done.stdout.splitlines() if "|" not in line)


def test_wrong_usage_is_told_in_chinese_too() -> None:
    assert "沒有 'dance' 這個指令" in jiaoqi("dance", LANG="zh_TW.UTF-8").stderr
    assert "缺少参数 'FILE'" in jiaoqi("import", LANG="zh_CN.UTF-8").stderr


def test_tables_have_chinese_heads_and_words_and_programs_read_what_they_read(tmp_path: Path) -> None:
    home = ("--home", str(tmp_path))
    assert (
        jiaoqi("people", "add", "late", "--email", "late@plant.example", "--head", "sales", *home, LANG="zh_TW.UTF-8").returncode
        == 0
    )
    table = jiaoqi("people", "list", *home, LANG="zh_TW.UTF-8").stdout
    assert "名稱" in table
    assert "業務部主管" in table
    # A name stays a name, also when it is a word of ours.
    assert table.splitlines()[1].startswith("late ")
    (person,) = json.loads(jiaoqi("people", "list", "--json", *home, LANG="zh_TW.UTF-8").stdout)
    assert person["head_of"] == ["sales"]


def test_what_is_wrong_with_a_policy_keeps_its_place(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("[plant]\nfoo = 1\n", "utf-8")
    done = jiaoqi("policy", "check", str(file), LANG="zh_TW.UTF-8")
    assert f"{file}:1: version: 缺少此項" in done.stdout
    assert f"{file}:2: plant.foo: 未知的項目" in done.stdout
    assert done.returncode == 1


def test_lines_break_where_the_terminal_ends() -> None:
    assert wrapped("甲乙丙丁戊", 6) == ["甲乙丙", "丁戊"]
    assert wrapped("甲 unbroken 乙", 10) == ["甲", "unbroken", "乙"]
    assert wrapped("one two three", 7) == ["one two", "three"]
