"""Calendar entries that go with a letter: the day that is promised, and the day on which the goods should arrive.

An entry keeps its UID for as long as there is the order, and its SEQUENCE grows with the order's events: what is told later
takes the place of what was told before, in whatever order it is read.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from icalendar import Calendar, Event, vCalAddress

from activities.mail.matter import Matter, lines
from activities.mail.recipients import CUSTOMER
from activities.mail.words import Words
from activities.store.ledger import LedgerRow
from workflows import ids
from workflows.types.notices import SHIPPING_NOTICE, Notice

PUBLISH, CANCEL = "PUBLISH", "CANCEL"
STATUS = {PUBLISH: "CONFIRMED", CANCEL: "CANCELLED"}
PROMISED, ARRIVAL = "promised", "arrival"
CONFIRMED, MOVED, CANCELLED = "order_confirmed", "promise_moved", "order_cancelled"


class Entries(NamedTuple):
    """What is attached."""

    method: str
    content: str


class Day(NamedTuple):
    """One thing that happens on a day; `what` names it for as long as the order lives."""

    what: str
    day: date


def entries(notice: Notice, row: LedgerRow, matter: Matter, sender: str) -> Entries | None:
    """The entries of the dates that a letter tells, from our address; most letters tell none."""
    days = list(_days(notice, row, matter))
    if not days:
        return None
    method = CANCEL if row.kind == CANCELLED else PUBLISH
    calendar = Calendar()
    calendar.add("prodid", "-//Jiaoqi//Jiaoqi//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for day in days:
        calendar.add_component(_event(day, notice, matter, Words.of(row.language), method, sender))
    return Entries(method, calendar.to_ical().decode())


def _days(notice: Notice, row: LedgerRow, matter: Matter) -> Iterator[Day]:
    """Customers are told all of them, the order's owner when goods arrive; a rung that is named like a mail tells none."""
    order = matter.order
    if notice.level or (row.recipient != CUSTOMER and row.kind != SHIPPING_NOTICE):
        return
    if row.kind in (CONFIRMED, MOVED, CANCELLED) and (day := _told(notice, "new") or order.promised):
        yield Day(PROMISED, day)
    if row.kind == SHIPPING_NOTICE and (day := _told(notice, ARRIVAL) or order.planned_arrival):
        yield Day(ARRIVAL, day)
    # Only what was planned is taken back; of goods that came back nothing is expected any more.
    if row.kind == CANCELLED and order.planned_arrival:
        yield Day(ARRIVAL, order.planned_arrival)


def _told(notice: Notice, name: str) -> date | None:
    try:
        return date.fromisoformat(notice.data.get(name, ""))
    except ValueError:
        return None


def _event(day: Day, notice: Notice, matter: Matter, words: Words, method: str, sender: str) -> Event:
    order = matter.order
    event = Event()
    event.add("uid", f"{day.what}-{ids.said('calendar', day.what, order.order_id, '')}@{sender.rpartition('@')[2]}")
    event.add("sequence", sequence(notice))
    event.add("dtstamp", matter.now)
    event.add("dtstart", day.day)
    event.add("dtend", day.day + timedelta(days=1))
    event.add("summary", words.calendar[day.what].format(order=order.order_no, plant=matter.plant))
    event.add("description", "\n".join(lines(order.lines, words)))
    event.add("status", STATUS[method])
    event.add("transp", "TRANSPARENT")
    if order.ship_to:
        event.add("location", order.ship_to)
    organizer = vCalAddress(f"mailto:{sender}")
    organizer.params["CN"] = matter.plant
    event.add("organizer", organizer)
    return event


def sequence(notice: Notice) -> int:
    """The number of the order's event that asks for the notice."""
    last = notice.key.rpartition(".")[2]
    return int(last) if last.isdecimal() else 0
