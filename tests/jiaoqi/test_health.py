"""What a supervisor's check says of a worker's pulse, and of an API that is not there."""

import os
import time
from pathlib import Path

import pytest

from jiaoqi.addresses import Ports
from jiaoqi.errors import SettingIsWrong
from jiaoqi.health import EVERY_ADDRESS, OLDEST_PULSE, NotWell, check_api, check_worker
from jiaoqi.settings import Settings


def settings(home: Path, **environment: str) -> Settings:
    return Settings.load(home, environment)


def beaten(pulse: Path, seconds_ago: float) -> Settings:
    pulse.touch()
    at = time.time() - seconds_ago
    os.utime(pulse, (at, at))
    return settings(pulse.parent, JIAOQI_PULSE_FILE=str(pulse))


def test_a_worker_that_polled_just_now_is_well(tmp_path: Path) -> None:
    check_worker(beaten(tmp_path / "pulse", 0))


def test_one_whose_pulse_has_stopped_is_not(tmp_path: Path) -> None:
    with pytest.raises(NotWell, match=r"^the worker was last known to poll \d\d s ago$"):
        check_worker(beaten(tmp_path / "pulse", OLDEST_PULSE + 1))


def test_nor_one_that_never_had_any(tmp_path: Path) -> None:
    with pytest.raises(NotWell, match=r"^the worker has not polled yet$"):
        check_worker(settings(tmp_path, JIAOQI_PULSE_FILE=f"{tmp_path}/pulse"))


def test_where_no_pulse_is_kept_none_can_be_felt(tmp_path: Path) -> None:
    with pytest.raises(SettingIsWrong, match=r"^JIAOQI_PULSE_FILE is not set"):
        check_worker(settings(tmp_path))


def test_an_api_that_is_not_there_is_not_well_wherever_it_was_to_listen(tmp_path: Path) -> None:
    port = str(Ports().take("", 0))
    for host in ("127.0.0.1", *EVERY_ADDRESS):
        with pytest.raises(NotWell, match=r"^the API is not ready: .*refused"):
            check_api(settings(tmp_path, JIAOQI_API_HOST=host, JIAOQI_API_PORT=port))
