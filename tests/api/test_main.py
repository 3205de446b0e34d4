"""The API as a process: it starts while Temporal is away, says so, and stops cleanly."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from activities.store import migrate


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    migrate(url)
    own = {
        "JIAOQI_HOME": str(tmp_path),
        "JIAOQI_DATABASE_URL": url,
        "JIAOQI_API_PORT": str(free_port()),
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
    }
    return {**os.environ, **own}


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", "api"], env=environment, stderr=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def until_it_answers(url: str) -> httpx.Response:
    deadline = time.monotonic() + 90
    while True:
        try:
            return httpx.get(url, trust_env=False)
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_it_starts_without_temporal_and_stops_at_a_signal(api: subprocess.Popen[bytes], environment: dict[str, str]) -> None:
    root = f"http://127.0.0.1:{environment['JIAOQI_API_PORT']}"
    assert until_it_answers(root + "/healthz").status_code == 200
    assert httpx.get(root + "/readyz", trust_env=False).json()["missing"] == ["temporal"]
    answer = httpx.get(root + "/api/v1/me", trust_env=False)
    assert (answer.status_code, answer.json()["code"]) == (401, "no-token")
    assert "server" not in answer.headers
    api.send_signal(signal.SIGTERM)
    assert api.wait(10) == 0


def test_behind_a_proxy_that_is_trusted(environment: dict[str, str]) -> None:
    """People come by https, and each address of theirs is slowed down alone."""
    environment |= {"JIAOQI_PUBLIC_URL": "https://plant.example", "FORWARDED_ALLOW_IPS": "127.0.0.1"}
    root = f"http://127.0.0.1:{environment['JIAOQI_API_PORT']}"
    process = subprocess.Popen([sys.executable, "-m", "api"], env=environment, stderr=subprocess.PIPE)
    try:
        assert until_it_answers(root + "/healthz").headers["strict-transport-security"] == "max-age=31536000"
        with httpx.Client(base_url=root, trust_env=False) as client:
            told = [client.get("/api/v1/me", headers=guess("203.0.113.1")).status_code for _ in range(61)]
            assert told == [401] * 60 + [429]
            assert client.get("/api/v1/me", headers=guess("203.0.113.2")).status_code == 401
            assert client.get("/api/v1/me", headers=guess("203.0.113.2, 203.0.113.1")).status_code == 429
    finally:
        process.kill()
        process.communicate()


def guess(forwarded_for: str) -> dict[str, str]:
    return {"Authorization": "Bearer jq_guess", "X-Forwarded-For": forwarded_for}


def test_a_wrong_setting_is_one_line(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("colour = 'red'")
    wrong = {**environment, "JIAOQI_POLICY_FILE": str(file)}
    ended = subprocess.run([sys.executable, "-m", "api"], env=wrong, capture_output=True, text=True, timeout=90, check=False)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr and "colour" in ended.stderr
