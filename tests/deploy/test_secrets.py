"""Secrets: how they are made, and that nothing starts without them."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.deploy.compose import FILE, ROOT, read, services
from tests.deploy.containers import Machine

SCRIPT = ROOT / "deploy" / "secrets.sh"
TEMPORAL = ROOT / "deploy" / "temporal"
SERVICES = services()
WHY = "`sh deploy/secrets.sh` makes it"


def made(folder: Path) -> str:
    return subprocess.run(["sh", SCRIPT, folder], capture_output=True, text=True, check=True).stdout


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


def script(name: str, path: str, **environment: str) -> subprocess.CompletedProcess[str]:
    told = {"PATH": path, **environment}
    return subprocess.run(["/bin/sh", TEMPORAL / name], env=told, capture_output=True, text=True, check=False, timeout=20)


def stand_in(path_with: str, name: str, text: str) -> None:
    """For a program that only an image has."""
    file = Path(path_with.split(os.pathsep)[0]) / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def test_a_secret_is_replaced_in_the_file_that_is_mounted(tmp_path: Path) -> None:
    """By the lines of docs/deployment.md: a mount holds on to the file, not to its name."""
    made(tmp_path / "deploy" / "secrets")
    secret = tmp_path / "deploy" / "secrets" / "jiaoqi_db_password"
    before, file = secret.read_text(), secret.stat().st_ino
    page = (ROOT / "docs" / "deployment.md").read_text()
    lines = [line for line in page.splitlines() if line.startswith(("chmod u+w", "printf"))]
    assert len(lines) == 2
    subprocess.run(["sh", "-e", "-c", "\n".join(lines)], cwd=tmp_path, check=True)
    made(tmp_path / "deploy" / "secrets")
    assert secret.read_text() != before and len(secret.read_text()) == len(before)
    assert (secret.stat().st_ino, mode(secret)) == (file, "0o444")


def test_exactly_the_secrets_of_the_file_are_made_each_its_own(tmp_path: Path) -> None:
    made(tmp_path / "secrets")
    declared = {Path(secret["file"]).name for secret in read(FILE)["secrets"].values()}
    files = list((tmp_path / "secrets").iterdir())
    assert {file.name for file in files} == declared
    contents = [file.read_text() for file in files]
    assert len(set(contents)) == len(contents)
    assert all(len(content) == 65 and content.endswith("\n") for content in contents)


def test_the_folder_is_its_owners_alone_and_the_files_are_for_every_container(tmp_path: Path) -> None:
    made(tmp_path / "secrets")
    assert mode(tmp_path / "secrets") == "0o700"
    assert {mode(file) for file in (tmp_path / "secrets").iterdir()} == {"0o444"}


def test_what_is_there_stays_as_it_is(tmp_path: Path) -> None:
    made(tmp_path)
    before = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert made(tmp_path) == ""
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("migrate", "missing"),
        ("worker", "missing"),
        ("api", "missing"),
        ("migrate", "empty"),
        ("migrate", "a folder, as engines make of a missing file"),
    ],
)
def test_none_of_ours_starts_without_its_secret(name: str, how: str, tmp_path: Path) -> None:
    secret = tmp_path / "secrets" / "jiaoqi_db_password"
    secret.parent.mkdir()
    if how == "empty":
        secret.touch()
    if how.startswith("a folder"):
        secret.mkdir()
    done = Machine(tmp_path, tmp_path / "secrets", {}).container(SERVICES[name]).run()
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"jiaoqi: JIAOQI_DATABASE_PASSWORD_FILE names {secret}, which ")


@pytest.mark.parametrize("name", ["schema.sh", "server.sh"])
def test_nothing_of_temporals_starts_without_its_secret(name: str, tmp_path: Path, path_with: str) -> None:
    done = script(name, path_with, TEMPORAL_DB_PASSWORD_FILE=str(tmp_path / "missing"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(f"{tmp_path / 'missing'} is missing or empty; {WHY}\n")


def test_postgresql_makes_no_roles_without_their_secrets(tmp_path: Path, path_with: str) -> None:
    (tmp_path / "jiaoqi").write_text("x\n")
    told = {"PATH": path_with, "JIAOQI_DB_PASSWORD_FILE": f"{tmp_path}/jiaoqi", "TEMPORAL_DB_PASSWORD_FILE": f"{tmp_path}/no"}
    roles = ROOT / "deploy" / "postgres" / "roles.sh"
    done = subprocess.run(["sh", roles], env=told, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f"roles.sh: the secret file {tmp_path}/no is missing or empty; {WHY}\n"


def test_the_schema_tool_is_called_for_both_databases_and_stops_at_a_failure(tmp_path: Path, path_with: str) -> None:
    (tmp_path / "password").write_text("open sesame\n")
    told = {"TEMPORAL_DB_PASSWORD_FILE": str(tmp_path / "password")}
    stand_in(path_with, "temporal-sql-tool", 'echo "$SQL_PASSWORD: $*"')
    done = script("schema.sh", path_with, **told)
    schema = "/etc/temporal/schema/postgresql/v12"
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"open sesame: --db {database} {what}"
        for database, folder in (("temporal", "temporal"), ("temporal_visibility", "visibility"))
        for what in ("create", "setup-schema -v 0.0", f"update-schema -d {schema}/{folder}/versioned")
    ]
    stand_in(path_with, "temporal-sql-tool", 'echo "$*"; case "$*" in *setup-schema*) exit 7 ;; esac')
    done = script("schema.sh", path_with, **told)
    assert (done.returncode, len(done.stdout.splitlines())) == (7, 2)


def test_the_server_gets_its_password_as_the_variable_that_it_reads(tmp_path: Path, path_with: str) -> None:
    (tmp_path / "password").write_text("open sesame\n")
    stand_in(path_with, "entrypoint", 'echo "$POSTGRES_PWD"')
    for name in ("password.sh", "server.sh"):
        here = (TEMPORAL / name).read_text().replace("/etc/temporal/entrypoint.sh", "entrypoint")
        (tmp_path / name).write_text(here)
    told = {"PATH": path_with, "TEMPORAL_DB_PASSWORD_FILE": str(tmp_path / "password")}
    done = subprocess.run(["/bin/sh", tmp_path / "server.sh"], env=told, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "open sesame\n", "")
