"""Importing a file of orders: put down, looked at row by row, and only then entered."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from activities.failures import ForeseenFailure
from activities.importing import FileOrder, Outcome
from activities.importing.mapping_file import BUILT_IN
from activities.store.uploads import CHECKED, CHECKING, DONE, ENTERING, UNCHECKED, Upload
from api.pages.orders.import_work import SILENT, Works, is_silent, mapping_of
from api.pages.site import HEADERS
from api.pages.visitors import MOST_UPLOAD_BYTES, Visitor, text
from api.problems import Problem, invalid, not_found, refuse
from workflows.rules import authority
from workflows.types.refusals import Fault

A_PAGE = 50
"""Orders of a file that are shown at once."""
MOST_FAULTS = 500
SOON = 2.0
"""Seconds for which a small file is waited for."""
OWN = "own"
ENCODINGS = ("big5", "gb18030", "cp1252", "shift_jis", "euc_kr", "utf-16")
"""In which spreadsheets save CSV where nobody told them otherwise."""
MOST_MAPPING = 64 * 1024
MOST_NAME = 200


class Line(NamedTuple):
    """One row of the file."""

    number: int
    order_no: str
    fields: Mapping[str, str]
    requested: str
    outcome: str
    faults: Sequence[Sequence[Any]]


class Importing:
    """The pages about files; what works on them lives as long as the process."""

    def __init__(self) -> None:
        self._works = Works()

    async def show(self, visitor: Visitor) -> Response:
        await visitor.run(check_may, visitor)
        return choosing(visitor)

    async def put_down(self, visitor: Visitor) -> Response:
        """Keeps the file, and has it checked; nothing is entered."""
        await visitor.run(check_may, visitor)
        sent = await visitor.form(MOST_UPLOAD_BYTES)
        file, name = sent.get("file"), text(sent, "mapping") or "plain"
        typed = {"mapping": name} | {field: text(sent, field) for field in ("own", "rebase", "encoding")}
        content = await file.read(MOST_UPLOAD_BYTES + 1) if isinstance(file, UploadFile) else b""
        try:
            mapping = checked(content, typed)
        except Problem as problem:
            return choosing(visitor, typed, problem)
        upload = Upload(
            id=uuid4().hex,
            person=visitor.person.id,
            name=((file.filename if isinstance(file, UploadFile) else "") or "")[:MOST_NAME],
            mapping=mapping,
            encoding=typed["encoding"],
            is_rebased=bool(typed["rebase"]),
            at=visitor.now,
            state=CHECKING,
            beat_at=visitor.now,
        )
        await visitor.run(visitor.here.store.uploads.keep, upload, content)
        return await self._begun(visitor, upload)

    async def look(self, visitor: Visitor) -> Response:
        return await self._page(visitor, await visitor.run(mine, visitor))

    async def enter(self, visitor: Visitor) -> Response:
        """Enters what was checked, or goes on where a check or an import stopped; whoever comes second looks on."""
        await visitor.form()
        upload = await visitor.run(mine, visitor)
        state = CHECKING if upload.state in (CHECKING, UNCHECKED) else ENTERING
        begin = visitor.here.store.uploads.begin
        if await visitor.run(begin, upload.id, state, visitor.now, visitor.now - SILENT):
            return await self._begun(visitor, Upload(**{**vars(upload), "state": state}))
        return to(upload)

    async def _begun(self, visitor: Visitor, upload: Upload) -> Response:
        await asyncio.wait([self._works.begin(visitor.here, upload, visitor.person)], timeout=SOON)
        return to(upload)

    async def _page(self, visitor: Visitor, upload: Upload) -> Response:
        verdicts = json.loads(upload.verdicts)
        orders: Sequence[FileOrder] = []
        if upload.state == CHECKED:
            try:
                orders = await self._works.orders(visitor.here, upload)
            except ForeseenFailure:
                raise not_found("file of this kind") from None
        only = visitor.request.query_params.get("only", "")
        wanted = [order for order in orders if not only or verdicts.get(order.key, [""])[0] == only]
        faults = refused(verdicts)
        page = min(whole(visitor.request.query_params.get("page", "")), max(1, -(-len(wanted) // A_PAGE)))
        return visitor.page(
            "import.html",
            here="/orders",
            upload=upload,
            rows=[row for order in wanted[(page - 1) * A_PAGE : page * A_PAGE] for row in rows(order, verdicts)],
            refused=faults[:MOST_FAULTS],
            more_refused=max(0, len(faults) - MOST_FAULTS),
            only=only,
            page=page,
            is_last=page * A_PAGE >= len(wanted),
            is_working=upload.state in (CHECKING, ENTERING) and not is_silent(upload, visitor.now),
            is_interrupted=upload.state in (CHECKING, ENTERING) and is_silent(upload, visitor.now),
            is_done=upload.state == DONE,
        )


def check_may(visitor: Visitor) -> None:
    today = visitor.here.office.policy.read(visitor.now).today
    refuse(authority.may_enter_orders(visitor.here.store.people.actor(visitor.person, today)))


def mine(visitor: Visitor) -> Upload:
    check_may(visitor)
    upload = visitor.here.store.uploads.get(str(visitor.request.path_params["id"]), visitor.now)
    if upload is None or upload.person != visitor.person.id:
        raise not_found("file of yours here; files are kept for a day")
    return upload


def checked(content: bytes, typed: Mapping[str, str]) -> str:
    """How the file is read; raises the problem `invalid`."""
    name, own = typed["mapping"], typed["own"]
    if not content:
        raise invalid(Fault(pointer="/file", message="choose a file that is not empty"))
    if len(content) > MOST_UPLOAD_BYTES:
        raise Problem(413, "too-large", f"what is sent has at most {MOST_UPLOAD_BYTES} bytes")
    if typed["encoding"] not in ("", *ENCODINGS):
        raise invalid(Fault(pointer="/encoding", message="choose one of these encodings"))
    if name in BUILT_IN:
        return name
    if name != OWN or not own or len(own) > MOST_MAPPING:
        raise invalid(Fault(pointer="/mapping", message="choose how the file is to be read"))
    try:
        mapping_of(own)
    except ForeseenFailure as failure:
        raise invalid(*(Fault(pointer="/own", message=line) for line in str(failure).splitlines())) from None
    return own


def rows(order: FileOrder, verdicts: Mapping[str, Any]) -> Iterator[Line]:
    outcome, _, faults = verdicts.get(order.key, (Outcome.ENTERED, "", ()))
    requested = str(order.body.get("requested_date", ""))
    for row in order.rows:
        own = [fault for fault in faults if fault[0] == row.number]
        yield Line(row.number, order.order_no, row.fields, requested, outcome, own)


def refused(verdicts: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """Row, column, reason and order, as the file has them."""
    found = [(*fault, no) for outcome, no, faults in verdicts.values() if outcome == Outcome.REFUSED for fault in faults]
    return sorted(found)


def choosing(visitor: Visitor, typed: Mapping[str, str] | None = None, problem: Problem | None = None) -> Response:
    known = {"mapping": "plain", "own": "", "rebase": "", "encoding": "", **(typed or {})}
    status = problem.status if problem else 200
    return visitor.page("import_new.html", status, here="/orders", typed=known, problem=problem, encodings=ENCODINGS)


def to(upload: Upload) -> Response:
    return RedirectResponse(f"/imports/{upload.id}", 303, HEADERS)


def whole(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1
