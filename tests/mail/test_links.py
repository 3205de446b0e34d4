"""Which letters carry a link by which their reader answers, and that each link is its reader's alone."""

import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import event, select

from activities.mail.links import links_are_possible
from activities.mail.smtp_mail import SmtpMail
from activities.mail.transport import Transport
from activities.store.links import COMPLAINTS_LIVE, LIVES, Purpose
from activities.store.tables import MAIL_LINK
from tests.mail.plant import Plant
from tests.mail.samples import NOW, notice, order, task
from workflows.types.notices import Notice
from workflows.types.orders import Customer
from workflows.types.words import Department, Kind, Language, NoticeState

LINK = re.compile(r"https://jiaoqi\.example/l/([\w-]{43})")
PRODUCE = "JQ-1.produce.1"


def of_customers(kind: str, **more: Any) -> Notice:
    return notice(kind, "customer", **more)


def of_produce(*to: str, kind: str = "task_opened", **more: Any) -> Notice:
    return notice(kind, *to, task_id=PRODUCE, **more)


@pytest.fixture
def making(plant: Plant) -> Plant:
    """Production is asked to produce."""
    plant.writes(order(), task(), task(Kind.PRODUCE, department=Department.PRODUCTION))
    return plant


def tokens(message: EmailMessage) -> list[str]:
    """By text and by HTML."""
    bodies = [message.get_body(kinds) for kinds in (("plain",), ("html",))]
    return [token for body in bodies if body is not None for token in LINK.findall(str(body.get_content()))]


def purposes(plant: Plant) -> dict[str, Purpose | None]:
    """By recipient of the mails that were sent: what their link is for, or None."""
    found: dict[str, Purpose | None] = {}
    for message in plant.server.messages:
        here = tokens(message)
        link = plant.store.links.find(here[0]) if here else None
        assert here[: len(here) // 2] == here[len(here) // 2 :], "the same links in the text and in the HTML"
        others = [plant.store.links.find(token) for token in here[1 : len(here) // 2]]
        beside = [Purpose.COMPLAIN] if link and link.purpose is Purpose.FEEDBACK else []
        assert [each and each.purpose for each in others] == beside, "one link a letter, or two that go together"
        found[str(message["To"]).partition("@")[0]] = link.purpose if link else None
    return found


def rows(plant: Plant) -> int:
    with plant.store.database.reading() as connection:
        return len(connection.execute(select(MAIL_LINK.c.digest)).all())


@pytest.mark.parametrize(
    ("kind", "purpose"),
    [
        ("order_confirmed", Purpose.CONFIRM),
        ("promise_moved", Purpose.AGREE),
        ("shipping_notice", Purpose.VIEW),
        ("sign_off_request", Purpose.SIGN),
        ("feedback_request", Purpose.FEEDBACK),
        ("order_cancelled", None),
    ],
)
def test_what_customers_are_asked_they_answer_by_a_link(plant: Plant, kind: str, purpose: Purpose | None) -> None:
    plant.tells(of_customers(kind))
    assert purposes(plant) == {"buyer": purpose}
    assert rows(plant) == (0 if purpose is None else 2 if purpose is Purpose.FEEDBACK else 1)


def test_a_complaint_may_be_made_for_longer_and_the_letter_says_so(plant: Plant) -> None:
    plant.tells(of_customers("feedback_request"))
    feedback, complaint = (plant.store.links.find(token) for token in tokens(plant.server.messages[0])[:2])
    assert feedback is not None and complaint is not None
    assert (feedback.expires_at, complaint.expires_at) == (NOW + LIVES, NOW + COMPLAINTS_LIVE)
    (body,) = bodies(plant)
    assert "2026年12月20日" in body and "2027年1月19日" in body and "最多可提出 5 件客訴" in body


def test_a_link_knows_its_reader_their_language_and_its_end(plant: Plant) -> None:
    plant.tells(of_customers("order_confirmed"))
    link = plant.store.links.find(tokens(plant.server.messages[0])[0])
    assert link is not None
    assert (link.who, link.order_no, link.language, link.address) == (
        "customer",
        "JQ-1",
        Language.ZH_HANT,
        "buyer@customer.example",
    )
    assert (link.made_at, link.expires_at, link.used_at) == (NOW, NOW + LIVES, None)
    assert "2026年12月20日" in str(plant.server.messages[0].get_body(("plain",)).get_content())  # type: ignore[union-attr]


def test_who_may_answer_a_simple_task_has_a_link_and_others_have_not(making: Plant) -> None:
    making.tells(of_produce("assignee", "head", "sales", "management"))
    assert purposes(making) == {
        "production1": Purpose.COMPLETE,
        "production-head": Purpose.COMPLETE,
        "sales1": None,
        "boss": None,
    }
    assert all("https://jiaoqi.example/tasks/JQ-1.produce.1" in str(each) for each in bodies(making)), "everybody may sign in"


def bodies(plant: Plant) -> list[str]:
    return [str(body.get_content()) for message in plant.server.messages if (body := message.get_body(("plain",)))]


def test_each_reader_has_a_link_of_their_own(making: Plant) -> None:
    making.tells(of_produce("assignee", "head"))
    for message in making.server.messages:
        link = making.store.links.find(tokens(message)[0])
        assert link is not None and f"{link.who}@plant.example" == message["To"]


def test_what_needs_more_than_a_page_has_no_link(plant: Plant) -> None:
    plant.tells(notice("task_opened", "assignee", task_id="JQ-1.inspect.1"))
    assert set(purposes(plant).values()) == {None}


def test_a_mailbox_that_several_read_has_no_link(plant: Plant) -> None:
    accept = task(Kind.ACCEPT, department=Department.WAREHOUSE)
    plant.writes(order(), accept)
    plant.tells(notice("task_opened", "assignee", task_id=accept.id))
    assert purposes(plant) == {"dock": None}


def test_who_made_the_goods_has_no_link_to_what_they_may_not_do(making: Plant) -> None:
    barred = task(Kind.PRODUCE, department=Department.PRODUCTION, barred=("production1",))
    making.writes(order(), barred)
    making.tells(of_produce("assignee", "head"))
    assert purposes(making) == {"production-head": Purpose.COMPLETE}


def test_a_customer_without_address_has_no_link(plant: Plant) -> None:
    plant.writes(order(customer=Customer(name="ACME")), task())
    plant.tells(of_customers("order_confirmed"))
    assert rows(plant) == 0


def test_told_again_by_the_same_hands_it_is_the_same_link(plant: Plant) -> None:
    mail, confirmed = plant.mail(), of_customers("order_confirmed")
    plant.server.answers["buyer@customer.example"] = "451 later"
    assert "later" in plant.fails_to_tell(confirmed, mail=mail)
    plant.server.answers.clear()
    plant.tells(confirmed, mail=mail)
    assert (purposes(plant), rows(plant)) == ({"buyer": Purpose.CONFIRM}, 1)


def test_told_by_another_worker_it_is_a_link_that_works(plant: Plant) -> None:
    confirmed = of_customers("order_confirmed")
    plant.server.answers["buyer@customer.example"] = "451 later"
    plant.fails_to_tell(confirmed)
    plant.server.answers.clear()
    plant.tells(confirmed, mail=plant.mail())
    assert (purposes(plant), rows(plant)) == ({"buyer": Purpose.CONFIRM}, 2)


def test_a_mail_with_a_link_costs_one_statement_more_and_no_transaction(plant: Plant) -> None:
    written: list[str] = []
    event.listen(plant.store.database.engine, "before_cursor_execute", lambda *given: written.append(given[2].split(" (")[0]))
    plant.tells(of_customers("order_confirmed"))
    with_link = [statement for statement in written if statement.startswith("INSERT")]
    written.clear()
    plant.tells(of_customers("order_cancelled"))
    without = [statement for statement in written if statement.startswith("INSERT")]
    assert [statement for statement in with_link if statement not in without] == ["INSERT INTO mail_link"]


def test_where_nobody_could_follow_a_link_there_is_none(plant: Plant) -> None:
    mail = SmtpMail(plant.store, Transport.of(plant.server.url), "jiaoqi@plant.example", "", lambda: plant.now)
    plant.tells(of_customers("order_confirmed"), mail=mail)
    assert (tokens(plant.server.messages[0]), rows(plant)) == ([], 0)
    assert links_are_possible("https://x") and not links_are_possible("jiaoqi.example")


def test_a_code_that_nobody_takes_any_more_is_not_sent(plant: Plant) -> None:
    sign_off = task(Kind.SIGN_OFF, department=Department.WAREHOUSE)
    plant.writes(order(), sign_off)
    asked = of_customers("signing_code", task_id=sign_off.id, data={"code": "042042"})
    late = asked.model_copy(update={"key": "JQ-1.signing_code.late"})
    plant.tells(asked)
    assert "\n042042\n" in bodies(plant)[0]
    plant.now += timedelta(minutes=10)
    plant.tells(late)
    assert plant.states(late) == {"customer": NoticeState.STALE}
    assert len(plant.server.messages) == 1
