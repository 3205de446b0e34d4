"""Reminders of training on a real store and a real mail server: one mail a reader, once of each certificate and step."""

from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import pytest
from temporalio.exceptions import ApplicationError

from activities.mail.message import Sender
from activities.mail.plant_mail import PlantMail
from activities.mail.transport import Transport
from activities.policy_in_force import PolicyInForce
from activities.training.post import SmtpTraining
from tests.mail.plant import POLICY, Plant
from tests.mail.samples import written
from tests.mail.servers import free_port
from tests.mail.test_digest import text
from tests.training.taught import INSPECTION, SAFETY, taught
from workflows.types.digests import Opening
from workflows.types.training import Letters
from workflows.types.words import Language, NoticeState

MORNING = datetime(2026, 11, 20, tzinfo=UTC)
"""Friday, 08:00 in Taipei."""
DAY = timedelta(days=1)


class Reminders:
    """A plant where inspection is taught, and what it tells on the days to come."""

    def __init__(self, plant: Plant, url: str | None = None) -> None:
        self.plant = plant
        transport, policy = Transport.of(url or plant.server.url), PolicyInForce(plant.store, POLICY)
        sender, public_url = Sender.of("Jiaoqi <jiaoqi@plant.example>"), "https://jiaoqi.example"
        self.training = SmtpTraining(PlantMail(plant.store, policy, transport, sender, public_url, lambda: plant.now))

    def due(self) -> tuple[Letters, ...]:
        return self.training.due(Opening(at=self.plant.now)).batches

    def day(self, days: int = 0) -> dict[str, EmailMessage]:
        """The whole of one day; the mails of it by their readers."""
        self.plant.now, before = MORNING + days * DAY, len(self.plant.server.messages)
        for letters in self.due():
            self.training.remind(letters)
        return {str(each["To"]).partition("@")[0]: each for each in self.plant.server.messages[before:]}


@pytest.fixture
def reminders(plant: Plant) -> Reminders:
    plant.now = MORNING
    for course in (INSPECTION, SAFETY):
        plant.store.training.describe(course, "boss", MORNING)
    return Reminders(plant)


def passed(reminders: Reminders, left: int, **names: bool | None) -> date:
    """So many days before inspection runs out for these people."""
    last = MORNING.date() + left * DAY
    taught(reminders.plant.store, "inspection", last.replace(year=last.year - 2), MORNING, "boss", **names)
    return last


def test_one_mail_a_reader_with_all_that_runs_out(reminders: Reminders) -> None:
    soon, later = passed(reminders, 5, quality1=True, quality_head=True), passed(reminders, 30, quality2=True)
    told = reminders.day()
    assert sorted(told) == ["boss", "quality-head", "quality1", "quality2"]
    head = told["quality-head"]
    assert head["X-Jiaoqi-Kind"] == "training"
    assert head["Subject"] == "訓練資格即將到期：您本人 1 項 · 部屬 2 項"
    assert f"- quality1 · Final inspection\n  有效至 {written(str(soon), Language.ZH_HANT)}" in text(head)
    assert f"- quality2 · Final inspection\n  有效至 {written(str(later), Language.ZH_HANT)}" in text(head)
    own = text(told["quality1"])
    assert f"Yours\n- Final inspection\n  counts until {written(str(soon), Language.EN)}" in own
    assert "Open the training register: https://jiaoqi.example/training" in own
    assert "quality2" not in own
    assert reminders.day() == {}


def test_day_by_day_each_step_once(reminders: Reminders) -> None:
    passed(reminders, 60, quality1=True)
    seen = [(days, sorted(told)) for days in range(75) if (told := reminders.day(days))]
    assert seen == [(days, ["quality-head", "quality1"]) for days in (0, 30, 53, 60)]


def test_the_last_day_and_the_days_after_it_are_told_in_their_words(reminders: Reminders) -> None:
    last = passed(reminders, 0, quality1=True)
    assert f"counts until today, {written(str(last), Language.EN)}" in text(reminders.day()["quality1"])
    gone = passed(reminders, -3, quality2=True)
    assert f"已于 {written(str(gone), Language.ZH_HANS)} 到期" in text(reminders.day(1)["quality2"])


def test_an_outage_is_caught_up_with_the_most_urgent_word(reminders: Reminders) -> None:
    passed(reminders, 60, quality1=True)
    reminders.day()
    told = reminders.day(56)
    assert sorted(told) == ["quality-head", "quality1"]
    assert reminders.day(57) == {}


def test_what_is_renewed_before_its_letter_goes_out_is_not_told(reminders: Reminders) -> None:
    passed(reminders, 5, quality1=True, quality2=True)
    batches = reminders.due()
    taught(reminders.plant.store, "inspection", MORNING.date(), MORNING, quality1=True)
    for letters in batches:
        reminders.training.remind(letters)
    to = {str(each["To"]): text(each) for each in reminders.plant.server.messages}
    assert sorted(to) == ["quality-head@plant.example", "quality2@plant.example"]
    assert "quality1" not in to["quality-head@plant.example"]
    states = reminders.plant.store.training_mail.states()
    assert sorted(states.values()) == [NoticeState.SENT, NoticeState.SENT, NoticeState.STALE]


def test_a_mail_server_that_is_away_is_waited_for_and_nobody_is_told_twice(reminders: Reminders) -> None:
    passed(reminders, 5, quality1=True)
    away = Reminders(reminders.plant, f"smtp://127.0.0.1:{free_port()}")
    (letters,) = away.due()
    with pytest.raises(ApplicationError, match="2 letters are not out yet"):
        away.training.remind(letters)
    # The day is over: whoever tries knows, and goes on tomorrow.
    reminders.plant.now = letters.until
    away.training.remind(letters)
    assert sorted(reminders.day(1)) == ["quality-head", "quality1"]
    assert reminders.day(2) == {}


def test_after_a_week_it_is_given_up(reminders: Reminders) -> None:
    passed(reminders, 5, quality1=True)
    reminders.due()
    reminders.plant.now = MORNING + 8 * DAY
    assert set(reminders.plant.store.training_mail.states().values()) == {NoticeState.QUEUED}
    reminders.due()
    states = list(reminders.plant.store.training_mail.states().values())
    # The last day, three days ago, is told of in their stead.
    assert (states.count(NoticeState.DEAD), states.count(NoticeState.QUEUED)) == (2, 2)


def test_many_readers_are_told_in_batches(reminders: Reminders) -> None:
    for n in range(25):
        known = reminders.plant.store.people.get("quality1")
        assert known is not None
        reminders.plant.store.people.put(known.model_copy(update={"id": f"q{n}", "email": f"q{n}@plant.example"}))
    passed(reminders, 5, **{f"q{n}": True for n in range(25)})
    assert [len(letters.letters) for letters in reminders.due()] == [20, 6]
    assert len(reminders.day()) == 26
