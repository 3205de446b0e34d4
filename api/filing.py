"""How documents come in and go out, for routes and pages alike."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData, UploadFile
from starlette.responses import FileResponse, Response

from activities.documents.media_types import ending
from activities.failures import ForeseenFailure
from activities.store import Person
from activities.store.archives import ArchiveFilter, Bundled
from activities.store.documents import DocumentOut, NewDocument
from api import queries
from api.bodies import Body, fingerprint
from api.deeds import day_at
from api.document_deeds import MOST_BYTES, FilePaper, SentFile, Upload, may_file
from api.document_forms import PaperIn
from api.document_problems import problem_of
from api.looks import Shown
from api.problems import RETRY_AFTER, Problem, not_found, refuse
from api.services import Services
from workflows.types.words import DocumentKind, Language

MOST_SENT = MOST_BYTES + 64 * 1024
"""Bytes of a form with a file in it."""
DAY = timedelta(days=1)
PRINTING = 10.0
"""Seconds that a paper may take while somebody waits for it."""
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
HIDDEN = {"Content-Security-Policy": SANDBOX, "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
"""Whatever somebody has put on file runs nowhere and shows nothing by itself."""


async def sent_file(form: FormData) -> SentFile:
    """The file of a form; raises 413."""
    file = form.get("file")
    if not isinstance(file, UploadFile):
        return SentFile(b"", "")
    content = await file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Problem(413, "too-large", f"a document has at most {MOST_BYTES} bytes")
    return SentFile(content, file.filename or "")


def said_of(form: FormData, sent: SentFile) -> dict[str, Any]:
    """What stands in the form beside the file, and which file it is: a repeat is told from another one by both."""
    said = {name: value for name, value in form.items() if isinstance(value, str) and name not in ("csrf", "key")}
    return {**{name: value for name, value in said.items() if value.strip()}, "sha256": sent.sha256}


def body_of(said: Mapping[str, Any]) -> Body:
    return Body(dict(said), fingerprint(dict(said)))


def upload(here: Services, order_no: str, sent: SentFile) -> Upload:
    return Upload(here.office, here.cabinet.filing.vault, order_no, sent)


async def paper(here: Services, order_no: str, asked: PaperIn, person: Person) -> FilePaper:
    """Prints it, away from the threads of requests; what is left to do is to file it. Raises Problem."""
    await here.threads.run(check_may, here, order_no, person)
    now = here.office.now()
    try:
        printed = await asyncio.to_thread(printed_one, here, order_no, asked.kind, asked.language, person.id, now)
    except ForeseenFailure as failure:
        raise problem_of(failure) from None
    return FilePaper(here.office, order_no, printed)


def printed_one(
    here: Services, order_no: str, kind: DocumentKind, language: Language | None, by: str, now: datetime
) -> NewDocument:
    filing = here.cabinet.filing
    (printed,) = filing.printed(filing.record(order_no), [kind], language, by, now, PRINTING)
    return printed


def check_may(here: Services, order_no: str, person: Person) -> None:
    order = here.store.orders.row(order_no)
    if order is None or order.case is not None:
        raise not_found(f"order {order_no}")
    today = day_at(order.plant_time_zone, here.office.now())
    refusal = may_file(here.store.people.actor(person, today), order)
    refuse(refusal)


def found(here: Services, document_id: str) -> tuple[DocumentOut, bytes]:
    """A document with its content, which is what was put there; raises Problem."""
    document = here.store.documents.get(number(document_id, "document"))
    if document is None:
        raise not_found(f"document {document_id}")
    if document.removed_at is not None:
        raise Problem(410, "document-removed", "its time was over, and its content was removed")
    try:
        return document, here.cabinet.filing.vault.open(document.sha256)
    except ForeseenFailure as failure:
        raise problem_of(failure) from None


def shown(document: DocumentOut) -> Shown:
    """What the log of looks is told."""
    return Shown("document", document.order_no, f"{document.kind} {document.version}", is_export=True)


def shown_bundle(bundled: Bundled) -> Shown:
    return Shown("archive", bundled.archive.order_no, bundled.archive.sha256, is_export=True)


def download(document: DocumentOut, content: bytes) -> Response:
    """As a file to keep, never as a page."""
    name = f"{document.order_no}-{document.kind}-v{document.version}.{ending(document.media_type)}"
    headers = {**HIDDEN, "Content-Disposition": attachment(name)}
    return Response(content, 200, headers, document.media_type)


def found_bundle(here: Services, archive_id: str) -> Bundled:
    bundled = here.store.archives.get(number(archive_id, "bundle"))
    if bundled is None:
        raise not_found(f"bundle {archive_id}")
    if bundled.archive.removed_at is not None:
        raise Problem(410, "document-removed", "its time was over, and its content was removed")
    if faults := here.cabinet.archiving.faults(bundled):
        why = faults[0]
        raise Problem(503, "document-damaged", f"{why}; it is not given out", headers=RETRY_AFTER)
    return bundled


def download_bundle(here: Services, bundled: Bundled) -> Response:
    archive = bundled.archive
    headers = {**HIDDEN, "Content-Disposition": attachment(f"{archive.order_no}-archive-{archive.id}.zip")}
    place = here.cabinet.archiving.kept.place(archive.sha256)
    return FileResponse(place, headers=headers, media_type="application/zip")


def attachment(name: str) -> str:
    """Plain for old readers, exact for others (RFC 6266)."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "_" for char in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def number(text: str, what: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise not_found(f"{what} {text}")
    return int(text)


def wanted(query: queries.Archive, here: Services) -> ArchiveFilter:
    """Days are the plant's."""
    zone = ZoneInfo(here.office.policy.pinned(here.office.now()).plant.time_zone)

    def morning(day: Any) -> datetime | None:
        return None if day is None else datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)

    closed_to = query.closed_to + DAY if query.closed_to else None
    return ArchiveFilter(
        order_no=query.order_no or "",
        customer=query.customer or "",
        product=query.product or "",
        closed_from=morning(query.closed_from),
        closed_before=morning(closed_to),
    )
