"""Tells the digests by SMTP: the port `Digests`, each person once a day, as their row remembers across workers and attempts."""

from collections.abc import Iterator
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from typing_extensions import override

from activities.digest.agenda import Agendas
from activities.digest.horizon import Horizon
from activities.digest.letter import DigestLetters
from activities.mail.plant_mail import PlantMail
from activities.mail.postman import Written
from activities.store import Person
from activities.store.digests import DigestRow
from workflows import ports
from workflows.rules.calendar import Calendar
from workflows.types.digests import Batch, Morning, Opening
from workflows.types.policy import Plant

DIGEST = "digest"
"""The kind of mail."""
AT_ONCE = 20
"""People of a batch: what one line to a mail server can tell in its time."""
LENT = timedelta(seconds=60)
"""As long as an attempt may take: another one that begins meanwhile leaves the same digests alone."""


class SmtpDigests(ports.Digests):
    def __init__(self, mail: PlantMail) -> None:
        self._mail, self._store, self._clock = mail, mail.store, mail.clock
        self._agendas, self._letters = Agendas(mail.store), DigestLetters(mail.public_url)
        self._postman = mail.postman(mail.store.digests.settle)

    @override
    @activity.defn(name="digests.readers")
    def readers(self, opening: Opening) -> Morning:
        now, calendar = self._clock(), Calendar.of(self._mail.plant)
        day = calendar.day_of(opening.at)
        if not calendar.is_working(day) or (until := calendar.end_of(day)) <= now:
            return Morning()
        there = [one.id for one in self._store.people.every() if one.email and not one.is_away(day)]
        batches = (there[first : first + AT_ONCE] for first in range(0, len(there), AT_ONCE))
        return Morning(batches=tuple(Batch(day=day, until=until, people=tuple(people)) for people in batches))

    @override
    @activity.defn(name="digests.send")
    def send(self, batch: Batch) -> None:
        digests, now = self._store.digests, self._clock()
        if now >= batch.until:
            digests.drop(batch.day, batch.people, now)
            return
        # Once it is decided who has something before them, nobody else gets a mail about it later in the day.
        if not digests.are_open(batch.day, batch.people):
            digests.open(self._opened(batch), now)
        plant = self._mail.plant
        self._postman.tell(digests.take(batch.day, batch.people, now, now + LENT), DIGEST, lambda row: self._write(row, plant))
        if left := digests.waiting(batch.day, batch.people):
            raise ApplicationError(f"{left} digests are not out yet", category=ApplicationErrorCategory.BENIGN)

    def _opened(self, batch: Batch) -> Iterator[DigestRow]:
        horizon, now = Horizon.of(batch.day, self._mail.plant), self._clock()
        for person in filter(None, map(self._store.people.get, batch.people)):
            if person.email and self._agendas.of(person, horizon, now).sections:
                yield self._row(person, person.email, batch)

    def _row(self, person: Person, address: str, batch: Batch) -> DigestRow:
        message_id = self._mail.sender.message_id(DIGEST, person.id, f"{batch.day}")
        return DigestRow(batch.day, person.id, address, person.language, message_id)

    def _write(self, row: DigestRow, plant: Plant) -> Written | None:
        person = self._store.people.get(row.person)
        agenda = self._agendas.of(person, Horizon.of(row.day, plant), self._clock()) if person else None
        if agenda is None or not agenda.sections:
            return None
        letter = self._letters.write(agenda, row.language, plant.name)
        return Written(letter, lambda: self._store.digests.forget(row.person, agenda.kept))
