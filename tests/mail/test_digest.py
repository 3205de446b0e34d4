"""The digest on a real store and a real mail server: everybody once a morning, and only whom something waits for."""

from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import pytest
from jinja2 import StrictUndefined
from temporalio.exceptions import ApplicationError

from activities.digest import SmtpDigests
from activities.digest.agenda import Agenda, Section
from activities.digest.letter import DigestLetters
from activities.mail.message import Sender
from activities.mail.plant_mail import PlantMail
from activities.mail.transport import Transport
from activities.mail.words import Words
from activities.policy_in_force import PolicyInForce
from activities.store import Person, StoreAway, TaskRecord
from tests.mail.plant import POLICY, Plant
from tests.mail.samples import NOW, TODAY, hold, matter, notice, order, task, written
from tests.mail.servers import free_port
from tests.mail.test_letters import Reader
from workflows.types.digests import Batch, Opening
from workflows.types.events import SaidRef
from workflows.types.notices import Notice
from workflows.types.orders import Customer
from workflows.types.words import Department, Kind, Language, MailWish, NoticeState, OrderStatus

SENT, DEAD, STALE, QUEUED = NoticeState.SENT, NoticeState.DEAD, NoticeState.STALE, NoticeState.QUEUED
MORNING = datetime(2026, 11, 20, 0, tzinfo=UTC)
"""Friday, 08:00 in Taipei."""
NIGHT = MORNING + timedelta(hours=9)
QUALITY = ["quality-head", "quality1", "quality2"]


class Post:
    """The digests of the plant of one order, at whatever time it is there."""

    def __init__(self, plant: Plant, url: str | None = None) -> None:
        self.plant = plant
        transport = Transport.of(url or plant.server.url)
        policy = PolicyInForce(plant.store, POLICY)
        sender = Sender.of("Jiaoqi <jiaoqi@plant.example>")
        mail = PlantMail(plant.store, policy, transport, sender, "https://jiaoqi.example", lambda: plant.now)
        self.digests = SmtpDigests(mail)

    def opens(self, at: datetime = MORNING) -> tuple[Batch, ...]:
        return self.digests.readers(Opening(at=at)).batches

    def morning(self, at: datetime = MORNING) -> dict[str, EmailMessage]:
        """All of one morning, at which everything comes to its end; the mails of it by their readers."""
        before = len(self.plant.server.messages)
        for batch in self.opens(at):
            self.digests.send(batch)
        return {str(each["To"]).partition("@")[0]: each for each in self.plant.server.messages[before:]}

    def states(self, day: date = TODAY) -> dict[str, NoticeState]:
        return self.plant.store.digests.states(day)


@pytest.fixture
def post(plant: Plant) -> Post:
    plant.now = NOW
    return Post(plant)


def text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


# Who is told what.


def test_everybody_whom_something_waits_for_gets_one_mail(post: Post) -> None:
    told = post.morning()
    # The order is sales1's, who waits for quality; the boss and production have nothing to do.
    assert sorted(told) == [*QUALITY, "sales1"]
    assert post.states() == dict.fromkeys(sorted(told), SENT)
    assert "Due today\n- Inspect · JQ-1 · 聯宏精密\n  due Fri 20 Nov 2026, 17:00 " in text(told["quality1"])
    assert "等待他人\n- 品質檢驗 · JQ-1 · 聯宏精密\n" in text(told["sales1"])
    assert told["quality1"]["Subject"] == "Your day: 1 due today"
    assert told["quality2"]["Subject"] == "今日工作：今日到期 1 项"
    assert told["quality1"]["X-Jiaoqi-Kind"] == "digest" and told["quality1"]["Auto-Submitted"] == "auto-generated"
    for absent in ("X-Jiaoqi-Order", "X-Jiaoqi-Task", "In-Reply-To", "References"):
        assert told["quality1"][absent] is None
    assert len({str(each["Message-ID"]) for each in told.values()}) == 4


def test_late_today_this_week_and_no_further(post: Post) -> None:
    monday = NOW - timedelta(days=4)
    post.plant.now = monday
    post.plant.writes(
        order(),
        task(due_at=monday - timedelta(hours=1), due_soon_at=monday),
        task(Kind.REWORK, department=Department.QUALITY, due_at=monday + timedelta(hours=3)),
        task(Kind.ACCEPT, department=Department.QUALITY, due_at=monday + timedelta(days=6)),
        task(Kind.DISPATCH, department=Department.QUALITY, due_at=monday + timedelta(days=7)),
    )
    mail = post.morning(MORNING - timedelta(days=4))["quality1"]
    assert mail["Subject"] == "Your day: 1 late · 1 due today · 1 due this week"
    said = text(mail)
    assert said.index("Late\n- Inspect") < said.index("Due today\n- Rework") < said.index("Due this week\n- Accept")
    assert "Dispatch" not in said


def test_nothing_to_do_is_no_mail(post: Post) -> None:
    post.plant.closes_the_task()
    assert post.morning() == {} and post.states() == {}


def test_who_holds_a_task_is_told_of_it_alone(post: Post) -> None:
    post.plant.store.inbox.claim("JQ-1.inspect.1", "quality2", SaidRef(id="c", key="c", fingerprint="c"), NOW)
    told = post.morning()
    assert sorted(told) == ["quality2", "sales1"]
    assert "承辦人：quality2" in text(told["sales1"])


def test_substitutes_are_told_in_stead_of_the_away(post: Post) -> None:
    store = post.plant.store
    store.inbox.claim("JQ-1.inspect.1", "quality2", SaidRef(id="c", key="c", fingerprint="c"), NOW)
    store.people.away("quality2", TODAY, TODAY, "production1")
    store.people.away("sales1", TODAY, TODAY, None)
    assert list(post.morning()) == ["production1"]


def test_what_stands_still_is_hidden_or_may_not_be_done_is_left_out(post: Post) -> None:
    post.plant.store.inbox.snooze(
        "JQ-1.inspect.1", "quality1", NOW + timedelta(days=1), SaidRef(id="s", key="s", fingerprint="s"), NOW
    )
    post.plant.writes(order(), task(barred=("quality2",)))
    assert sorted(post.morning()) == ["quality-head", "sales1"]
    post.plant.now += timedelta(days=3)
    post.plant.writes(order(status=OrderStatus.ON_HOLD, hold=hold()), task())
    assert post.morning(MORNING + timedelta(days=3)) == {}


# When.


@pytest.mark.parametrize("day", [date(2026, 11, 21), date(2026, 11, 22), date(2027, 1, 1)])
def test_days_off_have_no_morning(post: Post, day: date) -> None:
    post.plant.now = datetime(day.year, day.month, day.day, 0, 30, tzinfo=UTC)
    assert post.opens(post.plant.now) == ()


def test_a_day_that_is_over_is_skipped(post: Post) -> None:
    post.plant.now = NIGHT - timedelta(seconds=1)
    (batch,) = post.opens()
    post.plant.now = NIGHT
    assert post.opens() == ()
    post.digests.send(batch)
    assert post.states() == {} and post.plant.server.messages == []


# Once, whatever breaks.


def test_told_again_is_told_once(post: Post) -> None:
    post.morning()
    assert post.morning() == {}
    assert len(post.plant.server.messages) == 4


def test_who_is_put_off_is_tried_again_alone(post: Post) -> None:
    post.plant.server.answers = {"quality1@plant.example": "451 later", "quality2@plant.example": "550 nobody"}
    with pytest.raises(ApplicationError, match="1 digests are not out yet"):
        post.morning()
    assert post.states() == {"quality-head": SENT, "quality1": QUEUED, "quality2": DEAD, "sales1": SENT}
    post.plant.server.answers = {}
    assert list(post.morning()) == ["quality1"]


def test_without_a_mail_server_all_wait_until_the_day_is_over(post: Post) -> None:
    away = Post(post.plant, f"smtp://127.0.0.1:{free_port()}")
    (batch,) = away.opens()
    for _ in range(2):
        with pytest.raises(ApplicationError, match="4 digests are not out yet"):
            away.digests.send(batch)
    post.plant.now = NIGHT
    away.digests.send(batch)
    assert set(away.states().values()) == {STALE}


def test_what_was_done_meanwhile_is_told_to_nobody(post: Post) -> None:
    away = Post(post.plant, f"smtp://127.0.0.1:{free_port()}")
    with pytest.raises(ApplicationError):
        away.morning()
    post.plant.closes_the_task()
    assert post.morning() == {}
    assert set(post.states().values()) == {STALE}


def test_whoever_gets_work_later_that_day_gets_no_second_round(post: Post) -> None:
    post.morning()
    post.plant.writes(order(), task(), task(Kind.ACCEPT, department=Department.WAREHOUSE, due_at=NOW + timedelta(hours=2)))
    assert post.morning() == {}


def test_two_workers_share_a_morning(post: Post) -> None:
    (batch,) = post.opens()
    other, refusals = Post(post.plant), []

    def meanwhile() -> None:
        try:
            other.digests.send(batch)
        except ApplicationError as refusal:
            refusals.append(refusal.message)

    post.plant.server.after_message = meanwhile
    post.digests.send(batch)
    assert refusals == [f"{n} digests are not out yet" for n in (4, 3, 2, 1)]
    assert len(post.plant.server.messages) == 4


# What waits for the digest.


def rung(kind: str, level: int) -> Notice:
    return notice(kind, "assignee", "head", task_id="JQ-1.inspect.1", level=level)


def test_who_wants_reads_reminders_in_the_digest_but_is_told_of_lateness_at_once(post: Post) -> None:
    plant = post.plant
    plant.store.people.wishes("quality1", MailWish.DIGEST)
    (told,) = plant.tells(rung("remind", 1))
    assert told.states == {"quality-head": SENT, "quality1": STALE, "quality2": SENT}
    assert plant.ledger(rung("remind", 1))["quality1"].last_error == "kept for the digest"
    (told,) = plant.tells(rung("overdue", 2))
    assert told.states == dict.fromkeys(QUALITY, SENT)
    assert "quality1@plant.example" not in plant.server.told[:2]


def test_new_tasks_are_read_in_the_next_digest_once(post: Post) -> None:
    plant = post.plant
    plant.store.people.wishes("quality1", MailWish.DIGEST)
    plant.writes(order(), task(due_at=NOW + timedelta(days=16)))
    (told,) = plant.tells(notice("task_opened", "assignee", task_id="JQ-1.inspect.1"))
    assert told.states["quality1"] == STALE and told.states["quality2"] == SENT
    told_in = post.morning()
    assert list(told_in) == ["quality1"] and "New\n- Inspect" in text(told_in["quality1"])
    assert plant.store.digests.kept("quality1") == []
    plant.now += timedelta(days=3)
    assert post.morning(MORNING + timedelta(days=3)) == {}


def test_what_was_read_in_a_digest_is_not_read_in_the_next_though_the_store_went_away_then(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = post.plant
    plant.store.people.wishes("quality1", MailWish.DIGEST)
    plant.writes(order(), task(due_at=NOW + timedelta(days=16)))
    plant.tells(notice("task_opened", "assignee", task_id="JQ-1.inspect.1"))
    before = len(plant.server.messages)

    def goes_away(*_: object) -> None:
        raise StoreAway("just now")

    with monkeypatch.context() as away:
        away.setattr(plant.store.digests, "forget", goes_away)
        with pytest.raises(StoreAway):
            post.morning()
    plant.now += timedelta(minutes=2)
    post.morning()
    assert len(plant.server.messages) == before + 1 and post.states() == {"quality1": SENT}
    assert plant.store.digests.kept("quality1") == []


def test_a_mail_to_management_that_nobody_is_there_is_never_kept(post: Post) -> None:
    plant = post.plant
    plant.store.people.wishes("boss", MailWish.DIGEST)
    for name in QUALITY:
        plant.store.people.remove(name)
    assert plant.tells(rung("remind", 1))[0].states == {"boss": SENT, "admin": SENT}


def test_a_wish_outlasts_being_added_again(plant: Plant) -> None:
    people = plant.store.people
    people.wishes("quality1", MailWish.DIGEST)
    people.put(Person(id="quality1", name="Quality One", email="q@plant.example", departments=(Department.QUALITY,)))
    found = people.get("quality1")
    assert found is not None and found.mail is MailWish.DIGEST and "mail" not in found.model_dump()


# How it reads.


@pytest.mark.parametrize("language", Language)
def test_every_section_is_readable_in_every_language(language: Language) -> None:
    about = matter(order=order(customer=Customer(name="<b>Evil</b> {{ 7*7 }}")), task=task())
    assert about.task is not None
    record = TaskRecord(about.task, about.order, "quality1", 1, "")
    sections = tuple(Section(name, (record,) * 21) for name in ("late", "today", "week", "new", "waiting"))
    letter = DigestLetters("https://jiaoqi.example", StrictUndefined).write(Agenda(sections), language, "台中一廠")
    words, read = Words.of(language), Reader(letter.html)
    assert not read.open and "<b>" not in letter.html and "<b>Evil</b> {{ 7*7 }}" in letter.text
    assert read.links == ["https://jiaoqi.example/tasks/JQ-1.inspect.1"] * 100 + ["https://jiaoqi.example/"]
    shown = " ".join(read.texts)
    for said in (*(words.digest[name] for name in ("late", "waiting", "more", "settings")), written("2026-11-20", language)):
        assert said in letter.text and said in shown
    assert "\n\n\n" not in letter.text and letter.text.count("JQ-1.inspect.1") == 100
