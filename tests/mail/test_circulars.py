"""A letter to several readers, on a real store and a real mail server: what is wrong with one copy is that one's alone."""

from datetime import timedelta

import pytest

from activities.mail.circulars import Circulars
from activities.mail.letters import Letter
from activities.mail.postman import Written
from activities.mail.transport import Transport
from activities.store.circulars import CircularRow
from tests.mail.plant import Plant
from tests.mail.samples import NOW
from workflows.types.words import NoticeState

LETTER = "weekly-2026-11-20"


class NobodyForesawThis(Exception):
    """A defect of whoever writes the letter."""


def test_a_copy_that_cannot_be_written_keeps_no_other_from_its_reader(plant: Plant, caplog: pytest.LogCaptureFixture) -> None:
    plant.now, until = NOW, NOW + timedelta(days=7)
    circulars = Circulars(plant.store, Transport.of(plant.server.url), "jiaoqi@plant.example", lambda: plant.now)
    people = [one for name in ("boss", "quality1", "sales1") if (one := plant.store.people.get(name))]

    def spoilt(row: CircularRow) -> Written:
        if row.person == "boss":
            raise NobodyForesawThis
        return Written(Letter("Weekly", "text\n", "<p>text</p>\n"))

    circulars.open(LETTER, "weekly_review", people)
    assert circulars.tell(LETTER, "weekly_review", until, spoilt) == 1
    states = {"boss": NoticeState.QUEUED, "quality1": NoticeState.SENT, "sales1": NoticeState.SENT}
    assert plant.store.circulars.states(LETTER) == states
    assert "the weekly_review of boss cannot be written" in caplog.text
    mended = Written(Letter("Weekly", "text\n", "<p>text</p>\n"))
    assert circulars.tell(LETTER, "weekly_review", until, lambda _: mended) == 0
    assert [str(each["To"]) for each in plant.server.messages] == [
        f"{one}@plant.example" for one in ("quality1", "sales1", "boss")
    ]
