"""The telling on a real store and a real mail server: everybody once, whatever breaks in between."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from activities.mail.clerk import Clerk
from activities.mail.letters import Letter, Letters
from activities.mail.recipients import Circle
from activities.store import Away, LedgerRow, StoreAway
from activities.store.records import TaskRecord
from tests.mail.plant import Plant, ids_of
from tests.mail.samples import NOW, TODAY, hold, notice, order, person, task
from tests.mail.servers import free_port
from workflows.types.events import SaidRef
from workflows.types.notices import Notice
from workflows.types.orders import Customer
from workflows.types.words import Department, Kind, Language, NoticeState, OrderStatus

QUEUED, SENT, DEAD, STALE = NoticeState.QUEUED, NoticeState.SENT, NoticeState.DEAD, NoticeState.STALE
MEMBERS = ("quality-head", "quality1", "quality2")


def rung(kind: str = "overdue", level: int = 1, **more: Any) -> Notice:
    return notice(kind, "assignee", "head", task_id="JQ-1.inspect.1", level=level, **more)


RELEASED = notice("order_released", "production", "warehouse")


# Everybody once.


def test_a_rung_reaches_its_people_over_one_connection(plant: Plant) -> None:
    (told,) = plant.tells(rung())
    assert told.states == dict.fromkeys(MEMBERS, SENT) and told.unreachable == ()
    assert plant.server.told == [f"{name}@plant.example" for name in MEMBERS]
    assert len(plant.server.sessions) == 1
    (first, *_) = plant.server.messages
    assert first["Subject"].startswith("[JQ-1] 逾期")
    assert (first["X-Jiaoqi-Kind"], first["X-Jiaoqi-Order"], first["X-Jiaoqi-Task"]) == ("overdue", "JQ-1", "JQ-1.inspect.1")
    assert len(set(ids_of(plant.server.messages))) == 3
    assert ids_of(plant.server.messages) == [row.message_id for row in plant.ledger(rung()).values()]


def test_each_reads_their_own_language(plant: Plant) -> None:
    plant.tells(rung())
    subjects = [str(message["Subject"]) for message in plant.server.messages]
    assert [subject.split("]")[1][:4] for subject in subjects] == [" 逾期：", " Ove", " 逾期："]
    assert "应于" in subjects[2] and "應於" in subjects[0]


def test_several_notices_go_over_one_connection(plant: Plant) -> None:
    confirmed = notice("order_confirmed", "customer")
    told = plant.tells(confirmed, RELEASED)
    assert told[1].states == dict.fromkeys(("production-head", "production1", "dock@plant.example"), SENT)
    assert len(plant.server.sessions) == 1
    customer = plant.server.messages[0]
    assert customer["To"] == "buyer@customer.example"
    assert customer["Reply-To"] == "sales1 <sales1@plant.example>"
    assert all(message["Reply-To"] is None for message in plant.server.messages[1:])


def test_told_again_is_told_once(plant: Plant) -> None:
    assert plant.tells(rung()) == plant.tells(rung())
    assert len(plant.server.messages) == 3


def test_the_holder_alone_is_told(plant: Plant) -> None:
    claim(plant, "quality2")
    (told,) = plant.tells(notice("remind", "assignee", task_id="JQ-1.inspect.1"))
    assert told.states == {"quality2": SENT}


def test_a_customer_without_address_is_told_by_hand(plant: Plant) -> None:
    plant.writes(order(customer=Customer(name="ACME")), task())
    (told,) = plant.tells(notice("shipping_notice", "customer", "sales"))
    assert told.states == {"customer": NoticeState.BY_HAND, "sales1": SENT}
    assert plant.server.told == ["sales1@plant.example"]


def test_who_is_away_is_decided_when_the_notice_is_first_told(plant: Plant) -> None:
    plant.store.people.away("sales1", TODAY, TODAY, "sales-head")
    plant.server.answers["sales-head@plant.example"] = "451 later"
    asked = notice("silent", "sales")
    plant.fails_to_tell(asked)
    plant.store.people.away("sales1", TODAY + timedelta(days=9), TODAY + timedelta(days=9), "boss")
    plant.server.answers.clear()
    assert plant.tells(asked)[0].states == {"sales-head": SENT}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 19, 15, 59, tzinfo=UTC), "sales1"),
        (datetime(2026, 11, 19, 16, 0, tzinfo=UTC), "sales-head"),
        (datetime(2026, 11, 20, 16, 0, tzinfo=UTC), "sales1"),
    ],
)
def test_today_is_the_plants(plant: Plant, now: datetime, expected: str) -> None:
    plant.now = now
    absence = Away(from_=TODAY, to=TODAY, substitute="sales-head")
    plant.store.people.put(person("sales1", Department.SALES).model_copy(update={"away": absence}))
    assert list(plant.tells(notice("silent", "sales"))[0].states) == [expected]


def test_when_nobody_is_left_management_is_told_instead(plant: Plant) -> None:
    for name in MEMBERS:
        plant.store.people.remove(name)
    (told,) = plant.tells(rung())
    assert told.states == {"boss": SENT, "admin": SENT}
    assert told.unreachable == ("assignee", "head")
    assert [message["X-Jiaoqi-Kind"] for message in plant.server.messages] == ["unowned", "unowned"]
    assert plant.tells(rung()) == [told]


def test_a_task_that_nobody_can_do_is_told_as_such(plant: Plant) -> None:
    (told,) = plant.tells(notice("unowned", "management", "admins", task_id="JQ-1.inspect.1"))
    assert told.states == {"boss": SENT, "admin": SENT} and told.unreachable == ()
    assert plant.server.messages[0]["Subject"] == "[JQ-1] Nobody for the task: Inspect"


@pytest.mark.parametrize("kind", ["overdue", "unowned"])
def test_a_plant_without_anybody_is_not_waited_for(plant: Plant, kind: str) -> None:
    for one in plant.store.people.every():
        plant.store.people.remove(one.id)
    (told,) = plant.tells(notice(kind, "assignee", task_id="JQ-1.inspect.1"))
    assert told.states == {} and told.unreachable == ("assignee",)


# What the mail server does.


def test_one_who_is_refused_neither_loses_nor_doubles_the_others(plant: Plant) -> None:
    plant.server.answers["quality-head@plant.example"] = "550 no such user"
    (told,) = plant.tells(rung())
    assert told.states == {"quality-head": DEAD, "quality1": SENT, "quality2": SENT}
    assert plant.ledger(rung())["quality-head"].last_error == "550 no such user"
    plant.tells(rung())
    assert len(plant.server.messages) == 2


def test_who_is_put_off_is_tried_again_alone(plant: Plant) -> None:
    plant.server.answers["quality-head@plant.example"] = "451 greylisted"
    assert plant.fails_to_tell(rung()) == "1 of 3 messages are still queued: 451 greylisted"
    assert plant.states(rung()) == {"quality-head": QUEUED, "quality1": SENT, "quality2": SENT}
    plant.server.answers.clear()
    assert plant.tells(rung())[0].states == dict.fromkeys(MEMBERS, SENT)
    assert len(plant.server.messages) == 3
    assert plant.ledger(rung())["quality-head"].attempts == 2


@pytest.mark.parametrize(("answer", "state"), [("554 looks like spam", DEAD), ("451 disk full", QUEUED)])
def test_what_is_answered_to_the_message_itself_counts_the_same(plant: Plant, answer: str, state: NoticeState) -> None:
    plant.server.after_dot = [answer]
    if state is QUEUED:
        plant.fails_to_tell(rung())
    else:
        plant.tells(rung())
    assert plant.states(rung()) == {"quality-head": state, "quality1": SENT, "quality2": SENT}


@pytest.mark.parametrize("fate", ["hang", "drop"])
def test_an_unknown_outcome_is_sent_again_under_the_same_id(plant: Plant, fate: str) -> None:
    plant.server.after_dot = [fate]
    plant.fails_to_tell(rung(), mail=plant.mail(patience=3))
    plant.tells(rung())
    ids = ids_of(plant.server.messages)
    assert len(ids) == 4 and len(set(ids)) == 3


def test_a_recipient_whose_server_hangs_does_not_starve_the_others(plant: Plant) -> None:
    plant.server.after_dot = ["hang"]
    assert "3 of 3" in plant.fails_to_tell(rung(), mail=plant.mail(patience=3))
    plant.tells(rung())
    assert plant.server.told[1:] == [f"{name}@plant.example" for name in ("quality1", "quality2", "quality-head")]


def test_nobody_answers_at_the_mail_server(plant: Plant) -> None:
    away = plant.mail(f"smtp://127.0.0.1:{free_port()}")
    assert "3 of 3 messages are still queued: " in plant.fails_to_tell(rung(), mail=away)
    # The others need not be tried at a server that is not there.
    assert sorted(row.attempts for row in plant.ledger(rung()).values()) == [0, 0, 1]
    assert plant.tells(rung())[0].states == dict.fromkeys(MEMBERS, SENT)


def test_what_was_not_accepted_within_a_week_is_dead(plant: Plant) -> None:
    plant.server.answers["quality1@plant.example"] = "451 later"
    plant.now = NOW + timedelta(days=7) - timedelta(seconds=1)
    plant.fails_to_tell(rung())
    plant.now = NOW + timedelta(days=7)
    (told,) = plant.tells(rung())
    assert told.states == {"quality-head": SENT, "quality1": DEAD, "quality2": SENT}
    assert "451 later" in str(plant.ledger(rung())["quality1"].last_error)


def test_after_a_weeks_outage_of_ours_mail_is_tried_before_it_is_buried(plant: Plant) -> None:
    plant.now = NOW + timedelta(days=8)
    assert plant.tells(rung())[0].states == dict.fromkeys(MEMBERS, SENT)


def test_an_address_that_is_none_is_dead_and_the_others_are_told(plant: Plant) -> None:
    plant.store.people.put(person("quality1", Department.QUALITY, email="no address at all"))
    assert plant.tells(rung())[0].states == {"quality-head": SENT, "quality1": DEAD, "quality2": SENT}


# What happens to us.


def test_a_crash_between_acceptance_and_ledger_costs_one_copy_under_the_same_id(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crash:
        crash.setattr(plant.store.ledger, "settle", killed)
        with pytest.raises(KeyboardInterrupt):
            plant.tells(rung())
    assert plant.tells(rung())[0].states == dict.fromkeys(MEMBERS, SENT)
    ids = ids_of(plant.server.messages)
    assert len(ids) == 4 and len(set(ids)) == 3 and ids[0] == ids[1]


def test_what_was_accepted_while_the_ledger_could_not_be_told_is_not_sent_again(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = plant.mail()
    with monkeypatch.context() as outage:
        outage.setattr(plant.store.ledger, "settle", away)
        with pytest.raises(StoreAway):
            plant.tells(rung(), mail=mail)
    plant.closes_the_task()
    assert SENT in plant.tells(rung(), mail=mail)[0].states.values(), "sent before the task was closed"
    assert len(plant.server.messages) == 1


def test_a_crash_before_the_rows_are_open_costs_nothing(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as crash:
        crash.setattr(plant.store.ledger, "open", killed)
        with pytest.raises(KeyboardInterrupt):
            plant.tells(rung())
    plant.tells(rung())
    assert len(plant.server.messages) == 3


def test_a_letter_that_cannot_be_written_keeps_nobody_else(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Letters.write

    def broken(self: Letters, told: Notice, row: LedgerRow, about: Any) -> Letter:
        if row.language is Language.ZH_HANT:
            raise KeyError("labels")
        return write(self, told, row, about)

    with monkeypatch.context() as defect:
        defect.setattr(Letters, "write", broken)
        assert "cannot be written: KeyError" in plant.fails_to_tell(rung())
        assert plant.states(rung()) == {"quality-head": QUEUED, "quality1": SENT, "quality2": SENT}
    assert plant.tells(rung())[0].states == dict.fromkeys(MEMBERS, SENT)


def test_a_notice_that_nobody_understands_keeps_nobody_else(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    circle = Clerk.circle

    def broken(self: Clerk, order_no: str, told: Notice) -> Circle:
        if told.kind == "overdue":
            raise KeyError(told.kind)
        return circle(self, order_no, told)

    with monkeypatch.context() as defect:
        defect.setattr(Clerk, "circle", broken)
        assert [told.key for told in plant.tries_to_tell(rung(), RELEASED)] == [RELEASED.key]
    assert plant.tells(rung())[0].states == dict.fromkeys(MEMBERS, SENT)


# What has been overtaken.


def test_a_notice_of_an_answered_task_is_on_record_and_not_sent(plant: Plant) -> None:
    plant.closes_the_task()
    plant.now += timedelta(minutes=1)
    assert plant.tells(rung())[0].states == dict.fromkeys(MEMBERS, STALE)
    assert not plant.server.messages and not plant.server.sessions
    assert {(row.at, row.attempts) for row in plant.store.ledger.rows(rung().key)} == {(plant.now, 0)}


def test_a_task_answered_between_two_messages_stops_the_rest(plant: Plant) -> None:
    plant.server.after_message = plant.closes_the_task
    (told,) = plant.tells(rung())
    assert told.states == {"quality-head": SENT, "quality1": STALE, "quality2": STALE}


def test_a_mail_is_dated_when_its_task_was_looked_at(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that takes its time may tell of a task that has been answered since: the mail may not claim to know better."""
    read, began = plant.store.tasks.record, plant.now

    def slowly(task_id: str) -> TaskRecord | None:
        found = read(task_id)
        plant.now += timedelta(seconds=3)
        return found

    monkeypatch.setattr(plant.store.tasks, "record", slowly)
    plant.tells(notice("overdue", "head", task_id="JQ-1.inspect.1", level=1))
    dated = [parsedate_to_datetime(str(message["Date"])) for message in plant.server.messages]
    # Once for whom it is for, once for what it says.
    assert dated == [began + timedelta(seconds=3)]


def test_a_task_answered_while_mail_is_away_is_not_told_of_later(plant: Plant) -> None:
    plant.fails_to_tell(rung(), mail=plant.mail(f"smtp://127.0.0.1:{free_port()}"))
    plant.closes_the_task()
    assert plant.tells(rung())[0].states == dict.fromkeys(MEMBERS, STALE)


@pytest.mark.parametrize(
    ("now", "expected"),
    [({"escalation_level": 2}, STALE), ({"escalation_level": 1}, SENT), ({"ladder_round": 1, "escalation_level": 0}, STALE)],
)
def test_a_rung_is_overtaken_by_a_higher_one_and_by_a_new_deadline(
    plant: Plant, now: dict[str, Any], expected: NoticeState
) -> None:
    plant.writes(order(), task(**now))
    assert plant.tells(rung(level=1))[0].states == dict.fromkeys(MEMBERS, expected)


def test_a_holds_end_is_told_only_while_the_hold_stands(plant: Plant) -> None:
    ended = notice("hold_ended", "sales", "management", reason="credit check")
    plant.writes(order(status=OrderStatus.ON_HOLD, hold=hold()), task())
    assert plant.tells(ended)[0].states == {"sales1": SENT, "boss": SENT}
    plant.writes(order(), task())
    again = ended.model_copy(update={"key": "JQ-1.hold_ended.9"})
    assert plant.tells(again)[0].states == {"sales1": STALE, "boss": STALE}


def test_a_part_delivery_tells_the_customer_what_it_brings(plant: Plant) -> None:
    plant.writes(order(), task(Kind.DISPATCH, department=Department.WAREHOUSE, quantities={"1": 80}))
    plant.tells(notice("shipping_notice", "customer", task_id="JQ-1.dispatch.1"))
    part = plant.server.messages[0].get_body(("plain",))
    assert part is not None
    text = part.get_content()
    assert "泵浦 P-7：80 pcs" in text and "Valve" not in text


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def away(*_: object, **__: object) -> None:
    raise StoreAway("the disk is full")


def claim(plant: Plant, by: str) -> None:
    plant.store.inbox.claim("JQ-1.inspect.1", by, SaidRef(id="claim", key="claim", fingerprint="claim"), NOW)
