"""Dates that a mail tells go into the reader's calendar: the same entry each time, the last word wins."""

from datetime import date
from email.message import EmailMessage
from typing import Any

import icalendar
import pytest

from activities.mail.ics import entries
from activities.mail.letters import RUNGS
from activities.mail.recipients import CUSTOMER
from tests.mail.plant import Plant
from tests.mail.samples import NOW, matter, notice, order, row, task
from tests.mail.test_letters import CUSTOMERS, STAFF
from tests.mail.test_message import body, raw, read, seal
from workflows.types.orders import Customer
from workflows.types.words import Language

SENDER = "jiaoqi@plant.example"


def calendar(kind: str, seq: int = 7, recipient: str = CUSTOMER, of: dict[str, Any] | None = None, **data: str) -> Any:
    told = notice(kind, "customer", key=f"JQ-1.{kind}.{seq}", data=data)
    found = entries(told, row(told, recipient), matter(order=order(**(of or {}))), SENDER)
    assert found is not None
    read_back = icalendar.Calendar.from_ical(found.content)
    assert (read_back["METHOD"], read_back["VERSION"]) == (found.method, "2.0")
    return read_back


def event(*of: Any, **more: Any) -> Any:
    (found,) = calendar(*of, **more).walk("VEVENT")
    return found


def test_a_promise_is_a_whole_day() -> None:
    entry = event("order_confirmed")
    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (date(2026, 12, 3), date(2026, 12, 4))
    assert (entry["SEQUENCE"], entry["STATUS"], entry["DTSTAMP"].dt) == (7, "CONFIRMED", NOW)
    assert entry["SUMMARY"] == "Delivery promised: order JQ-1" and entry["LOCATION"] == "高雄市前鎮區 1 號"
    assert "泵浦 P-7" in entry["DESCRIPTION"]
    assert entry["ORGANIZER"] == f"mailto:{SENDER}" and entry["ORGANIZER"].params["CN"] == "台中一廠"


def test_a_moved_promise_moves_the_entry() -> None:
    first, moved = event("order_confirmed", 7), event("promise_moved", 31, new="2026-12-08", old="2026-12-03")
    assert moved["UID"] == first["UID"] and moved["SEQUENCE"] > first["SEQUENCE"]
    assert moved["DTSTART"].dt == date(2026, 12, 8)
    assert event("order_confirmed", of={"order_no": "JQ-2", "order_id": "jq-2"})["UID"] != first["UID"]


def test_the_uid_is_the_same_in_any_case_and_for_any_reader() -> None:
    here = event("shipping_notice", arrival="2026-11-30")
    again = event("shipping_notice", 40, "sales1", of={"order_no": "jq-1"}, arrival="2026-12-02")
    assert here["UID"] == again["UID"] != event("order_confirmed")["UID"]
    assert (here["DTSTART"].dt, again["DTSTART"].dt) == (date(2026, 11, 30), date(2026, 12, 2))
    assert (here["SEQUENCE"], again["SEQUENCE"]) == (7, 40)


def test_a_cancelled_order_takes_its_entries_back() -> None:
    both = calendar("order_cancelled", 50, reason="withdrawn")
    assert both["METHOD"] == "CANCEL"
    promised, arrival = both.walk("VEVENT")
    assert promised["UID"] == event("order_confirmed")["UID"] and arrival["UID"] == event("shipping_notice")["UID"]
    assert {each["STATUS"] for each in (promised, arrival)} == {"CANCELLED"}
    assert len(calendar("order_cancelled", of={"planned_arrival": None}).walk("VEVENT")) == 1


@pytest.mark.parametrize("kind", sorted({*STAFF, *CUSTOMERS}))
def test_only_where_a_date_is_told(kind: str) -> None:
    told = notice(kind, "assignee", task_id="JQ-1.inspect.1", level=1 if kind in RUNGS else 0)
    about = matter(task=task())
    assert (entries(told, row(told, "quality1"), about, SENDER) is not None) == (kind == "shipping_notice")
    dated = ("order_confirmed", "promise_moved", "shipping_notice", "order_cancelled")
    assert (entries(told, row(told, CUSTOMER), about, SENDER) is not None) == (kind in dated)


def test_a_rung_named_like_a_mail_attaches_nothing() -> None:
    told = notice("shipping_notice", "customer", level=2, task_id="JQ-1.inspect.1")
    assert entries(told, row(told, CUSTOMER), matter(task=task()), SENDER) is None


def test_what_customers_typed_stays_one_value() -> None:
    entry = event("order_confirmed", of={"ship_to": "Dock 3; gate\\4, X", "order_no": "訂單-貳", "order_id": "訂單-貳"})
    assert entry["LOCATION"] == "Dock 3; gate\\4, X" and entry["SUMMARY"].endswith("訂單-貳")


def test_the_letter_stays_the_message_and_the_entries_go_with_it() -> None:
    told = notice("order_confirmed", "customer")
    attached = entries(told, row(told, CUSTOMER), matter(), SENDER)
    message = seal(entries=attached)
    parsed = read(message)
    assert parsed.get_content_type() == "multipart/mixed" and raw(message, "MIME-Version") == "1.0"
    assert body(message, "plain") == "您好\n" and body(message, "html") == "<p>您好</p>\n"
    (part,) = parsed.iter_attachments()
    assert isinstance(part, EmailMessage)
    assert (part.get_content_type(), part.get_param("method"), part.get_filename()) == ("text/calendar", "PUBLISH", "jiaoqi.ics")
    assert attached is not None and part.get_content().encode() == attached.content.encode()


def test_the_customer_gets_it_in_their_language(plant: Plant) -> None:
    plant.writes(order(customer=Customer(name="聯宏", email="buyer@customer.example", language=Language.ZH_HANT)), task())
    plant.tells(notice("order_confirmed", "customer"), notice("order_released", "production"))
    attached = [list(message.iter_attachments()) for message in plant.server.messages]
    assert [len(each) for each in attached] == [1, 0, 0]
    assert "SUMMARY:承諾交期：訂單 JQ-1" in attached[0][0].get_content()


def test_instants_are_in_utc_and_need_no_table_of_zones() -> None:
    written = calendar("shipping_notice").to_ical().decode()
    assert "DTSTAMP:20261120T013000Z" in written and "VTIMEZONE" not in written
