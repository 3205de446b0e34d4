"""docker-compose.yml: valid by the compose specification, and what it promises: pins, loopback, no secrets, real checks."""

import re
import subprocess
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.compose import FILE, ROOT, SMTP_FILE, Service, raw, read, services, versions

SERVICES = services()
LASTING = [each for each in SERVICES.values() if not each.is_one_shot]
ONE_SHOT = [each for each in SERVICES.values() if each.is_one_shot]
OURS = [each for each in SERVICES.values() if "build" in each.said]


def names(chosen: list[Service]) -> set[str]:
    return {each.name for each in chosen}


def published() -> Iterator[tuple[str, str]]:
    yield from ((each.name, str(port)) for each in SERVICES.values() for port in each.said.get("ports", []))


@pytest.mark.parametrize("file", [FILE, SMTP_FILE], ids=lambda file: file.name)
def test_the_file_is_valid_by_the_compose_specification(file: Path) -> None:
    program = Path(sysconfig.get_path("scripts")) / "check-jsonschema"
    schema = ("--builtin-schema", "vendor.compose-spec")
    done = subprocess.run([program, *schema, file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_has_all_parts_and_which_of_them_end() -> None:
    assert names(ONE_SHOT) == {"temporal-schema", "temporal-namespace", "migrate"}
    assert names(LASTING) == {"postgres", "temporal", "temporal-ui", "mailpit", "worker", "api"}
    assert names(OURS) == {"migrate", "worker", "api"}


def test_every_version_comes_from_one_place_and_is_one() -> None:
    images = [each["image"] for each in raw(FILE)["services"].values()]
    for image in images:
        assert re.fullmatch(r"[a-z/-]+:\$\{[A-Z_]+_VERSION:\?[^}]+\}", image), f"{image}: its version belongs into .env"
    assert all(re.fullmatch(r"v?\d+\.\d+(\.\d+)?(-[a-z-]+)?", version) for version in versions().values()), versions()
    used = set(re.findall(r"\$\{(\w+_VERSION)\b", FILE.read_text()))
    assert used == versions().keys(), "every version is used, and .env holds nothing else"


def test_the_versions_are_those_that_are_tested_here() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert versions()["JIAOQI_VERSION"] == project["version"]
    oldest = project["requires-python"].removeprefix(">=")
    assert tuple(map(int, versions()["PYTHON_VERSION"].split(".")[:2])) >= tuple(map(int, oldest.split(".")))
    program = Path(sysconfig.get_path("scripts")) / "temporal"
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    assert f"Server {versions()['TEMPORAL_VERSION']}, UI {versions()['TEMPORAL_UI_VERSION']})" in told


def test_nothing_is_reached_from_outside_unless_a_site_says_so() -> None:
    assert dict(published()).keys() == {"temporal", "temporal-ui", "mailpit", "api"}
    assert [port for _, port in published() if not port.startswith("127.0.0.1:")] == []
    elsewhere = services(JIAOQI_LISTEN="0.0.0.0:80")
    assert elsewhere["api"].said["ports"] == ["0.0.0.0:80:8000"]
    assert elsewhere["temporal"].said["ports"] == ["127.0.0.1:7233:7233"]


def test_no_secret_stands_in_a_file() -> None:
    for file in (FILE, SMTP_FILE, ROOT / ".env"):
        for line in file.read_text().splitlines():
            assert not re.search(r"//[^/\s@]*:[^/\s@]+@", line), f"{file.name}: a password in a URL: {line}"
    for each in SERVICES.values():
        for name, value in each.environment.items():
            if re.search("PASSWORD|PWD|SECRET|TOKEN|API_KEY", name):
                assert name.endswith("_FILE") and value.startswith("/run/secrets/"), f"{each.name}: {name}={value}"


def test_every_secret_that_is_read_is_mounted_and_comes_from_a_file_outside_the_repository() -> None:
    for tree in (read(FILE), read(SMTP_FILE, JIAOQI_SMTP_URL="smtps://jiaoqi@mail.plant.example")):
        declared: dict[str, Any] = tree["secrets"]
        for name, service in tree["services"].items():
            files = [value for value in service.get("environment", {}).values() if value.startswith("/run/secrets/")]
            assert sorted(files) == sorted(f"/run/secrets/{secret}" for secret in service.get("secrets", [])), name
            assert declared.keys() >= set(service.get("secrets", []))
        assert all(list(secret) == ["file"] and secret["file"].startswith("./deploy/secrets/") for secret in declared.values())
    ignored = (ROOT / "deploy" / ".gitignore").read_text().splitlines()
    assert "secrets/" in ignored
    assert not (ROOT / ".dockerignore").read_text().count("deploy")


def test_the_data_lies_in_named_volumes() -> None:
    tree = read(FILE)
    mounted = [volume.split(":")[0] for service in tree["services"].values() for volume in service.get("volumes", [])]
    named = {source for source in mounted if not source.startswith("./")}
    assert named == tree["volumes"].keys() == {"postgres", "mailpit", "documents"}
    for each in SERVICES.values():
        assert all(source.exists() for source in each.mounts.values()), each.name
        assert all(volume.endswith(":ro") for volume in each.said.get("volumes", []) if volume.startswith("./"))


def test_who_waits_waits_for_something_that_can_be_known() -> None:
    for each in SERVICES.values():
        for other, how in each.said.get("depends_on", {}).items():
            target = SERVICES[other]
            wanted = "service_completed_successfully" if target.is_one_shot else "service_healthy"
            assert how == {"condition": wanted}, f"{each.name} waits for {other}"
            assert target.is_one_shot or "healthcheck" in target.said
    assert "migrate" in SERVICES["worker"].said["depends_on"], "the store has its shape before anybody writes into it"


@pytest.mark.parametrize("service", LASTING, ids=lambda each: each.name)
def test_what_lasts_is_checked_restarted_and_bounded(service: Service) -> None:
    check = service.said["healthcheck"]
    assert check.keys() == {"test", "interval", "timeout", "retries", "start_period"}
    assert service.check
    assert service.said["restart"] == "unless-stopped"
    assert "mem_limit" in service.said


@pytest.mark.parametrize("service", SERVICES.values(), ids=lambda each: each.name)
def test_nobody_gains_privileges_or_fills_the_disk_with_logs(service: Service) -> None:
    assert service.said["security_opt"] == ["no-new-privileges:true"]
    assert service.said["logging"]["options"].keys() == {"max-size", "max-file"}
    assert "privileged" not in service.said and "cap_add" not in service.said
    # The Web UI's image begins as root and writes its configuration into a folder of another's.
    assert service.said.get("cap_drop") == ["ALL"] or service.name == "temporal-ui"


@pytest.mark.parametrize("service", OURS, ids=lambda each: each.name)
def test_our_containers_may_write_nowhere_but_in_memory_and_to_the_documents(service: Service) -> None:
    assert service.said["read_only"] and service.said["tmpfs"]
    assert service.said["volumes"] == ["documents:/var/lib/jiaoqi/documents"]
    assert service.said["image"] == f"jiaoqi:{versions()['JIAOQI_VERSION']}"
    assert service.said["build"]["args"].keys() == {"JIAOQI_VERSION", "PYTHON_VERSION"}


def test_workers_can_be_many() -> None:
    worker = SERVICES["worker"].said
    # What they share of the disk is kept by its digest, and whole before it has a name.
    assert not worker.keys() & {"container_name", "ports", "hostname"}


def test_the_grace_is_longer_than_what_each_part_takes_to_end() -> None:
    from api.main import GRACE as API_GRACE
    from workers.main import GRACE as WORKER_GRACE

    assert SERVICES["worker"].grace > WORKER_GRACE.total_seconds()
    assert SERVICES["api"].grace > API_GRACE


def test_retention_and_namespace_are_said_once_and_heard_by_all() -> None:
    site = services(RETENTION_DAYS="30", TEMPORAL_NAMESPACE="plant")
    assert site["temporal-namespace"].environment["RETENTION_DAYS"] == "30"
    for name in ("worker", "api"):
        assert site[name].environment["JIAOQI_RETENTION_DAYS"] == "30"
        assert site[name].environment["TEMPORAL_NAMESPACE"] == "plant"


def test_the_plants_own_mail_server_takes_mailpits_place() -> None:
    tree = read(SMTP_FILE, JIAOQI_SMTP_URL="smtps://jiaoqi@mail.plant.example")
    assert tree["services"].keys() == {"worker", "mailpit"}
    assert tree["services"]["mailpit"] == {"profiles": ["mailpit"]}
    assert not any("mailpit" in each.said.get("depends_on", {}) for each in SERVICES.values())
    with pytest.raises(AssertionError, match="JIAOQI_SMTP_URL is not set: it names the mail server"):
        read(SMTP_FILE)
