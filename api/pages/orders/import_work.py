"""The work on files of orders behind the pages: read, checked and entered while people look on."""

import asyncio
import json
import logging
import tempfile
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo, is_zipfile

from activities.failures import ForeseenFailure
from activities.importing import FileCannotBeRead, FileOrder, Mapping, Outcome, Verdict, gather, opened, survey
from activities.importing.mapping_file import BUILT_IN, parse
from activities.importing.workbook import ZIPPED
from activities.store import Person, StoreAway
from activities.store.uploads import CHECKED, CHECKING, FAILED, UNCHECKED, Upload
from api.importing import Desk, PolicyLookedAt
from api.services import Services

AT_A_TIME = 4
"""Orders of a file under way at once: whoever works beside an import hardly feels it."""
FILES_AT_ONCE = 2
MOST_ROWS = 20_000
MOST_UNPACKED = 200 * 1024 * 1024
"""Bytes of what a workbook holds, which may be a thousand times what it weighs."""
MOST_KEPT = 32 * 1024 * 1024
"""Of these, what is not read row by row."""
BEAT = 1.0
SILENT = timedelta(seconds=15)
"""After so long unheard of, nobody works on it any more: its process has gone."""
REMEMBERED = 2
"""Files whose orders are kept at hand."""


log = logging.getLogger("jiaoqi.api")


class Works:
    """What this process does with files now."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._turn = asyncio.Semaphore(FILES_AT_ONCE)
        self._read: OrderedDict[tuple[str, date | None], list[FileOrder]] = OrderedDict()
        """By file; one whose dates are shifted to today is another every day."""

    def begin(self, here: Services, upload: Upload, person: Person) -> "asyncio.Task[None]":
        """Goes on by itself; how far it has come stands in the store."""
        task = asyncio.create_task(self._work(here, upload, person))
        self._tasks[upload.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(upload.id, None))
        return task

    async def orders(self, here: Services, upload: Upload) -> Sequence[FileOrder]:
        """The file's orders; raises ForeseenFailure."""
        today = await here.threads.run(today_of, here) if upload.is_rebased else None
        key = upload.id, today
        if key not in self._read:
            self._read[key] = await here.threads.run(read, here, upload, today)
        self._read.move_to_end(key)
        while len(self._read) > REMEMBERED:
            self._read.popitem(last=False)
        return self._read[key]

    async def _work(self, here: Services, upload: Upload, person: Person) -> None:
        progress = Progress(here, upload)
        beating = asyncio.create_task(progress.beats())
        try:
            async with self._turn:
                orders = await self.orders(here, upload)
                progress.total = len(orders)
                await take(here, upload, person, orders, progress)
            await progress.ends()
        except ForeseenFailure as failure:
            await progress.fails(failure.reason if isinstance(failure, FileCannotBeRead) else str(failure))
        except StoreAway as error:
            # Unheard of for a while, it counts as interrupted, and is gone on with by hand.
            log.warning("the store is away; the import of %s is interrupted: %s", upload.id, error)
        except Exception:
            log.exception("the import of %s failed", upload.id)
            await progress.fails("something unforeseen happened here")
        finally:
            beating.cancel()


class Progress:
    """How far one file has come, told to the store from time to time."""

    def __init__(self, here: Services, upload: Upload) -> None:
        self._here, self._upload = here, upload
        self.total = 0
        self.counts = dict.fromkeys(Outcome, 0)
        self.verdicts: dict[str, Any] = {}

    def tell(self, verdict: Verdict) -> None:
        self.counts[verdict.outcome] += 1
        if verdict.outcome is not Outcome.ENTERED:
            self.verdicts[verdict.order.key] = (verdict.outcome, verdict.order.order_no, verdict.faults)

    async def beats(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            # What cannot be noted now is noted with the next beat.
            with suppress(StoreAway):
                await self._note(beat_at=self._here.office.now())

    async def ends(self) -> None:
        told = {"verdicts": json.dumps(self.verdicts, ensure_ascii=False), "beat_at": self._here.office.now()}
        if self._upload.state == CHECKING:
            await self._note(state=CHECKED, **told)
        else:
            await self._here.threads.run(self._here.store.uploads.finish, self._upload.id, **self._values(), **told)

    async def fails(self, why: str) -> None:
        await self._note(state=UNCHECKED if self._upload.state == CHECKING else FAILED, problem=why)

    async def _note(self, **values: Any) -> None:
        await self._here.threads.run(self._here.store.uploads.note, self._upload.id, **self._values(), **values)

    def _values(self) -> dict[str, int]:
        return {
            "total": self.total,
            "entered": self.counts[Outcome.ENTERED],
            "there": self.counts[Outcome.THERE],
            "refused": self.counts[Outcome.REFUSED],
        }


async def take(here: Services, upload: Upload, person: Person, orders: Sequence[FileOrder], progress: Progress) -> None:
    is_rehearsal = upload.state == CHECKING
    policy = PolicyLookedAt.like(here.office.policy) if is_rehearsal else here.office.policy
    desk = Desk(here.store, person, policy, is_rebased=upload.is_rebased, at_a_time=AT_A_TIME)
    await desk.take(orders, here.engine, progress.tell, is_rehearsal=is_rehearsal)


def today_of(here: Services) -> date:
    return here.office.policy.read(here.office.now()).today


def read(here: Services, upload: Upload, today: date | None) -> list[FileOrder]:
    """Its dates shifted to today, if that is given. Raises ForeseenFailure: the file or its mapping cannot be read."""
    mapping = mapping_of(upload.mapping)
    with tempfile.TemporaryDirectory(prefix="jiaoqi-") as folder:
        # Tables are read more than once, and from a file: a workbook is no stream.
        content = here.store.uploads.content(upload.id)
        path = Path(folder) / ("orders.xlsx" if content.startswith(ZIPPED) else "orders.csv")
        path.write_bytes(content)
        return orders_in(path, mapping, upload, today)


def orders_in(path: Path, mapping: Mapping, upload: Upload, today: date | None) -> list[FileOrder]:
    check_unpacked(path)
    file = opened(path, mapping, encoding=None if path.suffix == ".xlsx" else upload.encoding or None)
    if any(number > MOST_ROWS for number, _ in enumerate(file.rows(), start=1)):
        raise FileCannotBeRead(path, f"has more than {MOST_ROWS} rows; import it by the command line")
    surveyed = survey(file)
    shift = today - surveyed.earliest if today and surveyed.earliest else timedelta(0)
    # As whoever made the file reads it: by where each order begins, not by where it is complete.
    return sorted(gather(file, surveyed, shift), key=lambda order: order.rows[0].number)


def check_unpacked(path: Path) -> None:
    if not is_zipfile(path):
        return
    with suppress(BadZipFile), ZipFile(path) as archive:
        members = archive.infolist()
        # All but the sheets is read at once, and stands in the memory many times as large.
        kept = [member for member in members if "worksheets/" not in member.filename]
        if size(members) > MOST_UNPACKED or size(kept) > MOST_KEPT:
            raise FileCannotBeRead(path, "is too large a workbook; save it as CSV, or import it by the command line")


def size(members: Sequence[ZipInfo]) -> int:
    """Unpacked."""
    return sum(member.file_size for member in members)


def mapping_of(text: str) -> Mapping:
    return BUILT_IN[text] if text in BUILT_IN else parse(text, "mapping")


def is_silent(upload: Upload, now: datetime) -> bool:
    return now - upload.beat_at > SILENT
