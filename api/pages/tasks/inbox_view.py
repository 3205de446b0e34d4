"""What an inbox shows: the tasks of one view by deadline, and how many wait in each."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlencode

from babel.dates import format_timedelta

from activities.languages import Tongue
from activities.store import BadCursor, Person, TaskFilter, TaskRecord
from activities.store.records import task_out
from activities.store.views import TaskOut
from api.deeds import Office
from api.pages.forms.questions import questions
from api.pages.tasks.powers import Powers, powers_of
from api.problems import invalid
from workflows.rules.calendar import Calendar
from workflows.types.answers import OUTCOMES
from workflows.types.cases import CaseFacts
from workflows.types.commands import Actor
from workflows.types.refusals import Fault
from workflows.types.words import Department, Kind, Lateness, TaskStatus

A_PAGE = 50
MOST_COUNTED = 200
"""More than these are told as `200+`: a count must not cost more than the page."""
LONGEST_Q = 200
OPEN = (TaskStatus.OPEN,)


class View(StrEnum):
    MINE = "mine"
    DEPARTMENT = "department"
    OTHERS = "others"
    SNOOZED = "snoozed"


@dataclass(frozen=True)
class Wish:
    """What the address asks for; what it asks in words that nobody knows is left out."""

    view: View
    kind: Kind | None = None
    lateness: Lateness | None = None
    due_before: date | None = None
    q: str = ""
    cursor: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str], usual: View) -> "Wish":
        return cls(
            view=View(query["view"]) if query.get("view") in set(View) else usual,
            kind=Kind(query["kind"]) if query.get("kind") in set(Kind) else None,
            lateness=Lateness(query["lateness"]) if query.get("lateness") in set(Lateness) else None,
            due_before=day(query.get("due_before", "")),
            q=query.get("q", "").strip()[:LONGEST_Q],
            cursor=query.get("cursor", ""),
        )

    def address(self, **changes: object) -> str:
        """Of the page that shows this, or this with changes."""
        asked = {**vars(self), **changes}
        return "/?" + urlencode({name: str(value) for name, value in asked.items() if value})

    @property
    def is_filtered(self) -> bool:
        return bool(self.kind or self.lateness or self.due_before or self.q)


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


class Row(NamedTuple):
    """One task of the list, and what may be done with it right there."""

    task: TaskOut
    case: CaseFacts | None
    """Of a task that belongs to no order."""
    zone: str
    powers: Powers
    away: str
    """How far away the deadline is, or how long ago it was."""
    quick: Sequence[str]
    """Outcomes that need no word."""

    @property
    def can_be_chosen(self) -> bool:
        return self.powers.is_member or self.powers.may_assign

    @property
    def mark(self) -> str:
        """What ids of the row's elements end with: a refreshed list finds them again, whatever stands in an order's number."""
        return hashlib.sha256(self.task.id.encode()).hexdigest()[:12]


@dataclass(frozen=True, kw_only=True)
class InboxView:
    wish: Wish
    rows: Sequence[Row]
    next_cursor: str | None
    counts: Mapping[View, str]
    names: Mapping[str, str]
    departments: Sequence[Department]
    directs: bool
    """Whether they may move deadlines: of what they head."""
    receivers: Sequence[Person] = field(default=())
    """To whom they may give tasks."""


def look(office: Office, person: Person, query: Mapping[str, str], tongue: Tongue, now: datetime) -> InboxView:
    """In the store's thread; raises the problem `invalid` for a bad cursor."""
    policy, register = office.policy.read(now), office.store.people.register()
    actor = register.actor(person, policy.today)
    wish = Wish.of(query, View.DEPARTMENT if actor.departments else View.OTHERS)
    views = {view: of_view(view, actor) for view in View}
    records, next_cursor = page_of(office, views[wish.view], wish, policy.calendar, now)
    known = [view for view, wanted in views.items() if wanted]
    counted = office.store.tasks.counts([wanted for wanted in views.values() if wanted], MOST_COUNTED, now)
    return InboxView(
        wish=wish,
        rows=[row_of(office, person, actor, record, tongue, now) for record in records],
        next_cursor=next_cursor,
        counts=dict.fromkeys(View, "0") | {view: told(count) for view, count in zip(known, counted, strict=True)},
        names={one.id: one.name for one in register.people.values()},
        departments=actor.departments,
        directs=bool(actor.heads),
        receivers=[one for one in register.people.values() if actor.admin or set(one.member_of) & set(actor.heads)]
        if actor.heads or actor.admin
        else [],
    )


def of_view(view: View, actor: Actor) -> TaskFilter | None:
    """None: who is of no department has nothing there."""
    others = tuple(each for each in Department if each not in actor.departments)
    match view:
        case View.MINE:
            return TaskFilter(assignee=(actor.id,), status=OPEN, hide_snoozed_for=actor.id)
        case View.DEPARTMENT:
            mine = TaskFilter(departments=actor.departments, status=OPEN, hide_snoozed_for=actor.id)
            return mine if actor.departments else None
        case View.OTHERS:
            return TaskFilter(departments=others, status=OPEN, owner=actor.id) if others else None
        case View.SNOOZED:
            return TaskFilter(status=OPEN, snoozed_by=actor.id)


def page_of(
    office: Office, wanted: TaskFilter | None, wish: Wish, calendar: Calendar, now: datetime
) -> tuple[list[TaskRecord], str | None]:
    if wanted is None:
        return [], None
    asked = replace(
        wanted,
        kind=(wish.kind,) if wish.kind else (),
        lateness=(wish.lateness,) if wish.lateness else (),
        due_before=calendar.end_of(wish.due_before) if wish.due_before else None,
        q=wish.q or None,
    )
    try:
        return office.store.tasks.records(asked, A_PAGE, wish.cursor or None, now)
    except BadCursor as error:
        raise invalid(Fault(pointer="/query/cursor", message=str(error))) from None


def row_of(office: Office, person: Person, actor: Actor, record: TaskRecord, tongue: Tongue, now: datetime) -> Row:
    task, powers = task_out(record, now), powers_of(office, person, record, now, actor)
    is_free = powers.may_answer and not task.blocked
    return Row(
        task=task,
        case=record.order.case,
        zone=record.order.plant_time_zone,
        powers=powers,
        away=format_timedelta(task.due_at - now, add_direction=True, locale=tongue.locale),
        quick=[name for name in wordless(task.kind) if name not in record.task.withheld] if is_free else [],
    )


@lru_cache(maxsize=64)
def wordless(kind: Kind) -> tuple[str, ...]:
    """Outcomes of which no field is required: what lies before the task is what they mean."""
    return tuple(name for name, model in OUTCOMES[kind].items() if not any(each.is_required for each in questions(model)))


def told(count: int) -> str:
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)
