"""How a supervisor's check judges a part that runs beside it: from outside, quickly, in one sentence."""

import time
from pathlib import Path

from jiaoqi.addresses import HOST
from jiaoqi.errors import JiaoqiError, SettingIsWrong
from jiaoqi.settings import Settings
from jiaoqi.stack import answer_of

OLDEST_PULSE = 20.0
"""Seconds; a worker that polls touches its file every five."""
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - recognised, not listened on


class NotWell(JiaoqiError):
    """The part runs badly or not at all; the text says what was seen."""


def check_worker(settings: Settings) -> None:
    """That the worker whose pulse this is polls. Raises NotWell, and SettingIsWrong where no pulse is kept."""
    if settings.pulse_file is None:
        raise SettingIsWrong("JIAOQI_PULSE_FILE is not set: without it no worker keeps a pulse that could be checked")
    age = _age(settings.pulse_file)
    if age is None:
        raise NotWell("the worker has not polled yet")
    if age > OLDEST_PULSE:
        raise NotWell(f"the worker was last known to poll {age:.0f} s ago")


def check_api(settings: Settings) -> None:
    """That the API answers, and all that it needs. Raises NotWell."""
    host = HOST if settings.api_host in EVERY_ADDRESS else settings.api_host
    answer = answer_of(f"http://{host}:{settings.api_port}/readyz")
    if answer != "200":
        raise NotWell(f"the API is not ready: {answer}")


def _age(file: Path) -> float | None:
    try:
        return time.time() - file.stat().st_mtime
    except OSError:
        return None
