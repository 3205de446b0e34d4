"""The image: what its Dockerfile promises, and that what it installs is whole. No engine is here to build it.

JIAOQI_TEST_LONG=1: the commands of its build stage too, in a new virtual environment.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.compose import ROOT
from tests.deploy.dockerfile import Stage, instructions, stages

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES: list[str] = PROJECT["tool"]["setuptools"]["packages"]
BUILD, FINAL = stages()
WHAT_PAPERS_NEED = {"libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-noto-cjk", "fonts-noto-color-emoji"}
LONG = bool(os.environ.get("JIAOQI_TEST_LONG"))


def sources(stage: Stage) -> list[str]:
    """What a stage copies out of this tree."""
    return [word for text in stage.all("COPY") if "--from=" not in text for word in shlex.split(text)[:-1]]


def test_there_is_one_place_for_the_version_of_python() -> None:
    assert instructions()[0] == ("ARG", "PYTHON_VERSION"), "without a default: .env says it"
    assert [stage.image for stage in (BUILD, FINAL)] == ["python:${PYTHON_VERSION}"] * 2


def test_every_command_is_in_the_exec_form() -> None:
    for word, text in instructions():
        if word in ("RUN", "CMD", "ENTRYPOINT"):
            assert text.startswith("[") and text.endswith("]"), f"{word} {text}"


def test_what_runs_is_nobody_special_and_stops_by_a_signal() -> None:
    user = FINAL.all("USER")
    assert user == ["10001:10001"], "a number, so that a cluster can see that it is not root"
    made = [text for text in FINAL.all("RUN") if "useradd" in text]
    assert '"--uid", "10001"' in made[0]
    after = [word for word, _ in FINAL.instructions[FINAL.instructions.index(("USER", user[0])) :]]
    assert not {"RUN", "COPY", "ADD"} & set(after)
    assert FINAL.all("STOPSIGNAL") == ["SIGTERM"]
    assert FINAL.last("ENTRYPOINT") == ["jiaoqi"]


def test_only_what_is_installed_reaches_the_final_stage() -> None:
    assert FINAL.all("COPY") == [f"--from={BUILD.name} /opt/jiaoqi /opt/jiaoqi"]
    installs = [text for text in BUILD.all("RUN") if '"install"' in text]
    assert len(installs) == 2
    assert all(option in installs[0] for option in ('"--require-hashes"', '"--only-binary", ":all:"', '"requirements.lock"'))
    assert all(option in installs[1] for option in ('"--no-deps"', '"--no-build-isolation"', '"--no-index"'))
    assert not any("apt" in text or "dev" in text for text in BUILD.all("RUN"))
    packages = [text for text in FINAL.all("RUN") if '"install", "--quiet"' in text]
    assert len(packages) == 1 and '"--no-install-recommends"' in packages[0] and "dev" not in packages[0]
    assert set(re.findall(r'"((?:lib|fonts-)[^"]+)"', packages[0])) == WHAT_PAPERS_NEED


def test_it_writes_only_below_tmp_and_documents_and_knows_no_secret() -> None:
    told = FINAL.environment
    assert told["JIAOQI_DOCUMENTS"] == "/var/lib/jiaoqi/documents" and told["XDG_CACHE_HOME"].startswith("/tmp/")
    assert any('"--owner=10001"' in text and '"/var/lib/jiaoqi/documents"' in text for text in FINAL.all("RUN"))
    assert told["JIAOQI_HOME"].startswith("/tmp/") and told["JIAOQI_PULSE_FILE"].startswith("/tmp/")
    assert told["PATH"].split(":")[0] == "/opt/jiaoqi/bin"
    assert not [name for name in told if re.search("PASSWORD|TOKEN|SECRET", name)]
    assert "version" in " ".join(FINAL.all("LABEL"))


def test_everything_that_is_copied_is_there_and_let_in() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*", "nothing goes in but what is named"
    let_in = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    copied = {source.rstrip("/") for source in sources(BUILD)}
    assert copied == let_in
    assert all((ROOT / source).exists() for source in copied)
    assert {name.split(".")[0] for name in PACKAGES} <= copied


def copied_into(context: Path) -> Path:
    """What the build stage has, as .dockerignore lets it in."""
    context.mkdir()
    for source in sources(BUILD):
        if source.endswith("/"):
            shutil.copytree(ROOT / source, context / source, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", ".*"))
        else:
            shutil.copy(ROOT / source, context)
    return context


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from what the build stage copies, and nothing else."""
    context, out = copied_into(tmp_path_factory.mktemp("build") / "context"), tmp_path_factory.mktemp("wheel")
    # What pip calls in the end; pip itself is the long test's.
    build = f"from setuptools import build_meta; build_meta.build_wheel({str(out)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=context, check=True, stdout=subprocess.DEVNULL)
    (found,) = out.iterdir()
    return found


def test_the_wheel_has_every_file_of_the_tree(wheel: Path) -> None:
    """Whatever pyproject.toml names: a module or a template that it forgot is missed only where nothing else lies around."""
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == set(tree()) - {"workflows/ruff.toml"}


def tree() -> Iterator[str]:
    for folder in (ROOT / source for source in sources(BUILD) if source.endswith("/")):
        for file in folder.rglob("*"):
            name = file.relative_to(ROOT)
            if file.is_file() and not any(part == "__pycache__" or part.startswith(".") for part in name.parts):
                yield str(name)


def the_build_stages_commands_install_a_jiaoqi_that_runs(tmp_path: Path) -> None:
    context, target = copied_into(tmp_path / "context"), tmp_path / "opt"
    venv.create(target, with_pip=True)
    for text in BUILD.all("RUN")[1:]:
        command = [word.replace("/opt/jiaoqi", str(target)) for word in shlex.split(text.strip("[]").replace(",", " "))]
        subprocess.run(command, cwd=context, check=True)
    shown = subprocess.run([target / "bin" / "jiaoqi", "--help"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "delivery promises" in shown.stdout
    assert not (target / "bin" / "pip").exists()
    home = {"JIAOQI_HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"]}
    subprocess.run([target / "bin" / "jiaoqi", "migrate"], cwd=tmp_path, env=home, check=True)
    assert (tmp_path / "home" / "jiaoqi.db").exists()


if LONG:
    test_the_build_stages_commands_install_a_jiaoqi_that_runs = the_build_stages_commands_install_a_jiaoqi_that_runs
