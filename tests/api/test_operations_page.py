"""The operators' page: what does not answer, what is stuck, and dead mail that is sent again by who may."""

from datetime import timedelta

import pytest

from activities.mail.again import send_again
from activities.store import LedgerRow
from activities.store.ledger import Addressed, Recipient
from activities.store.resending import NotDead, StillUnderWay
from tests.api.looking import Form, Looker
from tests.api.plant import DAY, Plant
from tests.store.dead_letters import refuse_one_of_each
from workflows.types.notices import Notice
from workflows.types.words import NoticeState

LATER = timedelta(seconds=5)


def died(
    plant: Plant, kind: str, to: str = "customer", address: str = "buyer@fab.example", task_id: str | None = None
) -> LedgerRow:
    """The order's last notice of this kind was taken out of the outbox, and could not be delivered."""
    order = plant.engine.order("PO-1")
    plant.engine.told("PO-1", kind, to)
    key = f"PO-1.{kind}.{order.state.seq}"
    plant.store.outbox.finish([key], [], plant.now)
    notice = Notice(key=key, kind=kind, to=(to,), at=plant.now, task_id=task_id)
    plant.store.ledger.open([Addressed("PO-1", notice, Recipient(to, address), f"<{key}>")])
    row = known(plant, key, to)
    plant.store.ledger.settle(row, NoticeState.DEAD, plant.now, "550 no such mailbox")
    return known(plant, key, to)


def known(plant: Plant, key: str, to: str) -> LedgerRow:
    found = plant.store.ledger.row(key, to)
    assert found
    return found


async def test_everything_that_answers_is_said_to(plant: Plant) -> None:
    admin = Looker(plant, "admin")
    page = await admin.look("/operations")
    assert admin.answer.status_code == 200, admin.answer.text
    assert page.text.count("✓ answers") == 3 and "1 at work : a worker" in page.text.replace(":", " :").replace("  :", " :")
    late = "http://127.0.0.1:8233/namespaces/default/workflows?query=WorkflowType+IN+%28%27Order%27%2C+%27Case%27%29+AND+ExecutionStatus"
    assert any(link.startswith(late) and link.endswith("savedQuery=Late") for link in page.links)
    assert sum("savedQuery=" in link for link in page.links) == 4
    assert "http://127.0.0.1:8025" in page.links


async def test_what_does_not_answer_and_what_is_stuck_is_said(plant: Plant) -> None:
    plant.engine.away = ["temporal"]
    page = await Looker(plant, "sales1").look("/operations")
    assert "Temporal ✖ does not answer" in page.text and "Workers ▲ unknown" in page.text
    plant.engine.away = ["orders"]
    plant.engine.stuck_orders = ["po-1"]
    page = await Looker(plant, "sales1").look("/operations")
    assert "Workers ✖ does not answer" in page.text and "/orders/po-1" in page.links


async def test_a_stuck_case_leads_to_its_page(plant: Plant) -> None:
    plant.engine.stuck_orders = ["imp:7"]
    looker = Looker(plant, "sales1")
    assert "/orders/imp%3A7" in (await looker.look("/operations")).links
    await looker.look("/orders/imp%3A7")
    assert looker.answer.headers["location"] == "/improvements/imp:7"


async def test_mail_that_waits_is_counted(plant: Plant) -> None:
    await plant.entered("PO-1")
    plant.engine.told("PO-1", "order_confirmed", "customer")
    admin = Looker(plant, "admin")
    assert "▲ 1" not in (await admin.look("/operations")).text
    plant.now += timedelta(minutes=11)
    assert "▲ 1" in (await admin.look("/operations")).text


async def test_dead_mail_is_sent_again_to_the_address_as_it_is_put_right(plant: Plant) -> None:
    await plant.entered("PO-1")
    row = died(plant, "order_confirmed")
    owner = Looker(plant, "sales1")
    page = await owner.look("/operations")
    assert "550 no such mailbox" in page.text
    await owner.send(page.form("/operations/again"), address="purchasing@fab.example")
    assert owner.answer.headers["location"] == "/operations?done=again"
    again = known(plant, row.notice_key, "customer")
    assert (again.state, again.address, again.message_id) == (NoticeState.QUEUED, "purchasing@fab.example", row.message_id)
    (waiting,) = plant.store.outbox.take(10, plant.now, plant.now + LATER)
    # As one that was tried before: whom it is for is not asked again. And it has seven days anew.
    assert (waiting.notice.key, waiting.attempts, waiting.is_confirmed, waiting.notice.at) == (row.notice_key, 2, True, plant.now)
    (entry,) = plant.store.house_log.about("PO-1")
    assert (entry.by, entry.detail) == ("sales1", "order_confirmed to customer (purchasing@fab.example)")
    # The second of two who press the button.
    page = await owner.send(page.form("/operations/again"), address="other@fab.example")
    assert owner.answer.status_code == 409
    assert known(plant, row.notice_key, "customer").address == "purchasing@fab.example"


async def test_only_the_owner_and_admins_send_again(plant: Plant) -> None:
    await plant.entered("PO-1")
    row = died(plant, "order_confirmed")
    other = Looker(plant, "sales2")
    page = await other.look("/operations")
    assert not page.has("/operations/again") and "owner or an admin" in page.text
    csrf = page.form("/sign-out").value("csrf") or ""
    form = Form("/operations/again", "post", [("csrf", csrf), ("notice", row.notice_key), ("recipient", "customer")])
    await other.send(form)
    assert other.answer.status_code == 403
    assert known(plant, row.notice_key, "customer").state is NoticeState.DEAD
    admin = Looker(plant, "admin")
    await admin.send((await admin.look("/operations")).form("/operations/again"))
    assert admin.answer.status_code == 303


async def test_an_address_that_is_none_is_refused(plant: Plant) -> None:
    await plant.entered("PO-1")
    died(plant, "order_confirmed")
    admin = Looker(plant, "admin")
    page = await admin.send((await admin.look("/operations")).form("/operations/again"), address="a@b\r\nBcc: c@d")
    assert admin.answer.status_code == 422
    assert page.form("/operations/again").value("address") == "a@b\r\nBcc: c@d".strip()


async def test_a_persons_mail_goes_to_their_address_of_today(plant: Plant) -> None:
    await plant.entered("PO-1")
    row = died(plant, "order_released", "production1", "old@plant.example")
    plant.now += DAY
    send_again(plant.store, row, "admin", plant.now)
    assert known(plant, row.notice_key, "production1").address == "production1@plant.example"


async def test_what_has_been_overtaken_is_not_sent(plant: Plant) -> None:
    await plant.confirmed("PO-1")
    row = died(plant, "hold_ended", "sales1")
    # The order is on hold no more.
    assert send_again(plant.store, row, "admin", plant.now) is NoticeState.STALE
    assert known(plant, row.notice_key, "sales1").state is NoticeState.STALE
    assert plant.store.outbox.take(10, plant.now + LATER, plant.now + 2 * LATER) == []


async def test_while_others_are_being_told_nothing_is_put_in(plant: Plant) -> None:
    await plant.entered("PO-1")
    row = died(plant, "order_confirmed")
    send_again(plant.store, row, "admin", plant.now)
    with pytest.raises(StillUnderWay):
        send_again(plant.store, row, "admin", plant.now)
    plant.store.outbox.finish([row.notice_key], [], plant.now)
    with pytest.raises(NotDead):
        send_again(plant.store, row, "admin", plant.now)


async def test_a_report_of_the_couriers_own_can_be_sent_again(plant: Plant) -> None:
    await plant.entered("PO-1")
    row = died(plant, "order_confirmed")
    key = f"{row.notice_key}.undeliverable.customer"
    notice = Notice(key=key, kind="undeliverable", to=("sales",), at=plant.now)
    plant.store.ledger.open([Addressed("PO-1", notice, Recipient("sales1", "sales1@plant.example"), "<report>")])
    plant.store.ledger.settle(known(plant, key, "sales1"), NoticeState.DEAD, plant.now, "552 full")
    send_again(plant.store, known(plant, key, "sales1"), "admin", plant.now)
    (waiting,) = plant.store.outbox.take(10, plant.now, plant.now + LATER)
    assert waiting.notice.data == {"kind": "order_confirmed", "recipient": "customer"}


async def test_what_was_refused_and_no_order_asked_for_is_seen(plant: Plant) -> None:
    """Nobody else would tell: whoever reads no digest does not know that there was one."""
    refuse_one_of_each(plant.store, plant.now, "550 <b>no such mailbox</b>")
    looker = Looker(plant, "admin")
    page = await looker.look("/operations")
    assert "q1@gone.example" in page.text and "550 <b>no such mailbox</b>" in page.text and "/people/quality1" in page.links
    dead = page.text[page.text.index("Mail that could not be delivered") :]
    told = ["training reminder", "weekly meeting pack weekly-2026-11-20", f"daily digest {plant.now.date()}"]
    assert sorted(told, key=dead.index) == told and dead.count("q1@gone.example") == 3
    assert "None." not in dead
