"""The policy file that a process is started with."""

from datetime import datetime
from typing import Self


class PolicyGiven(str):
    """Its text, which knows since when it says so: a process that is started again is no new word on who governs."""

    since: datetime

    def __new__(cls, text: str, since: datetime) -> Self:
        given = super().__new__(cls, text)
        given.since = since
        return given
