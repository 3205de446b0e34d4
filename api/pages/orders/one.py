"""One order, the same to everyone (R3): where it stands, its dates, its promises, what is open, what has happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from activities.documents.papers import title
from activities.mail.words import Words
from activities.store import BadCursor, TaskFilter
from activities.store.documents import DocumentOut
from activities.store.views import CaseOut, EventOut, NoticeOut, OrderOut, Page, TaskOut
from api.bodies import Body, fingerprint
from api.calls import Call
from api.deeds import day_at
from api.pages.addresses import improvement_url, order_url
from api.pages.forms.attempts import attempt, key_of
from api.pages.forms.fields import Sheet, asks_for_more, typed
from api.pages.orders import forms as order_forms
from api.pages.orders.forms import REHEARSED, Form, Tried
from api.pages.orders.happenings import QUIET, Telling
from api.pages.site import HEADERS
from api.pages.tasks.view import consequence, names_of
from api.pages.visitors import Handler, Visitor, said_before
from api.problems import Problem, invalid, not_found
from api.visit import Visit
from workflows import ids
from workflows.types.orders import OrderRow
from workflows.types.refusals import Fault
from workflows.types.slack import Cause
from workflows.types.words import DocumentKind, OrderStatus, Stage, TaskStatus

EVENTS, NOTICES, TASKS, DOCUMENTS = 30, 100, 50, 8
ON_THE_WAY = tuple(stage for stage in Stage if stage not in (Stage.IMPROVE, Stage.FILE))
"""Stages of orders; the others are those of cases beside them."""
DONE, CURRENT, AHEAD = "done", "current", "ahead"
EVERYTHING = "everything"
CONFIRMED = "confirmed"
"""The button that does what was only shown before."""
TOLD_APART = ("csrf", "key", "seen", CONFIRMED)
"""What a form carries beside what was typed."""


@dataclass(frozen=True, kw_only=True)
class OrderView:
    """Everything that the page shows."""

    order: OrderOut
    tasks: Sequence[TaskOut]
    cases: Sequence[CaseOut]
    """What was recorded about it beside it: complaints, non-conformances, a file that is not complete."""
    causes: Sequence[Cause]
    events: Sequence[EventOut]
    older: int | None
    """Where the history goes on."""
    is_everything: bool
    """Whether the history names also what followed by itself."""
    notices: Sequence[NoticeOut]
    more_notices: str | None
    is_further: bool
    """Whether these are not the first of the mails."""
    documents: Sequence[DocumentOut]
    """The newest few that are still kept."""
    names: Mapping[str, str]
    forms: Sequence[Form]

    @property
    def stages(self) -> list[tuple[Stage, str]]:
        return [(stage, standing(stage, self.order)) for stage in ON_THE_WAY]

    @property
    def tried(self) -> Form | None:
        return next((form for form in self.forms if form.tried), None)


async def show(visitor: Visitor) -> Response:
    if ids.is_case(number(visitor)):
        return RedirectResponse(improvement_url(number(visitor)), 303, HEADERS)
    return await page(visitor)


def said(deed: str) -> Handler:
    """What a form of the page sends."""

    async def handle(visitor: Visitor) -> Response:
        sent = typed(await visitor.form())
        order_no, key = number(visitor), key_of(sent)
        order, asks = await visitor.run(asked, visitor, deed)
        if asks_for_more(sent):
            return await page(visitor, Tried(deed=deed, typed=sent, key=key))
        value = asks.read(sent)
        if deed in REHEARSED and CONFIRMED not in sent:
            return await page(visitor, await tried_out(visitor, deed, sent, value, key))
        seen = sent.get("seen", "") if deed in REHEARSED else ""
        told = order_forms.deed_of(deed, visitor.here.office, order_no)
        problem = await attempt(visitor, told, value, key, seen=seen)
        if problem is None:
            return RedirectResponse(order_url(order.order_no), 303, HEADERS)
        return await page(visitor, Tried(deed=deed, typed=sent, key=key, problem=problem))

    return handle


async def tried_out(visitor: Visitor, deed: str, sent: Mapping[str, str], value: Mapping[str, object], key: str) -> Tried:
    """What would follow, or why it cannot be."""
    rehearsed = order_forms.rehearsable(deed, visitor.here.office, number(visitor))
    body = Body(dict(value), fingerprint(dict(value)))
    visit = Visit(visitor.person, body, said_before(key), "POST", visitor.until)
    try:
        order, follow = await visitor.run(rehearsed.rehearsed, Call.of(visit, rehearsed.path, visitor.now))
    except Problem as problem:
        return Tried(deed=deed, typed=sent, key=key, problem=problem)
    return Tried(deed=deed, typed=sent, key=key, follow=follow, seen=order.version)


async def page(visitor: Visitor, tried: Tried | None = None) -> Response:
    view = await visitor.run(look, visitor, tried)
    words = Words.of(visitor.tongue.language)
    follow = tried.follow if tried else None
    return visitor.page(
        "order.html",
        tried.problem.status if tried and tried.problem else 200,
        here="/orders",
        view=view,
        order=view.order,
        names=view.names,
        titles={kind: title(kind, visitor.tongue) for kind in DocumentKind},
        telling=Telling(visitor.tongue, view.order.plant_time_zone),
        follow=None if follow is None else [consequence(each, words) for each in follow],
        kept={name: text for name, text in (tried.typed.items() if tried else ()) if name not in TOLD_APART},
        slack=abs(view.order.slack_hours or 0),
    )


def look(visitor: Visitor, tried: Tried | None) -> OrderView:
    store, now, order_no = visitor.here.store, visitor.now, number(visitor)
    order, row = store.orders.get(order_no, now), store.orders.row(order_no)
    if order is None or row is None:
        raise not_found(f"order {order_no}")
    query = visitor.request.query_params
    is_everything = query.get("history") == EVERYTHING
    quiet = () if is_everything else QUIET
    events, older = store.glances.newest_events(order_no, whole(query.get("before", "")), EVENTS, quiet)
    further = None if tried else query.get("mails") or None
    notices = mails(visitor, further)
    people = store.people.every()
    open_tasks = TaskFilter(order_no=(order_no,), status=(TaskStatus.OPEN,))
    return OrderView(
        order=order,
        tasks=store.tasks.page(open_tasks, TASKS, None, now).items,
        cases=store.cases.about(order_no, now),
        causes=store.glances.causes(order_no),
        events=events,
        older=older,
        is_everything=is_everything,
        notices=notices.items,
        more_notices=notices.next_cursor,
        is_further=further is not None,
        documents=store.documents.newest(order_no, DOCUMENTS),
        names=names_of(people, Words.of(visitor.tongue.language), visitor.tongue),
        forms=forms(visitor, row, tried),
    )


def mails(visitor: Visitor, cursor: str | None) -> Page[NoticeOut]:
    try:
        return visitor.here.store.orders.notices(number(visitor), NOTICES, cursor)
    except BadCursor as error:
        raise invalid(Fault(pointer="/query/mails", message=str(error))) from None


def forms(visitor: Visitor, order: OrderRow, tried: Tried | None) -> list[Form]:
    people = visitor.here.store.people
    today = day_at(order.plant_time_zone, visitor.now)
    deeds = order_forms.offered(order, people.actor(visitor.person, today))
    if tried and tried.deed not in deeds:
        # It was possible when the page was opened: what was typed is not thrown away.
        deeds.append(tried.deed)
    every = people.every()
    return [order_forms.form(deed, order_forms.sheet(deed, order, today, every), visitor.tongue, tried) for deed in deeds]


def asked(visitor: Visitor, deed: str) -> tuple[OrderRow, Sheet]:
    order = visitor.here.store.orders.row(number(visitor))
    if order is None:
        raise not_found(f"order {number(visitor)}")
    today = day_at(order.plant_time_zone, visitor.now)
    return order, order_forms.sheet(deed, order, today, visitor.here.store.people.every())


def standing(stage: Stage, order: OrderOut) -> str:
    """Whether a stage is done, at hand or ahead; of a cancelled order only what its dates prove is done."""
    if order.status is OrderStatus.CANCELLED:
        return CURRENT if stage is Stage.CLOSED else DONE if stage in proven(order) else AHEAD
    every = ON_THE_WAY
    place, here = every.index(stage), every.index(order.stage)
    return DONE if place < here or order.status is OrderStatus.COMPLETED else CURRENT if place == here else AHEAD


def proven(order: OrderOut) -> list[Stage]:
    known = {
        Stage.CONFIRM: order.dates.promised,
        Stage.PLAN: order.dates.expected_completion,
        Stage.PRODUCE: order.dates.planned_ship,
        Stage.INSPECT: order.dates.planned_ship,
        Stage.SHIP: order.dates.delivered,
        Stage.SIGN_OFF: order.dates.delivered,
    }
    return [stage for stage, date in known.items() if date]


def number(visitor: Visitor) -> str:
    return str(visitor.request.path_params["no"])


def whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None
