"""What all Excel files that pages hand out share: how many are made at a time, and what each is called."""

import asyncio
from zoneinfo import ZoneInfo

from api.pages.site import HEADERS
from api.pages.visitors import Visitor

AT_A_TIME = asyncio.Semaphore(2)
"""Exports under way: they take a processor for a while, which others need."""


def named(what: str, visitor: Visitor, zone: ZoneInfo) -> dict[str, str]:
    day = visitor.now.astimezone(zone).date()
    return {**HEADERS, "Content-Disposition": f'attachment; filename="{what}-{day}.xlsx"'}
